from typing import Any

import pytest

from plimsoll.internals import products

pytestmark = pytest.mark.torch


def layer(**kind: Any) -> Any:
    torch = pytest.importorskip("torch")
    torch.manual_seed(5)
    made = torch.nn.Linear(64, 48, **kind)
    made.device, made.dtype = made.weight.device, made.weight.dtype
    return made


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("rows", [0, 1, 7])
def test_products_are_those_of_torch(bias: bool, rows: int) -> None:
    import torch

    made = layer(bias=bias)
    given = torch.randn(2, rows, 64)
    with torch.inference_mode():
        expected = made(given)
        with products.quick(made):
            found = made(given)
    assert found.shape == expected.shape
    assert torch.allclose(found, expected, atol=1e-5)


def test_changed_weights_are_used_at_once() -> None:
    import torch

    made, given = layer(), torch.ones(1, 3, 64)
    with torch.inference_mode(), products.quick(made):
        made(given)
        made.weight.data.mul_(2)
        doubled = made(given)
    with torch.inference_mode():
        assert torch.allclose(doubled, made(given), atol=1e-5)


def test_gradients_go_through_as_ever() -> None:
    import torch

    made = layer()
    with products.quick(made):
        made(torch.ones(1, 3, 64)).sum().backward()
    assert made.weight.grad is not None


def test_other_number_formats_are_left_to_torch() -> None:
    import torch

    made = layer(dtype=torch.bfloat16)
    given = torch.ones(1, 3, 64, dtype=torch.bfloat16)
    with torch.inference_mode(), products.quick(made):
        assert torch.equal(made(given), torch.nn.functional.linear(given, made.weight, made.bias))
