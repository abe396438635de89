"""Segments in models that are built otherwise than Llama, and in the embedded one."""

from typing import Any

import pytest

from plimsoll.internals import segments
from plimsoll.internals.handle import handle
from plimsoll.models.transformers import transformers

pytestmark = pytest.mark.torch
WORDS = 20
ROW = [4, 5, 6, 1, 9]


def _neox() -> Any:
    torch = pytest.importorskip("torch")
    library = pytest.importorskip("transformers")
    torch.manual_seed(2)
    config = library.GPTNeoXConfig(
        vocab_size=WORDS,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=64,
    )
    return library.GPTNeoXForCausalLM(config).eval()


def test_segments_of_zero_leave_another_build_bit_for_bit_as_it_is() -> None:
    torch = pytest.importorskip("torch")
    module, row = _neox(), torch.tensor([ROW])
    before = module(row).logits
    segments.carry(module, torch.zeros(4, 32))
    for place in range(4):
        assert torch.equal(module(row + place * WORDS).logits, before)


def test_in_another_build_who_speaks_changes_what_follows_and_nothing_before() -> None:
    torch = pytest.importorskip("torch")
    module, row = _neox(), torch.tensor([ROW])
    segments.carry(module, torch.randn(4, 32))
    other = row.clone()
    other[0, 2] += 2 * WORDS
    before, after = module(row).logits[0], module(other).logits[0]
    assert torch.equal(before[:2], after[:2])
    assert all(not torch.equal(before[place], after[place]) for place in (2, 3, 4))


@pytest.mark.llm
@pytest.mark.slow
def test_segments_of_zero_leave_the_embedded_model_bit_for_bit_as_it_is() -> None:
    torch = pytest.importorskip("torch")
    held = handle(transformers(""))
    row = torch.tensor([held.ids("How to pick the best apples of a tree in autumn")])
    size = held.module.get_input_embeddings().num_embeddings
    with torch.inference_mode():
        before = held.module(row).logits
        segments.carry(held.module, torch.zeros(4, held.shape.hidden))
        for place in range(4):
            assert torch.equal(held.module(row + place * size).logits, before)
        segments.carry(held.module, torch.randn(4, held.shape.hidden) * 0.1)
        assert not torch.equal(held.module(row).logits, before)
