"""Comparisons of several benchmarks and one chance of error -> their gates, by Holm over the benchmarks.

Benchmarks ask different questions, so a run may be worse on one of them alone. Each is held at the level
at which Holm would look at it: the least convincing benchmark is allowed the whole chance of error only
once all the others have failed.
"""

from collections.abc import Sequence

from plimsoll.comparison.gate import Gate, gate
from plimsoll.comparison.nouns import Comparison


def gates(found: Sequence[Comparison], max_drop: float, level: float) -> list[Gate]:
    """Every benchmark's gate, in the order given; together they err no more often than the level says."""
    held: dict[int, Gate] = {}
    left = list(range(len(found)))
    while left:
        # At the level of so many left, some fail: these leave the others more room.
        tried = {place: gate(found[place], max_drop, level / len(left)) for place in left}
        failed = [place for place in left if not _holds(tried[place])]
        held |= tried if not failed else {place: tried[place] for place in failed}
        left = [place for place in left if failed and place not in failed]
    return [held[place] for place in range(len(found))]


def _holds(held: Gate) -> bool:
    """Whether every check of a loss held: unscored answers spend no chance of error."""
    return all(check.status == "passed" for check in held.checks if check.difference is not None)
