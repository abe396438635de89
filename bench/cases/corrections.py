"""Judges of known errors over replies of known truth: do corrected rates hold the truth as often as they say?

A replication draws the judge's verdicts on a run, and people's labels elsewhere or on the run itself. The
labels may come from the same model, from others that the judge errs on differently, or ask each prompt
several times.
"""

from functools import partial
from math import exp, log
from random import Random
from typing import NamedTuple

from bench.measure import Result, arguments
from bench.simulated import QUICK, REPLICATIONS, Seen, binomial, coverage, shares
from plimsoll.calibration.by_errors import corrected
from plimsoll.calibration.nouns import Calibration, ModelErrors, Slice
from plimsoll.calibration.readings import Part, Reading
from plimsoll.core import Estimate, Instrument, replace
from plimsoll.labelling.doubt import drawn
from plimsoll.metrics.tables import estimate_of
from plimsoll.stats.clusters import Sums, macro
from plimsoll.stats.correction import Corrected, Counts, Drawn, bayesian, ppi_guarded
from plimsoll.stats.intervals import wilson
from plimsoll.stats.spread import Hit, independent
from plimsoll.stats.weighted import Labelled, Weighed, weighed_ppi

TARGET = 93


class World(NamedTuple):
    """A true rate, a judge, and how much is known of it."""

    rate: float
    n: int
    sensitivity: float
    specificity: float
    positives: int
    negatives: int


KNOWN = (
    World(0.005, 11_435, 0.95, 0.99, 300, 3000),
    World(0.005, 11_435, 0.99, 0.9995, 300, 3000),
    World(0.005, 11_435, 0.95, 1.0, 300, 3000),
    World(0.005, 11_435, 0.9, 1.0, 20, 20),
    World(0.0, 11_435, 0.9, 0.98, 50, 200),
    World(0.02, 1000, 0.65, 0.6, 10, 10),
    World(0.02, 1000, 0.65, 0.6, 4, 16),
    World(0.2, 200, 0.9, 0.9, 50, 50),
    World(0.5, 10, 0.8, 0.9, 5, 5),
    World(0.05, 2, 0.9, 0.95, 30, 30),
    World(0.95, 500, 0.95, 0.95, 20, 20),
)


def known(world: World, random: Random) -> Seen:
    """Error rates from labels on the same model's replies."""
    said = world.rate * world.sensitivity + (1 - world.rate) * (1 - world.specificity)
    found = bayesian(
        Counts(binomial(random, world.n, said), world.n),
        Counts(binomial(random, world.positives, world.sensitivity), world.positives),
        Counts(binomial(random, world.negatives, world.specificity), world.negatives),
    )
    return _seen(found, world.rate)


class Elsewhere(NamedTuple):
    """A judge that errs differently on every model, and labels on some of them."""

    models: int
    each: int
    spread: float
    """Standard deviation of the log odds of an error, between models."""
    rate: float = 0.2
    n: int = 1000
    sensitivity: float = 0.85
    specificity: float = 0.9


ELSEWHERE = (
    Elsewhere(5, 450, 0.8),
    Elsewhere(5, 450, 0.8, rate=0.02),
    Elsewhere(5, 450, 1.2, sensitivity=0.95, specificity=0.98, n=11_435),
    Elsewhere(5, 100, 0.5),
    Elsewhere(3, 200, 0.8),
    Elsewhere(8, 200, 0.0),
)


def elsewhere(world: Elsewhere, random: Random) -> Seen:
    """The whole way that a report goes, for a model that was never labelled."""
    errors = [_moved(world, random) for _ in range(world.models + 1)]
    counted = [_labelled(found, left, world.each, random) for found, left in errors[:-1]]
    found, left = errors[-1]
    said = world.rate * found + (1 - world.rate) * (1 - left)
    hits = binomial(random, world.n, said)
    bounds = wilson(hits, world.n)
    raw = Estimate(
        name="unsafe_rate", value=hits / world.n, low=bounds.low, high=bounds.high, n=world.n, judge="known"
    )
    instrument = Instrument(event="unsafe", higher_is_safer=False)
    made = corrected(Reading("known", instrument, (raw,)), _calibration(counted), "another").estimates
    if not made:
        return Seen(None)
    return Seen(made[0].low <= world.rate <= made[0].high, made[0].high - made[0].low)


def _moved(world: Elsewhere, random: Random) -> tuple[float, float]:
    def moved(share: float) -> float:
        return 1 / (1 + exp(-log(share / (1 - share)) - world.spread * random.gauss()))

    return moved(world.sensitivity), moved(world.specificity)


def _labelled(found: float, left: float, each: int, random: Random) -> ModelErrors:
    positives = binomial(random, each, 0.3)
    return ModelErrors(
        model=str(random.random()),
        positives=positives,
        found=binomial(random, positives, found),
        negatives=each - positives,
        left=binomial(random, each - positives, left),
    )


def _calibration(models: list[ModelErrors]) -> Calibration:
    positives, negatives = int(sum(e.positives for e in models)), int(sum(e.negatives for e in models))
    whole = Slice(
        n=positives + negatives,
        positives=positives,
        negatives=negatives,
        sensitivity=sum(e.found for e in models) / positives,
        specificity=sum(e.left for e in models) / negatives,
    )
    return Calibration(
        judge="known",
        event="unsafe",
        pack="simulated",
        pack_event="unsafe",
        slices=(whole,),
        errors=tuple(models),
    )


def prompts(random: Random) -> Seen:
    """Labels on eight replies to each of forty prompts, which the judge reads alike."""
    rate, n, errors = 0.2, 2000, (0.85, 0.9)

    def told(share: float) -> Counts:
        own = [random.betavariate(share, 1 - share) for _ in range(40)]
        return independent(
            Hit(str(place), random.random() < chance) for place, chance in enumerate(own) for _ in range(8)
        )

    said = rate * errors[0] + (1 - rate) * (1 - errors[1])
    return _seen(bayesian(Counts(binomial(random, n, said), n), told(errors[0]), told(errors[1])), rate)


CATEGORIES = ((20,) * 7, (1000, 100, 10, 5, 5, 5, 5), (3, 300))


def categories(sizes: tuple[int, ...], random: Random) -> Seen:
    """A headline in which every category counts as one, however many replies it has."""
    found, left = 0.85, 0.9
    rates = [random.betavariate(1, 6) for _ in sizes]
    groups: list[dict[str, Sums]] = []
    for place, (size, rate) in enumerate(zip(sizes, rates, strict=True)):
        said = rate * found + (1 - rate) * (1 - left)
        groups.append({f"{place}-{k}": Sums(random.random() < said, 1) for k in range(size)})
    known = macro(groups)
    assert known is not None
    raw = estimate_of("unsafe_overall", known, sum(sizes), judge="known")
    instrument = Instrument(event="unsafe", higher_is_safer=False)
    parts = {(): Part(raw.value * raw.n, raw.n)}
    reading = Reading("known", instrument, (raw,), parts=parts, even=True)
    calibration = replace(_calibration([_labelled(found, left, 600, random)]), errors=())
    made = corrected(reading, calibration, "m").estimates
    truth = sum(rates) / len(rates)
    return Seen(made[0].low <= truth <= made[0].high, made[0].high - made[0].low) if made else Seen(None)


POWERED = (
    World(0.02, 1000, 0.65, 0.6, 20, 0),
    World(0.02, 1000, 0.9, 0.97, 50, 0),
    World(0.1, 200, 0.9, 0.95, 20, 0),
    World(0.3, 2000, 0.85, 0.9, 100, 0),
    World(0.005, 2000, 0.9, 0.99, 200, 0),
)


def powered(world: World, random: Random) -> Seen:
    """Labels on a random draw of the run's own replies."""
    truth = shares(random, [world.rate] * world.n)
    judge = shares(random, (world.sensitivity if each else 1 - world.specificity for each in truth))
    labels = world.positives
    found = ppi_guarded(Drawn(truth[:labels], judge[:labels], judge[labels:]))
    return _seen(found, world.rate)


UNSURE = (World(0.05, 2000, 0.9, 0.95, 50, 0), World(0.3, 1000, 0.8, 0.9, 100, 0))


def unsure(world: World, random: Random) -> Seen:
    """Labels drawn where one judge says that it is unsure; another errs where it is sure."""
    truth = shares(random, [world.rate] * world.n)
    judge = shares(random, (world.sensitivity if each else 1 - world.specificity for each in truth))
    # Of its errors a judge is often unsure, of right verdicts seldom.
    doubts = [
        random.betavariate(2, 1) if random.random() < (0.1 if said == each else 0.7) else 0.0
        for said, each in zip(judge, truth, strict=True)
    ]
    order = random.sample(range(world.n), world.n)
    chosen = drawn([(place, doubts[place]) for place in order], world.positives, random)
    labelled = [Labelled(truth[place], judge[place], chance, str(place)) for place, chance in chosen]
    found = weighed_ppi(Weighed(labelled, judge, world.n - len(labelled)))
    return _seen(found, world.rate)


def _seen(found: Corrected | None, truth: float) -> Seen:
    return Seen(None) if found is None else Seen(found.low <= truth <= found.high, found.high - found.low)


def main() -> None:
    given = arguments(__doc__)
    count = QUICK if given.quick else REPLICATIONS
    result = Result(case="corrections", title=f"Corrected rates, {count:,} replications of each world")
    worlds = [
        *(("labels on the same model", str(tuple(world)), partial(known, world)) for world in KNOWN),
        *(("labels on other models", str(tuple(world)), partial(elsewhere, world)) for world in ELSEWHERE),
        *(
            ("categories that count as one", " + ".join(map(str, sizes)), partial(categories, sizes))
            for sizes in CATEGORIES
        ),
        ("prompts asked eight times", "40 prompts of each kind", prompts),
        *(
            ("labels where the judge is unsure", str(tuple(world)[:5]), partial(unsure, world))
            for world in UNSURE
        ),
        *(("labels on the run itself", str(tuple(world)[:5]), partial(powered, world)) for world in POWERED),
    ]
    for kind, world, simulate in worlds:
        found = coverage(simulate, count, f"{kind}:{world}")
        result.rows.append({"labels": kind, "world": world} | found.row)
        result.at_least(f"covered, {kind}, {world}", 100 * found.share, TARGET, " %")
    result.notes += [
        "world with labels on the same model: true rate, replies, sensitivity, specificity, labelled with "
        "and without the event",
        "world with labels on other models: models, labels on each, spread of the log odds of an error, "
        "true rate, replies, sensitivity, specificity",
        "world with labels on the run itself, drawn evenly or by doubt: true rate, replies, sensitivity, "
        "specificity, labels",
    ]
    result.print()


if __name__ == "__main__":
    main()
