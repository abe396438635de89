"""Several models with one vocabulary -> one distribution of the next token: sums of their log-probabilities.

log p = log-softmax(z_base + sum of w (z_tuned - z_reference)), per token. A weight of 0 is the base, 1 the
tuned model; above 1 alignment is amplified, below 0 it is undone. Every member reads its own prompt; what
is generated they share. "Emulated Disalignment" (ACL 2024), in the algebra of emulated fine-tuning.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from plimsoll.internals.handle import Handle, same_vocabulary

Choose = Callable[[Any], int]
"""Log-probabilities over the vocabulary -> the token that is taken."""


@dataclass
class Reader:
    """One member's place in a text: its prompt is read once, then one token after the other."""

    handle: Handle
    prompt: Sequence[int]
    _kept: Any = field(default=None, init=False)

    def next(self, tokens: Sequence[int]) -> Any:
        """Log-probabilities after each of the new tokens; the first time also after the prompt.

        Returns places x vocabulary, in double precision: one place more than tokens the first time.
        """
        torch = self.handle.torch
        row = [*(self.prompt if self._kept is None else ()), *tokens]
        keep = len(tokens) + (self._kept is None)
        with self.handle.evaluating():
            out = self.handle.module(
                torch.tensor([row], device=self.handle.device),
                past_key_values=self._kept,
                use_cache=True,
                logits_to_keep=keep,
            )
        self._kept = out.past_key_values
        # On the CPU first: not every accelerator knows double precision.
        return out.logits[0, -keep:].cpu().double().log_softmax(-1)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A tuned model and what it was tuned from, with the weight of their difference."""

    tuned: Reader
    reference: Reader
    weight: float


def combined(base: Any, differences: Sequence[tuple[float, Any, Any]]) -> Any:
    """Normalised log-probabilities of a base with weighted differences (weight, tuned, reference)."""
    total = base
    for weight, tuned, reference in differences:
        total = total + weight * (tuned - reference)
    return total.log_softmax(-1)


def likeliest(logprobs: Any) -> int:
    """The token with the highest probability."""
    return int(logprobs.argmax())


def drawn(seed: int, temperature: float, nucleus: float = 1.0) -> Choose:
    """Draws a token at a temperature, among the likeliest that make up `nucleus`; a seed decides which."""
    from plimsoll.internals.library import torch

    library = torch()
    generator = library.Generator().manual_seed(seed)

    def choose(logprobs: Any) -> int:
        shares = (logprobs / temperature).softmax(-1)
        ordered, places = shares.sort(descending=True)
        # Those are left out before which the others make up the nucleus already.
        shares[places[ordered.cumsum(-1) - ordered >= nucleus]] = 0
        return int(library.multinomial(shares, 1, generator=generator))

    return choose


def greedy(base: Reader, pairs: Sequence[Pair], tokens: int, ends: Sequence[int] = ()) -> list[int]:
    """The likeliest continuation, token by token. Raises `UserError` where vocabularies differ."""
    return list(islice(continued(base, pairs, likeliest, ends), tokens))


def continued(base: Reader, pairs: Sequence[Pair], choose: Choose, ends: Sequence[int] = ()) -> Iterator[int]:
    """One token after the other, until an end. Raises `UserError` where vocabularies differ."""
    members = [base, *(reader for pair in pairs for reader in (pair.tuned, pair.reference))]
    for reader in members[1:]:
        same_vocabulary(base.handle, reader.handle)
    last: list[int] = []
    while not last or last[0] not in ends:
        told = {id(reader): reader.next(last)[-1] for reader in _once(members)}
        found = combined(
            told[id(base)],
            [(pair.weight, told[id(pair.tuned)], told[id(pair.reference)]) for pair in pairs],
        )
        last = [choose(found)]
        yield last[0]


def _once(members: Sequence[Reader]) -> Sequence[Reader]:
    """Every reader once, however many pairs it stands in."""
    return list({id(reader): reader for reader in members}.values())
