"""A comparison and a line -> held or not: a run that lost more than is allowed fails.

Two questions may be asked of a run. *Regression*: it fails where it is shown to have lost more than is
allowed (a test of that very loss, not of any loss). *Non-inferiority*: it fails unless the whole is shown
to have lost less. Either keeps its chance of error: most of it is spent on the whole, the rest is shared
among the categories by Holm; once the whole has failed, the categories may spend all of it. A gate that
cannot see (too many unscored answers, too few shared questions) fails or says so; silence is never a pass.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Literal, NamedTuple

from msgspec import Struct

from plimsoll.comparison.nouns import Comparison, Difference, Flip
from plimsoll.comparison.sight import sight
from plimsoll.core import UserError
from plimsoll.stats.margins import Losses, exceeding, within
from plimsoll.stats.multiple import holm

LEVEL = 0.05
ON_THE_WHOLE = 0.8
"""Part of the chance of error that is spent on the whole, where there are categories beside it."""
LISTED = 10
"""Flipped questions that are named with a failed check."""
BLIND = 0.05
"""How far beyond the line a loss may go unseen before it is said aloud."""

Rule = Literal["regression", "non-inferiority", "budget"]


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
    sees: float | None = None
    """The smallest loss that would fail four times out of five; nothing where none would."""


class Gate(Struct, frozen=True, kw_only=True):
    """What came of holding a run to its baseline."""

    comparison: Comparison
    max_drop: float
    level: float
    checks: tuple[Check, ...]
    warnings: tuple[str, ...]
    rule: Rule = "regression"

    @property
    def passed(self) -> bool:
        """Whether every check held."""
        return all(check.status == "passed" for check in self.checks)


def gate(comparison: Comparison, max_drop: float, level: float = LEVEL) -> Gate:
    """Fail the second run of a comparison where it is shown to have lost more than is allowed."""
    whole, *parts = looked_at(comparison)
    apart = [part for part in parts if part.n < whole.n]
    share = ON_THE_WHOLE if apart else 1.0
    p = min(1.0, exceeding(losses_of(comparison, whole), max_drop) / share)
    # Where the whole has failed, either rightly or the chance of error is spent already.
    rest = 1.0 if p < level else 1 - share
    adjusted = holm([exceeding(losses_of(comparison, part), max_drop) for part in apart])
    line = _Line(comparison, max_drop, level)
    found = {name_of(part): min(1.0, each / rest) for part, each in zip(apart, adjusted, strict=True)}
    checks = [_regression(line, whole, p, level * share)]
    for part in parts:
        if part.n < whole.n:
            checks.append(_regression(line, part, found[name_of(part)], level * rest / len(apart)))
        else:
            checks.append(_regression(line, part, p, level * share))
    return gated(comparison, max_drop, level, checks)


def shown(comparison: Comparison, max_drop: float, level: float = LEVEL, *, among: int = 1) -> Gate:
    """Fail the second run unless the whole is shown to have lost less than is allowed.

    Categories are held as `gate` holds them, `among` so many benchmarks: most are too small to show
    anything.
    """
    if not max_drop:
        raise UserError(
            "--rule non-inferiority needs a --max-drop above 0: no run can show that it lost nothing"
        )
    found = gate(comparison, max_drop, level / among)
    whole = comparison.whole
    p = within(losses_of(comparison, whole), max_drop)
    check = Check(
        name="whole",
        status="passed" if p < level else "failed",
        loss=comparison.loss(whole),
        p=p,
        difference=whole,
        message=f"{sentence(comparison, whole, 'whole', max_drop)}, and that less was lost must be shown: "
        f"p = {p:.2g}",
        lost=() if p < level else tuple(islice(_lost(comparison, whole), LISTED)),
    )
    scored, _, *parts = found.checks
    parts = [part for part in parts if part.difference is not None and part.difference.n < whole.n]
    return Gate(
        comparison=comparison,
        max_drop=max_drop,
        level=level,
        checks=(scored, check, *parts),
        warnings=comparison.warnings,
        rule="non-inferiority",
    )


def looked_at(comparison: Comparison) -> list[Difference]:
    """The whole, and the categories beside it."""
    return [each for each in comparison.differences if set(each.group) <= {"category"}]


def losses_of(comparison: Comparison, found: Difference) -> Losses:
    """What the independent questions of a subset lost; where all were asked equally often, as if once."""
    sign = -1.0 if comparison.higher_is_safer else 1.0
    sizes = {each.items for each in found.profiles}
    often = sizes.pop() if len(sizes) == 1 else 1
    held: dict[tuple[float, int], int] = {}
    for each in found.profiles:
        key = (round(sign * each.total / often, 9) + 0.0, each.items // often)
        held[key] = held.get(key, 0) + each.count
    return Losses(held)


def gated(
    comparison: Comparison, max_drop: float, level: float, checks: Sequence[Check], rule: Rule = "regression"
) -> Gate:
    """The gate of these checks, with what it cannot see."""
    return Gate(
        comparison=comparison,
        max_drop=max_drop,
        level=level,
        checks=(_scored(comparison), *checks),
        warnings=(*comparison.warnings, *_blindness(comparison, checks[0], max_drop)),
        rule=rule,
    )


def check_of(
    comparison: Comparison,
    found: Difference,
    max_drop: float,
    *,
    p: float,
    failed: bool,
    evidence: str,
    fails: Callable[[Losses], bool],
) -> Check:
    """One subset, with what is needed to act on it."""
    name = name_of(found)
    sees = sight(losses_of(comparison, found), fails)
    seen = (
        "nothing could fail with so few"
        if sees is None
        else f"losses from {100 * sees:.1f} points on are seen"
    )
    return Check(
        name=name,
        status="failed" if failed else "passed",
        loss=comparison.loss(found),
        p=p,
        difference=found,
        message=f"{sentence(comparison, found, name, max_drop)}; {evidence}; {seen}",
        lost=tuple(islice(_lost(comparison, found), LISTED)) if failed else (),
        sees=sees,
    )


def name_of(found: Difference) -> str:
    """`whole`, or the subset as in `category PH`."""
    return " ".join(f"{kind} {value}" for kind, value in found.group.items()) or "whole"


def sentence(comparison: Comparison, found: Difference, name: str, max_drop: float) -> str:
    """What changed, and what may."""
    return (
        f"{comparison.metric}, {name}: {100 * found.before:.1f} % before, {100 * found.after:.1f} % now, "
        f"a change of {100 * found.difference:+.1f} points (95 % interval {100 * found.low:+.1f} to "
        f"{100 * found.high:+.1f}), n = {found.n:,}; at most {100 * max_drop:.1f} points may be lost"
    )


class _Line(NamedTuple):
    """What a run is held to."""

    comparison: Comparison
    max_drop: float
    level: float


def _regression(line: _Line, found: Difference, p: float, spent: float) -> Check:
    def fails(losses: Losses) -> bool:
        return exceeding(losses, line.max_drop) < spent

    return check_of(
        line.comparison,
        found,
        line.max_drop,
        p=p,
        failed=p < line.level,
        evidence=f"that more was lost: p = {p:.2g} over all checks",
        fails=fails,
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


def _lost(comparison: Comparison, found: Difference) -> Iterator[Flip]:
    category = found.group.get("category", "")
    for flip in comparison.flips:
        worse = flip.after < flip.before if comparison.higher_is_safer else flip.after > flip.before
        if worse and category in ("", flip.category):
            yield flip


def _blindness(comparison: Comparison, whole: Check, max_drop: float) -> Iterator[str]:
    asked = f"with {comparison.shared:,} questions"
    if whole.sees is None:
        yield f"{asked} no loss could fail here: passing says nothing"
    elif whole.sees > max_drop + BLIND:
        yield (
            f"{asked} a drop of less than {100 * whole.sees:.1f} points is easily missed (80 % power), and "
            f"{100 * max_drop:.1f} are allowed: passing says little"
        )
