"""Rows of token ids -> what training makes small: likelihood, its reverse within bounds, preference.

Only the reply's tokens carry loss, in nats a token; a preference is one of whole replies. Every loss takes
rows and the batch that they are part of, and gives what they add to the batch's loss: its parts, whatever
their sizes, add up to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, NamedTuple

from plimsoll.core import UserError
from plimsoll.internals.library import torch
from plimsoll.internals.training import Loss, Row

FLOOR = 1e-3
"""Nats a token below which nothing is divided by."""
IGNORED = -100
"""The label of a token that no loss is taken of."""


class Preferred(NamedTuple):
    """Two replies to one request."""

    chosen: Row
    rejected: Row


class Opposed(NamedTuple):
    """Two replies to one request, of which one is learned against the other."""

    wanted: Row
    other: Row


class Signed(NamedTuple):
    """An example that is learned, or one that is unlearned."""

    row: Row
    learned: bool


def sft(module: Any, rows: Sequence[Row], whole: Sequence[Row] | None = None) -> Any:
    """Mean negative log-likelihood of the replies' tokens, in nats."""
    own = _tokens(rows)
    if not own:
        return _mean(module, [])
    ids, labels, mask = padded(module, rows)
    return module(input_ids=ids, attention_mask=mask, labels=labels).loss * (own / _tokens(whole or rows))


def bounded_ascent(up: float, most: float) -> Loss:
    """Likelihood of what is learned, less `up` times that of what is unlearned (SAFE-ALIGN, strategy B).

    An example whose own mean loss exceeds `most` nats already is pushed no further: its gradient is zero.
    """

    def loss(module: Any, rows: Sequence[Signed], whole: Sequence[Signed] | None = None) -> Any:
        means = [mean_of(module, [each.row])[0] for each in rows]
        learned = [mean for mean, each in zip(means, rows, strict=True) if each.learned]
        unlearned = [mean.clamp(max=most) for mean, each in zip(means, rows, strict=True) if not each.learned]
        kinds = [each.learned for each in whole or rows]
        ours, theirs = len(learned) / max(1, sum(kinds)), len(unlearned) / max(1, len(kinds) - sum(kinds))
        return ours * _mean(module, learned) - up * theirs * _mean(module, unlearned)

    return loss


def dpo(beta: float) -> Loss:
    """Direct preference optimisation: -log sigmoid(beta x how much more the chosen reply gained).

    The reference is the module itself without its adapters.
    """
    if not 0 < beta < inf:
        raise UserError(f"dpo: beta is {beta:g}; it must be above 0")

    def loss(module: Any, rows: Sequence[Preferred], whole: Sequence[Preferred] | None = None) -> Any:
        library = torch()
        both = [row for pair in rows for row in pair]
        with library.no_grad(), module.disable_adapter():
            before = sum_of(module, both)
        gained = sum_of(module, both) - before
        apart = gained[0::2] - gained[1::2]
        return -library.nn.functional.logsigmoid(beta * apart).mean() * (len(rows) / len(whole or rows))

    return loss


@dataclass
class Ratio:
    """The loss of a wanted reply over that of the other, a mean over pairs (MoGU).

    What it is divided by is held above a thousandth: a reply that is certain would let the ratio run away.
    """

    _held: set[int] = field(default_factory=set[int], init=False)
    """Which pairs it came to: a part that memory refused is gone through again."""

    def __call__(self, module: Any, rows: Sequence[Opposed], whole: Sequence[Opposed] | None = None) -> Any:
        """The mean ratio of a batch."""
        wanted = mean_of(module, [each.wanted for each in rows])
        other = mean_of(module, [each.other for each in rows])
        below = (other < FLOOR).tolist()
        self._held |= {id(row) for row, held in zip(rows, below, strict=True) if held}
        return (wanted / other.clamp(min=FLOOR)).mean() * (len(rows) / len(whole or rows))

    @property
    def said(self) -> str:
        """Whether it came to that."""
        pairs = f"of {len(self._held)} pairs the other reply's loss fell below {FLOOR:g} and was held there"
        return f"{pairs}: fewer steps would do." if self._held else ""


def sum_of(module: Any, rows: Sequence[Row]) -> Any:
    """Log-likelihood of each reply, in nats."""
    told, counted = _told(module, rows)
    return (told * counted).sum(1)


def mean_of(module: Any, rows: Sequence[Row]) -> Any:
    """Negative log-likelihood of each reply, in nats a token."""
    told, counted = _told(module, rows)
    return -(told * counted).sum(1) / counted.sum(1).clamp(min=1)


def _told(module: Any, rows: Sequence[Row]) -> tuple[Any, Any]:
    """Log-probability of every token but the first, and whether it is a reply's."""
    ids, labels, mask = padded(module, rows)
    logits = module(input_ids=ids, attention_mask=mask).logits[:, :-1].float()
    # Ids of a model with segments say who speaks, too; what is told is the token.
    told = logits.log_softmax(-1).gather(-1, ids[:, 1:, None] % logits.shape[-1])[..., 0]
    return told, (labels[:, 1:] != IGNORED).float()


def _tokens(rows: Sequence[Row]) -> int:
    """Tokens that carry loss; none comes before the first one."""
    return sum(max(0, len(ids) - max(1, begins)) for ids, begins in rows)


def _mean(module: Any, losses: Sequence[Any]) -> Any:
    """The mean; nothing, where there is no loss of the kind in the batch."""
    if not losses:
        return next(module.parameters()).new_zeros(())
    return torch().stack(list(losses)).mean()


def padded(module: Any, rows: Sequence[Row]) -> tuple[Any, Any, Any]:
    """Rows of one length: ids, labels without the prompt, and the mask."""
    library = torch()
    width = max(len(ids) for ids, _ in rows)
    ids = library.zeros(len(rows), width, dtype=library.long)
    labels, mask = library.full_like(ids, IGNORED), library.zeros_like(ids)
    for row, (tokens, begins) in enumerate(rows):
        ids[row, : len(tokens)] = library.tensor(tokens)
        labels[row, begins : len(tokens)] = library.tensor(tokens[begins:])
        mask[row, : len(tokens)] = 1
    device = next(module.parameters()).device
    return ids.to(device), labels.to(device), mask.to(device)
