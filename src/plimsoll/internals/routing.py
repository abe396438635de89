"""A decoder with two variants of its attention's output -> one that decides at each token which one speaks.

MoGU (NeurIPS 2024): in every layer two small nets, the routers, read what enters `o_proj` and say how much of
a variant that is trained to decline (safe) and of one that is trained to comply (usable) comes out:

    out = (a + b) o_proj(x) + scale (a B_s A_s x + b B_u A_u x)

Both variants are low-rank adapters. Nothing here runs code of a model's folder, and nothing is pickled: a
folder with routers is a plain one with two more files, `mogu.json` and `mogu.safetensors`.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from plimsoll.core import DataError, decoding, files
from plimsoll.internals.checkpoint import ROUTED, WEIGHTS, opened
from plimsoll.internals.library import exact, torch

ROUTERS = "mogu.safetensors"
FORMAT = 2
"""In format 1 two models were told apart by the ends of their weights alone."""
PROJECTION = "self_attn.o_proj"
ALONE = "its usable variant is trained to comply with harmful requests: never use it without its routers"

Gate = Callable[[Any], Any]
"""What enters a projection -> how much of a variant comes out, between 0 and 1 at each token."""
Half = Literal["safe", "usable"]


class LowRank(NamedTuple):
    """An adapter of one projection."""

    down: Any
    """Rank x inputs."""
    up: Any
    """Outputs x rank."""

    def __call__(self, given: Any) -> Any:
        """What it adds, unscaled."""
        functional = torch().nn.functional
        return functional.linear(functional.linear(given, self.down), self.up)


class Line(NamedTuple):
    """A gate as it is kept: the official one is three linear maps in a row, which are one."""

    weight: Any
    bias: Any

    def __call__(self, given: Any) -> Any:
        """How much comes out."""
        library = torch()
        return library.sigmoid(library.nn.functional.linear(given, self.weight[None], self.bias[None]))


class Route(NamedTuple):
    """What is decided at one projection."""

    safe: LowRank
    usable: LowRank
    alpha: Gate
    """Of the safe variant."""
    beta: Gate
    """Of the usable one."""

    def __call__(self, given: Any, plain: Any, scale: float) -> "Decided":
        """What comes out of a projection, in place of what would come out plainly."""
        alpha, beta = self.alpha(given), self.beta(given)
        added = alpha * self.safe(given) + beta * self.usable(given)
        return Decided((alpha + beta) * plain + scale * added, alpha, beta)


class Decided(NamedTuple):
    """What a route made of its input."""

    out: Any
    alpha: Any
    beta: Any


@dataclass
class Routing:
    """Routes in a module; they decide while it is `on`, which it is from the beginning."""

    routes: Mapping[str, Route]
    scale: float
    first: int
    """Tokens of a reply that the routed model writes; the plain one goes on after them."""
    seen: dict[str, Decided] = field(default_factory=dict[str, Decided], init=False)
    """What each route decided last, where somebody watches."""
    _on: bool = field(default=True, init=False)
    _watched: bool = field(default=False, init=False)

    def attach(self, module: Any) -> list[Any]:
        """Let the routes decide in a module; gives the hooks, to be removed."""
        return [module.get_submodule(name).register_forward_hook(self._hook(name)) for name in self.routes]

    @contextmanager
    def off(self) -> Generator[None]:
        """While the block runs, the module is the plain one."""
        self._on = False
        try:
            yield
        finally:
            self._on = True

    @contextmanager
    def watched(self) -> Generator[Mapping[str, Decided]]:
        """While the block runs, what is decided is kept."""
        self._watched = True
        try:
            yield self.seen
        finally:
            self._watched = False
            self.seen.clear()

    def _hook(self, name: str) -> Callable[..., Any]:
        def decide(_: Any, args: tuple[Any, ...], plain: Any) -> Any:
            if not self._on:
                return None
            found = self.routes[name](args[0], plain, self.scale)
            if self._watched:
                self.seen[name] = found
            return found.out

        return decide

    @property
    def numbers(self) -> int:
        """How many numbers there are beside the model's."""
        return sum(tensor.numel() for tensor in tensors_of(self.routes).values())


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What `mogu.json` says."""

    format: int = FORMAT
    scale: float
    first: int
    model: str
    """SHA-256 of the weights that the routers were made for."""
    projections: tuple[str, ...]
    made: Mapping[str, Any] = {}
    """By which data and settings."""
    note: str = ALONE


def collapsed(net: Any) -> Line:
    """Linear maps in a row, with or without biases -> the one that they are."""
    weight: Any = None
    bias: Any = None
    for layer in net:
        own = exact(layer.weight.detach())
        added = 0 if layer.bias is None else exact(layer.bias.detach())
        weight, bias = (own, added) if weight is None else (own @ weight, _through(own, bias) + added)
    return Line(weight[0].float(), (bias + weight.new_zeros(1))[0].float())


def _through(own: Any, bias: Any) -> Any:
    return own @ bias if hasattr(bias, "shape") else 0


def tensors_of(routes: Mapping[str, Route]) -> dict[str, Any]:
    """The tensors of routes, by their names in the file."""
    found: dict[str, Any] = {}
    for name, route in routes.items():
        for part, each in route._asdict().items():
            found |= {f"{name}.{part}.{key}": tensor for key, tensor in each._asdict().items()}
    return found


def write(folder: Path, routing: Routing, made: Mapping[str, Any]) -> None:
    """Put routers into a folder beside the weights that they were made for."""
    from safetensors.torch import save

    about = About(
        scale=routing.scale,
        first=routing.first,
        model=files.digest(folder / WEIGHTS),
        projections=tuple(routing.routes),
        made=made,
    )
    kept = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors_of(routing.routes).items()}
    files.write(folder / ROUTERS, [save(kept, {"note": ALONE})])
    files.write(folder / ROUTED, [msgspec.json.format(msgspec.json.encode(about))])


def attached(folder: Path, module: Any) -> Routing | None:
    """Attach the routers of a folder to the module that was loaded from it; nothing where it has none.

    Raises `DataError` where they were made for another model, or are not whole.
    """
    if not (folder / ROUTED).is_file():
        return None
    path = folder / ROUTERS
    try:
        about = decoding.decode(files.read(folder / ROUTED), About)
    except ValueError as error:
        raise DataError(f"{folder / ROUTED}: {error}") from None
    if about.format != FORMAT:
        raise DataError(f"{folder / ROUTED}: format {about.format} is not known here; {FORMAT} is")
    if about.model != files.digest(folder / WEIGHTS):
        raise DataError(
            f"{path} was made for other weights than {folder / WEIGHTS}: name the folder as written"
        )
    with opened(path) as file:
        held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
    routes = {name: _route(path, held, name, module) for name in about.projections}
    routing = Routing(routes=routes, scale=about.scale, first=about.first)
    routing.attach(module)
    return routing


def _route(path: Path, held: Mapping[str, Any], name: str, module: Any) -> Route:
    try:
        weight = module.get_submodule(name).weight
    except AttributeError:
        raise DataError(f"{path}: the model has no {name}: these routers are another model's") from None
    outputs, inputs = weight.shape

    def tensor(part: str, shape: tuple[int | None, ...]) -> Any:
        found = held.get(f"{name}.{part}")
        if found is None or found.dim() != len(shape) or not all(map(_fits, found.shape, shape)):
            raise DataError(f"{path}: {name}.{part} is not there as the model needs it: nothing is loaded")
        if not bool(found.isfinite().all()):
            raise DataError(f"{path}: {name}.{part} holds NaN")
        return found.to(device=weight.device, dtype=weight.dtype)

    def half(part: Half) -> LowRank:
        down = tensor(f"{part}.down", (None, inputs))
        return LowRank(down, tensor(f"{part}.up", (outputs, down.shape[0])))

    def line(part: str) -> Line:
        return Line(tensor(f"{part}.weight", (inputs,)), tensor(f"{part}.bias", ()))

    return Route(half("safe"), half("usable"), line("alpha"), line("beta"))


def _fits(length: int, wanted: int | None) -> bool:
    return wanted is None or length == wanted


def projections(names: Sequence[str]) -> Iterator[str]:
    """Those of a model's tensors that are routed, as modules."""
    return (name.removesuffix(".weight") for name in names if name.endswith(f"{PROJECTION}.weight"))
