"""Next-token questions -> log-probabilities, with every shared beginning evaluated once.

Contexts are sorted, so that those with a common beginning stand together. A beginning that several
share is evaluated once and its keys and values are kept for later requests; the rests are packed
into rows (see `_transformers_packing`), and the vocabulary is computed only where a question ends.
Models that cannot be packed (recurrent ones, sliding windows) are recognised by a small trial at
the start and get plain batches instead.
"""

import importlib
import inspect
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from plimsoll.internals.batches import Batches
from plimsoll.internals.products import quick
from plimsoll.models._local_weighing import Step, Tokens, shared
from plimsoll.models._transformers_load import Loaded
from plimsoll.models._transformers_packing import Pack, chunks, pack, runs

SHARED = 48
"""A common beginning shorter than this is not worth a forward pass of its own."""
LONG = 256
"""A lone sequence with this many new tokens is kept for those that may follow."""
KEPT_BYTES = 512 * 2**20
"""How much memory the kept beginnings may take."""


class Answer(NamedTuple):
    """What one step's tokens are worth."""

    logprobs: Mapping[int, float]
    reused: int
    """Tokens of the context that were not evaluated for this answer."""


class Batch(NamedTuple):
    """Contexts with the logits of what follows each."""

    contexts: Sequence[Tokens]
    logits: Any
    reused: list[int]


class Prefix(NamedTuple):
    """An evaluated beginning: per layer its keys and values."""

    tokens: Tokens
    layers: tuple[tuple[Any, Any], ...]

    @property
    def bytes(self) -> int:
        """The memory it takes."""
        return sum(key.nbytes + value.nbytes for key, value in self.layers)


NOTHING = Prefix((), ())


@dataclass(kw_only=True)
class Weigher:
    """A causal language model that answers next-token questions."""

    torch: Any
    module: Any
    cache: Any
    """Makes an empty key-value cache."""
    tokens: int
    """Tokens per forward pass, at most."""
    sizes: Batches
    """Sequences per forward pass, at most."""
    selects: bool
    """Whether the module computes the vocabulary for chosen places only."""
    vocabulary: int
    _kept: OrderedDict[Tokens, Prefix] = field(default_factory=OrderedDict[Tokens, Prefix])
    _packs: bool | None = None

    def answer(self, steps: Sequence[Step]) -> list[Answer]:
        """Answer every step."""
        wanted: dict[Tokens, dict[int, None]] = {}
        for step in steps:
            wanted.setdefault(step.context, {}).update(dict.fromkeys(step.tokens))
        contexts = sorted(wanted)
        if not contexts:
            return []
        with self.torch.inference_mode(), quick(self.module):
            work = self._shared(contexts, 0) if self._can_pack() else self._plain(contexts)
            found = dict(self._read(work, wanted))
        return [found[step.context] for step in steps]

    def forget(self) -> None:
        """Drop the kept beginnings."""
        self._kept.clear()

    def _read(
        self, work: Iterator[Batch], wanted: Mapping[Tokens, Mapping[int, None]]
    ) -> Iterator[tuple[Tokens, Answer]]:
        for contexts, logits, reused in work:
            logprobs = self.torch.log_softmax(logits.float(), dim=-1)
            for row, context in enumerate(contexts):
                tokens = list(wanted[context])
                values = logprobs[row, tokens].tolist()
                yield context, Answer(dict(zip(tokens, values, strict=True)), reused[row])

    def _shared(self, rows: Sequence[Tokens], least: int) -> Iterator[Batch]:
        """Evaluate what sorted rows share, then the rest of each; `least` tokens are known to be shared."""
        loose: list[Tokens] = []
        for run in runs(rows, least + SHARED):
            reach = min(shared(run[0], run[-1]), min(map(len, run)) - 1)
            prefix = self._recall(run[0][:reach])
            if len(run) == 1 and len(prefix.tokens) < least + SHARED and len(run[0]) < least + LONG:
                loose.extend(run)
            elif len(run) == 1 or reach < least + SHARED:
                yield from self._packed(run, prefix)
            else:
                yield from self._below(run, reach, prefix)
        if loose:
            yield from self._packed(loose, self._recall(loose[0][:least]))

    def _below(self, run: Sequence[Tokens], reach: int, prefix: Prefix) -> Iterator[Batch]:
        """Evaluate the shared beginning of a run, keep it, and go on with what differs."""
        fresh = len(prefix.tokens)
        if reach - fresh >= SHARED:
            prefix = self._extend(prefix, run[0][:reach])
        for number, batch in enumerate(self._shared(run, reach)):
            yield batch if number else batch._replace(reused=[fresh, *batch.reused[1:]])

    def _packed(self, rows: Sequence[Tokens], prefix: Prefix) -> Iterator[Batch]:
        known = len(prefix.tokens)
        done = 0
        while done < len(rows):
            chunk = next(iter(chunks(rows[done:], known, tokens=self.tokens, most=self.sizes.size)))
            passed = self.sizes.tried(chunk, partial(self._passed, prefix))
            if passed is None:
                continue
            done += len(chunk)
            packed, logits, cache = passed
            if packed.is_chain and len(packed.tokens) >= LONG:
                self._keep(chunk[-1], cache)
            yield Batch(chunk, logits, _reused(chunk, known))

    def _passed(self, prefix: Prefix, chunk: Sequence[Tokens]) -> tuple[Pack, Any, Any]:
        packed = pack(chunk, len(prefix.tokens))
        return packed, *self._forward(packed, prefix)

    def _extend(self, prefix: Prefix, tokens: Tokens) -> Prefix:
        _, cache = self._forward(pack([tokens], len(prefix.tokens)), prefix)
        return self._keep(tokens, cache)

    def _forward(self, packed: Pack, prefix: Prefix) -> tuple[Any, Any]:
        torch, device = self.torch, self.module.device
        cache = self.cache()
        for layer, (keys, values) in enumerate(prefix.layers):
            cache.update(keys, values, layer)
        ends = torch.tensor(packed.ends, device=device)
        output = self.module(
            input_ids=torch.tensor([packed.tokens], device=device),
            position_ids=torch.tensor([packed.positions], device=device),
            attention_mask=self._mask(packed),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=ends,
        )
        return output.logits[0], cache

    def _mask(self, packed: Pack) -> Any:
        if packed.is_chain:
            return None
        torch, size, known = self.torch, len(packed.tokens), packed.known
        sees = torch.zeros(size, known + size, dtype=torch.bool)
        sees[:, :known] = True
        for branch in packed.branches:
            sees[branch.begin : branch.end, [known + place for place in branch.seen]] = True
            own = slice(known + branch.begin, known + branch.end)
            sees[branch.begin : branch.end, own] = torch.ones(
                branch.end - branch.begin, branch.end - branch.begin, dtype=torch.bool
            ).tril()
        blocked = torch.finfo(self.module.dtype).min
        mask = torch.zeros(1, 1, size, known + size, dtype=self.module.dtype)
        return mask.masked_fill_(~sees, blocked).to(self.module.device)

    def _recall(self, tokens: Tokens) -> Prefix:
        """The longest kept beginning of `tokens`."""
        best = max(self._kept, key=lambda kept: shared(kept, tokens), default=())
        reach = shared(best, tokens)
        if reach < SHARED:
            return NOTHING
        self._kept.move_to_end(best)
        layers = self._kept[best].layers
        return Prefix(tokens[:reach], tuple((k[..., :reach, :], v[..., :reach, :]) for k, v in layers))

    def _keep(self, tokens: Tokens, cache: Any) -> Prefix:
        prefix = Prefix(tokens, tuple((layer.keys, layer.values) for layer in cache.layers))
        self._kept[tokens] = prefix
        while len(self._kept) > 1 and sum(kept.bytes for kept in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)
        return prefix

    def _plain(self, rows: Sequence[Tokens]) -> Iterator[Batch]:
        """Rows of like length, padded on the right."""
        for chunk, logits in self.sizes.over(sorted(rows, key=len), self._padded):
            yield Batch(chunk, logits, [0] * len(chunk))

    def _padded(self, chunk: Sequence[Tokens]) -> Any:
        torch, device = self.torch, self.module.device
        width = len(chunk[-1])
        ids = torch.tensor([(*row, *((0,) * (width - len(row)))) for row in chunk], device=device)
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in chunk], device=device)
        ends = sorted({len(row) - 1 for row in chunk})
        keep = {"logits_to_keep": torch.tensor(ends, device=device)} if self.selects else {}
        logits = self.module(input_ids=ids, attention_mask=mask, use_cache=False, **keep).logits
        places = [ends.index(len(row) - 1) if keep else len(row) - 1 for row in chunk]
        return logits[list(range(len(chunk))), places]

    def _can_pack(self) -> bool:
        if self._packs is None:
            self._packs = self._trial()
        return self._packs

    def _trial(self) -> bool:
        """Whether this model, packed, says what it says of each sequence alone."""
        stem = tuple(token % self.vocabulary for token in range(2, 2 + SHARED))
        rows = [stem + tail for tail in ((0, 1), (0, 2, 3), (3,))]
        try:
            with self.torch.inference_mode():
                alone = self.torch.cat([batch.logits.float() for row in rows for batch in self._plain([row])])
                prefix = self._extend(NOTHING, stem)
                packed, _ = self._forward(pack(rows, SHARED), prefix)
                gap = (alone.log_softmax(-1) - packed.float().log_softmax(-1)).abs().max().item()
        except (TypeError, ValueError, RuntimeError, AttributeError, IndexError):
            return False
        finally:
            self.forget()
        return gap < (1e-2 if self.module.dtype == self.torch.float32 else 0.3)


def weigher(loaded: Loaded, *, tokens: int, rows: int) -> Weigher:
    """Make a model answer next-token questions, `tokens` and `rows` at a time."""
    cache = importlib.import_module("transformers").DynamicCache
    return Weigher(
        torch=loaded.torch,
        module=loaded.module,
        cache=partial(cache, config=loaded.module.config),
        tokens=tokens,
        sizes=Batches(rows),
        selects="logits_to_keep" in inspect.signature(loaded.module.forward).parameters,
        vocabulary=loaded.module.get_input_embeddings().num_embeddings,
    )


def _reused(rows: Sequence[Tokens], known: int) -> list[int]:
    return [
        max(known, min(shared(row, rows[index - 1]), len(row) - 1) if index else known)
        for index, row in enumerate(rows)
    ]
