"""Planned runs and runs that stop early -> do they reach the wished width, and hold the truth when they do?

A plan rests on a pilot run whose questions, languages and epochs vary as much as is known. The planned run
asks new questions of the same kind. A run under `--until` asks questions of a set in random order, each in
several epochs, of which some answers cannot be scored; it stops by its own rule.
"""

from collections import Counter
from functools import partial
from random import Random
from statistics import fmean
from typing import NamedTuple

from bench.measure import Result, arguments
from bench.simulated import QUICK, REPLICATIONS, Seen, coverage, replicated
from plimsoll.comparison.planning import Precision, outlook
from plimsoll.core import Estimate, Record, Sample, Verdict
from plimsoll.run.work.stopping import rule_of
from plimsoll.stats.clusters import Sums, share
from plimsoll.stats.components import Answer, components

TARGET = 93


class World(NamedTuple):
    """A rate, and how alike the answers to one question are."""

    name: str
    mean: float
    question: float
    """Correlation of the answers to one question, in whatever language."""
    language: float
    """Correlation within a language of a question, on top."""
    pilot: int
    languages: int
    width: float


WORLDS = (
    World("questions differ, the model repeats itself", 0.8, 0.9, 0.0, 60, 1, 0.05),
    World("the model wavers", 0.5, 0.1, 0.0, 60, 1, 0.04),
    World("languages differ within a question", 0.7, 0.3, 0.4, 60, 3, 0.04),
    World("a rare event", 0.03, 0.5, 0.0, 300, 1, 0.01),
)


class Planned(NamedTuple):
    """One plan, carried out."""

    within: bool
    """Whether the rate found lies within the wished width of the truth."""
    width: float
    """Half width of the interval that the run reports, in units of the wish."""
    held: bool
    """Whether that interval holds the truth."""


def drawn(world: World, questions: int, epochs: int, random: Random) -> list[Answer]:
    """Answers, right or wrong, of questions of this world."""
    found: list[Answer] = []
    for question in range(questions):
        ability = _near(world.mean, world.question, random)
        for language in range(world.languages):
            own = _near(ability, world.language, random)
            found += [
                Answer(float(random.random() < own), str(question), str(language), epoch=epoch)
                for epoch in range(epochs)
            ]
    return found


def _near(mean: float, together: float, random: Random) -> float:
    """A chance of that mean; the higher `together`, the nearer to 0 or 1."""
    if not together or not 0 < mean < 1:
        return mean
    spread = (1 - together) / together
    return random.betavariate(mean * spread, (1 - mean) * spread)


def planned(world: World, choice: int, random: Random) -> Planned:
    """Plan by a pilot run of three epochs, and carry one of the choices out."""
    pilot = components(drawn(world, world.pilot, 3, random))
    assert pilot is not None
    chosen = outlook(pilot, Precision(world.width)).choices[choice]
    answers = drawn(world, chosen.questions, chosen.epochs, random)
    sums: dict[str, list[float]] = {}
    for each in answers:
        held = sums.setdefault(each.question, [0.0, 0])
        held[0] += each.value
        held[1] += 1
    known = share(Counter(Sums(*each) for each in sums.values()))
    assert known is not None
    return Planned(
        within=abs(known.value - world.mean) <= world.width,
        width=(known.high - known.low) / 2 / world.width,
        held=known.low <= world.mean <= known.high,
    )


class Early(NamedTuple):
    """A set of questions, and how a run under `--until` goes."""

    size: int
    half_width: float
    epochs: int
    unscored: float
    graded: bool


EARLY = (
    Early(1000, 0.05, 1, 0.0, graded=False),
    Early(1000, 0.05, 2, 0.02, graded=False),
    Early(3000, 0.03, 3, 0.01, graded=True),
    Early(11_435, 0.02, 1, 0.0, graded=False),
)


def early(world: Early, random: Random) -> Seen:
    """Ask until it is known; the truth is what asking every question of the set would have given."""
    chances = {str(n): _near((0.6, 0.9, 0.8)[n % 3], 0.6, random) for n in range(world.size)}
    samples = [Sample(id=key, messages=(), category="abc"[int(key) % 3]) for key in chances]
    rule = rule_of(
        f"±{100 * world.half_width:g}%", samples, seed=random.randrange(10**9), epochs=world.epochs
    )
    means: dict[str, float] = {}

    def answered(sample: Sample) -> list[float | None]:
        values: list[float | None] = []
        for _ in range(world.epochs):
            lost = random.random() < world.unscored
            value = float(random.random() < chances[sample.id])
            values.append(None if lost else value * (0.75 if world.graded and random.random() < 0.3 else 1))
        scored = [each for each in values if each is not None]
        if scored:
            means[sample.id] = fmean(scored)
        return values

    # Every answer that would be given is drawn before the run, so that the truth is about these answers.
    replies = {sample.id: answered(sample) for sample in samples}
    for sample in rule.samples():
        for epoch, value in enumerate(replies[sample.id]):
            rule.add(Record(sample=sample, epoch=epoch, verdicts={"j": Verdict(label="", value=value)}))
    if not rule.saved:
        return Seen(None)
    told = rule.merged([Estimate(name="rate", value=0.5, low=0.0, high=1.0, n=1, judge="")])[0]
    truth = fmean(means.values())
    return Seen(told.low <= truth <= told.high, told.high - told.low)


def main() -> None:
    given = arguments(__doc__)
    count = QUICK if given.quick else REPLICATIONS
    title = f"Planned runs and runs that stop early, {count:,} replications each"
    result = Result(case="planning", title=title)
    for world in WORLDS:
        for choice, epochs in ((0, 1), (2, 3)):
            found = replicated(partial(planned, world, choice), count, f"{world}:{choice}")
            within, held = (
                100 * fmean(each) for each in ([f.within for f in found], [f.held for f in found])
            )
            width = fmean(each.width for each in found)
            what = f"{world.name}, {epochs} epochs"
            result.rows.append(
                {
                    "run": "planned",
                    "what": what,
                    "wish": f"±{100 * world.width:g}",
                    "truth within the wish": f"{within:.1f} %",
                    "its interval holds the truth": f"{held:.1f} %",
                    "its width, wished 1": f"{width:.2f}",
                }
            )
            result.at_least(f"within the wished width, {what}", within, TARGET, " %")
            result.at_most(f"width reached, {what}", width, 1.15)
    for each in EARLY:
        found_early = coverage(partial(early, each), count, str(each))
        graded = ", graded" if each.graded else ""
        what = f"{each.size:,} questions, {each.epochs} epochs, {each.unscored:.0%} unscored{graded}"
        result.rows.append(
            {
                "run": "stopped early",
                "what": what,
                "wish": f"±{100 * each.half_width:g}",
                "truth within the wish": "",
                "its interval holds the truth": f"{100 * found_early.share:.1f} %",
                "its width, wished 1": f"{found_early.width / 2 / each.half_width:.2f}",
            }
        )
        result.at_least(f"covered where it stopped, {what}", 100 * found_early.share, TARGET, " %")
    result.notes.append("plans rest on a pilot of 60 questions (300 for the rare event) in three epochs")
    result.print()


if __name__ == "__main__":
    main()
