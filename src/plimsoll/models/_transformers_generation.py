"""Token rows with their sampling -> texts, a batch at a time.

The library's own loop runs the model; which token comes next and when a row is done is decided
here, row by row, so that requests with different limits, seeds and stops share a batch and each
gets what it would have got alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from plimsoll.core import Finish, Sampling, Token
from plimsoll.internals.batches import Batches
from plimsoll.models._local_weighing import Tokens
from plimsoll.models._transformers_heard import Heard
from plimsoll.models._transformers_load import Loaded
from plimsoll.models._written_calls import MARKS

LOOKBACK = 48
"""Tokens at the end that are searched for a stop text while a row grows."""


class Asked(NamedTuple):
    """One row to continue."""

    tokens: Tokens
    sampling: Sampling
    seed: int
    room: int
    """Tokens that may be generated at most."""
    logprobs: int = 0
    """How many of the likeliest tokens are told at each place; 0 for none."""
    marks: bool = False
    """Whether special tokens between which calls stand are a part of the text."""


class Written(NamedTuple):
    """What a row was continued with."""

    text: str
    finish: Finish
    length: int
    """Tokens that were generated."""
    tokens: tuple[Token, ...] = ()
    ids: Tokens = ()
    """Those of the text."""


@dataclass(kw_only=True)
class Writer:
    """A causal language model that continues texts."""

    loaded: Loaded
    sizes: Batches
    """Rows that are continued together."""

    def write(self, asked: Sequence[Asked]) -> list[Written]:
        """Continue every row; rows of like length share a batch."""
        order = sorted(range(len(asked)), key=lambda index: len(asked[index].tokens))
        written: dict[int, Written] = {}
        work = self.sizes.over(order, lambda batch: self._batch([asked[index] for index in batch]))
        for batch, texts in work:
            written.update(zip(batch, texts, strict=True))
        return [written[index] for index in range(len(asked))]

    def _batch(self, asked: list[Asked]) -> list[Written]:
        torch, device = self.loaded.torch, self.loaded.module.device
        width = max(len(row.tokens) for row in asked)
        gaps = [width - len(row.tokens) for row in asked]
        pad = self._pad()
        ids = [(*([pad] * gap), *row.tokens) for gap, row in zip(gaps, asked, strict=True)]
        mask = [[0] * gap + [1] * (width - gap) for gap in gaps]
        heard = Heard(self.loaded, [row.logprobs for row in asked])
        watch = _Watch(self.loaded, asked, width, self._ends(), heard)
        with torch.inference_mode():
            self.loaded.module.generate(
                input_ids=torch.tensor(ids, device=device),
                attention_mask=torch.tensor(mask, device=device),
                max_new_tokens=max(row.room for row in asked),
                pad_token_id=pad,
                do_sample=False,
                logits_processor=[
                    heard,
                    _Least(asked, width, sorted(self._ends())),
                    _Draw(self.loaded, asked),
                ],
                stopping_criteria=[watch],
            )
        return [watch.written(index) for index in range(len(asked))]

    def _ends(self) -> frozenset[int]:
        given: Any = self.loaded.module.generation_config.eos_token_id
        ends: list[int | None] = [self.loaded.tokenizer.eos_token_id]
        ends += given if isinstance(given, list) else [given]
        return frozenset(end for end in ends if end is not None)

    def _pad(self) -> int:
        given = self.loaded.tokenizer.pad_token_id
        return given if given is not None else min(self._ends(), default=0)


class _Least:
    """Keeps rows from ending before their least number of tokens."""

    def __init__(self, asked: list[Asked], width: int, ends: list[int]) -> None:
        self._least = [row.sampling.min_tokens or 0 for row in asked]
        self._width = width
        self._ends = ends

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        new = input_ids.shape[1] - self._width
        for row, least in enumerate(self._least):
            if new < least:
                scores[row, self._ends] = float("-inf")
        return scores


class _Draw:
    """Chooses each row's next token by its own sampling and its own generator."""

    def __init__(self, loaded: Loaded, asked: list[Asked]) -> None:
        self._torch = loaded.torch
        self._asked = asked
        self._how = [_how(row.sampling, loaded.defaults) for row in asked]
        self._sources = [loaded.torch.Generator().manual_seed(row.seed) for row in asked]

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        for row, (temperature, top_p) in enumerate(self._how):
            if temperature > 0:
                chosen = self._draw(scores[row].float().cpu() / temperature, top_p, self._sources[row])
                scores[row] = -self._torch.inf
                scores[row, chosen] = 0.0
        return scores

    def _draw(self, scores: Any, top_p: float, source: Any) -> int:
        shares, tokens = self._torch.softmax(scores, dim=-1).sort(descending=True, stable=True)
        before = shares.cumsum(dim=-1) - shares
        shares[before >= top_p] = 0.0
        return int(tokens[self._torch.multinomial(shares, 1, generator=source)].item())


@dataclass
class _Watch:
    """Says after each token which rows are done, and remembers where and why."""

    loaded: Loaded
    asked: list[Asked]
    width: int
    ends: frozenset[int]
    heard: Heard
    _done: dict[int, Written] = field(default_factory=dict[int, Written])

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        new = input_ids[:, self.width :].tolist()
        self.heard.choose([row[-1] for row in new])
        for row in range(len(self.asked)):
            if row not in self._done:
                self._look(row, new[row])
        done = [row in self._done for row in range(len(self.asked))]
        return self.loaded.torch.tensor(done, device=input_ids.device)

    def written(self, row: int) -> Written:
        """What became of a row."""
        return self._done[row]

    def _look(self, row: int, new: list[int]) -> None:
        sampling = self.asked[row].sampling
        if new[-1] in self.ends:
            self._end(row, "stop", new, new[:-1])
        elif sampling.stop and any(stop in self._text(row, new[-LOOKBACK:]) for stop in sampling.stop):
            text = self._text(row, new)
            cut = min(text.find(stop) for stop in sampling.stop if stop in text)
            kept = next(length for length in range(len(new) + 1) if len(self._text(row, new[:length])) >= cut)
            self._end(row, "stop", new, new[:kept], cut)
        elif len(new) >= self.asked[row].room:
            self._end(row, "length", new, new)

    def _end(self, row: int, finish: Finish, new: list[int], kept: list[int], cut: int | None = None) -> None:
        tokens = self.heard.tokens(row, len(kept))
        self._done[row] = Written(self._text(row, kept)[:cut], finish, len(new), tokens, tuple(kept))

    def _text(self, row: int, tokens: list[int]) -> str:
        return text_of(self.loaded, tokens, self._silent if self.asked[row].marks else None)

    @cached_property
    def _silent(self) -> frozenset[int]:
        return silent(self.loaded)


def silent(loaded: Loaded) -> frozenset[int]:
    """Special tokens that are no part of a text in which calls stand."""
    special: list[int] = loaded.tokenizer.all_special_ids
    return frozenset(token for token in special if loaded.tokenizer.decode([token]).strip() not in MARKS)


def text_of(loaded: Loaded, tokens: Sequence[int], silent: frozenset[int] | None = None) -> str:
    """What tokens say without those that are silent: all special ones, where none are named."""
    if silent is None:
        return loaded.tokenizer.decode(list(tokens), skip_special_tokens=True)
    kept = [token for token in tokens if token not in silent]
    return loaded.tokenizer.decode(kept, skip_special_tokens=False)


class _How(NamedTuple):
    temperature: float
    top_p: float


def _how(sampling: Sampling, defaults: Any) -> _How:
    """What the request says, and where it says nothing, what the model's makers recommend."""
    recommended = defaults.temperature if defaults.do_sample else 0.0
    temperature = recommended if sampling.temperature is None else sampling.temperature
    top_p = (defaults.top_p if defaults.do_sample else None) if sampling.top_p is None else sampling.top_p
    return _How(temperature or 0.0, 1.0 if top_p is None else top_p)
