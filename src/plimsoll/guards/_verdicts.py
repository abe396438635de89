"""Whether a conversation is unsafe -> the verdict and the instrument of a guard that decides just that."""

from collections.abc import Mapping
from typing import Any

from plimsoll.core import Input, Instrument, Outcome, Verdict

EMPTY = Verdict(label="empty", value=None, outcome=Outcome.EMPTY)
"""There was nothing to be judged."""


def instrument(revision: str, model: str = "", inputs: tuple[Input, ...] = ("conversation",)) -> Instrument:
    """What such a guard finds, by which version of it and by which model."""
    return Instrument(
        event="unsafe",
        higher_is_safer=False,
        inputs=inputs,
        labels=("safe", "unsafe"),
        revision=revision,
        model=model,
    )


def decided(*, unsafe: bool, chance: float | None, detail: Mapping[str, Any]) -> Verdict:
    """The verdict. Where the chance of unsafe is known, it says how sure the verdict is."""
    sure = None if chance is None else round(chance if unsafe else 1 - chance, 6)
    return Verdict(
        label="unsafe" if unsafe else "safe", value=float(unsafe), confidence=sure, detail=dict(detail)
    )
