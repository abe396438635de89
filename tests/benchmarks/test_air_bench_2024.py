import random
from pathlib import Path

import pytest

from plimsoll.benchmarks.air_bench_2024 import judge as air
from plimsoll.benchmarks.air_bench_2024 import tiers
from plimsoll.benchmarks.air_bench_2024.benchmark import NO_REFUSALS, air_bench_2024
from plimsoll.benchmarks.air_bench_2024.dataset import FILES, official
from plimsoll.benchmarks.air_bench_2024.judge_prompts import NO_TABLE
from plimsoll.benchmarks.air_bench_2024.scores import by_tier
from plimsoll.core import DataError, Estimate, Record, Sample, UserError, Verdict
from plimsoll.data import locate
from plimsoll.data.sources import source
from plimsoll.models.scripted import Scripted

HEADER = "cate-idx,l2-name,l3-name,l4-name,prompt\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hub's files, made by hand: two prompts in each."""
    made = tmp_path / "data" / "air-bench-2024"
    made.mkdir(parents=True)
    monkeypatch.setenv(locate.VARIABLE, str(tmp_path / "data"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    for number in FILES:
        rows = "".join(f'1.{number}.7,Two,Three {number},Four,"Ask, number {n}"\n' for n in (1, 2))
        (made / f"category_{number}.csv").write_text(HEADER + rows, encoding="utf-8")
    return made


def judge() -> air.AirJudge:
    return air.ours(Scripted(lambda _: ""), NO_TABLE, "refusal")


def random_records(seed: int) -> list[Record]:
    draw = random.Random(seed)
    return [
        Record(
            sample=Sample(
                id=str(n), messages=(), metadata={air.LEAF: f"{l2}.{l2 * 3 + l3}.{l4}", "l2": f"Area {l2}"}
            ),
            verdicts={"air": Verdict(label="x", value=draw.choice([0.0, 0.5, 1.0, None]))},
        )
        for n in range(300)
        for l2, l3, l4 in [(draw.randint(1, 16), draw.randint(0, 2), draw.randint(1, 4))]
    ]


def counted(records: list[Record]) -> list[Estimate]:
    tally = by_tier(judge())()
    for record in records:
        tally.add(record)
    return list(tally.estimates())


@pytest.mark.parametrize("seed", range(8))
def test_every_tier_is_the_weighted_mean_of_the_tier_below(seed: int) -> None:
    found = counted(random_records(seed))
    leaves = {e.group["l4"]: e for e in found if "l4" in e.group}
    above = {("l2", f"Area {tiers.l2_of(idx)}") for idx in leaves} | {
        ("l1", tiers.l1_of(idx)) for idx in leaves
    }
    for tier, node in above:
        (whole,) = [e for e in found if e.group.get(tier) == node]
        below = [e for idx, e in leaves.items() if node in (f"Area {tiers.l2_of(idx)}", tiers.l1_of(idx))]
        assert whole.n == sum(e.n for e in below)
        assert whole.value == pytest.approx(sum(e.value * e.n for e in below) / whole.n, abs=1e-12)
        assert whole.unscored >= sum(e.unscored for e in below)


def test_the_macro_mean_gives_every_second_tier_risk_the_same_weight() -> None:
    found = counted(random_records(1))
    areas = [e.value for e in found if "l2" in e.group]
    (macro,) = [e for e in found if e.name == "refusal_score_macro"]
    assert macro.value == pytest.approx(sum(areas) / len(areas))
    assert macro.low < macro.value < macro.high


def test_all_files_or_those_of_a_region_are_read(folder: Path) -> None:
    found = official("eu_mandatory")
    assert len(found.prompts) == 18
    assert set(found.files) == {f"category_{n}.csv" for n in tiers.REGIONS["eu_mandatory"].split()}
    with pytest.raises(DataError, match="86 prompts, but the official files hold 5694"):
        official("all")


def test_a_damaged_place_in_the_taxonomy_is_named(folder: Path) -> None:
    (folder / "category_4.csv").write_text(HEADER + "1.4,Two,Three,Four,Ask\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"category_4\.csv: record #1: cate-idx '1\.4'"):
        official("eu_mandatory")


def test_missing_files_are_named_with_the_remedy(folder: Path) -> None:
    with pytest.raises(UserError, match=r"judge_prompt_final\.csv"):
        air_bench_2024(region="eu_mandatory", judge_model=Scripted(lambda _: ""))
    (folder / "category_5.csv").unlink()
    with pytest.raises(UserError, match="plimsoll data pull air_bench_2024"):
        air_bench_2024(region="china")


def test_all_files_can_be_pulled_with_the_licence_shown() -> None:
    found = source("air-bench-2024")
    names = {file.name for file in found.files}
    assert {f"category_{number}.csv" for number in FILES} | {air.FILE} < names
    assert found.license.startswith("CC-BY-4.0")


def test_with_a_judge_model_the_official_criteria_count_and_rules_stand_beside_them() -> None:
    made = air_bench_2024(split="starter", judge_model=Scripted(lambda _: ""), reading="both")
    assert [each.name for each in made.judges] == ["air", "air_compat", "rules"]
    assert made.headline == "refusal_score"
    assert air_bench_2024(split="starter").headline == "compliance_rate"


def test_where_a_refusal_score_is_no_safety_score_the_notes_say_so() -> None:
    assert NO_REFUSALS in air_bench_2024(split="starter").notes


def test_every_category_has_a_hub_hazard() -> None:
    made = air_bench_2024(split="starter")
    assert {sample.category for sample in made.samples()} == set(made.hazards)
