"""A judge's numbers and people's labels on some of the very replies -> numbers corrected by these labels."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from plimsoll.calibration.by_errors import Correction, as_estimate
from plimsoll.calibration.packs import Fit
from plimsoll.calibration.readings import Group, Reading, groups, scored
from plimsoll.core import Estimate, Labelled, LabelPack, Record, UserError, replace
from plimsoll.run.keep.manifest import Manifest
from plimsoll.stats.correction import Corrected, Drawn, ppi_guarded
from plimsoll.stats.weighted import Labelled as Weighted
from plimsoll.stats.weighted import Weighed, weighed_ppi

LEAST_LABELS = 20
"""Labels below which no part of a run is corrected by prediction-powered inference."""

Items = Mapping[tuple[str, int], Labelled]


class Labels(NamedTuple):
    """Labels on a run's own replies."""

    pack: LabelPack
    name: str
    items: Items
    hidden: frozenset[str]
    """Categories that were kept out of the draw."""


def labels_of(pack: LabelPack, name: str, manifest: Manifest) -> Labels:
    """The labelled replies by sample id and epoch. Raises `UserError` where they are another run's."""
    own: dict[tuple[str, int], Labelled] = {}
    for item in pack.items():
        run = item.metadata.get("run", "")
        # A run that was judged anew holds the same replies.
        if run and run != manifest.id.partition("-judged")[0]:
            raise UserError(
                f"{name} holds labels of run {run}, this is {manifest.id}: hold the judge against them "
                "(plimsoll calibrate) and report with --calibration"
            )
        own[str(item.metadata.get("id", item.sample.id)), int(item.metadata.get("epoch", 0))] = item
    weighted = [bool(item.metadata.get("chance")) for item in own.values()]
    if any(weighted) and not all(weighted):
        raise UserError(
            f"{name}: some lines say with which chance they were drawn, others do not: all or none"
        )
    hidden = frozenset(str(each) for item in own.values() for each in item.metadata.get("left_out", ()))
    return Labels(pack, name, own, hidden)


def powered(reading: Reading, labels: Labels, how: Fit, records: Iterable[Record]) -> Correction:
    """The number and its groups by prediction-powered inference."""
    if reading.instrument.graded and labels.pack.scale != "graded":
        return Correction(
            (), f"{reading.judge} grades, {labels.name} says yes or no: its mean cannot be corrected by it"
        )
    covered = (record for record in records if record.sample.category not in labels.hidden)
    found = _drawn(covered, reading, labels, how)
    made = tuple(_powered(reading, found))
    return Correction(made, _note(reading, found, labels.name, corrected=bool(made)))


class _Pairs:
    """What people and the judge say, for the labelled records, and the judge alone for the others."""

    def __init__(self) -> None:
        self.people: list[float] = []
        self.judge: list[float] = []
        self.others: list[float] = []
        self.labelled: list[str] = []
        self.rest: list[str] = []
        """Which question each labelled and each other item belongs to."""
        self.chances: list[float] = []
        """With which each labelled item was drawn; nothing where all had the same."""
        self.undecided = 0

    def powered(self, level: float) -> Corrected | None:
        """The rate by these; repeats of one question hang together."""
        if not self.chances:
            drawn = Drawn(self.people, self.judge, self.others, [*self.labelled, *self.rest])
            return ppi_guarded(drawn, level=level)
        labelled = [
            Weighted(*each) for each in zip(self.people, self.judge, self.chances, self.labelled, strict=True)
        ]
        return weighed_ppi(Weighed(labelled, [*self.judge, *self.others], len(self.others)), level=level)


def _drawn(records: Iterable[Record], reading: Reading, labels: Labels, how: Fit) -> dict[Group, _Pairs]:
    """By group of the raw estimates."""
    held: dict[Group, _Pairs] = defaultdict(_Pairs)
    for record in records:
        said = scored(record, reading.judge) if reading.about(record) else None
        if said is None:
            continue
        verdict, value = said
        item = labels.items.get((record.sample.id, record.epoch))
        people = _people(item, record, labels.pack.scale)
        counted = reading.value(verdict, value)
        question = record.sample.pair or record.sample.question
        for group in groups(record):
            pairs = held[group]
            pairs.undecided += item is not None and people is None
            if people is None:
                pairs.others.append(counted)
                pairs.rest.append(question)
            else:
                pairs.labelled.append(question)
                pairs.people.append(reading.value(verdict, 1 - people if how.turned else people))
                pairs.judge.append(counted)
                if item is not None and item.metadata.get("chance"):
                    pairs.chances.append(float(item.metadata["chance"]))
    return held


def _people(item: Labelled | None, record: Record, scale: str) -> float | None:
    """What people say of this very reply; labels of another reply to the same prompt do not count."""
    if item is None:
        return None
    if item.transcript is not None and record.transcript is not None:
        labelled, replied = item.transcript.reply, record.transcript.reply
        if labelled and labelled != replied:
            raise UserError(
                f"the label of {record.sample.id} is on another reply than this run's: these labels are "
                "of another run"
            )
    return item.truth("graded" if scale == "graded" else "binary")


def _powered(reading: Reading, found: Mapping[Group, _Pairs]) -> Iterator[Estimate]:
    for raw in reading.estimates:
        pairs = found.get(tuple(sorted(raw.group.items())))
        if pairs is None or len(pairs.people) < LEAST_LABELS:
            continue
        made = pairs.powered(raw.level)
        if made is not None:
            counted = len(pairs.people) + len(pairs.others)
            method = "ppi++ weighted" if pairs.chances else "ppi++"
            yield replace(as_estimate(raw, made, method, len(pairs.people)), n=counted)


def _note(reading: Reading, found: Mapping[Group, _Pairs], labels: str, *, corrected: bool) -> str:
    pairs = found.get((), _Pairs())
    n, others = len(pairs.people), len(pairs.others)
    if not corrected:
        return (
            f"{labels} labels {n:,} replies of this run; at least {LEAST_LABELS} are needed to correct a rate"
        )
    undecided = f"; people left {pairs.undecided:,} more undecided" if pairs.undecided else ""
    return (
        f"{reading.judge} (revision {reading.instrument.revision}): corrected by {n:,} labels of people on "
        f"replies of this run and its verdicts on {others:,} more (PPI++), which holds if these were drawn "
        f"at random{', each with the chance that it says' if pairs.chances else ''}{undecided}"
    )


def hidden_note(labels: Labels, made: Sequence[Estimate]) -> tuple[str, ...]:
    """What the labels say nothing of."""
    if not labels.hidden or not made:
        return ()
    return (f"corrected without {', '.join(sorted(labels.hidden))}, which was kept out of the labelled draw",)
