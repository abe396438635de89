import threading
from pathlib import Path

import pytest

from plimsoll.core import UserError, replace
from plimsoll.labelling.agreement import agreement
from plimsoll.labelling.drawing import DrawSpec, draw
from plimsoll.labelling.sheet import Closed, Sheet, comparable, next_open, opened, progress
from plimsoll.labels import own
from tests.support.judged import MANIFEST, folder_of, judged, truth_of


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    folder = folder_of(tmp_path / "run", judged(60))
    made = Sheet(folder.path / "labels.jsonl")
    made.make(draw(folder, MANIFEST, DrawSpec("refusal", size=30)).lines)
    return made


def all_by(sheet: Sheet, rater: str, *, but: tuple[int, ...] = ()) -> None:
    for place, line in enumerate(sheet.lines()):
        right = truth_of(line.reply or "")
        sheet.label(place, rater, 1 - right if place in but else right)


def test_a_label_is_in_the_file_and_the_file_is_a_pack(sheet: Sheet) -> None:
    sheet.label(2, "ann", 1.0)
    sheet.label(3, "ann", None)
    items = list(own.read(sheet.path).items())
    assert [dict(item.labels) for item in items] == [{"ann": 1.0}]
    assert items[0].stored["rules"].value in (0.0, 1.0)
    assert items[0].metadata["run"] == MANIFEST.id


def test_a_label_can_be_changed_and_taken_back(sheet: Sheet) -> None:
    sheet.label(0, "ann", 1.0)
    sheet.label(0, "ann", 0.5)
    assert sheet.lines()[0].labels == {"ann": 0.5}
    sheet.unlabel(0, "ann")
    assert sheet.lines()[0].labels == {}


def test_two_raters_at_once_lose_nothing(sheet: Sheet) -> None:
    threads = [threading.Thread(target=all_by, args=(sheet, who)) for who in ("ann", "ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert progress(sheet.lines()) == {"ann": 30, "ben": 30}
    assert comparable(sheet.lines())


def test_a_draw_is_made_once(sheet: Sheet) -> None:
    sheet.label(0, "ann", 1.0)
    sheet.make([replace(line, labels={}) for line in sheet.lines()])
    assert sheet.lines()[0].labels == {"ann": 1.0}


def test_one_goes_on_behind_the_last_and_then_from_the_start(sheet: Sheet) -> None:
    for place in (0, 1, 3):
        sheet.label(place, "ann", 0.0)
    lines = sheet.lines()
    assert next_open(lines, "ann") == 2
    assert next_open(lines, "ann", 2) == 4
    assert next_open(lines, "ann", 29) == 2
    assert next_open(lines, "ben") == 0
    all_by(sheet, "ann")
    assert next_open(sheet.lines(), "ann") is None


def test_labels_that_were_compared_are_fixed(sheet: Sheet) -> None:
    all_by(sheet, "ann")
    sheet.close()
    for change in (lambda: sheet.label(0, "ann", 1.0), lambda: sheet.unlabel(0, "ann")):
        with pytest.raises(Closed):
            change()
    sheet.settle(0, 1.0)
    assert sheet.lines()[0].settled == 1.0
    sheet.settle(0, None)
    assert sheet.lines()[0].settled is None


def test_agreement_waits_for_two_raters_who_are_through(sheet: Sheet) -> None:
    all_by(sheet, "ann")
    with pytest.raises(UserError, match="ann 30 of 30"):
        agreement(sheet.lines())
    sheet.label(0, "ben", 1.0)
    with pytest.raises(UserError, match="ben 1 of 30"):
        agreement(sheet.lines())


def test_agreement_counts_what_both_said_and_lists_where_they_differ(sheet: Sheet) -> None:
    all_by(sheet, "ann")
    all_by(sheet, "ben", but=(4, 9))
    sheet.label(6, "ben", None)
    sheet.label(7, "ann", 0.5)
    sheet.label(7, "ben", 0.5)
    found = agreement(sheet.lines())
    (pair,) = found.pairs
    assert (pair.n, pair.same) == (29, 27)
    assert found.disputed == (4, 7, 9)
    assert pair.kappa is not None
    assert pair.bounds is not None
    assert pair.bounds.low <= pair.kappa <= pair.bounds.high
    sheet.settle(4, 0.0)
    assert agreement(sheet.lines()).settled == 1


def test_raters_who_always_say_one_word_have_no_kappa(sheet: Sheet) -> None:
    for place in range(30):
        for who in ("ann", "ben"):
            sheet.label(place, who, 0.0)
    (pair,) = agreement(sheet.lines()).pairs
    assert (pair.kappa, pair.bounds, pair.same) == (None, None, 30)


def test_three_raters_are_held_against_each_other_two_by_two(sheet: Sheet) -> None:
    for who in ("ann", "ben", "cy"):
        all_by(sheet, who)
    assert [(pair.first, pair.second) for pair in agreement(sheet.lines()).pairs] == [
        ("ann", "ben"),
        ("ann", "cy"),
        ("ben", "cy"),
    ]


def test_a_sheet_of_another_run_is_refused(sheet: Sheet) -> None:
    assert opened(sheet.path, MANIFEST.id).lines()
    with pytest.raises(UserError, match="does not hold a draw of this run"):
        opened(sheet.path, "another")


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        Sheet(tmp_path / "file" / "labels.jsonl").make([])


def test_a_rater_who_gave_up_is_taken_out(sheet: Sheet) -> None:
    all_by(sheet, "ann")
    all_by(sheet, "ben")
    sheet.label(0, "bne", 1.0)
    assert not comparable(sheet.lines())
    with pytest.raises(UserError, match="did you mean"):
        sheet.drop("bnee")
    assert sheet.drop("bne") == 1
    assert comparable(sheet.lines())
