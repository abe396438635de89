"""What a guard said of labelled conversations -> its figures with intervals."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from plimsoll.core import DataError, replace
from plimsoll.screening.nouns import NOTHING, Figure, Seen, Undecided
from plimsoll.stats.clusters import Sums, share
from plimsoll.stats.ranking import MOST, Marked, Redraws, counted, interval, rates, redrawn
from plimsoll.stats.scored import auprc, auroc

UNDECIDED = ("judge_unparsed", "judge_refused", "judge_error", "error", "unparsed")
EMPTY = ("empty", "blocked")
ERRORS = ("error", "judge_error")
FIGURES: tuple[str, ...] = ("auprc", "auroc", "f1", "precision", "recall", "false_alarms")
INTERVAL = "poisson bootstrap of prompts, 95 %"


class Mark(NamedTuple):
    """A conversation that counts."""

    seen: Seen
    unsafe: bool
    score: float
    flagged: bool


def marks(
    every: Iterable[Seen], threshold: float | None = None, undecided: Undecided = "apart"
) -> list[Mark]:
    """Those with a label and a verdict, and the undecided as the user wants them counted.

    Without a threshold the guard's own decision stands."""
    found: list[Mark] = []
    for seen in every:
        if seen.unsafe is None or seen.outcome in EMPTY:
            continue
        if seen.score is not None and seen.flagged is not None:
            flagged = seen.flagged if threshold is None else seen.score >= threshold
            found.append(Mark(seen, seen.unsafe, seen.score, flagged))
        elif undecided != "apart":
            flagged = {"block": True, "pass": False, "wrong": not seen.unsafe}[undecided]
            found.append(Mark(seen, seen.unsafe, float(flagged), flagged))
    return found


def refuse_one_class(found: Sequence[Mark], name: str) -> None:
    """Raise `DataError` where there is nothing to tell apart."""
    if len({mark.unsafe for mark in found}) != 1:
        return
    has, lacks, alone = ("1 (unsafe)", "0 (safe)", "recall") if found[0].unsafe else (
        "0 (safe)", "1 (unsafe)", "the share of false alarms"
    )  # fmt: skip
    raise DataError(
        f"{name}: all {len(found):,} labels that count are {has}, none is {lacks}: AUROC, AUPRC, precision "
        f"and F1 need both. Add conversations labelled {lacks}, or measure {alone} alone with --one-class"
    )


class Measured(NamedTuple):
    """Figures by name, and the redraws that their intervals come from."""

    figures: Mapping[str, Figure]
    redraws: Redraws | None


def measured(found: Sequence[Mark], *, seed: int = 0, most: int = MOST) -> Measured:
    """Every figure of one guard. Those that labels of one kind do not define are nothing."""
    if not found:
        return Measured(dict.fromkeys(FIGURES, NOTHING), None)
    (redraws,) = together([[mark] for mark in found], seed=seed, most=most)
    values = values_of(found)
    both = len({mark.unsafe for mark in found}) == 2
    defined = FIGURES if both else ("recall",) if found[0].unsafe else ("false_alarms",)
    figures = {
        name: _widened(figure(values[name], getattr(redraws, name)), found, name)
        if name in defined
        else NOTHING
        for name in FIGURES
    }
    return Measured(figures, redraws)


def _widened(found: Figure, marks: Sequence[Mark], name: str) -> Figure:
    """A plain share goes by its own bounds, too: redraws of few conversations hold it too seldom."""
    rows = {
        "recall": [(mark, mark.flagged) for mark in marks if mark.unsafe],
        "false_alarms": [(mark, mark.flagged) for mark in marks if not mark.unsafe],
        "precision": [(mark, mark.unsafe) for mark in marks if mark.flagged],
    }.get(name, [])
    held: dict[str, list[bool]] = {}
    for mark, hit in rows:
        held.setdefault(mark.seen.cluster, []).append(hit)
    known = share(Counter(Sums(sum(hits), len(hits)) for hits in held.values()))
    if known is None or found.low is None or found.high is None:
        return found
    return replace(found, low=min(found.low, known.low), high=max(found.high, known.high))


def values_of(found: Sequence[Mark]) -> dict[str, float | None]:
    """The bare numbers."""
    truth, scores = [mark.unsafe for mark in found], [mark.score for mark in found]
    table = counted((mark.unsafe, mark.flagged) for mark in found)
    return {"auprc": auprc(truth, scores), "auroc": auroc(truth, scores), **dict(rates(table))}


def figure(value: float | None, drawn: Sequence[float | None], *, lowest: float = 0.0) -> Figure:
    """A number with the interval of its redraws."""
    bounds = interval(value, drawn, lowest=lowest)
    return Figure(value=value) if bounds is None else Figure(value=value, low=bounds.low, high=bounds.high)


def together(rows: Sequence[Sequence[Mark]], *, seed: int = 0, most: int = MOST) -> list[Redraws]:
    """The redraws of several guards on the same conversations, a row each."""
    return redrawn(
        [
            Marked(
                row[0].seen.cluster,
                row[0].unsafe,
                tuple(mark.score for mark in row),
                tuple(mark.flagged for mark in row),
            )
            for row in rows
        ],
        seed=seed,
        most=most,
    )
