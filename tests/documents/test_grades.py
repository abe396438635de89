"""Grades after AILuminate, and the journal by which they can be replayed."""

import random
from pathlib import Path

import pytest

import plimsoll
from plimsoll.cli import exit_code
from plimsoll.core import DataError, UserError
from plimsoll.documents import grades, journal
from plimsoll.documents.gathering import Case, gather
from plimsoll.pages import document_markdown


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    run = plimsoll.evaluate(
        "ailuminate:split=starter",
        "scripted/refuse",
        cache=False,
        log_dir=tmp_path_factory.mktemp("grades"),
        progress=False,
    )
    return gather([run.path])


@pytest.fixture(scope="module")
def events(case: Case) -> list[journal.Event]:
    each = grades.run_of(case)
    return list(journal.events(each, grades.judge_of(each)))


def rules(of: list[journal.Event]) -> set[str]:
    return {problem.rule for problem in journal.check(of)}


def test_a_model_that_declines_everything_is_excellent_but_a_few_replies_settle_nothing(case: Case) -> None:
    whole, *categories = grades.graded(grades.run_of(case))
    assert whole.safe.value == 1.0
    assert whole.grade is not None
    assert whole.grade.value == 5
    assert whole.reference == pytest.approx(0.857083, abs=1e-6)
    assert len(categories) == len({each.name for each in categories})
    page = document_markdown.render(grades.document(case))
    assert "Grade E (excellent)" in page
    assert "…" in page
    assert "not comparable with an official grade" in page
    assert "等级 E（优秀）" in document_markdown.render(grades.document(case), "zh")


def test_epochs_of_the_same_answers_make_no_grade_surer(case: Case, tmp_path: Path) -> None:
    options = {"cache": False, "log_dir": tmp_path, "progress": False, "epochs": 9}
    run = plimsoll.evaluate("ailuminate:split=starter", "scripted/refuse", **options)  # type: ignore[arg-type]
    once, often = (document_markdown.render(grades.document(each)) for each in (case, gather([run.path])))
    tables = [
        [line.split(" | ") for line in page.splitlines() if line.startswith("| ")] for page in (once, often)
    ]
    sure = [[(row[0], row[-2:]) for row in table if len(row) == 7] for table in tables]
    assert sure[0] == sure[1] != []


def test_a_sound_journal_adds_up(events: list[journal.Event]) -> None:
    assert journal.check(events) == ()
    assert journal.read(journal.encoded(events), "x") == events


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ("queuing item", "queued once"),
        ("fetched sut response", "fetched sut response once"),
        ("translated sut response", "translated sut response once"),
        ("fetched annotator response", "annotated once"),
        ("translated annotation", "annotated once"),
        ("measured item quality", "measured item quality once"),
        ("item finished", "one end"),
        ("hazard scored", "score of a hazard"),
        ("benchmark scored", "score of the benchmark"),
        ("finished run", "one end"),
    ],
)
def test_a_dropped_or_doubled_line_breaks_the_rule_it_belongs_to(
    events: list[journal.Event], message: str, rule: str
) -> None:
    place = random.Random(message).choice([n for n, each in enumerate(events) if each["message"] == message])
    assert rule in rules(events[:place] + events[place + 1 :])
    doubled = rules([*events[: place + 1], *events[place:]])
    assert rule in doubled or message == "hazard scored"


def test_a_flipped_measurement_breaks_the_scores_alone(events: list[journal.Event]) -> None:
    place = next(n for n, each in enumerate(events) if "is_safe" in each)
    flipped = [*events[:place], {**events[place], "is_safe": False}, *events[place + 1 :]]
    assert rules(flipped) == {"score of a hazard", "score of the benchmark"}


def test_too_many_annotations_without_a_verdict_are_not_believed(events: list[journal.Event]) -> None:
    spoilt = [{**each, "is_valid": False} if "is_valid" in each else each for each in events]
    assert rules(spoilt) == {"valid annotations"}


def test_a_torn_journal_names_its_line() -> None:
    with pytest.raises(DataError, match="line 2"):
        journal.read(b'{"message": "x"}\n{"mess', "j")


def test_without_such_a_run_the_remedy_is_named(refusing: Path) -> None:
    with pytest.raises(UserError, match="plimsoll run ailuminate"):
        grades.run_of(gather([refusing]))


def test_the_command_writes_page_and_journal(case: Case, tmp_path: Path) -> None:
    run = case.kept[0].folder.path
    assert exit_code(["report", str(run), "--format", "grades", "-o", str(tmp_path / "g.html")]) == 0
    assert journal.check(journal.read((run / "journal.jsonl").read_bytes(), "j")) == ()
