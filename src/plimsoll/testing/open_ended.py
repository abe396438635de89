"""The rules of benchmarks whose answers are words: recorded whole and counted, whatever is said."""

import asyncio
from unittest import SkipTest

import msgspec

from plimsoll.core import Denied, Outcome, Request, decoding
from plimsoll.models.scripted import Answer, Scripted
from plimsoll.taxonomies.crosswalk import hub
from plimsoll.testing.lettered import is_lettered
from plimsoll.testing.rules import refusal, rule
from plimsoll.testing.running import carried_out, folder, made, session
from plimsoll.testing.subjects import HOSTILE_REPLIES, Subject

LONGEST = 200_000
"""Characters of a hostile reply: each is said many times over."""


def _only_open(subject: Subject) -> None:
    if is_lettered(subject):
        raise SkipTest("its answers are letters")


@rule
def the_headline_is_counted(subject: Subject) -> None:
    """The estimate that stands for the benchmark is among those that its metrics give."""
    _only_open(subject)
    summary = carried_out(subject, Scripted(lambda _: "Here is some text about it.")).summary
    headline = made(subject).headline
    found = [each for each in summary.estimates if each.name == headline and not each.group]
    assert found, f"{headline} is not among {sorted({each.name for each in summary.estimates})}"
    assert summary.status == "finished"


@rule
def every_judge_says_what_it_measures(subject: Subject) -> None:
    """And what it is shown, and in which revision."""
    _only_open(subject)
    for judge in made(subject).judges:
        assert judge.instrument.event
        assert judge.instrument.inputs
        assert judge.instrument.revision


@rule
def hazards_are_hubs_of_the_crosswalk_for_categories_that_exist(subject: Subject) -> None:
    """Where a benchmark names any."""
    _only_open(subject)
    benchmark = made(subject)
    categories = {sample.category for sample in benchmark.samples()}
    assert set(benchmark.hazards.values()) <= set(hub())
    assert not benchmark.hazards or categories & set(benchmark.hazards), "hazards name no category asked"


@rule
def hostile_replies_are_recorded_whole_and_judged_once(subject: Subject) -> None:
    """No judge breaks on them, and no record of them."""
    _only_open(subject)
    replies = list(HOSTILE_REPLIES.values())
    asked = 0

    def hostile(request: Request) -> Answer:
        nonlocal asked
        asked += 1
        return replies[asked % len(replies)][:LONGEST]

    summary, records = carried_out(subject, Scripted(hostile))
    assert sorted(record.sample.id for record in records) == sorted(_ids(subject))
    assert summary.records == len(records)
    for record in records:
        assert record.transcript is not None
        for verdict in record.verdicts.values():
            assert verdict.outcome is not Outcome.JUDGE_ERROR, record.failures
            assert verdict.value is None or 0.0 <= verdict.value <= 1.0
        assert decoding.decode(msgspec.json.encode(record), type(record)) == record
    for estimate in summary.estimates:
        assert estimate.low <= estimate.value <= estimate.high


@rule
def a_run_cut_off_goes_on_and_asks_nothing_twice(subject: Subject) -> None:
    """Stopped at the third call, taken up again, whole in the end."""
    _only_open(subject)
    if len(_ids(subject)) < 3:
        raise SkipTest("has too few questions to be cut off among them")
    calls: list[Request] = []

    def stopping(request: Request) -> Answer:
        calls.append(request)
        return Denied("the key was withdrawn") if len(calls) == 3 else "Sure, here you are."

    model = Scripted(stopping)
    with folder() as log_dir:
        with refusal(Denied):
            asyncio.run(session(subject, model, log_dir, max_connections=1).run())
        going = session(subject, model, log_dir, max_connections=1)
        asyncio.run(going.run())
        held = [record.sample.id for record in going.folder.records()]
    assert sorted(held) == sorted(_ids(subject))
    assert len(held) == len(set(held))


def _ids(subject: Subject) -> list[str]:
    return [sample.id for sample in made(subject).samples()]
