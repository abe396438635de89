"""Answers come in any order; who shows them goes by the benchmark's."""

import asyncio
import json
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from plimsoll.cli.records import command
from plimsoll.comparison.align import side
from plimsoll.core import DataError, Record, Request, Response, replace
from plimsoll.evaluation.results import Run
from plimsoll.reports.drawn import embed_drawn
from plimsoll.reports.items import embed
from plimsoll.run.keep import index, journal
from plimsoll.run.keep.folder import RunFolder, runs
from plimsoll.run.spec import RunSpec
from plimsoll.viewer.rows import RunRows
from plimsoll.viewer.search import Filter, search
from tests.support.logs import append, write_run
from tests.support.runs import records_of
from tests.support.sessions import session
from tests.support.toy import Adder, toy


@dataclass
class LastFirst(Adder):
    """Answers the newest of the requests that wait: what was asked first is answered last."""

    waiting: list[asyncio.Event] = field(default_factory=list[asyncio.Event])

    async def generate(self, request: Request) -> Response:
        turn = asyncio.Event()
        self.waiting.append(turn)
        for _ in range(20):
            await asyncio.sleep(0)
        self.waiting.pop().set()
        await turn.wait()
        return await super().generate(request)


def shuffled(log_dir: Path, records: list[Record]) -> RunFolder:
    """A run whose answers came in another order than the benchmark's."""
    placed = [replace(record, place=place) for place, record in enumerate(records)]
    random.Random(4).shuffle(placed)
    return write_run(log_dir, "20260301-a", placed)


def carried_out(log_dir: Path, **changes: object) -> RunFolder:
    spec = RunSpec(benchmark="toy", model="toy/adder", **changes)  # type: ignore[arg-type]
    going = session(spec, log_dir, benchmark=toy(40), model=LastFirst(), max_connections=8)
    asyncio.run(going.run())
    return going.folder


def test_answers_that_come_last_first_are_shown_first_first(tmp_path: Path) -> None:
    folder = carried_out(tmp_path, epochs=3)
    written = [(record.sample.id, record.epoch) for record in folder.records()]
    wanted = [(sample.id, epoch) for sample in toy(40).samples() for epoch in range(3)]

    assert written != wanted
    assert [(record.sample.id, record.epoch) for record in folder.in_order()] == wanted


def test_a_run_until_enough_is_known_is_shown_in_the_benchmark_s_order(tmp_path: Path) -> None:
    folder = carried_out(tmp_path, until="±30%")
    order = [sample.id for sample in toy(40).samples()]
    shown = [order.index(record.sample.id) for record in folder.in_order()]

    assert shown == sorted(shown)
    assert shown != [order.index(record.sample.id) for record in folder.records()]


def test_what_an_attack_makes_stands_at_its_question(tmp_path: Path) -> None:
    folder = carried_out(tmp_path, attacks=("none", "encoding/rot13"))
    found = [(record.sample.question, record.sample.attempt is not None) for record in folder.in_order()]
    assert found == [(sample.id, attacked) for sample in toy(40).samples() for attacked in (False, True)]


def test_every_list_is_in_the_benchmark_s_order(tmp_path: Path) -> None:
    records = records_of(4)
    folder, wanted = shuffled(tmp_path, records), [record.sample.id for record in records]
    rows = RunRows(folder).read_on()

    assert [record.sample.id for record in folder.records()] != wanted
    assert [row.id for row in search(rows, Filter()).rows] == wanted[:25]
    assert [row.id for row in search(rows, Filter(page=2)).rows] == wanted[25:50]
    assert [record.sample.id for record in Run(folder)] == wanted
    assert [seen.id for seen in side(folder).seen] == wanted
    assert embed_drawn(folder).items == embed(folder.in_order()).items
    said = CliRunner().invoke(command, [str(folder.path), "--json"]).output
    assert [json.loads(line)["id"] for line in said.splitlines()] == wanted


def test_words_are_looked_for_piece_by_piece_in_that_order(tmp_path: Path) -> None:
    records = records_of(4)
    rows, found, start = RunRows(shuffled(tmp_path, records)).read_on(), list[str](), 0
    for _ in range(len(records)):
        page = search(rows, Filter(q="#", start=start), piece=1)
        found += [row.id for row in page.rows]
        if page.ahead is None:
            break
        start = page.ahead
    assert found == [record.sample.id for record in records]
    assert not search(rows, Filter(q="#", start=10**6)).rows


def test_rows_that_come_later_take_their_places(tmp_path: Path) -> None:
    records = [replace(record, place=place) for place, record in enumerate(records_of(2))]
    folder = write_run(tmp_path, "20260301-a", records[1::2], finished=False)
    rows = RunRows(folder).read_on()
    assert [row.id for row in rows.in_order()] == [record.sample.id for record in records[1::2]]
    append(folder, records[::2])
    assert [row.id for row in rows.read_on().in_order()] == [record.sample.id for record in records]


def test_records_without_places_stand_as_written(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "20260301-a", records_of(2))
    assert list(folder.in_order()) == list(folder.records())


def test_an_index_of_before_there_were_places_is_no_fault(tmp_path: Path) -> None:
    path = write_run(tmp_path, "20260301-a", records_of(2)).records_path
    held = index.path_of(path)
    held.write_bytes(held.read_bytes().replace(b",0]\n", b"]\n"))
    assert journal.is_derived(path)


@pytest.mark.parametrize("place", ["-1", "9223372036854775808", "1.5", '"1"'])
def test_a_place_that_is_none_is_no_record(tmp_path: Path, place: str) -> None:
    folder = write_run(tmp_path, "20260301-a", records_of(1))
    body = folder.records_path.read_bytes()
    folder.records_path.write_bytes(body.replace(b'{"sample"', b'{"place":%s,"sample"' % place.encode(), 1))
    with pytest.raises(DataError, match="no record"):
        list(folder.in_order())
    with pytest.raises(DataError, match="no record"):
        RunRows(folder).read_on()
    assert runs(tmp_path)
