from collections import Counter
from math import comb
from random import Random

import pytest

from plimsoll.stats.bootstrap import binomial, bootstrap, cluster_bootstrap, multinomial
from plimsoll.stats.intervals import wilson

# Upper 0.1 % points of chi-squared, from any table: degrees of freedom -> value.
CHI_SQUARED = {6: 22.46, 7: 24.32, 8: 26.12, 9: 27.88, 10: 29.59, 11: 31.26, 12: 32.91, 13: 34.53, 14: 36.12,
               15: 37.70, 16: 39.25, 17: 40.79, 18: 42.31, 19: 43.82, 20: 45.31, 21: 46.80, 22: 48.27,
               }  # fmt: skip


@pytest.mark.parametrize(("n", "p"), [(12, 0.5), (40, 0.1), (60, 0.25), (50, 0.7), (100, 0.12)])
def test_binomial_draws_follow_the_exact_probabilities(n: int, p: float) -> None:
    random, draws = Random(7), 20_000
    seen = Counter(binomial(random, n, p) for _ in range(draws))
    expected = {k: draws * comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)}
    likely = [k for k in expected if expected[k] >= 20]
    rest = draws - sum(expected[k] for k in likely), draws - sum(seen[k] for k in likely)
    statistic = sum((seen[k] - expected[k]) ** 2 / expected[k] for k in likely)
    statistic += (rest[1] - rest[0]) ** 2 / rest[0] if rest[0] > 5 else 0
    assert statistic < CHI_SQUARED[len(likely)]


@pytest.mark.parametrize(("n", "p"), [(220_000, 0.3), (11_435, 0.004), (1_000_000, 0.9999)])
def test_large_binomial_draws_have_the_right_mean_and_spread(n: int, p: float) -> None:
    random = Random(5)
    drawn = [binomial(random, n, p) for _ in range(2_000)]
    mean, spread = n * p, n * p * (1 - p)
    found = sum(drawn) / len(drawn)
    assert abs(found - mean) < 5 * (spread / len(drawn)) ** 0.5
    assert sum((k - found) ** 2 for k in drawn) / len(drawn) == pytest.approx(spread, rel=0.2)


def test_edges_of_the_binomial() -> None:
    random = Random(0)
    assert [binomial(random, 5, 0.0), binomial(random, 5, 1.0), binomial(random, 0, 0.5)] == [0, 5, 0]


def test_a_multinomial_draw_is_as_large_as_what_it_is_drawn_from() -> None:
    random = Random(2)
    for counts in ([3, 0, 9], [1], [], [0, 0, 4]):
        drawn = multinomial(random, counts)
        assert sum(drawn) == sum(counts)
        assert all(count or not took for count, took in zip(counts, drawn, strict=True))


def test_the_same_seed_gives_the_same_interval() -> None:
    profiles = {(0, 1): 40, (1, 1): 60}
    assert cluster_bootstrap(profiles, seed=1) == cluster_bootstrap(dict(reversed(profiles.items())), seed=1)
    assert cluster_bootstrap(profiles, seed=1) != cluster_bootstrap(profiles, seed=2)


def test_clusters_of_one_item_give_about_wilsons_interval() -> None:
    assert cluster_bootstrap({(0, 1): 400, (1, 1): 600}) == pytest.approx(wilson(600, 1000), abs=0.004)


def test_repeating_every_item_makes_the_interval_no_narrower() -> None:
    once = cluster_bootstrap({(0, 1): 40, (1, 1): 60})
    fivefold = cluster_bootstrap({(0, 5): 40, (5, 5): 60})
    assert fivefold == pytest.approx(once, abs=0.005)


def test_any_statistic_of_counts_can_be_drawn_again() -> None:
    low, high = bootstrap([50, 50], lambda counts: counts[0] / sum(counts), draws=400)
    assert 0.38 < low < 0.45
    assert 0.55 < high < 0.62


def test_the_cluster_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random, covered = Random(11), 0
    for trial in range(300):
        profiles: Counter[tuple[float, int]] = Counter()
        for _ in range(80):
            ability = random.choice((0.2, 0.9))
            profiles[float(sum(random.random() < ability for _ in range(4))), 4] += 1
        low, high = cluster_bootstrap(profiles, draws=200, seed=trial)
        covered += low <= 0.55 <= high
    assert 270 <= covered <= 297
