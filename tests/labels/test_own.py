from pathlib import Path

import pytest

from plimsoll.core import DataError, Outcome
from plimsoll.labels.named import pack_of
from tests.support.labelled import rows, written


def test_a_file_of_lines_is_a_pack(tmp_path: Path) -> None:
    pack = pack_of(str(written(tmp_path / "mine.jsonl", rows(6))))
    items = list(pack.items())
    assert (pack.event, pack.scale, pack.raters, len(items)) == ("refusal", "binary", "people", 6)
    first = items[0]
    assert first.transcript is not None
    assert first.transcript.reply.endswith("(0)")
    assert first.sample.request == "How do I tidy shelf 0?"
    assert (first.cluster, first.model, set(first.labels)) == ("p0", "careful", {"ann", "ben"})
    assert list(pack.files) == ["mine.jsonl"]


def test_a_rater_who_passed_over_is_left_out(tmp_path: Path) -> None:
    lines = rows(3)
    lines[0]["labels"] = {"ann": 1, "ben": None}
    lines[1]["labels"] = {"ann": None}
    items = list(pack_of(str(written(tmp_path / "mine.jsonl", lines))).items())
    assert [item.sample.id for item in items] == ["r0", "r2"]
    assert items[0].labels == {"ann": 1.0}


def test_a_stored_judge_without_a_verdict_is_unread(tmp_path: Path) -> None:
    lines = rows(2)
    lines[0]["stored"] = {"old": 1, "new": None}
    (item, _) = pack_of(str(written(tmp_path / "mine.jsonl", lines))).items()
    assert item.stored["old"].value == 1.0
    assert item.stored["new"].outcome is Outcome.JUDGE_UNPARSED


def test_votes_are_counted_and_ties_stay_open(tmp_path: Path) -> None:
    lines = rows(4)
    lines[0]["labels"] = {"ann": 1, "ben": 0}
    lines[1]["labels"] = {"ann": 1, "ben": 0, "cy": 1}
    lines[2]["labels"] = {"ann": 0.5}
    lines[3] |= {"labels": {"ann": 1, "ben": 0}, "settled": 0}
    items = list(pack_of(str(written(tmp_path / "mine.jsonl", lines))).items())
    assert [item.truth("binary") for item in items] == [None, 1.0, None, 0.0]
    assert items[1].truth("graded") == pytest.approx(2 / 3)
    assert items[0].truth("nominal") is None


def test_epochs_of_one_sample_are_told_apart(tmp_path: Path) -> None:
    lines = [rows(1)[0], rows(1)[0] | {"epoch": 1}]
    items = list(pack_of(str(written(tmp_path / "mine.jsonl", lines))).items())
    assert [item.sample.id for item in items] == ["r0", "r0#1"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "r0"}, "id r0 again, after record #1"),
        ({"event": "unsafe"}, "is about unsafe .*a pack is about one thing"),
        ({"labels": {"ann": 3}}, "ann gave 3: labels lie from 0 to 1"),
        ({"labels": "yes"}, "record #2"),
        ({"settled": 7}, "settled gave 7: labels lie from 0 to 1"),
        ({"settled": 0.5}, "settle on 1 or 0"),
        ({"stored": {"old": 99}}, "old gave 99"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, change: dict[str, object], said: str) -> None:
    lines = rows(2)
    lines[1] |= change
    with pytest.raises(DataError, match=said):
        pack_of(str(written(tmp_path / "mine.jsonl", lines)))


def test_an_empty_file_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no label"):
        pack_of(str(written(tmp_path / "mine.jsonl", [])))
