"""Gates over runs of known loss: how often is a sound one stopped, and how often is a worse one caught?

A run loses, keeps or wins each question by chance. Single gates are tried at a true loss of just what is
allowed; nights are tried a hundred in a row, against one baseline whose luck they share.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from random import Random
from statistics import fmean
from typing import NamedTuple

from bench.measure import Result, arguments
from bench.simulated import QUICK, REPLICATIONS, replicated
from plimsoll.comparison import budget
from plimsoll.comparison.budget import Budget
from plimsoll.comparison.gate import gate, shown
from plimsoll.comparison.nouns import Comparison, Difference, Profile, RunName

PROMISE = 5.0
NIGHTS = 100


class World(NamedTuple):
    """Questions by category, what is allowed, what is lost, and how many more change to and fro."""

    questions: int
    categories: int
    allowed: float
    loss: float
    changing: float


AT_THE_LINE = (
    World(12, 1, 0.0, 0.0, 0.4),
    World(60, 3, 0.0, 0.0, 0.2),
    World(60, 3, 0.05, 0.05, 0.02),
    World(200, 7, 0.02, 0.02, 0.0),
    World(200, 7, 0.02, 0.02, 0.2),
    World(1000, 7, 0.02, 0.02, 0.05),
    World(5000, 7, 0.01, 0.01, 0.1),
)


def _counts(world: World, random: Random) -> Sequence[Sequence[int]]:
    """By category, what each question gained: -1, 0 or 1."""
    lost, won = world.loss + world.changing / 2, world.changing / 2
    size = world.questions // world.categories
    return [random.choices((-1, 1, 0), (lost, won, 1 - lost - won), k=size) for _ in range(world.categories)]


def compared(found: Sequence[Sequence[int]], run: str, benchmark: str = "toy") -> Comparison:
    """A comparison with these differences."""
    whole = [value for part in found for value in part]
    parts = {f"c{place}": part for place, part in enumerate(found)} if len(found) > 1 else {}
    return Comparison(
        benchmark=benchmark,
        metric="accuracy",
        judge="",
        higher_is_safer=True,
        before=RunName(path="", id="baseline", model="m", benchmark=benchmark, records=0),
        after=RunName(path="", id=run, model="m", benchmark=benchmark, records=0),
        matched_by="id",
        shared=len(whole),
        unscored=0,
        only_before=0,
        only_after=0,
        wished=0.01,
        warnings=(),
        differences=(_difference({}, whole), *(_difference({"category": k}, v) for k, v in parts.items())),
        parity=(),
        flips=(),
    )


def _difference(group: Mapping[str, str], values: Sequence[int]) -> Difference:
    n, mean = len(values), fmean(values)
    return Difference(
        group=group,
        n=n,
        clusters=n,
        before=0.5,
        after=0.5 + mean,
        difference=mean,
        low=-1.0,
        high=1.0,
        method="",
        bootstrap_low=-1.0,
        bootstrap_high=1.0,
        draws=0,
        p=1.0,
        test="",
        p_adjusted=1.0,
        gained=0,
        lost=0,
        discordance=0.0,
        detectable=None,
        needed=None,
        profiles=tuple(Profile(float(value), 1, count) for value, count in Counter(values).items()),
    )


def stopped(world: World, random: Random) -> bool:
    """Whether a gate fails."""
    return not gate(compared(_counts(world, random), "run"), world.allowed).passed


def let_through(world: World, random: Random) -> bool:
    """Whether a run is taken to have lost less than allowed."""
    return shown(compared(_counts(world, random), "run"), world.allowed).checks[1].status == "passed"


class Suite(NamedTuple):
    """A suite that is run every night against one baseline."""

    benchmarks: int
    questions: int
    allowed: float
    right: float
    """Chance of a right answer, of the baseline and of every night."""


def nights(suite: Suite, random: Random) -> bool:
    """Whether any of a hundred equal nights raises an alarm."""
    tables = [_easy(suite, random) for _ in range(suite.benchmarks)]
    baselines = [[random.random() < chance for chance in each] for each in tables]
    kept = Budget()
    for night in range(NIGHTS):
        for place, (table, baseline) in enumerate(zip(tables, baselines, strict=True)):
            now = [random.random() < chance for chance in table]
            changed = [a - b for a, b in zip(now, baseline, strict=True)]
            half = len(changed) // 2
            found = compared([changed[:half], changed[half:]], f"night {night}", f"benchmark {place}")
            kept, held = budget.spend(kept, found, suite.allowed)
            if not held.passed:
                return True
    return False


def _easy(suite: Suite, random: Random) -> list[float]:
    """Most questions go the same way nearly always."""
    sharp = 0.3
    return [
        random.betavariate(sharp * suite.right, sharp * (1 - suite.right)) for _ in range(suite.questions)
    ]


class Fall(NamedTuple):
    """Nights of which the later ones lose more."""

    questions: int
    allowed: float
    loss: float
    changing: float
    after: int
    """Sound nights before."""


FALLS = (Fall(1000, 0.02, 0.08, 0.05, 10), Fall(1000, 0.02, 0.06, 0.05, 50), Fall(5000, 0.02, 0.04, 0.05, 10))


def caught(fall: Fall, random: Random) -> int:
    """The night after the fall on which it was caught; 100 where it was not by then."""
    kept = Budget()
    for night in range(fall.after + 20):
        loss = fall.loss if night >= fall.after else 0.0
        world = World(fall.questions, 7, fall.allowed, loss, fall.changing)
        kept, held = budget.spend(kept, compared(_counts(world, random), f"night {night}"), fall.allowed)
        if night >= fall.after and not held.passed:
            return night - fall.after + 1
    return 100


def main() -> None:
    given = arguments(__doc__)
    count = QUICK if given.quick else REPLICATIONS
    # A gate that errs in just 5 % errs more often in half of all simulations.
    most = PROMISE + 2 * 100 * (0.05 * 0.95 / count) ** 0.5
    result = Result(case="gate_alarms", title=f"Gates over runs of known loss, {count:,} replications")
    for world in AT_THE_LINE:
        alarms = 100 * fmean(replicated(partial(stopped, world), count, f"line {world}"))
        _row(result, "one gate, a true loss of just what is allowed: stopped", world, alarms)
        result.at_most(f"stopped at the line, {tuple(world)}", alarms, round(most, 1), " %")
        if world.allowed:
            passed = 100 * fmean(replicated(partial(let_through, world), count, f"shown {world}"))
            _row(result, "non-inferiority, a true loss of just what is allowed: let through", world, passed)
            result.at_most(f"let through at the line, {tuple(world)}", passed, round(most, 1), " %")
    case = World(12, 2, 0.0, 5 / 12, 0.0)
    _row(result, "one gate, 50 % falls to 8 %: stopped", case, 100 * fmean(
        replicated(partial(stopped, case), count, "case")
    ))  # fmt: skip
    for suite in (Suite(1, 200, 0.0, 0.7), Suite(3, 100, 0.0, 0.7), Suite(1, 200, 0.01, 0.9)):
        alarms = 100 * fmean(replicated(partial(nights, suite), count, f"nights {suite}"))
        _row(result, f"{NIGHTS} equal nights under one budget: any alarm", suite, alarms)
        result.at_most(f"any alarm in {NIGHTS} equal nights, {tuple(suite)}", alarms, PROMISE, " %")
    for fall in FALLS:
        found = replicated(partial(caught, fall), min(count, 200), f"fall {fall}")
        _row(result, "caught by the third night after a fall", fall, 100 * fmean(each <= 3 for each in found))
    result.notes += [
        "targets of single gates: 5 % and twice the simulation's own error",
        "a world is: questions, categories, allowed loss, true loss, share of questions that change besides",
        "nights are: benchmarks, questions each, allowed loss, share of right answers",
        "a fall is: questions, allowed loss, true loss after it, share that change besides, nights before it",
    ]
    result.print()


def _row(result: Result, what: str, world: Sequence[float], share: float) -> None:
    result.rows.append({"what": what, "world": str(tuple(world)), "share": f"{share:.1f} %"})


if __name__ == "__main__":
    main()
