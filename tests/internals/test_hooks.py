"""Hooks and surgery on tiny Llamas: what they do, and that they leave no trace."""

import math
from typing import Any

import pytest

from plimsoll.core import UserError
from plimsoll.internals.ablation import Ablation, sweep
from plimsoll.internals.handle import Handle
from plimsoll.internals.hooks import Edit, Place, edited, reading
from plimsoll.internals.inputs import squared_inputs
from plimsoll.internals.states import last_states
from plimsoll.internals.surgery import scale_weights
from tests.support import planted

pytestmark = pytest.mark.torch
PROMPT = planted.HARMFUL[0]


def _nothing(given: Any) -> Any:
    return given * 0


def _doubled(given: Any) -> Any:
    return given * 2


def _logits(handle: Handle, prompt: str = PROMPT) -> Any:
    with handle.torch.inference_mode():
        return handle.module(handle.tokens(prompt, "raw")).logits


def _fail_after(handle: Handle, before: Any) -> None:
    assert not handle.torch.equal(_logits(handle), before)
    raise RuntimeError


def test_hooks_leave_no_trace_even_when_the_block_fails() -> None:
    handle = planted.handle()
    before, digest = _logits(handle), handle.digest()
    changes = [
        Edit(Place(1, "q"), _nothing, (2,)),
        Edit(Place(0, "resid_out"), _doubled),
    ]
    with pytest.raises(RuntimeError), edited(handle, changes):
        _fail_after(handle, before)
    assert handle.torch.equal(_logits(handle), before)
    assert handle.digest() == digest


@pytest.mark.parametrize(
    ("site", "last"),
    [
        ("resid_in", 32),
        ("resid_out", 32),
        ("attn_in", 32),
        ("attn_out", 32),
        ("mlp_out", 32),
        ("final_norm", 32),
    ],
)
def test_an_activation_has_a_row_for_every_token(site: Any, last: int) -> None:
    handle = planted.handle()
    with reading(handle, [Place(1, site)]) as seen:
        _logits(handle)
    assert seen[Place(1, site)].shape == (1, 6, last)


def test_the_stream_after_the_last_layer_is_what_the_final_norm_takes() -> None:
    handle = planted.handle()
    with reading(handle, [Place(2, "resid_out"), Place(0, "final_norm")]) as seen:
        _logits(handle)
    assert handle.torch.equal(handle.decoder.norm(seen[Place(2, "resid_out")]), seen[Place(0, "final_norm")])


def _by_hand(handle: Handle, layer: int, given: Any, silent: int) -> Any:
    """Attention with plain loops over heads, places and places before; the queries of one head are zero."""
    torch, shape = handle.torch, handle.shape
    attention = handle.layers[layer].self_attn
    places = torch.arange(given.shape[1])[None]
    cosine, sine = handle.decoder.rotary_emb(given, places)

    def turned(vector: Any, place: int) -> Any:
        half = shape.head_dim // 2
        rotated = torch.cat([-vector[half:], vector[:half]])
        return vector * cosine[0, place] + rotated * sine[0, place]

    def of(name: str, head: int, place: int) -> Any:
        rows = slice(head * shape.head_dim, (head + 1) * shape.head_dim)
        return getattr(attention, name).weight[rows] @ given[0, place]

    out = list[Any]()
    for place in range(given.shape[1]):
        heads = list[Any]()
        for head in range(shape.heads):
            shared = head // (shape.heads // shape.kv_heads)
            query = turned(of("q_proj", head, place), place) * (head != silent)
            weights = torch.stack(
                [
                    query @ turned(of("k_proj", shared, then), then) / math.sqrt(shape.head_dim)
                    for then in range(place + 1)
                ]
            ).softmax(0)
            heads.append(sum(weights[then] * of("v_proj", shared, then) for then in range(place + 1)))
        out.append(attention.o_proj.weight @ torch.cat(heads))
    return torch.stack(out)[None]


@pytest.mark.parametrize("kv_heads", [2, 4])
def test_silencing_a_head_equals_attention_written_with_plain_loops(kv_heads: int) -> None:
    handle = planted.handle(kv_heads=kv_heads)
    places = [Place(1, "attn_in"), Place(1, "attn_out")]
    with (
        edited(handle, [Edit(Place(1, "q"), _nothing, (2,))]),
        reading(handle, places) as seen,
    ):
        _logits(handle)
    with handle.torch.inference_mode():
        expected = _by_hand(handle, 1, seen[places[0]], silent=2)
    assert handle.torch.allclose(seen[places[1]], expected, atol=1e-6)


def test_scaling_the_rows_of_a_query_head_equals_editing_it() -> None:
    handle = planted.handle()
    with edited(handle, [Edit(Place(1, "q"), _nothing, (2,))]):
        expected = _logits(handle)
    before = handle.digest()
    undo = scale_weights(handle, 1, "q", 2, 0.0)
    assert handle.torch.allclose(_logits(handle), expected, atol=1e-6)
    assert undo.changed == planted.SIZE * planted.HIDDEN
    undo.undo()
    assert handle.digest() == before


def test_silencing_a_key_head_silences_every_query_head_that_it_serves() -> None:
    handle = planted.handle()
    with edited(handle, [Edit(Place(1, "q"), _nothing, (2, 3))]):
        expected = _logits(handle)
    undo = scale_weights(handle, 1, "k", 1, 0.0)
    assert handle.torch.allclose(_logits(handle), expected, atol=1e-6)
    undo.undo()


@pytest.mark.parametrize(("projection", "head"), [("q", 4), ("k", 2), ("o", -1)])
def test_a_head_that_is_not_there_is_refused(projection: Any, head: int) -> None:
    with pytest.raises(UserError, match=f"there is no head {head} in layer 1"):
        scale_weights(planted.handle(), 1, projection, head, 0.0)


@pytest.mark.parametrize(("head", "epsilon"), [(2, 0.0), (1, 0.0), (1, 1e-5)])
def test_a_silenced_query_attends_to_all_places_alike_and_no_other_head_changes(
    head: int, epsilon: float
) -> None:
    handle = planted.handle()
    handle.module.set_attn_implementation("eager")
    row = handle.tokens(PROMPT, "raw")
    plain = handle.module(row, output_attentions=True).attentions[1][0]
    with edited(handle, [Ablation(epsilon=epsilon).edit(1, [head])]):
        silenced = handle.module(row, output_attentions=True).attentions[1][0]
    for place in range(row.shape[1]):
        alike = handle.torch.full((place + 1,), 1 / (place + 1))
        assert handle.torch.allclose(silenced[head, place, : place + 1], alike, atol=1e-6)
    others = [other for other in range(4) if other != head]
    assert handle.torch.equal(silenced[others], plain[others])


@pytest.mark.parametrize(
    "ablation", [Ablation(), Ablation(kind="k"), Ablation(kind="head_out"), Ablation(fill="mean")]
)
def test_a_sweep_gives_what_the_plain_loop_gives(ablation: Ablation) -> None:
    handle = planted.handle()
    ids = handle.ids(PROMPT, "raw")
    found = dict(sweep(handle, ids, ablation))
    assert list(found) == [0, 1, 2]
    for layer, states in found.items():
        assert states.shape == (handle.shape.units(ablation.unit), planted.HIDDEN)
        for unit, state in enumerate(states):
            with handle.torch.inference_mode(), edited(handle, [ablation.edit(layer, [unit])]):
                row = handle.torch.tensor([ids])
                alone = handle.decoder(row, use_cache=False).last_hidden_state[0, -1]
            assert handle.torch.allclose(state, alone, rtol=1e-5, atol=1e-6)


def test_squared_inputs_equal_those_of_stored_activations() -> None:
    handle = planted.handle()
    rows = [handle.ids(prompt, "raw") for prompt in planted.HARMFUL]
    name = "model.layers.1.self_attn.q_proj"
    found = squared_inputs(handle, [name], rows)[name]
    stored = list[Any]()
    for row in rows:
        with reading(handle, [Place(1, "attn_in")]) as seen, handle.torch.inference_mode():
            handle.decoder(handle.torch.tensor([row]))
        stored.append(seen[Place(1, "attn_in")][0])
    expected = handle.torch.cat(stored).double().square().sum(0).sqrt()
    assert handle.torch.allclose(found.norms, expected, rtol=1e-6)
    assert found.tokens == sum(map(len, rows))


def test_last_states_are_the_same_for_prompts_of_different_lengths_together_and_alone() -> None:
    handle = planted.handle()
    together = last_states(handle, planted.HARMLESS, template="raw")
    alone = handle.torch.cat([last_states(handle, [prompt], template="raw") for prompt in planted.HARMLESS])
    assert together.shape == (4, planted.LAYERS + 1, planted.HIDDEN)
    assert handle.torch.allclose(together, alone, atol=1e-5)


def test_the_planted_head_carries_the_refusal() -> None:
    handle = planted.handle()
    refuse = planted.WORDS.index("refuse")
    flagged, plain = (_logits(handle, prompt)[0, -1] for prompt in (planted.HARMFUL[0], planted.HARMLESS[0]))
    assert int(flagged.argmax()) == refuse
    assert int(plain.argmax()) != refuse


def test_what_prompts_begin_with_alike_is_computed_once_and_changes_no_state() -> None:
    handle = planted.handle()
    prompts = [f"please make a tea how to {word}" for word in ("flag", "cake bomb", "tea please make", "a")]
    together = last_states(handle, prompts, template="raw", rows=2)
    alone = handle.torch.cat([last_states(handle, [prompt], template="raw") for prompt in prompts])
    assert handle.torch.allclose(together, alone, atol=1e-5)
