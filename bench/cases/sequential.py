"""`--until "±2%"` replayed over the published accuracies: does the interval cover, how much is saved?

Every published row over the whole set becomes a population with its categories' right answers; each
replay asks it in a new random order until the interval is narrow enough. A mean over categories is
replayed over made-up categories of equal and very unequal sizes, whose rates differ.
"""

import random
import time
from statistics import fmean

from bench.measure import Result, arguments
from tests.support.replays import SIZES, Replay, order, order_of_alike, populations, replay

HALF_WIDTHS = (0.01, 0.02, 0.03, 0.05)
REPLAYS, OF_MEANS = 2000, 1000
MEANS = {
    "13 of 3,000": (3000,) * 13,
    "7 of 30 to 8,000": (30, 60, 120, 400, 1000, 3000, 8000),
    "60 of 20 to 197": tuple(range(20, 200, 3)),
    "6 of 3 to 45": (3, 4, 5, 7, 20, 45),
}
"""Categories that weigh alike."""
WISHES = (0.02, 0.05)


def replayed(half_width: float, count: int) -> list[Replay]:
    """Many runs that never happened."""
    rows, strata = list(populations()), order(SIZES)
    return [
        replay(random.Random(f"{half_width}:{n}"), SIZES, rows[n % len(rows)], half_width, strata)
        for n in range(count)
    ]


def means_replayed(sizes: tuple[int, ...], half_width: float, count: int) -> list[Replay]:
    """Many such runs over categories that weigh alike, each of a rate of its own."""
    held = {f"{number:02}": size for number, size in enumerate(sizes)}
    strata, category = order_of_alike(held), {name: name for name in held}
    found: list[Replay] = []
    for n in range(count):
        draw = random.Random(f"means:{sizes}:{half_width}:{n}")
        middle = draw.choice((0.5, 0.8, 0.95))
        hits = {
            name: round(size * min(1.0, max(0.0, draw.gauss(middle, 0.08)))) for name, size in held.items()
        }
        found.append(replay(draw, held, hits, half_width, strata, category=category))
    return found


def means(result: Result, count: int) -> None:
    """The rows for means over categories."""
    least = 1.0
    for name, sizes in MEANS.items():
        for half_width in WISHES:
            began = time.perf_counter()
            found = means_replayed(sizes, half_width, count)
            result.rows.append(row(f"±{100 * half_width:g}%, mean of {name}", found, sum(sizes), began))
            least = min(least, fmean(each.always for each in found))
    result.at_least("covered at every look, mean over categories, least", 100 * least, 95, " %")


def row(wish: str, found: list[Replay], whole: int, began: float) -> dict[str, object]:
    """A line of the table."""
    asked = fmean(each.asked for each in found)
    return {
        "wish": wish,
        "replays": len(found),
        "covered at the stop": f"{fmean(each.covered for each in found):.2%}",
        "covered at every look": f"{fmean(each.always for each in found):.2%}",
        "asked, mean": round(asked),
        "asked, least": min(each.asked for each in found),
        "asked, most": max(each.asked for each in found),
        "saved": f"{1 - asked / whole:.1%}",
        "bias, points": f"{100 * fmean(each.error for each in found):+.3f}",
        "error, points": f"{100 * fmean(each.error**2 for each in found) ** 0.5:.2f}",
        "s": round(time.perf_counter() - began, 1),
    }


def main() -> None:
    given = arguments(__doc__)
    count = 100 if given.quick else REPLAYS
    whole = sum(SIZES.values())
    result = Result(case="sequential", title=f"{count:,} replays of runs that stop when it is known")
    for half_width in HALF_WIDTHS:
        began = time.perf_counter()
        found = replayed(half_width, count)
        always = fmean(each.always for each in found)
        result.rows.append(row(f"±{100 * half_width:g}%", found, whole, began))
        result.at_least(f"covered at every look, ±{100 * half_width:g}%", 100 * always, 95, " %")
    means(result, min(count, OF_MEANS))
    result.notes.append(f"{len(list(populations()))} published rows; {whole:,} questions in 7 categories")
    result.print()


if __name__ == "__main__":
    main()
