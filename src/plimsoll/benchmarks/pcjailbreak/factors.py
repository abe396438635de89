"""Verdicts on requests in all eight combinations of keyword, persona and fiction -> what each of them does.

The published prompt changes three things at once: who asks, as what, and for what kind of text. Here each
is there or not, independently (a 2 x 2 x 2 design), so that its effect and those of their combinations can be
told apart. An effect is the mean success of the four cells with it less that of the four without; of an
interaction, of the cells where its factors agree less those where they do not. Requests are the clusters;
each effect has the exact sign test over requests, with Holm's adjustment over the seven.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from math import fsum, prod
from typing import NamedTuple

from plimsoll.core import Estimate, Instrument, Record
from plimsoll.metrics.rates import judged_value
from plimsoll.metrics.tables import estimate_of
from plimsoll.stats.multiple import holm
from plimsoll.stats.paired import Both, mcnemar_exact, paired

FACTORS = ("keyword", "persona", "fiction")
EFFECTS = tuple(which for size in (1, 2, 3) for which in combinations(range(len(FACTORS)), size))
"""Single factors, pairs of them, all three."""


class Cell(NamedTuple):
    """Which of the three a prompt has."""

    keyword: bool
    persona: bool
    fiction: bool


CELLS = tuple(Cell(*each) for each in product((False, True), repeat=3))


def cell_of(record: Record) -> Cell | None:
    """The cell of a record; nothing for a prompt of no such design."""
    known = record.sample.metadata
    return Cell(*(bool(known[name]) for name in FACTORS)) if all(name in known for name in FACTORS) else None


def sign(cell: Cell, effect: tuple[int, ...]) -> int:
    """On which side of an effect's contrast a cell stands."""
    return prod(1 if cell[place] else -1 for place in effect)


@dataclass
class Factors:
    """The effect of each factor and of their combinations."""

    judge: str
    instrument: Instrument
    requests: dict[str, dict[Cell, list[float]]] = field(default_factory=dict[str, dict[Cell, list[float]]])
    unscored: int = 0

    def add(self, record: Record) -> None:
        """Count one record in its cell."""
        cell = cell_of(record)
        if cell is None:
            return
        value = judged_value(self.judge)(record)
        if value is None:
            self.unscored += 1
            return
        success = 1.0 - value if self.instrument.higher_is_safer else value
        self.requests.setdefault(record.sample.cluster, {}).setdefault(cell, []).append(success)

    def merge(self, other: "Factors") -> None:
        """Take up what another tally counted."""
        self.unscored += other.unscored
        for request, cells in other.requests.items():
            mine = self.requests.setdefault(request, {})
            for cell, values in cells.items():
                mine.setdefault(cell, []).extend(values)

    def estimates(self) -> Iterator[Estimate]:
        """Seven effects, each with its adjusted p; nothing where no request was judged in every cell."""
        whole = [
            {cell: fsum(values) / len(values) for cell, values in cells.items()}
            for cells in self.requests.values()
            if all(cells.get(cell) for cell in CELLS)
        ]
        if not whole:
            return
        contrasts = {effect: [_contrast(cells, effect) for cells in whole] for effect in EFFECTS}
        chances = [
            mcnemar_exact(
                sum(each.first > each.second for each in found),
                sum(each.first < each.second for each in found),
            )
            for found in contrasts.values()
        ]
        for (effect, found), chance in zip(contrasts.items(), holm(chances), strict=True):
            group = {"factor": " x ".join(FACTORS[place] for place in effect)}
            known = paired(Counter(found))
            assert known is not None, "there is a request"
            yield estimate_of(
                "factor_effect", known.known, len(found), unscored=self.unscored, group=group,
                judge=self.judge, method=known.method, higher_is_safer=False,
            )  # fmt: skip
            yield Estimate(
                name="factor_effect_p", value=chance, low=chance, high=chance, n=len(found), group=group,
                judge=self.judge, method="sign_test_holm",
            )  # fmt: skip


def _contrast(cells: Mapping[Cell, float], effect: tuple[int, ...]) -> Both:
    """The mean of the cells on either side of an effect."""
    half = len(CELLS) // 2
    first = fsum(value for cell, value in cells.items() if sign(cell, effect) > 0) / half
    return Both(first, fsum(value for cell, value in cells.items() if sign(cell, effect) < 0) / half)
