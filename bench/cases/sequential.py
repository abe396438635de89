"""`--until "±2%"` replayed over the published accuracies: does the interval cover, how much is saved?

Every published row over the whole set becomes a population with its categories' right answers; each
replay asks it in a new random order until the interval is narrow enough.
"""

import random
import time
from statistics import fmean

from bench.measure import Result, arguments
from tests.support.replays import SIZES, Replay, order, populations, replay

HALF_WIDTHS = (0.01, 0.02, 0.03, 0.05)
REPLAYS = 2000


def replayed(half_width: float, count: int) -> list[Replay]:
    """Many runs that never happened."""
    rows, strata = list(populations()), order(SIZES)
    return [
        replay(random.Random(f"{half_width}:{n}"), SIZES, rows[n % len(rows)], half_width, strata)
        for n in range(count)
    ]


def main() -> None:
    given = arguments(__doc__)
    count = 100 if given.quick else REPLAYS
    whole = sum(SIZES.values())
    result = Result(case="sequential", title=f"{count:,} replays of runs that stop when it is known")
    for half_width in HALF_WIDTHS:
        began = time.perf_counter()
        found = replayed(half_width, count)
        asked = fmean(each.asked for each in found)
        spread = fmean(each.error**2 for each in found) ** 0.5
        always = fmean(each.always for each in found)
        result.rows.append(
            {
                "wish": f"±{100 * half_width:g}%",
                "replays": count,
                "covered at the stop": f"{fmean(each.covered for each in found):.2%}",
                "covered at every look": f"{always:.2%}",
                "asked, mean": round(asked),
                "asked, least": min(each.asked for each in found),
                "asked, most": max(each.asked for each in found),
                "saved": f"{1 - asked / whole:.1%}",
                "bias, points": f"{100 * fmean(each.error for each in found):+.3f}",
                "error, points": f"{100 * spread:.2f}",
                "s": round(time.perf_counter() - began, 1),
            }
        )
        result.at_least(f"covered at every look, ±{100 * half_width:g}%", 100 * always, 95, " %")
    result.notes.append(f"{len(list(populations()))} published rows; {whole:,} questions in 7 categories")
    result.print()


if __name__ == "__main__":
    main()
