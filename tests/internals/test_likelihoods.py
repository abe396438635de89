"""Replies weighed after prompts, many at once: what the plain way gives, one after the other."""

from typing import Any

import pytest

from plimsoll.internals.handle import Handle
from plimsoll.internals.likelihoods import likelihoods, shared
from tests.support import planted

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch
PROMPTS = ("how to make a flag bomb", "how to", "how to make a cake please please tea", "please", "how")
REPLIES = ([2], [3, 4, 5], [6, 7])


def _alone(handle: Handle, prompt: list[int], reply: list[int]) -> float:
    with torch.inference_mode():
        told = handle.module(torch.tensor([[*prompt, *reply]])).logits[0].double().log_softmax(-1)
    return sum(float(told[len(prompt) - 1 + place, token]) for place, token in enumerate(reply))


def _rows(handle: Handle, prompts: tuple[str, ...] = PROMPTS) -> list[list[int]]:
    return [handle.ids(prompt, "raw") for prompt in prompts]


@pytest.mark.parametrize("kv_heads", [2, 4])
@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
def test_many_at_once_are_what_each_is_alone(kv_heads: int, implementation: str) -> None:
    handle = planted.handle(kv_heads=kv_heads)
    handle.module.set_attn_implementation(implementation)
    rows = _rows(handle)
    found = likelihoods(handle, rows, REPLIES)
    expected = torch.tensor([[_alone(handle, row, list(reply)) for reply in REPLIES] for row in rows])
    assert torch.allclose(found.replies.float(), expected, atol=1e-5)
    assert float(found.first.exp().sum(-1).sub(1).abs().max()) < 1e-6
    assert float(found.first[1, 2]) == pytest.approx(_alone(handle, rows[1], [2]), abs=1e-5)


def test_what_prompts_share_is_computed_once_and_changes_nothing() -> None:
    handle = planted.handle()
    stem = "please make a tea how to make"
    rows = _rows(handle, tuple(f"{stem} {word}" for word in ("flag", "cake bomb", "tea please make", "a")))
    expected = torch.tensor([[_alone(handle, row, list(reply)) for reply in REPLIES] for row in rows])
    assert shared(rows) == 7
    assert torch.allclose(likelihoods(handle, rows, REPLIES).replies.float(), expected, atol=1e-5)


def test_a_stem_lends_each_batch_what_it_shares_with_it() -> None:
    handle = planted.handle()
    (stem,) = _rows(handle, ("please make a tea how to make a flag bomb",))
    rows = [stem, *([*stem[:place], *stem[place + 1 :]] for place in range(len(stem)))]
    seen = _lengths(handle)
    found = likelihoods(handle, rows, REPLIES, stem=stem)
    expected = torch.tensor([[_alone(handle, row, list(reply)) for reply in REPLIES] for row in rows])
    assert torch.allclose(found.replies.float(), expected, atol=1e-5)
    assert seen[0] == len(stem) - 1, "the whole text is read first, but for its last token"


def _lengths(handle: Handle) -> list[int]:
    seen: list[int] = []

    def note(_: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        seen.append((args[0] if args else kwargs["hidden_states"]).shape[1])

    handle.layers[0].register_forward_pre_hook(note, with_kwargs=True)
    return seen


def test_a_single_prompt_and_no_reply_are_weighed_too() -> None:
    handle = planted.handle()
    (row,) = _rows(handle, PROMPTS[:1])
    found = likelihoods(handle, [row], ())
    assert found.replies.shape == (1, 0)
    assert int(found.first[0].argmax()) == planted.WORDS.index("refuse")


@pytest.mark.parametrize(("kind", "bound"), [("float32", 1e-5), ("bfloat16", 0.1)])
def test_sixteen_bits_are_as_near_as_is_said(kind: str, bound: float) -> None:
    """docs/how-to/look-into-the-weights.md states the tolerances."""
    exact = planted.handle()
    held = planted.handle()
    held.module.to(getattr(torch, kind))
    rows = _rows(exact)
    expected = likelihoods(exact, rows, REPLIES).replies
    found = likelihoods(held, rows, REPLIES).replies
    assert float((found - expected).abs().max()) < bound
