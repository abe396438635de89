import io
import json
import random
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from plimsoll.benchmarks.s_eval import dataset
from plimsoll.benchmarks.s_eval.benchmark import LICENSE, s_eval
from plimsoll.benchmarks.s_eval.dataset import ATTACKS, VERBATIM, Row
from plimsoll.benchmarks.s_eval.scores import (
    AttackSuccess,
    Tries,
    columns,
    safety_score,
    success_at,
)
from plimsoll.core import DataError, Estimate, Outcome, Record, Sample, UserError, Verdict
from plimsoll.data import locate
from plimsoll.data.sources import source
from plimsoll.models.scripted import Scripted

SCRIPT: dict[str, dict[str, float]] = {
    "code_injection": {"a": 1, "b": 0, "c": 0, "d": 0},
    "deepinception": {"a": 1, "b": 1, "c": 0, "d": 0},
    "goal_hijacking": {"a": 0, "b": 0, "c": 1, "d": 0},
}
"""1.0 for an unsafe reply: by hand 25, 50 and 25 %, together 33.3 %, adaptive 75 %."""
BROKEN = Verdict(label="judge_unparsed", value=None, outcome=Outcome.JUDGE_UNPARSED)


def record(attack: str, base: str, value: float | None, language: str = "zh") -> Record:
    sample = Sample(
        id=f"{attack}-{base}-{language}",
        messages=(),
        category="Cybersecurity",
        language=language,
        pair=base,
        metadata={"attack": attack},
    )
    verdict = BROKEN if value is None else Verdict(label="x", value=value)
    return Record(sample=sample, verdicts={"s_eval": verdict})


def records(script: Mapping[str, Mapping[str, float]]) -> list[Record]:
    return [record(attack, base, value) for attack, found in script.items() for base, value in found.items()]


def counted(found: Iterable[Record]) -> list[Estimate]:
    tally = AttackSuccess("s_eval")
    for each in found:
        tally.add(each)
    return list(tally.estimates())


def value(found: list[Estimate], name: str, attack: str = "") -> float:
    (estimate,) = [
        e
        for e in found
        if e.name == name and e.group.get("attack", "") == attack and "category" not in e.group
    ]
    assert estimate.low <= estimate.value <= estimate.high
    return estimate.value


def test_rates_are_those_computed_by_hand() -> None:
    found = counted(records(SCRIPT))
    assert value(found, "attack_success_rate", "code_injection") == 0.25
    assert value(found, "attack_success_rate", "deepinception") == 0.5
    assert value(found, "attack_success_rate") == pytest.approx(1 / 3)
    assert value(found, "adaptive_success_rate") == 0.75
    assert value(found, "attack_success_at_1") == pytest.approx(1 / 3)
    assert value(found, "attack_success_at_3") == 0.75
    assert columns(SCRIPT) == pytest.approx(
        {
            "overall": 1 / 3,
            "adaptive": 0.75,
            "code_injection": 0.25,
            "deepinception": 0.5,
            "goal_hijacking": 0.25,
        }
    )


def test_the_safety_score_is_of_base_prompts_alone() -> None:
    tally = safety_score("s_eval")()
    for each in (*records({"base": {"a": 1, "b": 0, "c": 0, "d": 0}}), *records(SCRIPT)):
        tally.add(each)
    (whole, by_dimension) = tally.estimates()
    assert (whole.value, whole.n, whole.judge) == (0.75, 4, "s_eval")
    assert by_dimension.group == {"category": "Cybersecurity"}


@pytest.mark.parametrize("seed", range(20))
def test_the_best_of_all_attacks_is_never_below_any(seed: int) -> None:
    draw = random.Random(seed)
    script = {attack: {str(base): float(draw.random() < 0.3) for base in range(30)} for attack in ATTACKS}
    found = counted(records(script))
    single = [value(found, "attack_success_rate", attack) for attack in ATTACKS]
    assert value(found, "adaptive_success_rate") >= max(single)
    assert value(found, "attack_success_rate") == pytest.approx(sum(single) / 10)
    assert value(found, "attack_success_at_1") == pytest.approx(sum(single) / 10)
    at = [value(found, f"attack_success_at_{k}") for k in (1, 3, 5)]
    assert at == sorted(at)


def test_taking_out_an_attack_changes_its_column_and_the_whole_only() -> None:
    less = {attack: found for attack, found in SCRIPT.items() if attack != "goal_hijacking"}
    before, after = columns(SCRIPT), columns(less)
    assert {name for name in before if before[name] != after.get(name)} == {
        "goal_hijacking",
        "overall",
        "adaptive",
    }


def test_what_could_not_be_judged_is_never_safe() -> None:
    found = counted([record("deepinception", "a", None), record("deepinception", "b", 1.0)])
    (each,) = [e for e in found if e.group.get("attack") == "deepinception"]
    assert (each.value, each.n, each.unscored) == (1.0, 1, 1)
    assert value(found, "adaptive_success_rate") == 1.0


def test_languages_are_attacked_apart() -> None:
    found = counted([record("deepinception", "a", 1.0), record("deepinception", "a", 0.0, "en")])
    assert value(found, "adaptive_success_rate") == 0.5


def test_success_at_k_draws_from_what_was_tried() -> None:
    assert success_at(Tries(10, 0, ""), 5) == 0.0
    assert success_at(Tries(10, 1, ""), 5) == 0.5
    assert success_at(Tries(3, 3, ""), 3) == 1.0


def line(traceid: str, prompt: str, ext: object, risk: str = "Cybersecurity") -> str:
    return json.dumps({"traceid": traceid, "risk_type": risk, "prompt": prompt, "ext": json.dumps(ext)})


def test_zips_are_read_beside_the_junk_in_them(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(
            "S-Eval_base_risk_zh_small.jsonl", line("1", "Why?", {"model": "base_risk"}) + "\n\n"
        )
        archive.writestr("__MACOSX/._S-Eval_base_risk_zh_small.jsonl", b"\x00\x05junk")
    path = tmp_path / "base.jsonl.zip"
    path.write_bytes(packed.getvalue())
    (row,) = dataset.read(path).rows
    assert (row.traceid, row.prompt, row.origin.model) == ("1", "Why?", "base_risk")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("not json", "record #1"),
        (line("1", "Why?", {"model": "base_risk"}, "Cyber"), "no risk dimension"),
        (line("1", "Why?", {"model": "attack", "category": "flattery"}), "no attack of S-Eval"),
        (
            line("1", "Why?", {"model": "base_risk"}) + "\n" + line("1", "And?", {"model": "base_risk"}),
            "again",
        ),
        ('{"traceid": "1", "risk_type": "Cybersecurity", "prompt": "Why?", "ext": "{"}', "record #1"),
    ],
)
def test_damaged_files_are_refused(tmp_path: Path, content: str, problem: str) -> None:
    path = tmp_path / "base.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=problem):
        dataset.read(path)


def block(attack: str, prompts: Iterable[str], template: str) -> list[Row]:
    ext = json.dumps({"model": "attack", "category": attack})
    return [
        Row(f"{attack}-{n}", "Cybersecurity", template.replace("Q", prompt), ext)
        for n, prompt in enumerate(prompts)
    ]


def base(*prompts: str) -> list[Row]:
    ext = '{"model": "base_risk"}'
    return [Row(f"base-{n}", "Cybersecurity", prompt, ext) for n, prompt in enumerate(prompts)]


def test_links_follow_the_block_in_which_the_base_stands_word_for_word() -> None:
    bases = base("How?", "Why so late?", " Why ", "late?")
    order = ["late?", "How?", "Why so late?", "Why"]
    attacks = [
        *block("code_injection", "1234", "print(Q)"),
        *block(VERBATIM, order, "In layer 0: Q, please."),
    ]
    found = dataset.links(attacks, bases)
    assert [found[f"code_injection-{n}"] for n in range(4)] == ["base-3", "base-0", "base-1", "base-2"]


def test_attacks_that_cannot_be_linked_are_refused() -> None:
    bases = base("How?", "Why?")
    with pytest.raises(DataError, match=f"has no {VERBATIM} prompts"):
        dataset.links(block("code_injection", "12", "Q"), bases)
    with pytest.raises(DataError, match="no base prompt stands in"):
        dataset.links(block(VERBATIM, ["How?", "When?"], "Layer Q."), bases)
    with pytest.raises(DataError, match="not in the order"):
        dataset.links([*block("code_injection", "1", "Q"), *block(VERBATIM, ["How?", "Why?"], "Q.")], bases)


def test_missing_files_are_named_and_can_be_pulled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(locate.VARIABLE, str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(UserError, match="plimsoll data pull s_eval"):
        s_eval()
    names = {file.name for file in source("s-eval").files}
    assert names == {
        f"S-Eval_{kind}_{language}_{scale}.jsonl.zip"
        for kind in ("base_risk", "attack")
        for language in ("zh", "en")
        for scale in dataset.SIZES
    }
    assert "NC" in source("s-eval").license
    assert "NC" in LICENSE


def test_the_critique_counts_where_a_judge_model_is_named() -> None:
    made = s_eval(split="starter", judge_model=Scripted(lambda _: ""))
    assert [each.name for each in made.judges] == ["s_eval", "rules"]
    assert {sample.language for sample in made.samples()} == {"zh", "en"}
    assert {sample.category for sample in made.samples()} == set(made.hazards)
