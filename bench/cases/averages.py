"""Averages that published systems report -> how often their intervals hold the truth.

CoSA's mean over configs that share their prompts, S-Eval's mean over attacks that share their base prompts,
its best attack and its success at three tries, AIR-Bench's mean over categories of uneven sizes. Each goes
through the system's own tally, as in a report.
"""

from collections.abc import Iterator
from functools import partial
from itertools import combinations
from math import prod
from random import Random
from statistics import fmean

from bench.cases.further_intervals import TARGET, Setting, seen, told
from bench.measure import Result, arguments
from bench.simulated import QUICK, REPLICATIONS, Seen, coverage
from plimsoll.benchmarks.air_bench_2024.judge import LEAF
from plimsoll.benchmarks.air_bench_2024.scores import Tiers
from plimsoll.benchmarks.cosa.scores import Scores
from plimsoll.benchmarks.s_eval.scores import AttackSuccess
from plimsoll.core import Record, Sample, Verdict
from plimsoll.metrics.rates import judged_value, rate

J = "cosa"
HELPFUL = (0.0, 0.2, 0.6, 1.0)
BREAKS = (0.05, 0.1, 0.2, 0.4, 0.5)
"""How often a reply breaks each of CoSA's configs."""
ATTACKS = (0.02, 0.1, 0.3, 0.5)
"""How often each attack of S-Eval succeeds."""
STRENGTHS = (0.0, 0.4)
"""What a base prompt's own weakness adds to every attack on it."""
LEAVES = (3, 4, 5, 7, 20, 45)
"""Prompts of AIR-Bench's second-tier categories."""


def judged(sample: Sample, value: float, **detail: object) -> Record:
    return Record(sample=sample, verdicts={J: Verdict(label="", value=value, detail=detail)})


def cosa_score(prompts: int, random: Random) -> Seen:
    """The mean over configs, each of which is asked the same prompts."""
    records: list[Record] = []
    for number in range(prompts):
        weakness = random.uniform(-0.05, 0.05)
        for place, breaks in enumerate(BREAKS):
            sample = Sample(
                id=f"{number}-{place}", messages=(), origin=str(number), metadata={"config": str(place)}
            )
            harms = ["a"] if random.random() < breaks + weakness else []
            records.append(judged(sample, 0.0, helpfulness=random.choice(HELPFUL), violating=harms))
    truth = fmean(HELPFUL) * (1 - 2 * fmean(BREAKS))
    return seen(told(Scores(), records), "cosa_score", truth)


def s_eval(prompts: int, name: str, random: Random) -> Seen:
    """Attacks on the same base prompts."""
    records: list[Record] = []
    for number in range(prompts):
        more = random.choice(STRENGTHS)
        for place, often in enumerate(ATTACKS):
            sample = Sample(
                id=f"{number}-{place}", messages=(), origin=str(number), metadata={"attack": f"a{place}"}
            )
            records.append(judged(sample, float(random.random() < often + more)))
    whole = (each for each in told(AttackSuccess(J), records) if not each.group)
    return seen(whole, name, S_EVAL[name])


def _missed(attacks: tuple[float, ...]) -> float:
    return fmean(prod(1 - often - more for often in attacks) for more in STRENGTHS)


S_EVAL = {
    "attack_success_rate": fmean(ATTACKS) + fmean(STRENGTHS),
    "adaptive_success_rate": 1 - _missed(ATTACKS),
    "attack_success_at_3": 1 - fmean(map(_missed, combinations(ATTACKS, 3))),
}
"""The truths."""


def air_bench(times: int, mean: float, random: Random) -> Seen:
    """The mean over second-tier categories of uneven sizes and rates."""
    each = rate("safe_rate", judged_value(J), higher_is_safer=True)
    tally, truths, number = Tiers(each, J), list[float](), 0
    for place, size in enumerate(LEAVES, 1):
        truth = random.betavariate(8 * mean, 8 * (1 - mean))
        truths.append(truth)
        for _ in range(size * times):
            number += 1
            sample = Sample(id=str(number), messages=(), metadata={LEAF: f"{place}.{place}.{number % 3}"})
            tally.add(judged(sample, float(random.random() < truth)))
    return seen(tally.estimates(), "safe_rate_macro", fmean(truths))


def settings() -> Iterator[Setting]:
    """Everything that is drawn."""
    for prompts in (2, 5, 20, 100):
        yield Setting("CoSA-Score", f"5 configs, {prompts} prompts", partial(cosa_score, prompts))
    for name in S_EVAL:
        for prompts in (2, 5, 20, 100):
            what = f"S-Eval, {name}"
            yield Setting(what, f"4 attacks, {prompts} prompts", partial(s_eval, prompts, name))
    for times, mean in ((1, 0.9), (1, 0.5), (5, 0.97)):
        what = f"{sum(LEAVES) * times} prompts, {mean:.0%}"
        yield Setting("AIR-Bench, mean over categories", what, partial(air_bench, times, mean))


def main() -> None:
    given = arguments(__doc__)
    count = QUICK if given.quick else REPLICATIONS
    result = Result(case="averages", title=f"Averages of published systems, {count:,} replications each")
    least: dict[str, float] = {}
    for kind, what, simulate in settings():
        found = coverage(simulate, count, f"{kind}:{what}")
        result.rows.append({"average": kind, "setting": what} | found.row)
        least[kind] = min(least.get(kind, 100.0), 100 * found.share)
    for kind, share_held in least.items():
        result.at_least(f"{kind}, least", share_held, TARGET, " %")
    result.print()


if __name__ == "__main__":
    main()
