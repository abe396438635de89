"""DRO: a soft prompt in the system's place, learned so that harm is declined and the rest is answered.

"On Prompt-Driven Safeguarding for Large Language Models" (ICML 2024). Steps: (1) the last state of every
anchor request, with no safety prompt and with each of three; (2) in its first four principal components, a
line that tells harmless requests from harmful ones and one that tells where the model goes along; (3) vectors
that begin as the words of a safety prompt are moved, the model as it is, so that harmful requests go against
both lines and harmless ones along them, and all else stays where the words would have it.

Where ours differs: by default compliance is read off how likely replies are to begin by going along or by
declining, which needs no drawing and always varies; drawn replies (`compliance=sampled`) are read by the
paper's matcher alone, without a guard. What lies outside the space is measured without a basis of it: the
same number. The result is a model's folder, not a file that one program reads.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, NamedTuple

from plimsoll.benchmarks.dro import carrying, geometry, learning
from plimsoll.benchmarks.dro.carrying import Carried, Slot
from plimsoll.benchmarks.dro.collecting import Compliance, Named, prompts, states_of
from plimsoll.benchmarks.dro.learning import Anchor, Lesson, Recipe
from plimsoll.benchmarks.dro.space import COMPONENTS, WEIGHTS, Geometry
from plimsoll.core import DataError, UserError
from plimsoll.internals import examples
from plimsoll.internals.checkpoint import Checkpoint
from plimsoll.internals.handle import Handle, handle
from plimsoll.realignment.repairs import Given, refuse_unready
from plimsoll.registry import repair
from plimsoll.stats.student import around_mean
from plimsoll.whitebox.anchors import anchors as published

Language = Literal["en", "zh"]
Without = Literal["nothing", "compliance", "harmlessness", "outside"]
RECORD = "dro.json"
KINDS = ("harmful", "harmless")


UNSEEN = 20
"""Anchors of each kind that were not learned on, at most, by which what was learned is measured."""


class Both(NamedTuple):
    """Anchors by kind."""

    harmful: tuple[str, ...]
    harmless: tuple[str, ...]

    def between(self, first: int, last: int | None) -> "Both":
        """Some of each kind."""
        return Both(self.harmful[first:last], self.harmless[first:last])

    @property
    def truth(self) -> tuple[bool, ...]:
        """Whether each is harmful."""
        return (*(True for _ in self.harmful), *(False for _ in self.harmless))


@dataclass(frozen=True, kw_only=True)
class SoftPrompt:
    """Learns a soft prompt, or takes one that was learned, and writes the model with it."""

    prompt: Named
    language: Language
    compliance: Compliance
    samples: int
    tokens: int
    pairs: int
    recipe: Recipe
    soft: str
    takes = ("tuned",)

    def repair(self, given: Given, out: Path) -> Sequence[str]:
        """Gather, fit, learn and write. Raises `UserError` where the model has no place for it."""
        began = perf_counter()
        refuse_unready(given, out)
        held, (source,) = handle(given.models[0]), given.checkpoints
        if self.soft:
            return self._carried(held, source, out)
        every = self._anchors(given.on)
        harmful, harmless = learned_on = every.between(0, self.pairs or None)
        text = prompts(self.language)[self.prompt]
        first = carrying.words(held, text)
        made = carrying.slot(held, len(first))
        found = geometry.found(
            held,
            harmful,
            harmless,
            self.language,
            components=COMPONENTS,
            folds=min(10, len(harmful), len(harmless)),
            how=self.compliance,
            samples=self.samples,
            tokens=self.tokens,
            told=given.told,
        )
        named = [Anchor(request, harmless=False) for request in harmful]
        named += [Anchor(request, harmless=True) for request in harmless]
        before = states_of(held, [held.ids(each.request, "chat", text) for each in named])
        lesson = Lesson(geometry=found.geometry, slot=made, first=first, anchors=named, before=before)
        learnt = learning.learned(held, lesson, self.recipe, given.told)
        after = learning.states_apart(held, made, [each.request for each in named], learnt.soft)
        unseen = every.between(self.pairs, self.pairs + UNSEEN) if self.pairs else Both((), ())
        unexpected, leak = carrying.least_expected(held, after, made.tokens)
        record = {
            "prompt": self.prompt,
            "language": self.language,
            "compliance": self.compliance,
            "anchors": [len(harmful), len(harmless)],
            "losses": learnt.losses,
            "seconds": round(perf_counter() - began, 1),
            "nearest": carrying.nearest(held, learnt.soft),
        }
        beside = {RECORD: json.dumps(record, ensure_ascii=False, indent=2).encode()}
        carrying.write(out, source, Carried(made, learnt.soft, unexpected, held.embedding_scale), beside)
        return (
            f"{len(first)} vectors, {len(learnt.losses)} steps: loss {learnt.losses[0]['total']:.3f} → "
            f"{learnt.losses[-1]['total']:.3f}.",
            *_moved(found.geometry, learned_on, before, after, "learned on"),
            *self._on_unseen(held, found.geometry, made, learnt.soft, unseen),
            f"New tokens get at most {leak:.1e} of the probability where replies begin.",
        )

    def _on_unseen(self, held: Handle, found: Geometry, made: Slot, soft: Any, unseen: Both) -> Sequence[str]:
        """How far requests are moved that were not learned on."""
        if min(map(len, unseen)) < 2:
            return ()
        text, requests = prompts(self.language)[self.prompt], [*unseen.harmful, *unseen.harmless]
        before = states_of(held, [held.ids(each, "chat", text) for each in requests])
        after = learning.states_apart(held, made, requests, soft)
        return _moved(found, unseen, before, after, "not learned on")

    def _carried(self, held: Handle, source: Checkpoint, out: Path) -> Sequence[str]:
        soft = carrying.read(Path(self.soft).expanduser(), held.shape.hidden)
        made = carrying.slot(held, len(soft))
        harmful, harmless = self._anchors(None).between(0, self.pairs or None)
        states = learning.states_apart(held, made, [*harmful, *harmless], soft.to(held.device))
        unexpected, leak = carrying.least_expected(held, states, made.tokens)
        carrying.write(out, source, Carried(made, soft, unexpected, held.embedding_scale), {})
        return (
            f"{len(soft)} vectors of {self.soft}.",
            f"New tokens get at most {leak:.1e} of the probability where replies begin.",
        )

    def _anchors(self, on: Path | None) -> Both:
        if on is None:
            found = published(harmful=None, harmless=None, language=self.language)
            return Both(found.harmful, found.harmless)
        rows = list(examples.records(on))
        for number, row in enumerate(rows, start=1):
            if row.get("kind") not in KINDS or not row.get("prompt"):
                raise DataError(f"{on}: record #{number}: write a prompt, and its kind: harmful or harmless")
        if not rows:
            raise DataError(f"{on} holds no record")
        told = [examples.text_of(on, number, row, ("prompt",)) for number, row in enumerate(rows, start=1)]
        harmful, harmless = (
            tuple(text for text, row in zip(told, rows, strict=True) if row["kind"] == kind) for kind in KINDS
        )
        return Both(harmful, harmless)


def _moved(found: Geometry, anchors: Both, before: Any, after: Any, which: str) -> Sequence[str]:
    """How far requests of both kinds were moved along the line of compliance, from the prompt in words."""
    line, space = found.compliance, found.space
    moved = (line.logits(space.inside(after)) - line.logits(space.inside(before))).tolist()
    said = list[str]()
    for kind, harmful in (("harmful", True), ("harmless", False)):
        own = [each for each, held in zip(moved, anchors.truth, strict=True) if held is harmful]
        known = around_mean(own)
        within = f" ({known[0]:+.2f} to {known[1]:+.2f})" if known else ""
        said.append(f"{kind} {sum(own) / len(own):+.2f}{within}")
    told = ", ".join(said)
    return (f"Log odds of going along, requests that were {which}: {told}, means with 95 %.",)


@repair
def dro(
    *,
    prompt: Named = "default",
    language: Language = "en",
    compliance: Compliance = "openings",
    samples: int = 25,
    tokens: int = 64,
    pairs: int = 0,
    epochs: int = 40,
    batch: int = 50,
    rate: float = 1e-3,
    without: Without = "nothing",
    soft: str = "",
) -> SoftPrompt:
    """Learn a soft prompt in the system's place that moves harmful requests towards refusal (DRO).

    Args:
        prompt: Basic safety prompt that it begins as, and is held against.
        language: Of the anchors and the prompt.
        compliance: Read off how replies would begin, or off `sampled` replies.
        samples: Replies that are drawn of each anchor; the longest four in five count.
        tokens: Of a drawn reply.
        pairs: Anchors of each kind; 0 for all. `--on FILE` names your own (prompt, kind).
        epochs: Rounds over all anchors.
        batch: Anchors of one step.
        rate: Learning rate.
        without: A term of the loss that is left out.
        soft: A soft prompt (safetensors) that is carried instead of learning one.
    """
    for name, value in (("samples", samples), ("tokens", tokens), ("epochs", epochs), ("batch", batch)):
        if value < 1:
            raise UserError(f"dro: {name} is {value}; it must be at least 1")
    if pairs < 0:
        raise UserError(f"dro: pairs is {pairs}; it must be at least 0")
    weights = {name: 0.0 if name == without else weight for name, weight in WEIGHTS.items()}
    return SoftPrompt(
        prompt=prompt,
        language=language,
        compliance=compliance,
        samples=samples,
        tokens=tokens,
        pairs=pairs,
        recipe=Recipe(epochs=epochs, batch=batch, rate=rate, weights=weights),
        soft=soft,
    )
