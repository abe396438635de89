"""How often each kind was met in several draws -> how many kinds there are, those not met yet included."""

from collections.abc import Iterable
from typing import NamedTuple


class Richness(NamedTuple):
    """An estimate of the number of kinds."""

    seen: int
    estimate: float | None
    """Lower bound of the kinds there are (Chao2); nothing where one draw alone was made."""

    @property
    def saturation(self) -> float | None:
        """Share of the kinds that were met."""
        return self.seen / self.estimate if self.estimate else None


def chao2(draws: Iterable[Iterable[str]]) -> Richness:
    """Kinds met once and twice over independent draws -> the number of all (Chao 1987, bias-corrected)."""
    sets = [set(each) for each in draws]
    met: dict[str, int] = {}
    for each in sets:
        for kind in each:
            met[kind] = met.get(kind, 0) + 1
    m = len(sets)
    if m < 2:
        return Richness(len(met), None)
    once, twice = (sum(times == number for times in met.values()) for number in (1, 2))
    return Richness(len(met), len(met) + (m - 1) / m * once * (once - 1) / (2 * (twice + 1)))
