"""Correlations over clusters: the interval holds the truth, and repeats of a cluster tell nothing."""

from random import Random

import pytest

from plimsoll.stats.jackknife import correlated


def drawn(random: Random, clusters: int, repeats: int, truth: float) -> tuple[list[list[float]], ...]:
    """Values that hang together within a cluster and correlate by so much."""
    first, second = list[list[float]](), list[list[float]]()
    for _ in range(clusters):
        one, other = random.gauss(0, 1), random.gauss(0, 1)
        pairs = [
            (one + random.gauss(0, 0.5), truth * one + (1 - truth**2) ** 0.5 * other + random.gauss(0, 0.5))
            for _ in range(repeats)
        ]
        first.append([a for a, _ in pairs])
        second.append([b for _, b in pairs])
    return first, second


@pytest.mark.parametrize("truth", [0.0, 0.6, 0.95])
@pytest.mark.parametrize("clusters", [8, 30])
def test_the_interval_holds_the_correlation_that_values_are_drawn_with(clusters: int, truth: float) -> None:
    random = Random(0)
    held = 0
    for _ in range(1_000):
        _, bounds = correlated(*drawn(random, clusters, 4, truth))
        assert bounds is not None
        held += bounds.low <= truth / 1.25 <= bounds.high
    assert held >= 920


def test_repeats_of_a_cluster_leave_the_interval_as_it_is() -> None:
    first, second = drawn(Random(1), 10, 1, 0.5)
    known, again = (
        correlated([each * times for each in first], [each * times for each in second]) for times in (1, 9)
    )
    assert known[1] is not None
    assert again[1] == pytest.approx(known[1])


def test_few_clusters_or_no_spread_have_no_interval() -> None:
    assert correlated([[1.0], [2.0], [3.0]], [[1.0], [3.0], [2.0]])[1] is None
    assert correlated([[1.0]] * 9, [[float(place)] for place in range(9)]) == (0.0, None)
