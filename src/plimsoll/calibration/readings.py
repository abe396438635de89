"""A run's summary and records -> the numbers that follow from one judge's verdicts, and how they follow.

A judge's own rate is the share of its event over everything it judged. A benchmark's headline may be
another name for it, may be about a part of the samples (the safe half of XSTest), or may say how often the
event did *not* happen (attacks that were not refused; an empty reply complies with nothing). Which of
these it is, is read off the records: the number itself must come out. So it is for a mean in which every
category counts as one: the same errors bend all categories alike, and so their mean. What is no share of
verdicts, such as a score out of several rates, cannot be corrected by a judge's errors.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from plimsoll.core import BROKEN, Estimate, Instrument, Outcome, Record, Verdict
from plimsoll.run.keep.manifest import Manifest, Summary

RIGHT = "right"
"""The event of judges that hold replies against an answer key: these have no errors to correct."""
CLOSE = 1e-9

Group = tuple[tuple[str, str], ...]
Records = Callable[[], Iterable[Record]]


class Part(NamedTuple):
    """How often the judge's event was said among the replies of a group."""

    event: float = 0.0
    n: int = 0
    mute: int = 0
    """Replies more that count as 0 whatever the judge says: empty ones, of a number that is turned round."""


class Reading(NamedTuple):
    """A number that follows from a judge's verdicts."""

    judge: str
    instrument: Instrument
    estimates: tuple[Estimate, ...]
    """As judged: the whole first, then its groups."""
    turned: bool = False
    """Whether the number says how often the event did not happen."""
    scope: Mapping[str, str | bool] = {}
    """Metadata of the samples that it is about."""
    parts: Mapping[Group, Part] = {}
    """Filled where the number is not the judge's own rate."""
    even: bool = False
    """Whether every category counts as one, however many replies it has."""

    @property
    def name(self) -> str:
        """Of its estimates."""
        return self.estimates[0].name

    def part(self, raw: Estimate) -> Part:
        """What one of its estimates is made of."""
        found = self.parts.get(tuple(sorted(raw.group.items())))
        return found or Part(raw.value * raw.n, raw.n)

    def about(self, record: Record) -> bool:
        """Whether the number is about this record."""
        return all(record.sample.metadata.get(key) == value for key, value in self.scope.items())

    def value(self, verdict: Verdict, said: float) -> float:
        """What a reply counts, where the event is `said` to have happened that far."""
        if not self.turned:
            return said
        return 0.0 if verdict.outcome is Outcome.EMPTY else 1.0 - said


class Readings(NamedTuple):
    """The numbers that can be corrected, and the headline that cannot."""

    found: tuple[Reading, ...]
    left: str = ""
    """The headline's name where it is no share of a judge's verdicts."""


def readings(summary: Summary, manifest: Manifest, records: Records | None) -> Readings:
    """Every judge's own rate, and the headline where it follows from verdicts in another way."""
    own = list(_own(summary, manifest))
    judged = [name for name, kind in manifest.instruments.items() if kind.event != RIGHT]
    if any(each.name == manifest.headline for each in own) or not judged:
        return Readings(tuple(own))
    named = [e for e in summary.estimates if e.name == manifest.headline]
    keyed = {name for name, kind in manifest.instruments.items() if kind.event == RIGHT}
    if all(each.judge in keyed for each in named):
        return Readings(tuple(own))
    made = [
        reading
        for judge in judged
        if records and (reading := _headline(_of(named, judge), judge, manifest, records)) is not None
    ]
    return Readings((*made, *own), "" if made else manifest.headline)


def groups(record: Record) -> Iterator[Group]:
    """The groups of estimates that a record counts in."""
    category, language = record.sample.category, record.sample.language
    yield ()
    yield (("category", category),)
    yield (("language", language),)
    yield (("category", category), ("language", language))


def scored(record: Record, judge: str) -> tuple[Verdict, float] | None:
    """The judge's verdict with its value, where it gave one."""
    verdict = record.verdicts.get(judge)
    if verdict is None or verdict.value is None or verdict.outcome in BROKEN:
        return None
    return verdict, verdict.value


def _own(summary: Summary, manifest: Manifest) -> Iterator[Reading]:
    for judge, instrument in manifest.instruments.items():
        name = instrument.event if instrument.graded else f"{instrument.event}_rate"
        found = [each for each in _of(summary.estimates, judge) if each.name == name]
        if found and instrument.event != RIGHT:
            yield Reading(judge, instrument, tuple(found))


def _of(estimates: Iterable[Estimate], judge: str) -> list[Estimate]:
    return sorted((each for each in estimates if each.judge == judge), key=lambda each: len(each.group))


def _headline(estimates: list[Estimate], judge: str, manifest: Manifest, records: Records) -> Reading | None:
    """The headline by that judge; `None` where it is no share of verdicts."""
    if not estimates or estimates[0].group:
        return None
    instrument, whole = manifest.instruments[judge], estimates[0]
    for turned in (False, True):
        reading = Reading(judge, instrument, tuple(estimates), turned=turned, scope=manifest.scope)
        parts = _parts(reading, records())
        if abs(_value(parts.get((), Part()), turned=turned) - whole.value) < CLOSE:
            return reading._replace(parts=parts)
        categories = dict(_categories(parts))
        if abs(_even(categories.values(), turned=turned) - whole.value) < CLOSE:
            event = (1 - whole.value if turned else whole.value) * whole.n
            return reading._replace(parts={**categories, (): Part(event, whole.n)}, even=True)
    return None


def _parts(reading: Reading, records: Iterable[Record]) -> Mapping[Group, Part]:
    held: dict[Group, list[float]] = defaultdict(lambda: [0.0, 0, 0])
    for record in records:
        said = scored(record, reading.judge) if reading.about(record) else None
        if said is None:
            continue
        verdict, value = said
        mute = reading.turned and verdict.outcome is Outcome.EMPTY
        for group in groups(record):
            sums = held[group]
            sums[0] += 0.0 if mute else value
            sums[1] += not mute
            sums[2] += mute
    return {group: Part(sums[0], int(sums[1]), int(sums[2])) for group, sums in held.items()}


def _value(part: Part, *, turned: bool) -> float:
    total = part.n + part.mute
    if not total:
        return -1.0
    return ((part.n - part.event) if turned else part.event) / total


def _categories(parts: Mapping[Group, Part]) -> Iterator[tuple[Group, Part]]:
    """Each category; where it counts as one, an empty reply is one without the event."""
    for group, part in parts.items():
        if [name for name, _ in group] == ["category"]:
            yield group, Part(part.event, part.n + part.mute)


def _even(categories: Collection[Part], *, turned: bool) -> float:
    """The mean over categories."""
    if not categories:
        return -1.0
    mean = sum(part.event / part.n for part in categories) / len(categories)
    return 1 - mean if turned else mean
