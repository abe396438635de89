"""A GGUF file in two programs -> whether both compute the same model.

llama.cpp stores the rows of queries and keys in an order of its own. A loader that does not turn them back
gives a model that talks, and whose heads are no longer those of the file. So before anything is said about
the weights of such a file, the next token's probabilities are held against those of llama.cpp itself.
"""

import asyncio
from collections.abc import Mapping, Sequence
from math import inf
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
TOP, COMPARED = 20, 10
"""Likeliest tokens that are asked for at each place, and those of either program that are compared."""
CLOSE, COARSE = 0.05, 0.6
"""Nats by which they may differ: whole numbers of 16 or 32 bits, and quantised ones, which llama.cpp
multiplies with rounded activations."""


class Parity(Struct, frozen=True, kw_only=True):
    """How far two programs agree on a file."""

    same_first: int
    """Prompts whose likeliest token is the same in both."""
    prompts: int
    compared: int
    """Tokens whose log-probability in one was held against the other's."""
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
        difference
        for first, second in pairs
        for likely, told in ((first.likely, second.likely), (second.likely, first.likely))
        for difference in differences_of(likely, told)
    ]
    return Parity(
        same_first=sum(_same(first.first, second.first) for first, second in pairs),
        prompts=len(pairs),
        compared=len(differences),
        widest=max(differences, default=inf),
        bound=COARSE if quantised else CLOSE,
    )


def differences_of(likely: Mapping[str, float], told: Mapping[str, float]) -> list[float]:
    """How far another program's log-probabilities are from those of the likeliest tokens here, in nats.

    Args:
        likely: Token -> log-probability, the likeliest first.
        told: What the other program lists. A token that it leaves out is no likelier there than the last
            one, and differs by that at least; where it lists no more than are compared, by `inf`.

    Tokens that are part of a character are left out: every program names them its own way.
    """
    last = min(told.values()) if len(told) > COMPARED or any(map(_is_part, told)) else -inf
    return [
        abs(own - told[token]) if token in told else max(own - last, 0.0)
        for token, own in list(likely.items())[:COMPARED]
        if not _is_part(token)
    ]


def _same(one: str, other: str) -> bool:
    return one == other or (_is_part(one) and _is_part(other))


def _is_part(token: str) -> bool:
    return not token or "\ufffd" in token


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
