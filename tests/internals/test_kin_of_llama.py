"""Decoders that are built nearly as Llama is: their norms, scales and bounds are theirs, not Llama's."""

from typing import Any

import pytest

from plimsoll.internals import segments
from plimsoll.internals.ablation import Ablation, Kind, intact, logits, sweep
from plimsoll.internals.handle import Handle
from plimsoll.internals.hooks import Place, edited, reading
from plimsoll.internals.suffixes import Frame, _gradient  # pyright: ignore[reportPrivateUsage]

pytestmark = pytest.mark.torch
IDS = [3, 7, 9, 11]
"""As many as heads, so that their dimensions can only be told apart by how they lie in memory."""
SIZES = {
    "vocab_size": 50,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "initializer_range": 0.3,
    "eos_token_id": 0,
    "bos_token_id": None,
    "pad_token_id": 0,
}
KIN: dict[str, dict[str, Any]] = {
    "Llama": {},
    "Qwen3": {"head_dim": 8},
    "Gemma2": {"head_dim": 8, "final_logit_softcapping": 2.0},
    "Gemma3": {"head_dim": 8},
    "Granite": {"logits_scaling": 4.0, "embedding_multiplier": 3.0},
    "Cohere": {"logit_scale": 0.25, "use_qk_norm": True},
    "Olmo2": {},
}


@pytest.fixture(params=KIN)
def kin(request: pytest.FixtureRequest) -> Handle:
    library, torch = pytest.importorskip("transformers"), pytest.importorskip("torch")
    name: str = request.param
    config = getattr(library, f"{name}TextConfig" if name == "Gemma3" else f"{name}Config")
    torch.manual_seed(0)
    made = config(**SIZES, **KIN[name], attn_implementation="eager")
    module = getattr(library, f"{name}ForCausalLM")(made).eval()
    return Handle(name=name, revision="1", module=module, tokenizer=None)


def _row(kin: Handle) -> Any:
    return kin.torch.tensor([IDS])


def test_logits_are_those_that_the_module_itself_gives(kin: Handle) -> None:
    with kin.torch.no_grad():
        whole = kin.module(_row(kin)).logits[0, -1]
    assert logits(kin, intact(kin, IDS))[0].allclose(whole, atol=1e-5)


@pytest.mark.parametrize("kind", ["q", "k"])
def test_a_silenced_head_attends_to_all_places_alike_and_others_as_before(kin: Handle, kind: Kind) -> None:
    torch = kin.torch
    silent = [1] if kind == "q" else [2, 3]
    with torch.no_grad():
        before = kin.module(_row(kin), output_attentions=True).attentions[1][0]
        with edited(kin, [Ablation(kind=kind).edit(1, [1])]):
            after = kin.module(_row(kin), output_attentions=True).attentions[1][0]
    alike = torch.tril(torch.ones(len(IDS), len(IDS)))
    alike /= alike.sum(1, keepdim=True)
    for head in range(kin.shape.heads):
        expected = alike if head in silent else before[head]
        assert after[head].allclose(expected, atol=1e-4)


def test_the_quick_sweep_is_the_plain_loop(kin: Handle) -> None:
    for layer, states in sweep(kin, IDS, Ablation()):
        for head, state in enumerate(states):
            with edited(kin, [Ablation().edit(layer, [head])]):
                assert intact(kin, IDS)[0].allclose(state, atol=1e-4)


def test_queries_are_read_token_by_token_and_head_by_head(kin: Handle) -> None:
    with reading(kin, [Place(1, "q"), Place(1, "k")]) as seen, kin.evaluating():
        kin.decoder(kin.torch.tensor([[3, 7]]), use_cache=False)
    assert tuple(seen[Place(1, "q")].shape[:2]) == (1, 2)
    assert tuple(seen[Place(1, "k")].flatten(2).shape) == (1, 2, 2 * kin.shape.head_dim)


def test_segments_of_nothing_leave_every_kind_as_it_is(kin: Handle) -> None:
    torch = kin.torch
    with torch.no_grad():
        before = kin.module(_row(kin)).logits
        segments.carry(kin.module, torch.zeros(len(segments.SEGMENTS), kin.shape.hidden))
        assert kin.module(_row(kin)).logits.equal(before)


def test_a_gradient_over_tokens_is_that_of_the_loss_that_is_measured(kin: Handle) -> None:
    torch = kin.torch
    frame = Frame(before=IDS[:1], after=IDS[2:3], reply=IDS[3:])
    found = _gradient(kin, frame, [5])[0]
    table = kin.module.get_input_embeddings()

    def loss(states: Any) -> Any:
        said = kin.module(inputs_embeds=states[None], use_cache=False).logits[0, -2].float()
        return -said.log_softmax(-1)[IDS[3]]

    states = table(torch.tensor(frame.row([5]))).detach()
    (slope,) = torch.autograd.grad(loss(states.requires_grad_()), states)
    steps = table(torch.arange(50)).detach() @ slope[1]
    assert found.allclose(steps, atol=1e-4)
