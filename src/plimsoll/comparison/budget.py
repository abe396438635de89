"""Nights of one baseline or many -> alarms out of a single budget of false ones, kept in a file.

Each night's run brings an e-value for each check: what a stake of 1 became in a game that is fair while no
more is lost than allowed (`stats/evidence.py`). The budget is one stake, spread over benchmarks, nights and
checks beforehand: what is won with it altogether is expected to be no more than the stake, however the
nights hang together (they share a baseline). So winning it 20 times over is an alarm that comes falsely in
one file out of 20, in all its nights. What a check has won is added up over nights until it raises an
alarm: small losses that stay are found, too.
"""

from collections.abc import Sequence
from math import exp, inf, log
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta, Struct

from plimsoll.comparison.gate import (
    LEVEL,
    ON_THE_WHOLE,
    Check,
    Gate,
    check_of,
    gated,
    looked_at,
    losses_of,
    name_of,
)
from plimsoll.comparison.nouns import Comparison, Difference
from plimsoll.core import DataError, UserError, decoding, files, replace
from plimsoll.stats.evidence import log_evidence, mixed, night_share, suite_share
from plimsoll.stats.margins import Losses

FORMAT = 1


class Night(Struct, frozen=True, kw_only=True):
    """One run that was held to a baseline."""

    benchmark: str
    run: str
    baseline: str
    max_drop: float
    won: dict[str, float]
    """By check, the logarithm of the part of the stake that this night won."""
    alarms: tuple[str, ...] = ()
    """Checks that failed."""


class Budget(Struct, frozen=True, kw_only=True):
    """One budget of false alarms, and what was looked at under it."""

    format: int = FORMAT
    level: Annotated[float, Meta(gt=0, lt=1)] = LEVEL
    """The chance that a false alarm is ever raised."""
    nights: tuple[Night, ...] = ()


def read(path: Path, level: float | None = None) -> Budget:
    """The budget of a file, a new one where there is none. Raises `UserError`, `DataError`."""
    if not path.exists():
        return Budget(level=LEVEL if level is None else level)
    try:
        found = decoding.decode(files.read(path), Budget)
    except (OSError, msgspec.MsgspecError) as error:
        raise DataError(f"{path} is no budget of a gate: {error}") from error
    if found.format > FORMAT:
        raise UserError(f"{path} was written by a newer Plimsoll (format {found.format}, not {FORMAT})")
    if level is not None and level != found.level:
        raise UserError(
            f"{path} was begun with --level {found.level:g}, not {level:g}: a budget is set once, so begin "
            "another file"
        )
    return found


def write(path: Path, budget: Budget) -> None:
    """Keep the budget."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, [msgspec.json.format(msgspec.json.encode(budget), indent=1), b"\n"])
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from error


def spend(budget: Budget, comparison: Comparison, max_drop: float) -> tuple[Budget, Gate]:
    """Hold a run to its baseline; a run that was held to it before is not counted twice."""
    known = next((place for place, night in enumerate(budget.nights) if _same(night, comparison)), None)
    earlier = budget.nights[:known]
    whole, *rest = looked_at(comparison)
    subsets = [whole, *(part for part in rest if part.n < whole.n)]
    shares = {name_of(part): _share(earlier, comparison, subsets, part) for part in subsets}
    won = (
        {
            name_of(part): log(shares[name_of(part)]) + log_evidence(losses_of(comparison, part), max_drop)
            for part in subsets
        }
        if known is None
        else budget.nights[known].won
    )
    checks: list[Check] = []
    for part in subsets:
        name = name_of(part)
        if name in won:
            held = mixed([*_since(earlier, comparison.benchmark, name), won[name]])
            checks.append(_check(_Stake(comparison, max_drop, budget.level, shares[name]), part, held))
    night = Night(
        benchmark=comparison.benchmark,
        run=comparison.after.id,
        baseline=comparison.before.id,
        max_drop=max_drop,
        won=won,
        alarms=tuple(check.name for check in checks if check.status == "failed"),
    )
    nights = (*budget.nights, night) if known is None else budget.nights
    return replace(budget, nights=nights), gated(comparison, max_drop, budget.level, checks, "budget")


def _same(night: Night, comparison: Comparison) -> bool:
    return (night.benchmark, night.run, night.baseline) == (
        comparison.benchmark,
        comparison.after.id,
        comparison.before.id,
    )


def _share(
    earlier: Sequence[Night], comparison: Comparison, subsets: Sequence[Difference], part: Difference
) -> float:
    """The part of the stake that is played for a check tonight."""
    order = list(dict.fromkeys([*(night.benchmark for night in earlier), comparison.benchmark]))
    nights = sum(night.benchmark == comparison.benchmark for night in earlier)
    stake = suite_share(order.index(comparison.benchmark) + 1) * night_share(nights + 1)
    if len(subsets) == 1:
        return stake
    return stake * (ON_THE_WHOLE if not part.group else (1 - ON_THE_WHOLE) / (len(subsets) - 1))


def _since(before: Sequence[Night], benchmark: str, name: str) -> list[float]:
    """What a check has won since it last failed."""
    found: list[float] = []
    for night in before:
        if night.benchmark == benchmark and name in night.won:
            found = [] if name in night.alarms else [*found, night.won[name]]
    return found


class _Stake(NamedTuple):
    """What tonight's run is held to, and the part of the stake that is played for a check."""

    comparison: Comparison
    max_drop: float
    level: float
    share: float


def _check(stake: _Stake, part: Difference, held: float) -> Check:
    def fails(losses: Losses) -> bool:
        return log(stake.share) + log_evidence(losses, stake.max_drop) >= -log(stake.level)

    p = exp(min(0.0, -held)) if held > -inf else 1.0
    return check_of(
        stake.comparison,
        part,
        stake.max_drop,
        p=p,
        failed=p <= stake.level,
        evidence=f"that more was lost, over all nights of the budget: p = {p:.2g}",
        fails=fails,
    )
