"""Directions of harm in two languages: no question tells on itself, and the interval counts questions."""

from typing import Any

import pytest

from plimsoll.whitebox._across import Kind, carried, interval

pytestmark = pytest.mark.torch


def drawn(questions: int, shift: float, seed: int) -> tuple[Kind, Kind]:
    """Two languages that put the same pairs of questions, with what is the question's own in both."""
    torch = pytest.importorskip("torch")
    generator = torch.Generator().manual_seed(seed)
    own = torch.randn(2, questions, 12, generator=generator, dtype=torch.double)
    own[0, :, 0] += shift
    truth = [True] * questions + [False] * questions
    names = [str(place) for place in range(questions)] * 2

    def spoken(much: float) -> Any:
        noise = torch.randn(2, questions, 12, generator=generator, dtype=torch.double)
        return (own + much * noise).flatten(0, 1)

    return Kind(spoken(0.1), truth, names), Kind(spoken(0.1), truth, names)


def test_a_translation_of_what_was_learned_is_not_told_better_than_chance_where_nothing_is_shared() -> None:
    areas = list[float]()
    for seed in range(40):
        one, other = drawn(8, 0.0, seed)
        scores = carried(one, other, 4)
        harmful, harmless = scores[:8], scores[8:]
        areas.append(sum(a > b for a in harmful for b in harmless) / 64)
    assert sum(areas) / len(areas) < 0.55


def test_a_direction_that_both_share_is_carried_and_questions_apart_are_another_sample() -> None:
    one, other = drawn(10, 6.0, 0)
    scores = carried(one, other, 4)
    assert min(scores[:10]) > max(scores[10:])
    together = interval(0.9, one, other, 4)
    apart = interval(0.9, one, other._replace(questions=[f"zh {each}" for each in other.questions]), 4)
    assert together is not None
    assert apart is not None
    assert together.low < 0.9 < together.high
    assert together != apart
