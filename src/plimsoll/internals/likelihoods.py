"""Prompts and beginnings of replies -> how likely each reply is after each prompt, in few passes.

What all prompts begin with is computed once; of prompts that are one text with something left out here or
there, each batch takes of that text what it shares with it. A prompt's own rest and all replies to it are
one row, in which each reply sees the prompt and itself alone; rows are padded at the left, so that replies
stand at the same places in all of them, and the vocabulary is computed there only.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from plimsoll.internals.batches import Batches, batches
from plimsoll.internals.handle import Handle

Ids = Sequence[int]
ROWS = 16
"""Prompts that are passed together, to begin with."""


class Likely(NamedTuple):
    """What a model makes of prompts; on the CPU in double precision."""

    replies: Any
    """Prompts x replies: log-probability of the whole reply, in nats."""
    first: Any
    """Prompts x vocabulary: log-probabilities of the reply's first token."""


def likelihoods(
    handle: Handle,
    prompts: Sequence[Ids],
    replies: Sequence[Ids],
    *,
    stem: Ids | None = None,
    sizes: Batches | None = None,
    told: Callable[[int], None] | None = None,
) -> Likely:
    """Weigh replies after prompts. Raises `UserError` where not even one prompt fits into memory.

    Args:
        stem: A text that prompts share a beginning with, each as far as it goes; without it, what all share.
        sizes: How many prompts go together; kept by who weighs often.
        told: Hears of prompts that are done.
    """
    torch = handle.torch
    stem = prompts[0][: shared(prompts)] if stem is None else stem
    reach = [min(shared([prompt, stem], least=0), len(prompt) - 1) for prompt in prompts]
    order = sorted(range(len(prompts)), key=lambda place: (-reach[place], len(prompts[place])))
    sums = torch.zeros(len(prompts), len(replies), dtype=torch.float64)
    first = torch.empty(len(prompts), handle.shape.vocabulary, dtype=torch.float64)
    with handle.evaluating():
        rows = _Rows(handle, replies, _kept(handle, stem[: max(reach, default=0)]))
        work = (sizes or batches(handle.module, ROWS)).over(
            order,
            lambda batch: rows.passed([prompts[at] for at in batch], min(reach[at] for at in batch)),
        )
        for batch, (found, after) in work:
            sums[batch], first[batch] = found, after
            if told:
                told(len(batch))
    return Likely(sums, first)


class _Rows:
    """Passes batches of prompts whose beginning is known."""

    def __init__(self, handle: Handle, replies: Sequence[Ids], kept: Any) -> None:
        self.handle = handle
        self.replies = replies
        self.kept = kept

    def passed(self, prompts: Sequence[Ids], known: int) -> tuple[Any, Any]:
        """Prompts x replies, and prompts x vocabulary, where the first tokens lie in the cache."""
        torch, handle = self.handle.torch, self.handle
        width = max(len(prompt) for prompt in prompts) - known
        rows = [self._row(prompt, width, known) for prompt in prompts]
        ids, positions = (
            torch.tensor([row[part] for row in rows], device=handle.device) for part in range(2)
        )
        kept = copy.deepcopy(self.kept) if known else None
        if kept is not None:
            if known < kept.get_seq_length():
                kept.crop(known - kept.get_seq_length())  # the negative of what is taken off
            kept.batch_repeat_interleave(len(prompts))
        logits = handle.module(
            ids,
            position_ids=positions,
            attention_mask=self._mask(prompts, width, known),
            past_key_values=kept,
            use_cache=kept is not None,
            logits_to_keep=torch.tensor(list(self._places(width)), device=handle.device),
        ).logits
        found = logits.float().log_softmax(-1).cpu().double()
        return self._sums(found), found[:, 0]

    def _row(self, prompt: Ids, width: int, known: int) -> tuple[list[int], list[int]]:
        """Tokens and their positions: padding, the prompt's rest, each reply without its last token."""
        own = list(prompt[known:])
        gap = width - len(own)
        tokens = [*([0] * gap), *own]
        positions = [*([0] * gap), *range(known, len(prompt))]
        for reply in self.replies:
            tokens += reply[:-1]
            positions += range(len(prompt), len(prompt) + len(reply) - 1)
        return tokens, positions

    def _places(self, width: int) -> Iterator[int]:
        """Where the vocabulary is wanted: after the prompt, and after each token of a reply but its last."""
        yield width - 1
        yield from range(width, width + sum(len(reply) - 1 for reply in self.replies))

    def _mask(self, prompts: Sequence[Ids], width: int, known: int) -> Any:
        """Batch x 1 x tokens x (known + tokens): 0 where a token is seen, far below it elsewhere."""
        torch, handle = self.handle.torch, self.handle
        size = width + sum(len(reply) - 1 for reply in self.replies)
        sees = torch.zeros(len(prompts), size, known + size, dtype=torch.bool)
        sees[:, :, :known] = True
        sees[:, :, known:] = torch.eye(size, dtype=torch.bool)
        sees[:, :width, known : known + width] = torch.ones(width, width, dtype=torch.bool).tril()
        begin = width
        for reply in self.replies:
            end = begin + len(reply) - 1
            sees[:, begin:end, known : known + width] = True
            own = torch.ones(end - begin, end - begin, dtype=torch.bool).tril()
            sees[:, begin:end, known + begin : known + end] = own
            begin = end
        for row, prompt in enumerate(prompts):
            gap = width - (len(prompt) - known)
            sees[row, gap:, known : known + gap] = False
        mask = torch.zeros(len(prompts), 1, size, known + size, dtype=handle.dtype)
        return mask.masked_fill_(~sees[:, None], torch.finfo(handle.dtype).min).to(handle.device)

    def _sums(self, found: Any) -> Any:
        """Each reply's log-probability: its first token after the prompt, the others after one another."""
        columns, begin = list[Any](), 1
        for reply in self.replies:
            total = found[:, 0, reply[0]]
            for place, token in enumerate(reply[1:]):
                total = total + found[:, begin + place, token]
            begin += len(reply) - 1
            columns.append(total)
        return self.handle.torch.stack(columns, 1) if columns else found.new_zeros(len(found), 0)


def _kept(handle: Handle, stem: Ids) -> Any:
    """What a beginning leaves in the cache."""
    if not stem:
        return None
    row = handle.torch.tensor([list(stem)], device=handle.device)
    return handle.decoder(row, use_cache=True).past_key_values


def shared(rows: Sequence[Ids], least: int = 1) -> int:
    """How many tokens all rows begin with alike, where each keeps at least so many of its own."""
    if len(rows) < 2:
        return 0
    first, last = min(map(tuple, rows)), max(map(tuple, rows))
    most = max(0, min(map(len, rows)) - least)
    return next((place for place in range(most) if first[place] != last[place]), most)
