"""What the metrics of every benchmark must bear."""

from collections.abc import Sequence

import pytest

from plimsoll.core import Estimate, Record, replace
from plimsoll.models.scripted import Scripted
from tests.support.benchmarks import SPECS, made
from tests.support.counting import estimates_of, merged_estimates, mixed, records_of


def alike(one: Sequence[Estimate], other: Sequence[Estimate]) -> None:
    """The same numbers under the same names, whatever their order."""
    first, second = (
        {(e.name, str(sorted(e.group.items())), e.judge): e for e in each} for each in (one, other)
    )
    assert first.keys() == second.keys()
    for key, estimate in first.items():
        fellow = second[key]
        numbers = (estimate.value, estimate.low, estimate.high)
        assert numbers == pytest.approx((fellow.value, fellow.low, fellow.high), rel=1e-9, abs=1e-12), key
        assert (estimate.n, estimate.unscored, estimate.method) == (fellow.n, fellow.unscored, fellow.method)


def asked_twice(spec: str) -> list[Record]:
    once = records_of(made(spec), Scripted(mixed, revision="mixed"))
    return [replace(record, epoch=epoch) for epoch in range(2) for record in once]


@pytest.mark.parametrize("spec", SPECS)
def test_merged_tallies_say_what_one_tally_says(spec: str) -> None:
    records = asked_twice(spec)
    whole = estimates_of(made(spec).metrics, records)
    alike(whole, merged_estimates(made(spec).metrics, records, lambda place: place % 3))
    alike(whole, merged_estimates(made(spec).metrics, records, lambda place: 2 * place // len(records)))
