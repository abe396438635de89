"""A run's judged rates and what is known of its judges -> rates corrected for the judges' errors.

With labels on a random draw of the run's own replies the correction is prediction-powered inference,
which holds for any judge. Otherwise it is Rogan and Gladen's, by a calibration made on other replies,
and a note says that the judge's error rates may not carry over.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from plimsoll.calibration import keeping
from plimsoll.calibration.nouns import Calibration
from plimsoll.calibration.packs import Fit, fit, pack_of
from plimsoll.core import BROKEN, Estimate, Instrument, Labelled, Record, UserError, replace
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Manifest, Summary
from plimsoll.stats.correction import (
    LEAST_INFORMATION,
    Corrected,
    Counts,
    Drawn,
    bayesian,
    ppi_guarded,
    rogan_gladen,
)
from plimsoll.stats.intervals import z_value

CORRECTED = "_corrected"
LEAST_LABELS = 20
"""Labels below which no part of a run is corrected by prediction-powered inference."""
LEAST_ERRORS = 5
"""Errors of either kind below which the delta method is out of its depth: then the interval is Bayesian,
and only the whole is corrected."""
RIGHT = "right"
"""The event of judges that hold replies against an answer key: these have no errors to correct."""

Group = tuple[tuple[str, str], ...]


class Corrections(NamedTuple):
    """A summary with the corrected estimates beside the raw ones, and what a reader must know."""

    summary: Summary
    notes: tuple[str, ...]


class _Rate(NamedTuple):
    """A judge's raw estimates: the whole first."""

    judge: str
    instrument: Instrument
    estimates: tuple[Estimate, ...]


def with_corrections(
    summary: Summary,
    manifest: Manifest,
    folder: RunFolder | None = None,
    *,
    calibration: Calibration | None = None,
    labels: str = "",
) -> Summary:
    """The summary with every rate that can be corrected."""
    return corrections(summary, manifest, folder, calibration=calibration, labels=labels).summary


def corrections(
    summary: Summary,
    manifest: Manifest,
    folder: RunFolder | None = None,
    *,
    calibration: Calibration | None = None,
    labels: str = "",
) -> Corrections:
    """Correct by labels on the run's own replies, else by the calibration given, else by a kept one."""
    rates = list(_rates(summary, manifest))
    if not rates:
        if calibration or labels:
            raise UserError("this run has no judged rate: nothing can be corrected")
        return Corrections(summary, ())
    if labels and folder is not None:
        made = _by_labels(rates, manifest, folder, labels)
    elif calibration is not None:
        made = _by_calibration(rates, calibration)
    else:
        made = _by_kept(rates)
    estimates = _beside(summary.estimates, made.summary.estimates)
    return Corrections(replace(summary, estimates=estimates), made.notes)


def _rates(summary: Summary, manifest: Manifest) -> Iterator[_Rate]:
    """Every judge's own estimates, of runs whose metrics name their judge."""
    for judge, instrument in manifest.instruments.items():
        name = instrument.event if instrument.graded else f"{instrument.event}_rate"
        own = [each for each in summary.estimates if each.judge == judge and each.name == name]
        if own and instrument.event != RIGHT:
            yield _Rate(judge, instrument, tuple(sorted(own, key=lambda each: len(each.group))))


def _beside(raw: Sequence[Estimate], made: Sequence[Estimate]) -> tuple[Estimate, ...]:
    """Each corrected estimate after its raw one."""
    after = {(each.judge, each.name, tuple(each.group.items())): each for each in made}
    found: list[Estimate] = []
    for each in raw:
        found.append(each)
        corrected = after.get((each.judge, each.name + CORRECTED, tuple(each.group.items())))
        if corrected is not None:
            found.append(corrected)
    return tuple(found)


def _by_kept(rates: Sequence[_Rate]) -> Corrections:
    """By what is kept of each judge; silently nothing of a judge that was never measured."""
    estimates: list[Estimate] = []
    notes: list[str] = []
    for rate in rates:
        known = keeping.matching(rate.judge, rate.instrument)
        if known is not None:
            estimates += _rogan_gladen(rate, known)
            notes.append(_note(rate, known))
    return Corrections(Summary(estimates=tuple(estimates)), tuple(notes))


def _by_calibration(rates: Sequence[_Rate], known: Calibration) -> Corrections:
    fitting = [rate for rate in rates if keeping.fits(known, rate.judge, rate.instrument)]
    if not fitting:
        judged = ", ".join(f"{rate.judge} (revision {rate.instrument.revision})" for rate in rates)
        raise UserError(
            f"the calibration is of {known.judge} (revision {known.revision or 'none'}, model "
            f"{known.model or 'none'}); this run was judged by {judged}: calibrate that one"
        )
    if known.raters != "people":
        raise UserError(f"{known.pack} was labelled by a model, not by people: it corrects no rate")
    made = [each for rate in fitting for each in _rogan_gladen(rate, known)]
    return Corrections(Summary(estimates=tuple(made)), tuple(_note(rate, known) for rate in fitting))


def _rogan_gladen(rate: _Rate, known: Calibration) -> Iterator[Estimate]:
    whole = known.whole
    if known.scale != "binary" or whole.sensitivity is None or whole.specificity is None:
        return
    if rate.instrument.graded:
        return
    found = Counts(whole.sensitivity * whole.positives, whole.positives)
    left = Counts(whole.specificity * whole.negatives, whole.negatives)
    # Known of the pack's event; of the opposite one each takes the other's place.
    found, left = (left, found) if known.turned else (found, left)
    if found.share + left.share <= LEAST_INFORMATION:
        return
    few = min(found.n - found.hits, left.n - left.hits) < LEAST_ERRORS
    for raw in rate.estimates:
        if few and raw.group:
            continue
        judged = Counts(raw.value * raw.n, raw.n)
        if few:
            made = bayesian(_effective(judged, _variance(raw)), found, left, level=raw.level)
        else:
            made = rogan_gladen(judged, found, left, rate_variance=_variance(raw), level=raw.level)
        if made is not None:
            yield _estimate(raw, made, "bayesian" if few else "rogan_gladen", whole.n)


def _effective(judged: Counts, variance: float) -> Counts:
    """As many independent items as would know the rate as well."""
    plain = judged.share * (1 - judged.share) / judged.n
    share = min(1.0, plain / variance) if variance and plain else 1.0
    return Counts(judged.hits * share, judged.n * share)


def _variance(raw: Estimate) -> float:
    """That of the judged rate, from its interval: wider where items of one question hang together."""
    half = (raw.high - raw.low) / 2 / z_value(raw.level)
    return max(half**2, raw.value * (1 - raw.value) / raw.n)


def _estimate(raw: Estimate, made: Corrected, method: str, labels: int) -> Estimate:
    value = round(made.value, 12)
    return replace(
        raw,
        name=raw.name + CORRECTED,
        value=value,
        low=min(value, made.low),
        high=max(value, made.high),
        method=method,
        labels=labels,
    )


def _note(rate: _Rate, known: Calibration) -> str:
    whole = known.whole
    who = f"{rate.judge} (revision {known.revision})"
    if whole.sensitivity is None or whole.specificity is None or rate.instrument.graded:
        return f"{who} was measured on {known.pack}, which does not tell how to correct its rate"
    found, left = whole.sensitivity, whole.specificity
    found, left = (left, found) if known.turned else (found, left)
    event = rate.instrument.event
    if known.reading:
        who = f"{who}, {known.reading},"
    told = f"finds {found:.0%} of {event} and {left:.0%} of its absence on {known.pack}"
    if found + left <= LEAST_INFORMATION:
        return f"{who} {told}: too little better than a coin to correct its rate"
    return (
        f"{who} {told} ({whole.n:,} labels); corrected by these rates, which may not carry "
        "over to this model and benchmark: label a draw of this run to be sure (plimsoll label)"
    )


def _by_labels(rates: Sequence[_Rate], manifest: Manifest, folder: RunFolder, labels: str) -> Corrections:
    """By people's labels on some of the run's own replies."""
    pack = pack_of(labels)
    if pack.raters != "people":
        raise UserError(f"{labels} was labelled by a model, not by people: it corrects no rate")
    items = _own(pack.items(), manifest, labels)
    hidden = frozenset(name for item in items.values() for name in item.metadata.get("left_out", ()))
    estimates: list[Estimate] = []
    notes: list[str] = []
    for rate in rates:
        try:
            how = fit(rate.judge, rate.instrument, pack)
        except UserError:
            other = _by_kept([rate])
            estimates += other.summary.estimates
            notes += other.notes
            continue
        if rate.instrument.graded and pack.scale != "graded":
            notes.append(f"{rate.judge} grades, {labels} says yes or no: its mean cannot be corrected by it")
            continue
        covered = (record for record in folder.records() if record.sample.category not in hidden)
        found = _drawn(covered, rate, items, how, pack.scale)
        made = list(_powered(rate, found))
        estimates += made
        notes.append(_powered_note(rate, found, labels, bool(made)))
    if hidden and estimates:
        notes.append(
            f"corrected without {', '.join(sorted(hidden))}, which was kept out of the labelled draw"
        )
    return Corrections(Summary(estimates=tuple(estimates)), tuple(notes))


def _own(items: Iterable[Labelled], manifest: Manifest, labels: str) -> dict[tuple[str, int], Labelled]:
    """The labelled replies by sample id and epoch. Raises `UserError` where they are another run's."""
    own: dict[tuple[str, int], Labelled] = {}
    for item in items:
        run = item.metadata.get("run", "")
        # A run that was judged anew holds the same replies.
        if run and run != manifest.id.partition("-judged")[0]:
            raise UserError(
                f"{labels} holds labels of run {run}, this is {manifest.id}: hold the judge against them "
                "(plimsoll calibrate) and report with --calibration"
            )
        own[str(item.metadata.get("id", item.sample.id)), int(item.metadata.get("epoch", 0))] = item
    return own


class _Pairs:
    """What people and the judge say, for the labelled records, and the judge alone for the others."""

    def __init__(self) -> None:
        self.people: list[float] = []
        self.judge: list[float] = []
        self.others: list[float] = []
        self.labelled: list[str] = []
        self.rest: list[str] = []
        """Which question each labelled and each other item belongs to."""
        self.undecided = 0

    @property
    def drawn(self) -> Drawn:
        """As the statistics take it: repeats of one question hang together."""
        return Drawn(self.people, self.judge, self.others, [*self.labelled, *self.rest])


def _drawn(
    records: Iterable[Record],
    rate: _Rate,
    items: Mapping[tuple[str, int], Labelled],
    how: Fit,
    scale: str,
) -> dict[Group, _Pairs]:
    """By group of the raw estimates."""
    held: dict[Group, _Pairs] = defaultdict(_Pairs)
    for record in records:
        verdict = record.verdicts.get(rate.judge)
        if verdict is None or verdict.value is None or verdict.outcome in BROKEN:
            continue
        item = items.get((record.sample.id, record.epoch))
        people = _people(item, record, scale)
        for group in _groups(record):
            pairs = held[group]
            pairs.undecided += item is not None and people is None
            if people is None:
                pairs.others.append(verdict.value)
                pairs.rest.append(record.sample.pair or record.sample.id)
            else:
                pairs.labelled.append(record.sample.pair or record.sample.id)
                pairs.people.append(1 - people if how.turned else people)
                pairs.judge.append(verdict.value)
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


def _groups(record: Record) -> Iterator[Group]:
    category, language = record.sample.category, record.sample.language
    yield ()
    yield (("category", category),)
    yield (("language", language),)
    yield (("category", category), ("language", language))


def _powered(rate: _Rate, found: Mapping[Group, _Pairs]) -> Iterator[Estimate]:
    for raw in rate.estimates:
        pairs = found.get(tuple(sorted(raw.group.items())))
        if pairs is None or len(pairs.people) < LEAST_LABELS:
            continue
        made = ppi_guarded(pairs.drawn, level=raw.level)
        if made is not None:
            counted = len(pairs.people) + len(pairs.others)
            yield replace(_estimate(raw, made, "ppi++", len(pairs.people)), n=counted)


def _powered_note(rate: _Rate, found: Mapping[Group, _Pairs], labels: str, corrected: bool) -> str:
    pairs = found.get((), _Pairs())
    n, others = len(pairs.people), len(pairs.others)
    if not corrected:
        return (
            f"{labels} labels {n:,} replies of this run; at least {LEAST_LABELS} are needed to correct a rate"
        )
    undecided = f"; people left {pairs.undecided:,} more undecided" if pairs.undecided else ""
    return (
        f"{rate.judge} (revision {rate.instrument.revision}): corrected by {n:,} labels of people on replies "
        f"of this run and its verdicts on {others:,} more (PPI++), "
        f"which holds if these were drawn at random{undecided}"
    )
