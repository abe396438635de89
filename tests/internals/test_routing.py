"""MoGU's formulas by hand: what routers mix, and what variants and routers learn from."""

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from plimsoll.core import DataError
from plimsoll.internals import routing
from plimsoll.internals.checkpoint import WEIGHTS
from plimsoll.internals.handle import Handle
from plimsoll.internals.losses import FLOOR, Opposed, Ratio
from plimsoll.internals.routing import Decided, LowRank, Route, Routing
from plimsoll.internals.training import Example, Recipe, adapted, tokenised
from plimsoll.realignment.mogu import Guided, Labelled, low_rank, pull
from tests.support import planted

pytestmark = pytest.mark.torch
RECIPE = Recipe(steps=4, batch=2, rate=0.02, rank=4, template="raw")
INPUTS, OUTPUTS, RANK = planted.HIDDEN, planted.HIDDEN, 4
NAMES = [f"model.layers.{layer}.self_attn.o_proj" for layer in range(planted.LAYERS)]


def _torch() -> Any:
    return pytest.importorskip("torch")


def _halves(seed: int) -> LowRank:
    torch = _torch()
    draw = torch.Generator().manual_seed(seed)
    return LowRank(
        torch.randn(RANK, INPUTS, generator=draw) * 0.2, torch.randn(OUTPUTS, RANK, generator=draw) * 0.2
    )


def _saying(number: float) -> Callable[[Any], Any]:
    return lambda given: given.new_full((*given.shape[:-1], 1), number)


def _routing(alpha: Any, beta: Any, first: int = 5) -> Routing:
    routes = {
        name: Route(_halves(2 * place), _halves(2 * place + 1), alpha, beta)
        for place, name in enumerate(NAMES)
    }
    return Routing(routes=routes, scale=2.0, first=first)


def _logits(held: Handle, prompt: str = planted.HARMFUL[0]) -> Any:
    with held.torch.inference_mode():
        return held.module(held.tokens(prompt, "raw")).logits


def _with(weights: Callable[[Any, LowRank, LowRank], Any]) -> Any:
    """Logits of the model whose projections are these."""
    held = planted.handle()
    for place, name in enumerate(NAMES):
        weight = held.module.get_submodule(name).weight
        weight.data = weights(weight.data, _halves(2 * place), _halves(2 * place + 1))
    return _logits(held)


@pytest.mark.parametrize(
    ("alpha", "beta", "weights"),
    [
        (0, 1, lambda plain, _, usable: plain + 2 * usable.up @ usable.down),
        (1, 0, lambda plain, safe, _: plain + 2 * safe.up @ safe.down),
        (0, 0, lambda plain, _, __: plain * 0),
        (0.5, 0.5, lambda plain, safe, usable: plain + (safe.up @ safe.down + usable.up @ usable.down)),
        (0.3, 0.9, lambda plain, s, u: 1.2 * plain + 2 * (0.3 * s.up @ s.down + 0.9 * u.up @ u.down)),
    ],
)
def test_what_routers_say_mixes_the_variants_by_the_published_formula(
    alpha: float, beta: float, weights: Callable[[Any, LowRank, LowRank], Any]
) -> None:
    held, made = planted.handle(), _routing(_saying(alpha), _saying(beta))
    made.attach(held.module)
    torch = held.torch
    assert torch.allclose(_logits(held), _with(weights), atol=1e-5)
    with made.off():
        assert torch.equal(_logits(held), _logits(planted.handle()))


def test_three_linear_maps_of_a_router_are_kept_as_the_one_that_they_are() -> None:
    torch = _torch()
    nn = torch.nn
    # As the official code has it: no bias in the first, 512 wide, and no non-linearity between them.
    net = nn.Sequential(nn.Linear(INPUTS, 512, bias=False), nn.Linear(512, INPUTS), nn.Linear(INPUTS, 1))
    given = torch.randn(2, 7, INPUTS)
    line = routing.collapsed(net)
    assert line.weight.numel() + line.bias.numel() == INPUTS + 1
    assert torch.allclose(line(given), net(given).sigmoid(), atol=1e-6)


def _rows(held: Handle, prompt: str) -> tuple[Any, Any]:
    return tuple(tokenised(held, Example(prompt=prompt, reply=said), RECIPE) for said in ("refuse", "comply"))


def test_the_loss_of_a_variant_is_one_reply_over_the_other_by_hand() -> None:
    held = planted.handle()
    torch, (wanted, other) = held.torch, _rows(held, planted.HARMFUL[0])
    module = adapted(held, RECIPE)

    def by_hand(row: Any) -> Any:
        ids, begins = row
        told = module(torch.tensor([ids])).logits[0].log_softmax(-1)
        losses = [-told[place - 1, ids[place]] for place in range(begins, len(ids))]
        return sum(losses) / len(losses)

    loss, expected = Ratio()(module, [Opposed(wanted, other)]), by_hand(wanted) / by_hand(other)
    assert float(loss.detach()) == pytest.approx(float(expected.detach()), rel=1e-5)
    weights = [each for each in module.parameters() if each.requires_grad]
    for found, right in zip(
        torch.autograd.grad(loss, weights), torch.autograd.grad(expected, weights), strict=True
    ):
        assert torch.allclose(found, right, atol=1e-6)


def test_a_reply_that_is_certain_does_not_let_the_ratio_run_away() -> None:
    torch = _torch()
    # After token 0, token 1 is certain and token 2 as good as impossible.
    table = torch.nn.Embedding.from_pretrained(torch.tensor([[0.0, 30.0, 0.0]] * 3))

    class Following(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = table

        def forward(self, *, input_ids: Any, attention_mask: Any) -> Any:
            return SimpleNamespace(logits=self.table(input_ids), mask=attention_mask)

    loss = Ratio()
    found = float(loss(Following(), [Opposed(([0, 2], 1), ([0, 1], 1))]))
    assert found == pytest.approx(30 / FLOOR, rel=1e-4)
    assert "of 1 pairs the other reply's loss fell below 0.001" in loss.said


def test_routers_are_pulled_to_the_variant_that_should_speak() -> None:
    torch = _torch()
    decided = [
        Decided(None, torch.tensor([[[0.2], [0.4]]]), torch.tensor([[[0.9], [0.7]]])),
        Decided(None, torch.tensor([[[0.0], [0.0]]]), torch.tensor([[[1.0], [1.0]]])),
    ]
    benign = (0.04 + 0.16) / 4 + (0.01 + 0.09) / 4
    malicious = (0.64 + 0.36 + 1 + 1) / 4 + (0.81 + 0.49 + 1 + 1) / 4
    assert float(pull(decided, malicious=False)) == pytest.approx(benign)
    assert float(pull(decided, malicious=True)) == pytest.approx(malicious)


def test_the_loss_of_routers_is_that_of_the_right_reply_and_twice_the_pull() -> None:
    held = planted.handle()
    refuse, comply = _rows(held, planted.HARMFUL[0])
    made = _routing(_saying(0.25), _saying(0.5))
    made.attach(held.module)
    ids, begins = refuse
    told = held.module(held.torch.tensor([ids])).logits[0].log_softmax(-1).detach()
    places = range(begins, len(ids))
    likelihood = -sum(float(told[place - 1, ids[place]]) for place in places) / len(places)
    found = float(Guided(held.module, made)([Labelled(comply, refuse, malicious=True)]).detach())
    assert found == pytest.approx(likelihood + 2 * (0.75**2 + 0.5**2), abs=1e-5)


def test_an_adapter_of_peft_is_read_as_the_half_that_it_is(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    held = planted.handle()
    module = adapted(held, RECIPE, ("o_proj",))
    for name, weight in module.named_parameters():
        if "lora_B" in name:
            weight.data.normal_(generator=held.torch.Generator().manual_seed(1))
    expected = module(held.tokens(planted.HARMFUL[0], "raw")).logits.detach()
    module.save_pretrained(tmp_path)
    found = low_rank(load_file(tmp_path / "adapter_model.safetensors"))
    other = planted.handle()
    nothing = LowRank(held.torch.zeros(4, INPUTS), held.torch.zeros(OUTPUTS, 4))
    routes = {name: Route(found[name], nothing, _saying(1), _saying(0)) for name in NAMES}
    Routing(routes=routes, scale=2.0, first=5).attach(other.module)
    assert held.torch.allclose(_logits(other), expected, atol=1e-5)


def test_routers_tell_weights_apart_that_differ_in_the_middle_of_a_large_file(tmp_path: Path) -> None:
    weights = tmp_path / WEIGHTS
    weights.write_bytes(bytes(3 << 20))
    routing.write(tmp_path, Routing(routes={}, scale=2.0, first=5), {})
    assert routing.attached(tmp_path, planted.module()) is not None
    with weights.open("r+b") as file:
        file.seek(3 << 19)
        file.write(b"1")
    os.utime(weights, ns=(0, 0))
    with pytest.raises(DataError, match="made for other weights"):
        routing.attached(tmp_path, planted.module())
