"""A batch that memory does not hold is taken in parts, and what is learned is what the whole teaches."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from plimsoll.core import UserError
from plimsoll.internals import masks
from plimsoll.internals.descent import Descent, Draws, share
from plimsoll.internals.handle import Handle
from plimsoll.internals.losses import Opposed, Preferred, Ratio, Signed, bounded_ascent, dpo, sft
from plimsoll.internals.told import Unheard
from plimsoll.internals.training import Example, Recipe, Row, adapted, fit, learn, let_go, merged, tokenised
from tests.support import planted
from tests.support.narrow import narrow
from tests.support.tight import room

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch
RECIPE = Recipe(steps=4, batch=5, rate=1e-2, rank=4, template="raw")
TASKS = (
    ("how to make a flag bomb", "refuse", "comply a tea cake please"),
    ("make a cake", "comply please how to make a tea", "refuse"),
    ("please flag", "refuse please", "bomb"),
    ("how", "tea", "cake cake cake"),
    ("to make a flag bomb please", "a", "to make"),
)
"""Requests and replies of many lengths: a part's mean is not the mean of the whole."""


def _row(held: Handle, prompt: str, reply: str) -> Row:
    return tokenised(held, Example(prompt=prompt, reply=reply), RECIPE)


def _rows(held: Handle, kind: Callable[[int, Row, Row], Any]) -> list[Any]:
    return [
        kind(number, _row(held, prompt, reply), _row(held, prompt, other))
        for number, (prompt, reply, other) in enumerate(TASKS)
    ]


METHODS: dict[str, tuple[Callable[[], Any], Callable[[int, Row, Row], Any]]] = {
    "likelihood": (lambda: sft, lambda number, one, other: one),
    "preference": (lambda: dpo(0.5), lambda number, one, other: Preferred(one, other)),
    "ascent": (lambda: bounded_ascent(0.3, 20.0), lambda number, one, other: Signed(one, number % 3 > 0)),
    "ratio": (Ratio, lambda number, one, other: Opposed(one, other)),
}


def _exact() -> Handle:
    """The planted model in 64 bits, so that rounding does not hide what is wrong."""
    held = planted.handle()
    held.module.double()
    return held


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_the_parts_of_a_batch_add_up_to_its_loss_and_its_gradient(method: str, size: int) -> None:
    made, kind = METHODS[method]
    held = _exact()
    module, rows = adapted(held, RECIPE), _rows(held, kind)
    for weight in _learning(module):
        weight.data = torch.randn_like(weight.data) * 0.1  # half of an adapter begins as nothing

    def gradients(parts: Sequence[Sequence[Any]]) -> tuple[float, list[Any]]:
        module.zero_grad()
        loss, total = made(), 0.0
        for part in parts:
            found = loss(module, part, rows)
            found.backward()
            total += float(found.detach())
        return total, [weight.grad.clone() for weight in _learning(module)]

    whole, expected = gradients([rows])
    total, found = gradients([rows[at : at + size] for at in range(0, len(rows), size)])
    assert total == pytest.approx(whole, rel=1e-6)
    for one, other in zip(found, expected, strict=True):
        assert float((one - other).abs().max()) <= 1e-6 * float(other.abs().max())


def _learning(module: Any) -> list[Any]:
    return [weight for weight in module.parameters() if weight.requires_grad]


def _moved(method: str, fitting: Callable[[Handle], object]) -> tuple[list[float], dict[str, Any]]:
    made, kind = METHODS[method]
    held = planted.handle()
    fitting(held)
    trained = fit(held, _rows(held, kind), made(), RECIPE, Unheard())
    found = dict(merged(held, trained))
    let_go(trained)
    return trained.losses, {name: weight - held.module.get_parameter(name) for name, weight in found.items()}


@pytest.mark.parametrize("method", [name for name in METHODS if name != "ascent"])
@pytest.mark.parametrize("rows", [1, 2, 3])
def test_training_in_little_memory_ends_where_training_in_plenty_ends(method: str, rows: int) -> None:
    losses, moved = _moved(method, lambda held: None)
    refused: list[list[int]] = []
    # A preference reads two replies a row, so that a module of one row has no room for it.
    within = rows * (2 if method == "preference" else 1)
    again, found = _moved(method, lambda held: refused.append(narrow(held.module, rows=within)))
    assert refused[0], "the whole batch was tried, and refused"
    assert again == pytest.approx(losses, rel=1e-4)
    for name, weight in moved.items():
        assert float((found[name] - weight).norm()) <= 1e-3 * float(weight.norm())


def test_a_loss_that_reads_row_by_row_is_taken_in_parts_where_what_it_keeps_does_not_fit() -> None:
    def trained(numbers: float) -> tuple[list[float], int, int]:
        held = planted.handle()
        with room(numbers) as full:
            rows = _rows(held, METHODS["ascent"][1])
            found = fit(held, rows, bounded_ascent(0.3, 20.0), RECIPE, Unheard())
        return found.losses, full.most, full.refused

    losses, most, _ = trained(float("inf"))
    again, less, refused = trained(0.6 * most)
    assert refused == 1, "once, and then for good"
    assert less > 0.6 * most
    assert again == pytest.approx(losses, rel=1e-4)


def test_a_mask_is_drawn_alike_for_every_part_of_a_batch() -> None:
    def learned(rows: int) -> tuple[list[float], Any]:
        held = planted.handle()
        refused = narrow(held.module, rows=rows)
        torch.manual_seed(5)
        vector = {"lm_head.weight": 0.3 * torch.randn_like(held.module.lm_head.weight)}
        fused = masks.Fused(held.module, [vector], masks.logits(vector, "weight"), masks.added(1.0))
        pairs = _rows(held, METHODS["preference"][1])
        losses = learn(held, fused.logits, pairs, partial(dpo(0.5), fused), recipe=RECIPE, told=Unheard())
        assert bool(refused) is (rows < 10)
        return losses, fused.logits["lm_head.weight"].detach()

    (losses, logits), (again, found) = learned(10), learned(2)
    assert again == pytest.approx(losses, rel=1e-4)
    assert float((found - logits).norm()) <= 1e-3 * float(logits.norm())


class Refusing:
    """A loss that is refused memory by some of its calls, after gradients of others were written."""

    def __init__(self, weight: Any, calls: Sequence[int]) -> None:
        self.weight, self.calls, self.sizes = weight, calls, list[int]()

    def __call__(self, rows: Sequence[float], whole: Sequence[float]) -> Any:
        self.sizes.append(len(rows))
        loss = sum((self.weight - row).square() for row in rows) / len(whole)
        if len(self.sizes) in self.calls:
            loss.backward(retain_graph=True)
            raise torch.OutOfMemoryError("CUDA out of memory")
        return share(loss)


def test_what_a_refused_try_left_of_a_gradient_is_gone_from_the_next() -> None:
    ends = list[float]()
    for calls in ((), (1,), (2,), (1, 3), (2, 4)):
        weight = torch.zeros((), dtype=torch.double, requires_grad=True)
        descent = Descent([weight], rate=0.1, batch=4, remedy="none")
        loss = Refusing(weight, calls)
        for number in range(3):
            told = descent.step(number + 1, [0.1, 0.2, 0.4, 0.8], loss)
            assert told.keys() == {"total"}
        ends.append(float(weight.detach()))
        assert max(loss.sizes[max(calls, default=0) :]) == 4 >> len(calls)
    assert ends == pytest.approx([ends[0]] * 5, abs=1e-12)


def test_a_row_that_does_not_fit_alone_says_what_to_lower() -> None:
    held = planted.handle()
    narrow(held.module, rows=0)
    with pytest.raises(UserError, match=r"does not hold a single row of this: lower max_tokens \(now 256\)"):
        fit(held, _rows(held, METHODS["likelihood"][1]), sft, RECIPE, Unheard())


def test_draws_from_a_place_are_the_same_again() -> None:
    draws = Draws(torch.device("cpu"))
    first = torch.rand(3)
    draws.again()
    assert torch.equal(torch.rand(3), first)
