import os
from pathlib import Path

import pytest

from plimsoll.core import DataError, replace
from plimsoll.reports.items import embed, fate
from plimsoll.run.keep import index, journal
from plimsoll.viewer.logs import Logs, estimates_of
from plimsoll.viewer.rows import RunRows, found_by_index
from plimsoll.viewer.search import Filter, by_chance, changed, fitting, read_filter, search, twin
from tests.support.logs import append, write_run
from tests.support.runs import answered, hostile, records_of


@pytest.fixture
def run_rows(tmp_path: Path) -> RunRows:
    return RunRows(write_run(tmp_path, "20260301-a", records_of(20))).read_on()


def test_rows_say_what_the_records_say(run_rows: RunRows) -> None:
    records = list(run_rows.folder.records())

    assert [row.id for row in run_rows.rows] == [record.sample.id for record in records]
    assert [row.fate for row in run_rows.rows] == [fate(record) for record in records]
    assert [row.outcome for row in run_rows.rows] == [record.outcome.value for record in records]
    assert [run_rows.record(row.number) for row in run_rows.rows] == records


def test_counts_equal_those_of_the_report(run_rows: RunRows) -> None:
    counts, wanted = run_rows.counts(), embed(run_rows.folder.records()).counts

    assert (counts.fates, counts.chosen, counts.targets) == (wanted.fates, wanted.chosen, wanted.targets)
    assert counts.bins == [pytest.approx(each) for each in wanted.bins]


def test_only_what_was_added_is_read(tmp_path: Path) -> None:
    first, later = records_of(3)[:20], records_of(3)[20:]
    run_rows = RunRows(write_run(tmp_path, "20260301-a", first, finished=False)).read_on()
    known = run_rows.rows[0]
    append(run_rows.folder, later)

    assert len(run_rows.rows) == 20
    assert len(run_rows.read_on().rows) == len(first) + len(later)
    assert run_rows.rows[0] is known


def test_a_line_that_is_still_being_written_waits_for_its_end(tmp_path: Path) -> None:
    run_rows = RunRows(write_run(tmp_path, "20260301-a", records_of(2), finished=False)).read_on()
    whole, line = len(run_rows.rows), run_rows.path.read_bytes().splitlines(keepends=True)[0]
    with run_rows.path.open("ab") as file:
        file.write(line[:40])
    assert len(run_rows.read_on().rows) == whole
    with run_rows.path.open("ab") as file:
        file.write(line[40:])
    assert len(run_rows.read_on().rows) == whole + 1


def test_a_journal_that_was_replaced_is_read_anew(run_rows: RunRows) -> None:
    kept = list(run_rows.folder.records())[:5]
    journal.rewrite(run_rows.path, kept)

    assert [row.id for row in run_rows.read_on().rows] == [record.sample.id for record in kept]


def test_a_line_that_is_no_record_is_named(run_rows: RunRows) -> None:
    with run_rows.path.open("ab") as file:
        file.write(b'{"sample": 3}\n')
    with pytest.raises(DataError, match="line 281 is no record"):
        run_rows.read_on()


def test_reading_writes_nothing_into_the_run(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "20260301-a", records_of(2))
    index.path_of(folder.records_path).unlink()
    before = {path: path.stat().st_mtime_ns for path in folder.path.iterdir()}
    run_rows = RunRows(folder).read_on()
    search(run_rows, Filter(q="bleach"))
    assert found_by_index(folder, "zh-0", 0) is None
    assert {path: path.stat().st_mtime_ns for path in folder.path.iterdir()} == before


def test_an_index_that_is_wrong_finds_nothing(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "20260301-a", records_of(2))
    found = found_by_index(folder, "zh-1", 0)
    assert found is not None
    assert found.sample.id == "zh-1"
    lying = index.path_of(folder.records_path)
    lying.write_bytes(
        lying.read_bytes().replace(b'["zh-1",', b'["zh-0",').replace(b'["zh-0",', b'["zh-1",', 1)
    )
    assert found_by_index(folder, "zh-1", 0) is None


def test_filters_narrow_together(run_rows: RunRows) -> None:
    wanted = Filter(category="PH", language="zh", verdict="wrong")
    rows = fitting(run_rows, wanted)

    assert 0 < len(rows) < 20
    assert all((row.category, row.language, row.value) == ("PH", "zh", 0.0) for row in rows)


def test_verdicts_part_all_rows(run_rows: RunRows) -> None:
    parts = [
        len(fitting(run_rows, Filter(verdict=name))) for name in ("right", "wrong", "graded", "unscored")
    ]
    assert sum(parts) == len(run_rows.rows)


def test_flips_go_both_ways(tmp_path: Path) -> None:
    records = records_of(20)
    one = RunRows(write_run(tmp_path, "20260301-a", records)).read_on()
    turned = [answered(record.sample, "A") if record.verdicts else record for record in records[:50]]
    other = RunRows(write_run(tmp_path, "20260302-b", turned)).read_on()
    kinds = {kind: fitting(one, Filter(against="b", flip=kind), other) for kind in ("any", "gained", "lost")}

    assert len(kinds["any"]) == len(kinds["gained"]) + len(kinds["lost"])
    assert all(row.value == 1.0 and other.rows[row.number].value == 0.0 for row in kinds["gained"])
    assert all(row.value == 0.0 and other.rows[row.number].value == 1.0 for row in kinds["lost"])
    assert min(map(len, kinds.values())) > 0
    assert read_filter({"flip": "gained"}).flip == ""


def test_words_are_found_wherever_a_page_shows_them(tmp_path: Path) -> None:
    records = [*records_of(10), hostile("the ANSWER lies\nhere", number=7, prompt='Say “Grüße” / "x"')]
    run_rows = RunRows(write_run(tmp_path, "20260301-a", records)).read_on()

    for words in ("answer lies\nhere", "grüße", '/ "x"', "en-7", "ANSWER"):
        found = search(run_rows, Filter(q=words))
        assert "en-7" in [row.id for row in found.rows], words
    assert search(run_rows, Filter(q="zh-6003")).rows[0].id == "zh-6003"
    assert search(run_rows, Filter(q="loglikelihoods")).rows == []


def test_a_search_stops_after_its_piece_and_goes_on_from_there(run_rows: RunRows) -> None:
    first = search(run_rows, Filter(q="#6019"), piece=20_000)
    assert first.rows == []
    assert first.searched is not None
    assert first.searched < first.fitting
    hits, start = list[str](), first.ahead
    while start is not None:
        found = search(run_rows, Filter(q="#6019", start=start), piece=20_000)
        hits += [row.id for row in found.rows]
        start = found.ahead

    assert hits == ["zh-6019", "en-6019"]


def test_a_page_beyond_the_last_is_the_last(run_rows: RunRows) -> None:
    found = search(run_rows, Filter(page=999))
    assert found.rows[-1] == run_rows.rows[-1]


def test_nonsense_in_an_address_is_left_out() -> None:
    wanted = read_filter({"page": "-3", "start": "9" * 50, "verdict": "<script>", "q": "x" * 9999})
    assert (wanted.page, wanted.start, wanted.verdict, len(wanted.q)) == (1, 0, "", 400)


def test_a_run_under_way_shows_what_it_has_found_so_far(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "20260301-a", records_of(5), finished=False, total=500)
    logs = Logs(tmp_path)
    listed = logs.get("20260301-a")
    assert listed is not None
    assert listed.running
    assert listed.summary.records == 70
    append(folder, records_of(6)[:3])
    again = logs.get("20260301-a")
    assert again is not None
    assert again.summary.records == 73
    whole = next(
        estimate for estimate in estimates_of(logs.run_rows("20260301-a").rows) if not estimate.group
    )
    assert whole.low < whole.value < whole.high


def test_a_run_whose_process_is_gone_is_not_under_way(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "20260301-a", records_of(1), finished=False)
    (folder.path / "lock").write_text("999999999")
    old = folder.records_path.stat().st_mtime - 3600
    os.utime(folder.records_path, (old, old))
    listed = Logs(tmp_path).get("20260301-a")
    assert listed is not None
    assert listed.summary.status == "interrupted"


def test_names_lead_to_nothing_outside_of_the_log_folder(tmp_path: Path) -> None:
    write_run(tmp_path / "logs", "20260301-a", records_of(1))
    write_run(tmp_path, "secret", records_of(1))
    logs = Logs(tmp_path / "logs")
    for name in ("../secret", "..", ".", "", "a/../../secret", "20260301-a\0"):
        assert logs.get(name) is None


def test_a_folder_that_cannot_be_read_is_listed_with_the_reason(tmp_path: Path) -> None:
    write_run(tmp_path, "20260301-a", records_of(1))
    (tmp_path / "20260302-b").mkdir()
    (tmp_path / "20260302-b" / "run.json").write_text("{}")
    listed, broken = Logs(tmp_path).all()

    assert [run.name for run in listed] == ["20260301-a"]
    assert [name for name, _ in broken] == ["20260302-b"]


def test_epochs_of_the_same_answers_make_live_rates_and_flips_no_surer(tmp_path: Path) -> None:
    once = [record for record in records_of(20) if record.verdicts]
    often = [replace(record, epoch=epoch) for record in once for epoch in range(9)]
    found: list[list[tuple[float, float, float]]] = []
    chances: list[float] = []
    for name, records in (("1", once), ("9", often)):
        run_rows = RunRows(write_run(tmp_path / name, "20260301-a", records)).read_on()
        turned = [answered(each.sample, "A") if n % 5 else each for n, each in enumerate(once)]
        again = turned if name == "1" else [replace(each, epoch=e) for each in turned for e in range(9)]
        other = RunRows(write_run(tmp_path / name, "20260302-b", again)).read_on()
        found.append([(each.value, each.low, each.high) for each in estimates_of(run_rows.rows)])
        pairs = [(row, twin(row, other)) for row in run_rows.rows]
        flips = [(row, changed(row, before)) for row, before in pairs if before is not None]
        chances.append(by_chance((row, change) for row, change in flips if change))
    assert found[1] == [pytest.approx(each) for each in found[0]]
    assert chances[1] == pytest.approx(chances[0])
    assert 0 < chances[0] < 1
