"""The rules of metrics: finite numbers within their intervals, that no broken record changes."""

from collections.abc import Iterable
from math import isclose, isfinite

from plimsoll.core import Estimate, Record, Tally, replace
from plimsoll.testing.records import records_of, unanswered, unjudged
from plimsoll.testing.rules import rule
from plimsoll.testing.subjects import Subject


def counted(tally: Tally, records: Iterable[Record]) -> list[Estimate]:
    """What a tally says of records."""
    for record in records:
        tally.add(record)
    return list(tally.estimates())


def key(estimate: Estimate) -> str:
    """What tells a number from others of the same run."""
    return str((estimate.name, estimate.judge, sorted(estimate.group.items())))


@rule
def a_metric_without_records_says_nothing(subject: Subject) -> None:
    """An estimate without records is not made."""
    assert counted(subject.built(), []) == []


@rule
def a_metric_gives_finite_numbers_within_their_intervals(subject: Subject) -> None:
    """Never NaN, and never a bound on the wrong side."""
    for estimate in counted(subject.built(), records_of()):
        assert all(isfinite(number) for number in (estimate.value, estimate.low, estimate.high)), estimate
        assert estimate.low <= estimate.value <= estimate.high, estimate
        assert estimate.n > 0, estimate
        assert estimate.unscored >= 0, estimate
        assert 0 < estimate.level < 1


@rule
def a_metric_names_each_number_once(subject: Subject) -> None:
    """By name, judge and group."""
    found = [key(each) for each in counted(subject.built(), records_of())]
    assert len(found) == len(set(found))


@rule
def what_broke_never_changes_a_score(subject: Subject) -> None:
    """A record without an answer is unscored; it is not wrong."""
    whole = [record for record in records_of() if record.transcript is not None]
    without = {key(each): each for each in counted(subject.built(), whole)}
    lost = [unanswered(90_000 + number) for number in range(5)]
    for estimate in counted(subject.built(), [*whole, *lost]):
        if estimate.name == "error_rate":
            continue
        before = without[key(estimate)]
        assert (estimate.value, estimate.n) == (before.value, before.n), estimate


@rule
def a_judge_that_broke_leaves_its_records_unscored(subject: Subject) -> None:
    """That is ours, and never the model's doing."""
    for estimate in counted(subject.built(), unjudged(records_of(4))):
        assert estimate.name.endswith("error_rate") or estimate.n == 0, estimate


@rule
def a_metric_does_the_same_twice_and_in_any_order(subject: Subject) -> None:
    """Concurrency decides the order of records."""
    records = records_of(6)
    once, again = counted(subject.built(), records), counted(subject.built(), records)
    assert once == again
    backwards = {key(each): (each.value, each.n) for each in counted(subject.built(), records[::-1])}
    assert backwards == {key(each): (each.value, each.n) for each in once}


@rule
def merged_tallies_say_what_one_tally_says(subject: Subject) -> None:
    """A run may be parted and put together again."""
    records = records_of(6)
    whole = {key(each): each for each in counted(subject.built(), records)}
    one, other = subject.built(), subject.built()
    for place, record in enumerate(records):
        (one if place % 2 else other).add(record)
    one.merge(other)
    merged = {key(each): each for each in one.estimates()}
    assert merged.keys() == whole.keys()
    for name, estimate in merged.items():
        assert isclose(estimate.value, whole[name].value, rel_tol=1e-9, abs_tol=1e-12), name
        assert estimate.n == whole[name].n, name


@rule
def epochs_of_the_same_answers_change_no_interval(subject: Subject) -> None:
    """What repeats a question is no further evidence: intervals rest on `sample.cluster`."""
    records = records_of(6)
    once = {key(each): each for each in counted(subject.built(), records)}
    nine = [replace(record, epoch=epoch) for record in records for epoch in range(9)]
    for estimate in counted(subject.built(), nine):
        before = once[key(estimate)]
        for now, then in ((estimate.low, before.low), (estimate.high, before.high)):
            assert isclose(now, then, rel_tol=1e-9, abs_tol=1e-9), estimate
