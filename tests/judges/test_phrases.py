"""Lists of phrases, cut down to those that are needed."""

import pytest

from plimsoll.benchmarks.safechain import strings as safechain_strings
from plimsoll.judges import refusal
from plimsoll.judges.phrases import shortest


def test_a_phrase_that_holds_another_is_not_looked_for() -> None:
    assert shortest(("As an", "As an AI", "sorry", "sorry")) == ("As an", "sorry")


@pytest.mark.parametrize(
    "phrases", [refusal.ADVBENCH, refusal.PCJAILBREAK, refusal.GCG, safechain_strings.PHRASES]
)
def test_the_fewer_phrases_find_every_published_one(phrases: tuple[str, ...]) -> None:
    needed = shortest(phrases)
    assert set(needed) <= set(phrases)
    assert all(any(phrase in published for phrase in needed) for published in phrases)
