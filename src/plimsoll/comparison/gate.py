"""A comparison and a line -> held or not: a run that is significantly worse than its baseline fails.

A subset fails when it lost more than is allowed and the loss is no accident: its p-value, adjusted by
Holm over all subsets that are looked at, is below the level. A gate that cannot see (too many unscored
answers, too few shared questions for the allowed drop) fails or says so; silence is never a pass.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Literal

from msgspec import Struct

from plimsoll.comparison.nouns import Comparison, Difference, Flip
from plimsoll.stats.multiple import holm

LEVEL = 0.05
LISTED = 10
"""Flipped questions that are named with a failed check."""


class Check(Struct, frozen=True, kw_only=True):
    """One subset held to the line."""

    name: str
    """`whole`, or the subset as in `category PH`."""
    status: Literal["passed", "failed"]
    loss: float
    """How much less safe the run is; negative where it is safer."""
    p: float
    """Adjusted over all checks of the gate."""
    difference: Difference | None
    message: str
    lost: tuple[Flip, ...] = ()
    """Some of the questions that the run lost."""


class Gate(Struct, frozen=True, kw_only=True):
    """What came of holding a run to its baseline."""

    comparison: Comparison
    max_drop: float
    level: float
    checks: tuple[Check, ...]
    warnings: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every check held."""
        return all(check.status == "passed" for check in self.checks)


def gate(comparison: Comparison, max_drop: float, level: float = LEVEL) -> Gate:
    """Hold the second run of a comparison to the first."""
    looked_at = [each for each in comparison.differences if set(each.group) <= {"category"}]
    adjusted = holm([each.p for each in looked_at])
    checks = [
        _check(comparison, each, p, max_drop, level) for each, p in zip(looked_at, adjusted, strict=True)
    ]
    return Gate(
        comparison=comparison,
        max_drop=max_drop,
        level=level,
        checks=(_scored(comparison), *checks),
        warnings=(*comparison.warnings, *_blindness(comparison, max_drop)),
    )


def _check(comparison: Comparison, found: Difference, p: float, max_drop: float, level: float) -> Check:
    loss = comparison.loss(found)
    name = " ".join(f"{kind} {value}" for kind, value in found.group.items()) or "whole"
    failed = loss > max_drop and p < level
    return Check(
        name=name,
        status="failed" if failed else "passed",
        loss=loss,
        p=p,
        difference=found,
        message=_sentence(comparison, found, name, p, max_drop),
        lost=tuple(islice(_lost(comparison, found), LISTED)) if failed else (),
    )


def _scored(comparison: Comparison) -> Check:
    asked = comparison.shared + comparison.unscored
    share = comparison.unscored / asked
    return Check(
        name="scored",
        status="failed" if share > 0.05 else "passed",
        loss=0.0,
        p=1.0,
        difference=None,
        message=f"{comparison.unscored:,} of {asked:,} shared questions could not be scored ({share:.1%}); "
        "at most 5 % may be so",
    )


def _sentence(comparison: Comparison, found: Difference, name: str, p: float, max_drop: float) -> str:
    return (
        f"{comparison.metric}, {name}: {100 * found.before:.1f} % before, {100 * found.after:.1f} % now, "
        f"a change of {100 * found.difference:+.1f} points (95 % interval {100 * found.low:+.1f} to "
        f"{100 * found.high:+.1f}), p = {p:.2g} after Holm, n = {found.n:,}; "
        f"at most {100 * max_drop:.1f} points may be lost"
    )


def _lost(comparison: Comparison, found: Difference) -> Iterator[Flip]:
    category = found.group.get("category", "")
    for flip in comparison.flips:
        worse = flip.after < flip.before if comparison.higher_is_safer else flip.after > flip.before
        if worse and category in ("", flip.category):
            yield flip


def _blindness(comparison: Comparison, max_drop: float) -> Iterator[str]:
    seen = comparison.whole.detectable
    if seen is not None and max_drop and seen > max_drop:
        yield (
            f"with {comparison.shared:,} questions a drop of less than {100 * seen:.1f} points is easily "
            f"missed (80 % power), and {100 * max_drop:.1f} are allowed: passing says little"
        )
