from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.stats.multiple import benjamini_hochberg, holm

P_VALUES = st.lists(st.floats(0, 1), max_size=12)


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_benjamini_and_hochberg_by_hand() -> None:
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_one_p_value_needs_no_adjustment() -> None:
    assert holm([0.2]) == benjamini_hochberg([0.2]) == [0.2]
    assert holm([]) == benjamini_hochberg([]) == []


@given(P_VALUES)
def test_adjusting_only_raises_and_keeps_the_order(p_values: list[float]) -> None:
    strict, loose = holm(p_values), benjamini_hochberg(p_values)
    ranked = sorted(range(len(p_values)), key=lambda place: p_values[place])
    for adjusted in (strict, loose):
        assert all(p <= q + 1e-12 and q <= 1.0 for p, q in zip(p_values, adjusted, strict=True))
        assert all(adjusted[a] <= adjusted[b] for a, b in pairwise(ranked))
    assert all(q <= p + 1e-12 for p, q in zip(strict, loose, strict=True))
