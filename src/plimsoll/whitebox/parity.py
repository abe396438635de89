"""A GGUF file in two programs -> whether both compute the same model.

llama.cpp stores the rows of queries and keys in an order of its own. A loader that does not turn them back
gives a model that talks, and whose heads are no longer those of the file. So before anything is said about
the weights of such a file, the next token's probabilities are held against those of llama.cpp itself.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct, json

from plimsoll.core import MissingExtra, Model, Request, Sampling, Token, UserError, decoding, files, user

PROMPTS = (
    "The capital of France is",
    "Water boils at a temperature of",
    "怎样做一杯好茶？首先",
    "def add(a, b):\n    return",
)
TOP = 20
"""Tokens that are compared at each place."""
CLOSE, COARSE = 0.05, 0.6
"""Nats by which they may differ: whole numbers of 16 or 32 bits, and quantised ones, which llama.cpp
multiplies with rounded activations."""


class Parity(Struct, frozen=True, kw_only=True):
    """How far two programs agree on a file."""

    same_first: int
    """Prompts whose likeliest token is the same in both."""
    prompts: int
    widest: float
    """The largest difference of a log-probability, in nats."""
    bound: float

    @property
    def holds(self) -> bool:
        """Whether the file is the same model in both."""
        return self.same_first == self.prompts and self.widest <= self.bound


class _Asked(NamedTuple):
    first: str
    likely: Mapping[str, float]


def measured(one: Model, other: Model, *, quantised: bool) -> Parity:
    """Ask both for the next token of a few texts, and close the other. Raises `UserError`."""
    pairs = asyncio.run(_asked(one, other))
    differences = [
        abs(first.likely[token] - second.likely[token])
        for first, second in pairs
        for token in list(first.likely)[: TOP // 2]
        if token in second.likely
    ]
    return Parity(
        same_first=sum(first.first == second.first for first, second in pairs),
        prompts=len(pairs),
        widest=max(differences, default=float("inf")),
        bound=COARSE if quantised else CLOSE,
    )


def refuse_unlike(file: Path, parity: Parity) -> None:
    """Raise `UserError` where a file is not the same model in both programs."""
    if not parity.holds:
        raise UserError(
            f"{file.name} is not the same model here as in llama.cpp (the likeliest token agrees for "
            f"{parity.same_first} of {parity.prompts} texts, log-probabilities differ by up to "
            f"{parity.widest:.2f} nats): nothing is said about its weights; use the original safetensors"
        )


def remembered(place: Path) -> Parity | None:
    """What was measured before; nothing where nothing was, or it cannot be read."""
    try:
        return decoding.decode(files.read(place), Parity)
    except (OSError, ValueError):
        return None


def remember(place: Path, parity: Parity) -> None:
    """Keep what was measured."""
    place.parent.mkdir(parents=True, exist_ok=True)
    files.write(place, [json.encode(parity)])


async def _asked(one: Model, other: Model) -> Sequence[tuple[_Asked, _Asked]]:
    try:
        return [(await _next(one, text), await _next(other, text)) for text in PROMPTS]
    finally:
        await other.close()


async def _next(model: Model, text: str) -> _Asked:
    request = Request(
        messages=(user(text),),
        template="raw",
        sampling=Sampling(max_tokens=1, temperature=0.0),
        logprobs=TOP,
    )
    tokens: Sequence[Token] = (await model.generate(request)).tokens
    if not tokens:
        raise UserError(f"{model.name} gives no log-probabilities: parity cannot be shown")
    first = tokens[0]
    return _Asked(first.text, {first.text: first.logprob, **first.rivals})


def is_quantised(file: Path) -> bool:
    """Whether a GGUF file holds numbers of fewer than 16 bits. Raises `MissingExtra`."""
    try:
        from gguf import GGMLQuantizationType, GGUFReader
    except ImportError:
        raise MissingExtra("whitebox", "whitebox") from None
    whole = {GGMLQuantizationType.F32, GGMLQuantizationType.F16, GGMLQuantizationType.BF16}
    return any(tensor.tensor_type not in whole for tensor in GGUFReader(file).tensors)
