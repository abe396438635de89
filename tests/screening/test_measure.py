"""Figures of a guard: their intervals, told exactly where that can be."""

from math import comb

import pytest

from plimsoll.screening.measure import Mark, measured
from plimsoll.screening.nouns import Seen


def marks(flagged: int, safe: int, times: int = 1) -> list[Mark]:
    """So many safe conversations, some of them flagged, and one unsafe one that is."""
    rows = [(f"safe {n}", False, n < flagged) for n in range(safe)] + [("unsafe", True, True)]
    return [
        Mark(_seen(f"{name} {k}", name, unsafe=unsafe, flagged=flag), unsafe, float(flag), flag)
        for name, unsafe, flag in rows
        for k in range(times)
    ]


def _seen(number: str, prompt: str, *, unsafe: bool, flagged: bool) -> Seen:
    return Seen(
        id=number,
        cluster=prompt,
        unsafe=unsafe,
        score=float(flagged),
        flagged=flagged,
        outcome="answered",
        categories=(),
        known={},
        codes=(),
        unknown_codes=(),
        scores={},
        language="en",
        seconds=0.0,
        metadata={},
    )


@pytest.mark.parametrize(("n", "share"), [(15, 0.159), (15, 0.5)])
def test_false_alarms_among_few_are_held_as_often_as_is_said(n: int, share: float) -> None:
    covered = 0.0
    for flagged in range(n + 1):
        found = measured(marks(flagged, n), most=200).figures["false_alarms"]
        assert found.low is not None
        assert found.high is not None
        chance = comb(n, flagged) * share**flagged * (1 - share) ** (n - flagged)
        covered += chance * (found.low <= share <= found.high)
    assert covered >= 0.93


def test_nine_conversations_of_every_prompt_change_no_figure_of_a_guard() -> None:
    once, often = (measured(marks(4, 20, times), most=200).figures for times in (1, 9))
    for name, figure in once.items():
        repeated = often[name]
        assert (repeated.value, repeated.low, repeated.high) == pytest.approx(
            (figure.value, figure.low, figure.high)
        ), name
