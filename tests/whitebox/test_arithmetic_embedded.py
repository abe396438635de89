"""One model under two system prompts is both ends of emulated fine-tuning: no second one is needed."""

from collections.abc import Sequence

import pytest

from plimsoll.internals.arithmetic import Pair, Reader, greedy
from plimsoll.internals.handle import Handle, handle
from plimsoll.models.transformers import transformers

pytestmark = [pytest.mark.torch, pytest.mark.llm, pytest.mark.slow]
ASKED = "Who are you?"
SYSTEMS = ("You are a helpful assistant.", "Du antwortest auf Deutsch.")
TOKENS = 8


def _anew(held: Handle, ids: Sequence[int]) -> list[int]:
    """The greedy continuation, the whole text passed again for every token."""
    made: list[int] = []
    with held.torch.inference_mode():
        for _ in range(TOKENS):
            row = held.torch.tensor([[*ids, *made]])
            made.append(int(held.module(row).logits[0, -1].argmax()))
    return made


def test_the_ends_of_the_scale_are_the_model_under_either_prompt() -> None:
    held = handle(transformers(""))
    prompts = [held.ids(ASKED, "chat", text) for text in SYSTEMS]
    expected = [_anew(held, ids) for ids in prompts]
    assert expected[0] != expected[1]
    for weight, like in ((0.0, 0), (1.0, 1)):
        base, tuned = (Reader(held, ids) for ids in prompts)
        assert greedy(base, [Pair(tuned=tuned, reference=base, weight=weight)], TOKENS) == expected[like]
