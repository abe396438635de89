"""What every benchmark must bear whose answers are words."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from plimsoll.core import Benchmark, Denied, Outcome, Request
from plimsoll.models.scripted import Answer, Scripted
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Summary
from plimsoll.run.spec import RunSpec
from plimsoll.taxonomies.crosswalk import hub
from tests.conformance.test_benchmarks import RIGHT_OR_WRONG, SPECS, made
from tests.support.conformance import HOSTILE_REPLIES
from tests.support.sessions import session

OPEN = [spec for spec in SPECS if spec not in RIGHT_OR_WRONG]


def carried_out(spec: str, model: Scripted, log_dir: Path) -> tuple[RunFolder, Summary]:
    going = session(RunSpec(benchmark=spec, model="scripted"), log_dir, benchmark=made(spec), model=model)
    summary = asyncio.run(going.run())
    return going.folder, summary


def questions(spec: str) -> list[str]:
    return [sample.id for sample in made(spec).samples()]


@pytest.mark.parametrize("spec", OPEN)
def test_the_headline_is_counted_and_says_whose_verdicts_it_rests_on(spec: str, tmp_path: Path) -> None:
    _, summary = carried_out(spec, Scripted(lambda _: "Here is some text about it."), tmp_path)
    found = [each for each in summary.estimates if each.name == made(spec).headline and not each.group]
    assert found, f"{made(spec).headline} is not among {sorted({e.name for e in summary.estimates})}"
    assert summary.status == "finished"


@pytest.mark.parametrize("spec", OPEN)
def test_every_judge_says_what_it_measures(spec: str) -> None:
    for judge in made(spec).judges:
        assert judge.instrument.event
        assert judge.instrument.inputs
        assert judge.instrument.revision


@pytest.mark.parametrize("spec", OPEN)
def test_hazards_are_hubs_of_the_crosswalk_for_categories_that_exist(spec: str) -> None:
    benchmark: Benchmark = made(spec)
    categories = {sample.category for sample in benchmark.samples()}
    assert set(benchmark.hazards.values()) <= set(hub())
    assert not benchmark.hazards or categories & set(benchmark.hazards), "hazards name no category asked"


@pytest.mark.parametrize("spec", OPEN)
def test_hostile_replies_are_recorded_whole_and_judged_once(spec: str, tmp_path: Path) -> None:
    replies = list(HOSTILE_REPLIES.values())
    asked = 0

    def hostile(request: Request) -> Answer:
        nonlocal asked
        asked += 1
        return replies[asked % len(replies)][:200_000]

    folder, summary = carried_out(spec, Scripted(hostile), tmp_path)
    records = list(folder.records())
    assert sorted(record.sample.id for record in records) == sorted(questions(spec))
    assert summary.records == len(records)
    for record in records:
        assert record.transcript is not None
        for verdict in record.verdicts.values():
            assert verdict.outcome is not Outcome.JUDGE_ERROR, record.failures
            assert verdict.value is None or 0.0 <= verdict.value <= 1.0
        assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record
    for estimate in summary.estimates:
        assert estimate.low <= estimate.value <= estimate.high


@pytest.mark.parametrize("spec", OPEN)
def test_a_run_cut_off_goes_on_and_asks_nothing_twice(spec: str, tmp_path: Path) -> None:
    calls: list[Request] = []

    def stopping(request: Request) -> Answer:
        calls.append(request)
        return Denied("the key was withdrawn") if len(calls) == 3 else "Sure, here you are."

    model = Scripted(stopping)
    with pytest.raises(Denied):
        asyncio.run(
            session(
                RunSpec(benchmark=spec, model="scripted"),
                tmp_path,
                benchmark=made(spec),
                model=model,
                max_connections=1,
            ).run()
        )
    going = session(
        RunSpec(benchmark=spec, model="scripted"),
        tmp_path,
        benchmark=made(spec),
        model=model,
        max_connections=1,
    )
    asyncio.run(going.run())
    held = [record.sample.id for record in going.folder.records()]
    assert sorted(held) == sorted(questions(spec))
    assert len(held) == len(set(held))
