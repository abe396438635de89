from pathlib import Path

from plimsoll.reports.drawn import Smallest, Where, embed_drawn
from plimsoll.reports.items import embed
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.journal import Journal
from tests.support.runs import records_of


def folder_of(path: Path, size: int) -> RunFolder:
    sink = Journal(path / "records.jsonl")
    for record in records_of(size):
        sink.append(record)
    sink.close()
    return RunFolder(path)


def test_the_index_counts_what_the_records_count(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 300)
    whole, drawn = embed(folder.records()), embed_drawn(folder)
    assert drawn.counts == whole.counts
    assert (drawn.total, drawn.shown, drawn.items) == (whole.total, whole.shown, whole.items)


def test_a_draw_is_the_same_whenever_it_is_made_and_in_whatever_order() -> None:
    one, other = Smallest(5), Smallest(5)
    numbers = [(number * 7919 % 1009, Where(number, number)) for number in range(200)]
    for pair in numbers:
        one.add(*pair)
    for pair in reversed(numbers):
        other.add(*pair)
    assert sorted(one.held) == sorted(other.held)
    assert sorted(-number for number, _ in one.held) == sorted(number for number, _ in numbers)[:5]
