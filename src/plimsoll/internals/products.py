"""Matrix products of 32-bit floats on an AMD processor -> the quicker of torch's two libraries for them.

torch hands such products to MKL, which leaves the wide registers of other makers' processors unused;
oneDNN, also part of torch, uses them and needs less than half the time. It has no gradients, so that
it is used only where none are asked for, by whoever opens `quick`.
"""

import platform
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

CLOSE = 1e-4
"""How far apart the two libraries may be in a small trial."""


def quick(module: Any) -> AbstractContextManager[Any]:
    """Within it, the linear layers of a module that suits are computed by oneDNN."""
    import torch

    if module.device.type == "cpu" and module.dtype == torch.float32 and _helps():
        return _mode()()
    return nullcontext()


@cache
def _helps() -> bool:
    import torch

    both = torch.backends.mkl.is_available() and torch.backends.mkldnn.is_available()
    return both and "AuthenticAMD" in _maker() and _agrees()


def _agrees() -> bool:
    """Whether the operator is there and says what torch says."""
    import torch

    generator = torch.Generator().manual_seed(1)
    given = torch.randn(1, 5, 32, generator=generator)
    weight, bias = torch.randn(16, 32, generator=generator), torch.randn(16, generator=generator)
    try:
        with torch.inference_mode(), _mode()():
            found = [torch.nn.functional.linear(given, weight, added) for added in (None, bias)]
    except (RuntimeError, TypeError, AttributeError):
        return False
    expected = [given @ weight.T, given @ weight.T + bias]
    return all(bool((a - b).abs().max() < CLOSE) for a, b in zip(found, expected, strict=True))


@cache
def _mode() -> Any:
    import torch
    from torch.overrides import TorchFunctionMode

    linear: Any = torch.nn.functional.linear
    product: Any = torch.ops.mkldnn._linear_pointwise

    class Products(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if func is linear and not kwargs and not torch.is_grad_enabled():
                given, weight, *bias = args
                if given.dtype == weight.dtype == torch.float32 and given.numel():
                    return product(given, weight, bias[0] if bias else None, "none", [], "")
            return func(*args, **(kwargs or {}))

    return Products


def _maker() -> str:
    """What the system says of the processor's maker; on Linux only the file knows."""
    try:
        with Path("/proc/cpuinfo").open(encoding="ascii", errors="replace") as file:
            return file.read(4096)
    except OSError:
        return platform.processor()
