"""Several models with one vocabulary -> one distribution of the next token: sums of their log-probabilities.

log p = log-softmax(z_base + sum of w (z_tuned - z_reference)), per token. A weight of 0 is the base, 1 the
tuned model; above 1 alignment is amplified, below 0 it is undone. Every member reads its own prompt; what
is generated they share. Several texts may go on together, each member's prompts padded at the left.
"Emulated Disalignment" (ACL 2024), in the algebra of emulated fine-tuning.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

from plimsoll.internals.handle import Handle, same_vocabulary
from plimsoll.internals.training import SEEDS

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

    def after(self, last: Sequence[int]) -> Any:
        """Log-probabilities over the vocabulary after the prompt, or after one more token."""
        return self.next(last)[-1]


@dataclass
class Readers:
    """One member's places in several texts that go on together, a token each at a time."""

    handle: Handle
    prompts: Sequence[Sequence[int]]
    _kept: Any = field(default=None, init=False)
    _seen: Any = field(default=None, init=False)
    """Rows x places: 1 for what is read, 0 for padding."""

    def after(self, last: Sequence[int]) -> Any:
        """Rows x vocabulary: log-probabilities after the prompts, or after one more token of each row."""
        torch, device = self.handle.torch, self.handle.device
        if self._kept is None:
            width = max(map(len, self.prompts))
            rows = [[*([0] * (width - len(prompt))), *prompt] for prompt in self.prompts]
            seen = [[*([0] * (width - len(prompt))), *([1] * len(prompt))] for prompt in self.prompts]
            self._seen = torch.tensor(seen, device=device)
        else:
            rows = [[token] for token in last]
            self._seen = torch.cat([self._seen, self._seen.new_ones(len(rows), 1)], 1)
        positions = (self._seen.cumsum(1) - 1).clamp(min=0)[:, -len(rows[0]) :]
        with self.handle.evaluating():
            out = self.handle.module(
                torch.tensor(rows, device=device),
                attention_mask=self._seen,
                position_ids=positions,
                past_key_values=self._kept,
                use_cache=True,
                logits_to_keep=1,
            )
        self._kept = out.past_key_values
        return out.logits[:, -1].cpu().double().log_softmax(-1)


R = TypeVar("R", Reader, Readers)


@dataclass(frozen=True, kw_only=True)
class Pair(Generic[R]):
    """A tuned model and what it was tuned from, with the weight of their difference."""

    tuned: R
    reference: R
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
    generator = library.Generator().manual_seed(seed % SEEDS)

    def choose(logprobs: Any) -> int:
        shares = (logprobs / temperature).softmax(-1)
        ordered, places = shares.sort(descending=True)
        # Those are left out before which the others make up the nucleus already.
        shares[places[ordered.cumsum(-1) - ordered >= nucleus]] = 0
        return int(library.multinomial(shares, 1, generator=generator))

    return choose


def greedy(base: Reader, pairs: Sequence[Pair[Reader]], tokens: int, ends: Sequence[int] = ()) -> list[int]:
    """The likeliest continuation, token by token. Raises `UserError` where vocabularies differ."""
    return list(islice(continued(base, pairs, likeliest, ends), tokens))


def greedy_together(
    base: Readers, pairs: Sequence[Pair[Readers]], tokens: int, ends: Sequence[int] = ()
) -> list[list[int]]:
    """The likeliest continuation of each row. Raises `UserError` where vocabularies differ."""
    members = _members(base, pairs)
    made: list[list[int]] = [[] for _ in base.prompts]
    last: list[int] = []
    for _ in range(tokens):
        last = _told(members, base, pairs, last).argmax(-1).tolist()
        for row, token in zip(made, last, strict=True):
            if not row or row[-1] not in ends:
                row.append(token)
        if all(row[-1] in ends for row in made):
            break
    return made


def continued(
    base: Reader, pairs: Sequence[Pair[Reader]], choose: Choose, ends: Sequence[int] = ()
) -> Iterator[int]:
    """One token after the other, until an end. Raises `UserError` where vocabularies differ."""
    members = _members(base, pairs)
    last: list[int] = []
    while not last or last[0] not in ends:
        last = [choose(_told(members, base, pairs, last))]
        yield last[0]


def _members(base: R, pairs: Sequence[Pair[R]]) -> list[R]:
    """Every reader once, however many pairs it stands in."""
    members = [base, *(reader for pair in pairs for reader in (pair.tuned, pair.reference))]
    for reader in members[1:]:
        same_vocabulary(base.handle, reader.handle)
    return list({id(reader): reader for reader in members}.values())


def _told(members: Sequence[R], base: R, pairs: Sequence[Pair[R]], last: Sequence[int]) -> Any:
    told = {id(reader): reader.after(last) for reader in members}
    return combined(
        told[id(base)], [(pair.weight, told[id(pair.tuned)], told[id(pair.reference)]) for pair in pairs]
    )
