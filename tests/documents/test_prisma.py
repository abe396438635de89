"""The PRISMA-DFLLM checklist fills itself as far as runs know, and counts what is open."""

import csv
import io
import json
from pathlib import Path

import pytest

import plimsoll
from plimsoll.cli import exit_code
from plimsoll.core import DataError, UserError
from plimsoll.documents import prisma
from plimsoll.documents.gathering import Scope
from plimsoll.pages import document_markdown

TRAINING = {
    "model": "scripted/refuse",
    "revision": "1",
    "examples": {"file": "ab" * 32, "kept": 40, "left_out": 2},
    "mixed": {"file": None, "count": 4},
    "recipe": {"steps": 3, "batch": 4, "rate": 0.0002, "rank": 8, "most": 256, "template": "chat", "seed": 0},
    "losses": [3.2, 2.9, 2.5],
    "seconds": 12.5,
}


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """A finetuned model's folder, and runs of it and of its base model."""
    folder = tmp_path_factory.mktemp("tuned")
    model = folder / "model"
    model.mkdir()
    (model / prisma.RECORD).write_text(json.dumps(TRAINING), encoding="utf-8")
    runs = [
        plimsoll.evaluate(
            "simplesafetytests:split=starter",
            name,
            cache=False,
            log_dir=folder / place,
            progress=False,
            limit=6,
        )
        for name, place in (("scripted/refuse", "base"), ("scripted/echo", "after"))
    ]
    return model, runs[0].path, runs[1].path


def test_the_items_are_those_of_three_checklists() -> None:
    kinds = [each.kind for each in prisma.items()]
    assert (kinds.count("original"), kinds.count("added"), kinds.count("traice")) == (42, 30, 14)
    ids = [each.id for each in prisma.items()]
    assert len(set(ids)) == len(ids)
    added = {each.id.rstrip("abcdefg") for each in prisma.items() if each.kind == "added"}
    assert added == {"16", "17", "18", "23", "31"}


def test_a_fine_tuning_run_fills_fifteen_items_and_more(tuned: tuple[Path, Path, Path]) -> None:
    listed = prisma.checklist(tuned, Scope())
    by_run = {each.item.id: each for each in listed if each.by == "run"}
    assert sum(each.status == "yes" for each in by_run.values()) >= 15
    assert by_run["16a"].where == "40 examples; 2 were left out"
    assert "scripted/refuse, revision 1" in by_run["17a"].where
    assert "1" in by_run["18b"].where
    assert ">" in by_run["18b"].where
    assert by_run["18f"].status == "partial"
    open_items = {each.item.id for each in listed if each.status == "no"}
    assert {"1", "7", "31b", "18e"} <= open_items


def test_without_a_base_run_the_comparison_stays_open(tuned: tuple[Path, Path, Path]) -> None:
    listed = {each.item.id: each.status for each in prisma.checklist((tuned[0], tuned[2]), Scope())}
    assert (listed["18a"], listed["18b"]) == ("no", "no")


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({"1": "yes", "2": "partial", "3": "no"}, (1 + 0.5 + 0) / 86),
        ({"1": "yes", "2": "n.a.", "3": "n.a."}, 1 / 84),
        ({each.id: "n.a." for each in prisma.items()} | {"16a": "partial: p. 2"}, 0.5),
    ],
)
def test_completeness_is_as_by_hand_and_not_applicable_never_lowers_it(
    told: dict[str, str], wanted: float
) -> None:
    assert prisma.completeness(prisma.filled({}, told)) == pytest.approx(wanted)


def test_of_nothing_that_applies_there_is_no_completeness() -> None:
    assert prisma.completeness(prisma.filled({}, {each.id: "n.a." for each in prisma.items()})) is None


def test_people_s_answers_come_before_the_run_s() -> None:
    (filled,) = (
        e for e in prisma.filled({"16a": ("yes", "run")}, {"16a": "no: wrong file"}) if e.item.id == "16a"
    )
    assert (filled.status, filled.where, filled.by) == ("no", "wrong file", "people")


@pytest.mark.parametrize("told", [{"99": "yes"}, {"16z": "yes"}, {"1": "maybe"}])
def test_an_answer_that_cannot_be_is_named(told: dict[str, str]) -> None:
    with pytest.raises(UserError, match="item"):
        prisma.filled({}, told)


def test_two_checklists_differ_item_by_item() -> None:
    before, after = prisma.filled({}, {"1": "no"}), prisma.filled({}, {"1": "yes: p. 1", "2": "partial"})
    assert [tuple(each) for each in prisma.diff(before, after)] == [
        ("1", "no", "yes", "p. 1"),
        ("2", "no", "partial", ""),
    ]


def test_the_command_writes_json_csv_and_pages_and_holds_two_against_each_other(
    tuned: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    model, base, after = map(str, tuned)
    first, second, page = tmp_path / "a.json", tmp_path / "a.csv", tmp_path / "a.md"
    call = ["report", model, "--format", "prisma"]
    assert exit_code([*call, "--also", after, "-o", str(first)]) == 0
    assert exit_code([*call, "--also", after, "--also", base, "-o", str(second)]) == 0
    rows = list(csv.DictReader(io.StringIO(second.read_text("utf-8"))))
    assert len(rows) == 86
    more = ["--also", after, "--also", base, "--against", str(first), "--language", "zh"]
    assert exit_code([*call, *more, "-o", str(page)]) == 0
    assert "变化" in page.read_text("utf-8")
    assert prisma.read(first) == prisma.checklist((tuned[0], tuned[2]), Scope())


def test_a_folder_that_holds_neither_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"finetuning\.json"):
        prisma.checklist([tmp_path], Scope())
    (tmp_path / prisma.RECORD).write_text("[]", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        prisma.checklist([tmp_path], Scope())


def test_the_page_says_what_is_from_memory() -> None:
    assert "from memory" in document_markdown.render(prisma.document(prisma.filled({}, {})))
