"""SORRY-Bench on files of the gated shape that hold placeholders."""

import asyncio
import csv
import json
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from plimsoll.benchmarks.sorry_bench import dataset, taxonomy
from plimsoll.benchmarks.sorry_bench.benchmark import sorry_bench
from plimsoll.benchmarks.sorry_bench.taxonomy import STYLES, Release
from plimsoll.core import Benchmark, DataError, Estimate, Request, UserError
from plimsoll.data import locate
from plimsoll.data.sources import source
from plimsoll.models.scripted import Answer, Scripted
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.session import Session
from plimsoll.taxonomies.crosswalk import links
from tests.support.official_files import official_folder
from tests.support.sessions import session

NULLS = {(7, "slang"), (7, "ascii"), (101, "translate-fr"), (440, "morse")}


def text_of(number: int, style: str) -> str:
    return f"placeholder {number} in {style}"


def rows(release: Release, style: str) -> list[dict[str, object]]:
    count = 10 * len(taxonomy.categories(release))
    return [
        {
            "question_id": number,
            "category": str(-(-number // 10)) if style == "slang" else -(-number // 10),
            "turns": [None if (number, style) in NULLS else text_of(number, style)],
            "prompt_style": style,
        }
        for number in range(1, count + 1)
    ]


def write(folder: Path, release: Release, styles: tuple[str, ...]) -> None:
    place = folder / "sorry-bench" / release
    place.mkdir(parents=True, exist_ok=True)
    for style in styles:
        name = "question.jsonl" if style == "base" else f"question_{style}.jsonl"
        lines = "".join(json.dumps(row) + "\n" for row in rows(release, style))
        (place / name).write_text(lines, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(locate.VARIABLE, str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.parametrize(("release", "categories"), [("202406", 45), ("202503", 44)])
def test_both_releases_load_in_all_twenty_one_styles(folder: Path, release: Release, categories: int) -> None:
    write(folder, release, ("base", *STYLES))
    found = sorry_bench(release=release, styles="all")
    samples = list(found.samples())
    assert len(samples) == 21 * 10 * categories - len(NULLS)
    assert Counter(each.metadata["style"] for each in samples)["base"] == 10 * categories
    assert len({each.category for each in samples}) == categories
    assert any(
        note.startswith("4 official records hold no prompt") and "440 morse" in note for note in found.notes
    )
    assert len(found.files) == 21


def test_the_judge_s_request_is_the_base_prompt_in_every_style(folder: Path) -> None:
    write(folder, "202503", ("base", "caesar", "translate-zh-cn"))
    samples = list(sorry_bench(styles="caesar+translate-zh-cn").samples())
    assert len(samples) == 880
    for sample in samples:
        number = sample.metadata["question_id"]
        assert sample.request == text_of(number, "base")
        assert sample.messages[-1].text == text_of(number, sample.metadata["style"])
        assert sample.pair == f"202503-{number:03d}"
    assert {sample.language for sample in samples} == {"en", "zh"}


@pytest.mark.parametrize("column", ["turns", "prompt"])
def test_the_csv_twin_gives_the_same_prompts(folder: Path, column: str) -> None:
    write(folder, "202503", ("base", "slang"))
    lines = list(sorry_bench(styles="base+slang").samples())
    for path in (folder / "sorry-bench" / "202503").iterdir():
        path.unlink()
    with (folder / "sorry-bench" / "sorry_bench_202503.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["question_id", "category", column, "prompt_style"])
        writer.writeheader()
        for style in ("base", "slang"):
            for row in rows("202503", style):
                turns = row.pop("turns")
                assert isinstance(turns, list)
                writer.writerow({**row, column: turns if column == "turns" else turns[0]})
    assert list(sorry_bench(styles="base+slang").samples()) == lines


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("plain", "plain"), ("['one']", "one"), ('["it\'s"]', "it's"), ("[None]", None), ("[null]", None),
        ("", None), ("[]", None), ("[not a list", "[not a list"), ("[1]", "[1]"), ("['a', 'b']", "a"),
    ],
)  # fmt: skip
def test_a_csv_cell_may_hold_a_list_written_out(cell: str, text: str | None) -> None:
    assert dataset.first_turn(cell) == text


def test_files_out_of_balance_or_mixed_up_are_refused(folder: Path) -> None:
    write(folder, "202503", ("base",))
    path = folder / "sorry-bench" / "202503" / "question.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:-1]), encoding="utf-8")
    with pytest.raises(DataError, match="439 questions in 44 categories; 202503 has 44 categories of 10"):
        sorry_bench()
    path.write_text("\n".join([*lines[:-1], lines[0]]), encoding="utf-8")
    with pytest.raises(DataError, match="again"):
        sorry_bench()
    path.write_text(lines[0].replace('"category": 1', '"category": 12'), encoding="utf-8")
    with pytest.raises(DataError, match="question 1 says category 12"):
        sorry_bench()
    write(folder, "202406", ("base",))
    (folder / "sorry-bench" / "202406" / "question.jsonl").rename(path)
    with pytest.raises(DataError, match="202503 has 44"):
        sorry_bench()


def test_files_are_found_as_they_are_pulled(folder: Path) -> None:
    write(folder, "202503", ("base", "slang"))
    nested = list(sorry_bench(styles="base+slang").samples())
    place = folder / "sorry-bench"
    for path in list((place / "202503").iterdir()):
        path.rename(place / f"202503_{path.name}")
    assert list(sorry_bench(styles="base+slang").samples()) == nested
    pulled = {file.name for file in source("sorry-bench").files}
    assert set(sorry_bench(styles="base+slang").files) <= pulled
    assert len(pulled) == 42


def test_missing_files_say_how_to_get_them(folder: Path) -> None:
    with pytest.raises(UserError, match="plimsoll data pull sorry_bench"):
        sorry_bench()


def test_ids_are_mapped_between_releases_by_name() -> None:
    assert taxonomy.mapped(11, "202406", "202503") == 11
    assert taxonomy.mapped(12, "202406", "202503") is None
    assert [taxonomy.mapped(n, "202406", "202503") for n in range(13, 46)] == list(range(12, 45))
    assert [taxonomy.mapped(n, "202503", "202406") for n in range(12, 45)] == list(range(13, 46))
    with pytest.raises(UserError, match="45 is no category of SORRY-Bench 202503"):
        taxonomy.name_of(45, "202503")


def test_the_taxonomy_is_the_official_one(monkeypatch: pytest.MonkeyPatch) -> None:
    path = official_folder("sorry-bench", monkeypatch) / "taxonomy.json"
    official = json.loads(path.read_text(encoding="utf-8"))
    for release in taxonomy.RELEASES:
        listed = [(row["id"], row["name"], row["domain"]) for row in official[release]]
        ours = [(n, name, taxonomy.domain_of(name)) for n, name in enumerate(taxonomy.categories(release), 1)]
        assert ours == listed
    assert set(STYLES) <= {str(style) for style in json.dumps(official["prompt_styles"]).split('"')}


def test_the_crosswalk_knows_every_category_by_our_spelling() -> None:
    known = {link.category for link in links() if link.taxonomy == "sorry-bench-202406"}
    assert set(taxonomy.categories("202406")) == known


@pytest.mark.parametrize(
    ("text", "release", "count"),
    [
        ("", "202503", 44), ("1-24", "202503", 24), ("1-24", "202406", 24), ("1-5+Fraud+fraud", "202503", 6),
        ("potentially unqualified advice", "202503", 5), ("Assistance with Crimes or Torts", "202503", 19),
        ("Assistance with Crimes or Torts", "202406", 20), ("12", "202406", 1),
    ],
)  # fmt: skip
def test_categories_are_selected_by_ids_ranges_names_and_domains(
    text: str, release: Release, count: int
) -> None:
    assert len(taxonomy.selected(text, release)) == count


def test_what_selects_nothing_is_refused_with_the_closest_name() -> None:
    with pytest.raises(UserError, match="did you mean Fraud"):
        taxonomy.selected("Frauds", "202503")
    with pytest.raises(UserError, match="Impersonation"):
        taxonomy.selected("Impersonation", "202503")
    with pytest.raises(UserError, match="no style is called 'slangs'"):
        taxonomy.styles_of("slangs")


def small(folder: Path, judge: Scripted) -> Benchmark:
    """One prompt of each category in three styles."""
    write(folder, "202406", ("base", "slang", "caesar"))
    found = sorry_bench(release="202406", styles="base+slang+caesar", judge_model=judge)
    chosen = [each for each in found.samples() if each.metadata["question_id"] % 10 == 1]
    assert len(chosen) == 135
    return replace(found, samples=partial(iter, chosen))


def scored(request: Request) -> Answer:
    """A judge by rule: odd categories comply, and every ninth reply cannot be read."""
    number = int(request.messages[-1].text.split("placeholder ")[1].split()[0])
    category = taxonomy.category_of(number)
    return "no idea" if category % 9 == 0 else str(category % 2)


def run(found: Benchmark, model: Scripted, folder: Path) -> Session:
    return session(
        RunSpec(benchmark="sorry_bench", model="scripted"),
        folder,
        benchmark=found,
        model=model,
        max_connections=1,
    )


def test_rates_by_category_domain_and_style_are_a_hand_s_and_unread_judgements_are_shown(
    folder: Path, tmp_path: Path
) -> None:
    going = run(small(folder, Scripted(scored)), Scripted(lambda _: "Sure."), tmp_path / "log")
    summary = asyncio.run(going.run())
    ours = [each for each in summary.estimates if each.judge == "sorry"]
    numbers = range(1, 46)
    names = {n: taxonomy.name_of(n, "202406") for n in numbers}

    def expected(chosen: list[int], times: int) -> tuple[float, int, int]:
        read = [n for n in chosen if n % 9]
        return sum(n % 2 for n in read) / len(read), times * len(read), times * (len(chosen) - len(read))

    def found(**group: str) -> Estimate:
        (each,) = [e for e in ours if e.name == "compliance_rate" and dict(e.group) == group]
        return each

    def seen(each: Estimate) -> tuple[float, int, int]:
        return each.value, each.n, each.unscored

    assert seen(found()) == pytest.approx(expected(list(numbers), 3))
    for style in ("base", "slang", "caesar"):
        assert seen(found(style=style)) == pytest.approx(expected(list(numbers), 1))
    for domain in taxonomy.DOMAINS:
        members = [n for n in numbers if taxonomy.domain_of(names[n]) == domain]
        assert seen(found(domain=domain)) == pytest.approx(expected(members, 3))
    for n in numbers:
        if n % 9:
            assert found(category=names[n]).value == n % 2
    unread = next(e for e in ours if e.name == "judge_unparsed_rate" and not e.group)
    assert unread.value == pytest.approx(5 / 45)


class Killed(BaseException):
    """Ends a run at once. A KeyboardInterrupt out of a task would end the loop around it as well."""


def test_a_run_cut_off_goes_on_and_sends_no_prompt_twice(folder: Path, tmp_path: Path) -> None:
    sent: list[str] = []
    calls: list[int] = []

    def answered(request: Request) -> Answer:
        calls.append(1)
        if len(calls) == 60:
            raise Killed
        sent.append(request.messages[-1].text)
        return "Sure."

    found = small(folder, Scripted(scored))
    with pytest.raises(Killed):
        asyncio.run(run(found, Scripted(answered, revision="r"), tmp_path / "log").run())
    going = run(found, Scripted(answered, revision="r"), tmp_path / "log")
    summary = asyncio.run(going.run())
    assert summary.records == 135
    assert len(sent) == len(set(sent)) == 135
