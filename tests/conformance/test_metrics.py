from collections.abc import Iterable
from math import isfinite

import pytest

from plimsoll.core import Estimate, Failure, Outcome, Record, Tally, Verdict, replace
from plimsoll.registry import Part
from tests.support.conformance import built, parts_of
from tests.support.runs import records_of, sample

METRICS = parts_of("metrics")


def counted(tally: Tally, records: Iterable[Record]) -> list[Estimate]:
    for record in records:
        tally.add(record)
    return list(tally.estimates())


def key(estimate: Estimate) -> str:
    """What tells a number from others of the same run."""
    return str((estimate.name, estimate.judge, sorted(estimate.group.items())))


def broken(number: int) -> Record:
    """A record that has no answer."""
    return Record(
        sample=sample(number, category="PH", language="en"),
        failures=(Failure(stage="elicit", error="ModelError", message="out of order"),),
    )


@pytest.mark.parametrize("part", METRICS)
def test_a_metric_without_records_says_nothing(part: Part) -> None:
    assert counted(built(part), []) == []


@pytest.mark.parametrize("part", METRICS)
def test_a_metric_gives_finite_numbers_within_their_intervals(part: Part) -> None:
    for estimate in counted(built(part), records_of(12)):
        assert all(isfinite(number) for number in (estimate.value, estimate.low, estimate.high)), estimate
        assert estimate.low <= estimate.value <= estimate.high, estimate
        assert estimate.n > 0, estimate
        assert estimate.unscored >= 0, estimate
        assert 0 < estimate.level < 1


@pytest.mark.parametrize("part", METRICS)
def test_a_metric_names_each_number_once(part: Part) -> None:
    found = [key(each) for each in counted(built(part), records_of(12))]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("part", METRICS)
def test_what_broke_never_changes_a_score(part: Part) -> None:
    whole = [record for record in records_of(12) if record.transcript is not None]
    without = {key(each): each for each in counted(built(part), whole)}
    lost = [broken(number) for number in range(5)]
    for estimate in counted(built(part), [*whole, *lost]):
        if estimate.name == "error_rate":
            continue
        before = without[key(estimate)]
        assert (estimate.value, estimate.n) == (before.value, before.n), estimate


@pytest.mark.parametrize("part", METRICS)
def test_a_judge_that_broke_leaves_its_records_unscored(part: Part) -> None:
    failed = Verdict(label="error", value=None, outcome=Outcome.JUDGE_ERROR)
    records = [
        replace(record, verdicts=dict.fromkeys(record.verdicts, failed))
        for record in records_of(4)
        if record.transcript is not None
    ]
    for estimate in counted(built(part), records):
        assert estimate.name.endswith("error_rate") or estimate.n == 0, estimate


@pytest.mark.parametrize("part", METRICS)
def test_a_metric_does_the_same_twice_and_in_any_order(part: Part) -> None:
    records = records_of(6)
    once, again = counted(built(part), records), counted(built(part), records)
    assert once == again
    backwards = {key(each): (each.value, each.n) for each in counted(built(part), records[::-1])}
    assert backwards == {key(each): (each.value, each.n) for each in once}
