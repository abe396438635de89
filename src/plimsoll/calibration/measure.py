"""A judge's verdicts beside people's labels -> agreement on the whole pack and on each part of it.

Agreement rests on the items with a verdict and a decided label; what the judge declined, left unreadable
or failed on is counted apart, never as agreement. Intervals draw prompts again, not single replies.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from plimsoll.calibration.nouns import Bounds, ModelErrors, Slice
from plimsoll.calibration.packs import Fit, value_of
from plimsoll.core import Labelled, Outcome, Verdict, replace
from plimsoll.core.labelled import Scale
from plimsoll.stats import scored
from plimsoll.stats.agreement import Cells, ac1_of, cells, cohen_kappa, kappa_of, krippendorff_alpha
from plimsoll.stats.confusion import Confusion, accuracy, macro_f1
from plimsoll.stats.redrawing import Redrawn, kinds, redraw
from plimsoll.stats.spread import Hit, independent

PARTS = ("model", "category", "language")


class Judged(NamedTuple):
    """One item: what people say and what the judge says."""

    cluster: str
    model: str
    category: str
    language: str
    truth: float | None
    value: float | None
    """As the pack reads it; `None` without a verdict."""
    score: float | None
    """How sure the judge is of the pack's event, where it says so."""
    outcome: Outcome
    people: tuple[float, ...]
    raters: tuple[str, ...]


def judged(item: Labelled, verdict: Verdict, how: Fit, scale: Scale) -> Judged:
    """One item, ready to be counted."""
    value = None if verdict.value is None else value_of(verdict.value, how)
    return Judged(
        cluster=item.cluster,
        model=item.model,
        category=item.sample.category,
        language=item.sample.language,
        truth=item.truth(scale),
        value=value,
        score=_score(verdict, value, how),
        outcome=verdict.outcome,
        people=tuple(item.labels.values()),
        raters=tuple(item.labels),
    )


def slices(found: Sequence[Judged], scale: Scale, *, seed: int = 0) -> tuple[Slice, ...]:
    """The whole first, then every model, category and language, where there are several."""
    return tuple(_slice(group, part, scale, seed) for group, part in _parts(found))


def errors(found: Sequence[Judged]) -> Iterator[ModelErrors]:
    """How the judge fares on each model's replies, repeats of a prompt counted for what they are worth."""
    held: dict[str, tuple[list[Hit], list[Hit]]] = defaultdict(lambda: ([], []))
    for each in found:
        if each.truth is not None and each.value is not None:
            held[each.model][each.truth < 0.5].append(Hit(each.cluster, each.value == each.truth))
    for model, (yes, no) in sorted(held.items()):
        positive, negative = independent(yes), independent(no)
        yield ModelErrors(
            model=model,
            positives=positive.n,
            found=positive.hits,
            negatives=negative.n,
            left=negative.hits,
        )


def _parts(found: Sequence[Judged]) -> Iterator[tuple[Mapping[str, str], Sequence[Judged]]]:
    yield {}, found
    for part in PARTS:
        held: dict[str, list[Judged]] = defaultdict(list)
        for each in found:
            held[getattr(each, part)].append(each)
        if len(held) > 1:
            for name in sorted(held):
                yield {part: name}, held[name]


def _slice(group: Mapping[str, str], found: Sequence[Judged], scale: Scale, seed: int) -> Slice:
    pairs = [(e.cluster, (e.truth, e.value)) for e in found if e.truth is not None and e.value is not None]
    table = cells([pair[0] for _, pair in pairs], [pair[1] for _, pair in pairs])
    drawn = redraw(kinds(pairs), kappa_of, seed=seed) if scale != "graded" else None
    truth, values = ([pair[place] or 0.0 for _, pair in pairs] for place in (0, 1))
    made = Slice(
        group=group,
        items=len(found),
        undecided=sum(each.truth is None for each in found),
        refused=_count(found, Outcome.JUDGE_REFUSED),
        unparsed=_count(found, Outcome.JUDGE_UNPARSED),
        failed=_count(found, Outcome.JUDGE_ERROR),
        n=len(pairs),
        kappa=_bounds(drawn),
        said=sum(values) / len(values) if values else None,
        truth=sum(truth) / len(truth) if truth else None,
        scores=dict(_scores(found, scale)),
        alpha=_alpha(found, scale),
        people_kappa=_between_two(found),
    )
    return made if scale == "graded" else _with_rates(made, table, truth, values, scale)


def _with_rates(
    made: Slice, table: Cells, truth: Sequence[float], values: Sequence[float], scale: Scale
) -> Slice:
    classes = replace(
        made, ac1=ac1_of(table), accuracy=accuracy(truth, values), macro_f1=macro_f1(truth, values)
    )
    if scale == "nominal":
        return classes
    counts = confusion_of(table)
    return replace(
        classes,
        balanced_accuracy=counts.balanced_accuracy,
        f1=counts.f1,
        macro_f1=counts.macro_f1,
        mcc=counts.mcc,
        positives=round(counts.positives),
        negatives=round(counts.negatives),
        sensitivity=counts.sensitivity,
        specificity=counts.specificity,
    )


def confusion_of(table: Cells) -> Confusion:
    """A table of yes and no as counts."""
    held = {(bool(one), bool(other)): 0.0 for one in (0, 1) for other in (0, 1)}
    for (one, other), n in table.items():
        held[bool(one), bool(other)] += n
    return Confusion(held[True, True], held[False, True], held[True, False], held[False, False])


def _count(found: Iterable[Judged], outcome: Outcome) -> int:
    return sum(each.outcome is outcome for each in found)


def _bounds(drawn: Redrawn | None) -> Bounds | None:
    if drawn is None or drawn.value is None:
        return None
    if drawn.percentile is None:
        return Bounds(value=drawn.value)
    return Bounds(value=drawn.value, low=drawn.percentile.low, high=drawn.percentile.high)


def _score(verdict: Verdict, value: float | None, how: Fit) -> float | None:
    if verdict.value is None or value is None:
        return None
    if how.threshold is not None:
        return 1 - verdict.value if how.turned else verdict.value
    if verdict.confidence is None:
        return None
    return verdict.confidence if value else 1 - verdict.confidence


def _scores(found: Sequence[Judged], scale: Scale) -> Iterator[tuple[str, float]]:
    if scale == "graded":
        both = [(e.truth, e.value) for e in found if e.truth is not None and e.value is not None]
        truth, values = [a for a, _ in both], [b for _, b in both]
        ways = {
            "bias": scored.bias,
            "mae": scored.mean_absolute_error,
            "pearson": scored.pearson,
            "spearman": scored.spearman,
            "kendall": scored.kendall,
        }
        yield from _defined({name: way(truth, values) for name, way in ways.items()})
    if scale == "binary":
        sure = [(bool(e.truth), e.score) for e in found if e.truth is not None and e.score is not None]
        truth, values = [a for a, _ in sure], [b for _, b in sure]
        ways = {"auroc": scored.auroc, "auprc": scored.auprc, "brier": scored.brier, "ece": scored.ece}
        if sure:
            yield from _defined({name: way(truth, values) for name, way in ways.items()})
    yield from _defined({"kendall_of_models": _ranking(found)})


def _defined(found: Mapping[str, float | None]) -> Iterator[tuple[str, float]]:
    return ((name, value) for name, value in found.items() if value is not None)


def _ranking(found: Sequence[Judged]) -> float | None:
    """Whether the judge puts the models into the people's order: tau of their rates."""
    held: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for each in found:
        if each.truth is not None and each.value is not None:
            held[each.model].append((each.truth, each.value))
    if len(held) < 3:
        return None
    means = [[sum(pair[place] for pair in pairs) / len(pairs) for pairs in held.values()] for place in (0, 1)]
    return scored.kendall(means[0], means[1])


def _alpha(found: Sequence[Judged], scale: Scale) -> float | None:
    if all(len(each.people) < 2 for each in found):
        return None
    alpha = partial(krippendorff_alpha, level="interval" if scale == "graded" else "nominal")
    return alpha(each.people for each in found)


def _between_two(found: Sequence[Judged]) -> float | None:
    raters = {each.raters for each in found}
    if len(raters) != 1 or len(next(iter(raters))) != 2:
        return None
    return cohen_kappa([each.people[0] for each in found], [each.people[1] for each in found])
