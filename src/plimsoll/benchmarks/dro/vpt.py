"""vPT, the baseline that DRO is held against: a soft prompt that is tuned on replies, not on states.

Steps: (1) replies are drawn of anchor requests with the safety prompt and without; (2) those that decline
harm or answer the rest are good, the others bad; of those without the prompt the bad ones alone are taken;
(3) the vectors learn the likelihood of good replies and the unlikelihood of bad ones, the model as it is.

Where ours differs: replies are called refusals by the paper's matcher alone, without a guard; `--on FILE`
names replies of one's own. The official unlikelihood is normalised once more over the vocabulary, which adds
a constant and leaves every gradient as it is here.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from plimsoll.benchmarks.dro import carrying, learning
from plimsoll.benchmarks.dro.carrying import Carried, Slot
from plimsoll.benchmarks.dro.collecting import Named, drawn, longest, prompts
from plimsoll.benchmarks.dro.judge import declines
from plimsoll.benchmarks.dro.learning import Recipe
from plimsoll.benchmarks.dro.repair import RECORD
from plimsoll.core import UserError
from plimsoll.internals.descent import TOTAL, Share
from plimsoll.internals.handle import Handle, handle
from plimsoll.realignment import reading
from plimsoll.realignment.repairs import Given, refuse_reversed, refuse_unready
from plimsoll.registry import repair
from plimsoll.whitebox.anchors import anchors

REPLY = 100
"""Tokens of a reply that are learned (official code)."""
LEAST = 1e-5
"""Of the chance of any other token: a reply that is certain is pushed no further (official code)."""


class Told(NamedTuple):
    """A request with a reply that is learned, or unlearned."""

    request: str
    reply: str
    good: bool


class Row(NamedTuple):
    """The same as token ids, and the place where the reply begins."""

    ids: list[int]
    begins: int
    good: bool


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """Tunes a soft prompt on replies, and writes the model with it."""

    prompt: Named
    samples: int
    tokens: int
    pairs: int
    against: float
    recipe: Recipe

    takes = ("tuned",)

    def repair(self, given: Given, out: Path) -> Sequence[str]:
        """Draw, label, learn and write. Raises `UserError` where no reply is good, or the loss no number."""
        began = perf_counter()
        refuse_unready(given, out)
        held, (source,) = handle(given.models[0]), given.checkpoints
        text = prompts("en")[self.prompt]
        first = carrying.words(held, text)
        made = carrying.slot(held, len(first))
        told = list(self._told(held, given, text))
        good = sum(each.good for each in told)
        if not good:
            raise UserError("dro_vpt: no reply is good: there is nothing to learn the likelihood of")
        rows = [row_of(held, made, each) for each in told]
        soft = learning.begun(held, first)

        def loss(places: Sequence[int], whole: Sequence[int]) -> Share:
            some, every = ([rows[place] for place in each] for each in (places, whole))
            return step(held, made, soft, some, self.against, whole=every)

        learnt = learning.optimised(held, soft, len(rows), loss, recipe=self.recipe, told=given.told)
        requests = list(dict.fromkeys(each.request for each in told))
        states = learning.states_apart(held, made, requests, learnt.soft)
        unexpected, leak = carrying.least_expected(held, states, made.tokens)
        record = {
            "prompt": self.prompt,
            "replies": {"good": good, "bad": len(told) - good},
            "losses": learnt.losses,
            "seconds": round(perf_counter() - began, 1),
            "nearest": carrying.nearest(held, learnt.soft),
        }
        beside = {RECORD: json.dumps(record, ensure_ascii=False, indent=2).encode()}
        carrying.write(out, source, Carried(made, learnt.soft, unexpected, held.embedding_scale), beside)
        return (
            f"{len(first)} vectors, {len(learnt.losses)} steps on {good} good and {len(told) - good} bad "
            f"replies: loss {learnt.losses[0]['total']:.3f} → {learnt.losses[-1]['total']:.3f}.",
            f"New tokens get at most {leak:.1e} of the probability where replies begin.",
        )

    def _told(self, held: Handle, given: Given, text: str) -> Iterator[Told]:
        """Replies of a file, or drawn ones: with the prompt all, without it the bad ones."""
        if given.on is not None:
            for each, good in reading.signed(given, "dro_vpt"):
                yield Told(each.prompt, each.reply, good)
            return
        found = anchors(harmful=None, harmless=None, language="en").first(self.pairs)
        requests = [*found.harmful, *found.harmless]
        for system in (text, ""):
            rows = [held.ids(request, "chat", system) for request in requests]
            for place, replies in enumerate(drawn(held, rows, self.samples, self.tokens)):
                for reply in longest(replies):
                    good = declines(reply) is (place < len(found.harmful))
                    if system or not good:
                        yield Told(requests[place], reply, good)


def row_of(held: Handle, made: Slot, told: Told) -> Row:
    """A reply after its request under the soft prompt."""
    before = made.ids(told.request.strip())
    end = [held.tokenizer.eos_token_id] if held.tokenizer.eos_token_id is not None else []
    reply = [*held.tokenizer(told.reply.strip(), add_special_tokens=False)["input_ids"], *end]
    return Row([*before, *reply[:REPLY]], len(before), told.good)


def step(
    held: Handle,
    made: Slot,
    soft: Any,
    rows: Sequence[Row],
    against: float,
    *,
    whole: Sequence[Row] | None = None,
) -> Share:
    """Likelihood of the good replies' tokens, and unlikelihood of the bad ones', each a mean over tokens.

    The means are those of the whole batch, where these rows are part of one.
    """
    torch = held.torch
    embedded, _ = carrying.embedded(held, made, [row.ids for row in rows], soft)
    states = held.decoder(inputs_embeds=embedded, use_cache=False).last_hidden_state
    means = dict[bool, Any]()
    for good in (True, False):
        places = list(_places(rows, good=good))
        if not places:
            means[good] = embedded.new_zeros(())
            continue
        before = states[[number for number, _ in places], [at - 1 for _, at in places]]
        wanted = torch.tensor([rows[number].ids[at] for number, at in places], device=held.device)
        told = held.logits(before).float().log_softmax(-1).gather(1, wanted[:, None])[:, 0]
        mean = -told.mean() if good else -(1 - told.exp()).clamp(min=LEAST).log().mean()
        means[good] = mean * (len(places) / len(list(_places(whole or rows, good=good))))
    total = means[True] + against * means[False]
    parts = {"likelihood": means[True], "unlikelihood": means[False], TOTAL: total}
    return Share(total, {name: float(part.detach()) for name, part in parts.items()})


def _places(rows: Sequence[Row], *, good: bool) -> Iterator[tuple[int, int]]:
    """Row and place of every token of the good replies, or of the bad ones."""
    for number, row in enumerate(rows):
        if row.good is good:
            yield from ((number, at) for at in range(row.begins, len(row.ids)))


@repair
def dro_vpt(
    *,
    prompt: Named = "default",
    samples: int = 25,
    tokens: int = 64,
    pairs: int = 0,
    against: float = 1.0,
    epochs: int = 5,
    batch: int = 50,
    rate: float = 1e-3,
) -> Tuned:
    """Tune a soft prompt on good and bad replies: the baseline that DRO is held against (vPT).

    Args:
        prompt: Basic safety prompt that it begins as.
        samples: Replies that are drawn of each anchor; the longest four in five count.
        tokens: Of a drawn reply.
        pairs: Anchors of each kind; 0 for all. `--on FILE` names replies (prompt, reply, kind: blue or red).
        against: Weight of the unlikelihood; officially 5 for Llama 2 and CodeLlama.
        epochs: Rounds over all replies.
        batch: Replies of one step.
        rate: Learning rate.
    """
    for name, value in (("samples", samples), ("tokens", tokens), ("epochs", epochs), ("batch", batch)):
        if value < 1:
            raise UserError(f"dro_vpt: {name} is {value}; it must be at least 1")
    if pairs < 0:
        raise UserError(f"dro_vpt: pairs is {pairs}; it must be at least 0")
    refuse_reversed("dro_vpt", against=against)
    return Tuned(
        prompt=prompt,
        samples=samples,
        tokens=tokens,
        pairs=pairs,
        against=against,
        recipe=Recipe(epochs=epochs, batch=batch, rate=rate),
    )
