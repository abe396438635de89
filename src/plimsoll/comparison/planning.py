"""Records of a pilot run, or assumed shares -> questions, epochs and labels that a wished width takes.

A pilot whose answers are all alike knows no variance, which is not to know that there is none: the plan is
made for what so many questions may have missed. And no plan has fewer questions than a report needs to be
that narrow where all of them say the same.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from math import ceil, inf
from typing import NamedTuple

from plimsoll.core import BROKEN, Record, UserError
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Manifest
from plimsoll.stats.clusters import Sums, share
from plimsoll.stats.components import Answer, Components, components, half_width, questions_needed
from plimsoll.stats.correction import labels_needed
from plimsoll.stats.distances import never_seen
from plimsoll.stats.intervals import z_value

EPOCHS = (1, 2, 3, 5, 10)


class Precision(NamedTuple):
    """What an interval is to be like, and what is known of the judge."""

    half_width: float
    residual: float | None = None
    """Variance of people's value less the judge's (plimsoll calibrate), where the rate is to be corrected."""


class Choice(NamedTuple):
    """One way to reach the goal."""

    epochs: int
    questions: int
    answers: int
    labels: int | None
    """Of people, where the rate is to be corrected."""


class Outlook(NamedTuple):
    """What is known before a run."""

    components: Components
    asked: int
    """Questions of the pilot run; 0 where variances were assumed."""
    half_width: float
    """Of the pilot's own interval."""
    choices: tuple[Choice, ...]
    missed: float | None = None
    """Share of all questions that may do otherwise, where those of the pilot all say the same."""


def answers(records: Iterable[Record], manifest: Manifest) -> Iterator[Answer]:
    """What the judges of the headline's event said of each record."""
    instruments = manifest.instruments
    first = next(iter(instruments), "")
    judges = [name for name, each in instruments.items() if each.event == instruments[first].event]
    for record in records:
        sample = record.sample
        if any(sample.metadata.get(key) != value for key, value in manifest.scope.items()):
            continue
        for judge in judges or list(record.verdicts)[:1]:
            verdict = record.verdicts.get(judge)
            if verdict is not None and verdict.value is not None and verdict.outcome not in BROKEN:
                yield Answer(
                    value=verdict.value,
                    question=sample.pair or sample.question,
                    language=sample.language,
                    wording=" ".join((*sample.trail, sample.id.partition("@")[2])),
                    epoch=record.epoch,
                    judge=judge,
                )


def pilot(folder: RunFolder) -> Components:
    """The components of a run. Raises `UserError` where it has too few questions."""
    found = components(answers(folder.records(), folder.manifest()))
    if found is None:
        raise UserError(f"{folder.path} has fewer than two scored questions: a pilot run takes some dozen")
    return found


def assumed(rate: float, between: float) -> Components:
    """The components of a rate of which that share of the variance lies between questions."""
    whole = rate * (1 - rate)
    return Components(rate, {"question": between * whole, "epoch": (1 - between) * whole}, {})


def outlook(found: Components, goal: Precision) -> Outlook:
    """Ways to reach the precision, with more and more epochs. Raises `UserError` where labels cannot."""
    asked = found.counts.get("question", 0)
    missed = never_seen(asked) if asked and not found.total else None
    planned = found if missed is None else _may_have_missed(found, missed)
    repeats = EPOCHS if "epoch" in planned.variances else EPOCHS[:1]
    return Outlook(
        components=planned,
        asked=asked,
        half_width=max(half_width(found.variance(found.counts)), _where_alike(asked)) if asked else inf,
        choices=tuple(_choice(planned, goal, epochs) for epochs in repeats),
        missed=missed,
    )


def _may_have_missed(found: Components, missed: float) -> Components:
    """The most that values between 0 and 1 can vary of which so large a share was not seen."""
    furthest = max(found.mean, 1 - found.mean)
    return found._replace(variances={"question": missed * (1 - missed) * furthest**2})


def _where_alike(questions: int) -> float:
    """Half the width of the interval that a report gives so many questions that all say the same."""
    known = share({Sums(0.0, 1.0): questions})
    return inf if known is None else (known.high - known.low) / 2


def _choice(found: Components, goal: Precision, epochs: int) -> Choice:
    per = {level: found.counts.get(level, 1) for level in ("language", "wording", "judge")} | {
        "epoch": epochs
    }
    width = goal.half_width
    labels: int | None = None
    if goal.residual is not None:
        # Half of the squared width for the answers, half for the labels: near the cheapest mixture.
        width /= 2**0.5
        labels = labels_needed(width, residual=goal.residual)
    questions = max(questions_needed(found, width, per), _fewest(width))
    return Choice(epochs, questions, questions * epochs * per["language"] * per["wording"], labels)


def _fewest(width: float) -> int:
    """Questions without which no interval is that narrow."""
    many = range(1, ceil(z_value() ** 2 / width) + 2)
    return many[bisect_left(many, -width, key=lambda questions: -_where_alike(questions))]


def shares(found: Components) -> Sequence[tuple[str, float]]:
    """By level, the share of a single value's variance."""
    total = found.total
    return [(level, each / total if total else 0.0) for level, each in found.variances.items()]
