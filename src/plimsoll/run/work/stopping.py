"""A criterion (`±2%`, `better-than=gpt-4`) -> the order to ask in, and the moment when enough was asked.

What is watched is the benchmark's headline, over the samples that it is about; the others are asked in
their share, and no more. Samples come in a random order that gives every category and language its share
at all times, or what it weighs in a headline that is a mean over categories. The decision to stop may rest
on whatever has come back: the interval holds at all moments at once, so it holds at any moment chosen. The
interval reported is over all samples handed out, in their order: what is in flight when the decision falls
is waited for and counted, so quick answers do not count more than slow ones. It is about these questions:
the number that asking all of them would give. All of it follows from seed and journal: a resumed run
decides as an unbroken one.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from plimsoll.core import Estimate, Record, Reference, Sample, UserError, did_you_mean, replace
from plimsoll.core.parts import no_references
from plimsoll.run import until
from plimsoll.run.keep.folder import open_run
from plimsoll.run.until import Criterion
from plimsoll.run.work.watching import Watched
from plimsoll.stats.sequential import ConfidenceSequence, due, for_side, for_width

METHOD = "confidence sequence"
LOOK_EVERY = 16
"""Samples between two looks; the interval would bear one after each."""
MOST_UNSCORED = 0.05
"""Share above which a result is not sound, and nothing is called known."""
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*%")

References = Callable[[Iterable[Sample]], Iterable[Reference]]
Watch = Callable[[Sequence[Sample]], Watched]
"""The samples of a run -> what is watched of it."""
Stratum = tuple[str, str]
"""Category and language."""


FIRST = Watched()
"""The first judge's verdicts on all samples."""


def _first(samples: Sequence[Sample]) -> Watched:
    return FIRST


class Baseline(NamedTuple):
    """What a run is to be told apart from."""

    name: str
    value: float
    answers: Mapping[str, float] = {}
    """By sample, where it is a run: then the differences are looked at."""


def in_random_order(samples: Iterable[Sample], seed: int) -> list[Sample]:
    """All samples, every stratum in random order, so that each beginning holds its share of all strata."""
    strata: dict[Stratum, list[Sample]] = defaultdict(list)
    for sample in samples:
        strata[_stratum(sample)].append(sample)
    placed: list[tuple[float, int, Sample]] = []
    for number, (stratum, members) in enumerate(sorted(strata.items())):
        random.Random(f"{seed}:until:{stratum}").shuffle(members)
        placed.extend(((place + 0.5) / len(members), number, sample) for place, sample in enumerate(members))
    placed.sort(key=lambda each: each[:2])
    return [sample for _, _, sample in placed]


def in_order_of_weight(order: Sequence[Sample], watched: Watched) -> list[Sample]:
    """The same samples so that each beginning holds of every stratum what it weighs in what is watched.

    Where categories weigh alike, small ones are asked whole before large ones; samples that the headline is
    not about keep their share of the way.
    """
    if not watched.alike:
        return list(order)
    about = [sample for sample in order if watched.about(sample)]
    sizes, weights = Counter(map(_stratum, about)), _weights(about)
    drawn: Counter[Stratum] = Counter()
    dues: list[float] = []
    for sample in about:
        stratum = _stratum(sample)
        dues.append(due(drawn[stratum], sizes[stratum], weights[stratum]))
        drawn[stratum] += 1
    places = sorted(range(len(about)), key=dues.__getitem__)
    beside = [sample for sample in order if not watched.about(sample)]
    placed = [((place + 0.5) / len(about), about[each]) for place, each in enumerate(places)]
    placed += [((place + 0.5) / len(beside), sample) for place, sample in enumerate(beside)]
    return [sample for _, sample in sorted(placed, key=lambda each: each[0])]


def _weights(samples: Sequence[Sample]) -> dict[Stratum, float]:
    """What each stratum weighs where every category weighs alike."""
    sizes = Counter(map(_stratum, samples))
    held = Counter(sample.category for sample in samples)
    return {stratum: size / held[stratum[0]] / len(held) for stratum, size in sizes.items()}


@dataclass
class Rule:
    """Decides when enough was asked. It is told of every record, beside the tallies."""

    criterion: Criterion
    order: Sequence[Sample]
    epochs: int = 1
    baseline: Baseline | None = None
    watched: Watched = FIRST
    known: bool = False
    _places: dict[str, int] = field(init=False)
    _sizes: dict[Stratum, int] = field(init=False)
    _values: dict[int, list[float | None]] = field(default_factory=dict[int, list[float | None]], init=False)
    _sofar: "_Scores" = field(init=False)
    _complete: int = field(default=0, init=False)
    _counted: int = field(default=0, init=False)
    """Of the complete ones, those that the headline is about."""
    _furthest: int = field(default=-1, init=False)

    def __post_init__(self) -> None:
        self._places = {sample.id: place for place, sample in enumerate(self.order)}
        about = filter(self.watched.about, self.order)
        self._sizes = dict(Counter(_stratum(sample) for sample in about))
        self._sofar = self._scores()

    def samples(self) -> Iterator[Sample]:
        """The samples in order, until enough is known; gaps that an interruption left are filled first."""
        for place, sample in enumerate(self.order):
            if self.known and place > self._furthest:
                return
            yield sample

    def add(self, record: Record) -> None:
        """Take up one record, in whatever order they come."""
        place = self._places.get(record.sample.id)
        if place is None:
            return
        self._furthest = max(self._furthest, place)
        values = self._values.setdefault(place, [])
        values.append(self.watched.value(record))
        if len(values) != self.epochs:
            return
        self._complete += 1
        if not self.watched.about(self.order[place]):
            return
        self._counted += 1
        self._sofar.add(self.order[place], values)
        if self._counted % LOOK_EVERY == 0:
            self.known = self.known or self._sofar.enough(self.criterion)

    @property
    def saved(self) -> int:
        """Answers that need not be asked for."""
        return (len(self.order) - self._complete) * self.epochs if self._stopped else 0

    @property
    def reason(self) -> str:
        """What is known, in one sentence; empty where everything was asked."""
        if not self._stopped:
            return ""
        scores = self._settled()
        low, high = scores.own.interval()
        asked = (
            f"known after {self._complete:,} of {len(self.order):,} samples ({self.saved:,} answers saved)"
        )
        name = f"{self.watched.name} " if self.watched.name else ""
        found = f"{asked}: {name}{100 * scores.own.estimate:.1f} % ({100 * low:.1f}–{100 * high:.1f} %)"
        side = f", {scores.verdict() or 'beside'} {self.baseline.name}" if self.baseline else ""
        size = sum(self._sizes.values())
        return (
            f"{found}{side}; the interval is about these {size:,} questions, not about others of their kind"
        )

    def merged(self, estimates: Iterable[Estimate]) -> tuple[Estimate, ...]:
        """The estimates, the one over everything with the interval that bears early stopping."""
        found = list(estimates)
        if not self._stopped:
            return tuple(found)
        own = self._settled().own
        bounds = own.interval()
        for place, estimate in enumerate(found):
            if self.watched.said_in(estimate):
                found[place] = replace(
                    estimate, value=own.estimate, low=bounds.low, high=bounds.high, method=METHOD
                )
                break
        return tuple(found)

    @property
    def _stopped(self) -> bool:
        """Whether enough was known early, and everything handed out has come back."""
        return self.known and self._complete == self._furthest + 1 < len(self.order)

    def _settled(self) -> "_Scores":
        """The scores of all that was asked, in the order of asking."""
        scores = self._scores()
        for place in range(self._complete):
            if self.watched.about(self.order[place]):
                scores.add(self.order[place], self._values[place])
        return scores

    def _scores(self) -> "_Scores":
        side = self.criterion.kind == "side"
        bets = for_side() if side else for_width(self.criterion.half_width)
        paired = self.baseline is not None and bool(self.baseline.answers)
        category = {stratum: stratum[0] for stratum in self._sizes} if self.watched.alike else {}
        own = ConfidenceSequence(self._sizes, bets, category=category)
        against = ConfidenceSequence(self._sizes, bets, category=category) if paired else None
        return _Scores(own, against, self.baseline)


@dataclass
class _Scores:
    """The sequences that a rule looks at."""

    own: ConfidenceSequence
    against: ConfidenceSequence | None
    """Over differences to a run, moved into [0, 1]."""
    baseline: Baseline | None
    unscored: int = 0

    def add(self, sample: Sample, values: Sequence[float | None]) -> None:
        """Take up all epochs of a sample."""
        scored = [value for value in values if value is not None]
        stratum = _stratum(sample)
        if not scored:
            self.unscored += 1
            self.own.skip(stratum)
            if self.against:
                self.against.skip(stratum)
            return
        value = sum(scored) / len(scored)
        if not 0 <= value <= 1:
            raise UserError(f"--until needs values from 0 to 1; sample {sample.id!r} was given {value:g}")
        self.own.add(stratum, value)
        if self.against and self.baseline:
            self.against.add(stratum, (1 + value - self.baseline.answers[sample.id]) / 2)

    def enough(self, criterion: Criterion) -> bool:
        """Whether the criterion is met."""
        if self.unscored > MOST_UNSCORED * (self.own.n + self.unscored):
            return False
        if criterion.kind == "side":
            return self.verdict() != ""
        middle, bounds = self.own.estimate, self.own.interval()
        return max(bounds.high - middle, middle - bounds.low) <= criterion.half_width

    def verdict(self) -> str:
        """`above` or `below` the baseline, or nothing while that is open."""
        if self.baseline is None:
            return ""
        bounds = self.against.interval() if self.against else self.own.interval()
        line = 0.5 if self.against else self.baseline.value
        return "above" if bounds.low > line else "below" if bounds.high < line else ""


def rule_of(
    text: str,
    samples: Iterable[Sample],
    *,
    seed: int,
    epochs: int,
    references: References = no_references,
    watch: Watch = _first,
) -> Rule:
    """The rule of a criterion. Raises `UserError` before anything is asked."""
    criterion = until.parse(text)
    order = in_random_order(samples, seed)
    watched = watch(order)
    order = in_order_of_weight(order, watched)
    about = [sample for sample in order if watched.about(sample)]
    baseline = _baseline(criterion.baseline, about, references, watched) if criterion.kind == "side" else None
    return Rule(criterion, order, epochs, baseline, watched)


def _baseline(text: str, order: Sequence[Sample], references: References, watched: Watched) -> Baseline:
    if found := _NUMBER.fullmatch(text):
        return Baseline(text, float(found[1]) / 100)
    if (Path(text) / "run.json").is_file():
        return _run_baseline(Path(text), order, watched)
    return _named(text, order, list(references(order)))


def _named(text: str, order: Sequence[Sample], references: Sequence[Reference]) -> Baseline:
    spoken = {sample.language for sample in order}
    fitting = [row for row in references if row.name.casefold() == text.casefold() and "" in row.values]
    rows = {row.language: row for row in reversed(fitting) if row.language in spoken or not row.language}
    if not rows:
        names = sorted({row.name for row in references})
        raise UserError(
            f"--until better-than={text}: no baseline or published row is called so"
            f"{did_you_mean(text, names)} (there are {', '.join(names) or 'none'}); "
            "a number is written with %, a run by its folder"
        )
    if "" in rows:
        return Baseline(_called(rows[""]), rows[""].values[""])
    if set(rows) != spoken:
        raise UserError(
            f"--until better-than={text}: it has no value for {', '.join(sorted(spoken - set(rows)))}"
        )
    weights = {name: sum(sample.language == name for sample in order) for name in spoken}
    value = sum(rows[name].values[""] * weight for name, weight in weights.items()) / len(order)
    return Baseline(_called(next(iter(rows.values()))), value)


def _called(row: Reference) -> str:
    return f"{row.name} ({row.setting})" if row.setting else row.name


def _run_baseline(path: Path, order: Sequence[Sample], watched: Watched) -> Baseline:
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    for record in open_run(path).records():
        value = watched.value(record)
        if value is not None:
            values[record.sample.id, record.sample.language].append(value)
            if record.sample.pair:
                values[f"\0{record.sample.pair}", record.sample.language].append(value)
    answers: dict[str, float] = {}
    for sample in order:
        found = values.get((sample.id, sample.language)) or values.get((f"\0{sample.pair}", sample.language))
        if found:
            answers[sample.id] = sum(found) / len(found)
    if missing := len(order) - len(answers):
        raise UserError(
            f"--until better-than={path}: {missing:,} of the {len(order):,} samples have no score in that run"
        )
    return Baseline(path.name, _mean(answers, order, watched), answers)


def _mean(answers: Mapping[str, float], order: Sequence[Sample], watched: Watched) -> float:
    """What the headline makes of these values."""
    sizes = Counter(map(_stratum, order))
    size = len(order)
    weights = _weights(order) if watched.alike else {each: sizes[each] / size for each in sizes}
    return sum(answers[sample.id] * weights[_stratum(sample)] / sizes[_stratum(sample)] for sample in order)


def _stratum(sample: Sample) -> Stratum:
    return sample.category, sample.language
