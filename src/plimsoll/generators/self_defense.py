"""Self-Defense: English pairs, unsafe and general, written from examples -> the same in every language.

Idea: what protects a model in English does not protect it in other languages. So training pairs are written
from a few English seeds, then translated, and the model is trained on all languages alike.

Steps: (1) unsafe pairs (a request and an answer that declines) and general ones are written from seeds, 15
to 35; (2) each is translated into every language; (3) the requests make the set, the pairs lie beside it in
`training.jsonl`, as `plimsoll finetune` takes them.

Differs: written by any model, seeds are the examples of the risks `unsafe` and `general` (and of any other
risk, as unsafe), and our wording. A line that cannot be mended is a decision in the log. A translation in
the wrong language is rejected. Without a model the pairs are stored ones: yours, or sentences of our own
in the paper's ten languages.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal, NamedTuple

import msgspec

from plimsoll.core import Model, Sample, UserError, replace
from plimsoll.generators.parallel import Stored, stored_of
from plimsoll.generators.writing import Ask, Writer, writer_of
from plimsoll.registry import generator
from plimsoll.run.work.candidates import COMBINED, QUOTA, failure_of, prompt_of, step_of
from plimsoll.text.nearness import Near

Kind = Literal["unsafe", "general"]
KINDS: tuple[Kind, ...] = ("unsafe", "general")
FIELDS = ("input", "output")
FILE = "training.jsonl"
AT_ONCE = 10
"""Pairs that one message asks for."""
TRIES = 3
NAMES: Mapping[str, str] = {
    "en": "English", "zh": "Chinese", "it": "Italian", "vi": "Vietnamese", "ar": "Arabic", "ko": "Korean",
    "th": "Thai", "bn": "Bengali", "sw": "Swahili", "jv": "Javanese",
}  # fmt: skip
"""The languages of the paper; others go by their code."""


class Pair(NamedTuple):
    """A request and its answer, in English."""

    id: str
    input: str
    output: str


@dataclass(frozen=True, kw_only=True)
class SelfDefense:
    """Writes pairs and translates them."""

    writer: Writer
    languages: tuple[str, ...]
    wanted: Mapping[Kind, int]
    pairs: dict[Kind, list[Pair]] = field(default_factory=dict[Kind, list[Pair]])

    @property
    def quota(self) -> int:
        """The larger number of a language."""
        return max(self.wanted.values())

    @property
    def axes(self) -> Mapping[str, Mapping[str, str]]:
        """Nothing is varied that a classifier could tell."""
        return {}

    async def plan(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Write the English pairs; a cell for each language and kind."""
        by_kind: dict[Kind, list[Sample]] = {"unsafe": [], "general": []}
        for seed in seeds:
            by_kind["general" if seed.id == "general" else "unsafe"].append(seed)
        for kind, own in by_kind.items():
            if self.wanted[kind] and not own:
                raise UserError(f"self_defense: no risk is called {kind!r}: write one with examples")
            async for each in self._augmented(kind, own):
                yield each
        for language in self.languages:
            for kind, own in by_kind.items():
                if self.wanted[kind]:
                    given = {**own[0].metadata, QUOTA: self.wanted[kind], "kind": kind}
                    given[COMBINED] = isinstance(self.writer, Stored)
                    name = f"{language}/{kind}"
                    yield replace(own[0], id=name, category=kind, language=language, metadata=given)

    async def _augmented(self, kind: Kind, seeds: list[Sample]) -> AsyncIterator[Sample]:
        """Pairs from seeds, until there are enough or three times as many messages as needed were sent."""
        found, known = self.pairs.setdefault(kind, []), Near()
        found.clear()
        wanted = self.wanted[kind]
        examples = [str(text) for seed in seeds for text in seed.metadata.get("examples", ())]
        slots = {
            "examples": "\n".join(f"- {text}" for text in examples) or "(none)",
            "definitions": "; ".join(seed.messages[-1].text for seed in seeds),
        }
        for number in range(TRIES * -(-wanted // AT_ONCE)):
            if len(found) >= wanted:
                break
            said = await self.writer.write(Ask(kind, slots, kind, number, AT_ONCE, FIELDS))
            for text, problem in said.problems:
                yield failure_of(seeds[0], text, f"{kind}: {problem}")
            met = known.same if isinstance(self.writer, Stored) else known.holds
            new = 0
            for item in said.items:
                if not met(str(item["input"])) and len(found) < wanted:
                    known.add(str(item["input"]))
                    found.append(Pair(f"{kind}-{len(found) + 1}", str(item["input"]), str(item["output"])))
                    new += 1
            told = {"given": len(said.items), "new": new, "pairs": len(found)}
            yield step_of(seeds[0], step=f"augment: {kind}", round=number + 1, **told)

    async def generate(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Yield the pairs of each language: the English ones as they are, the others translated."""
        for cell in seeds:
            for pair in self.pairs[cell.metadata["kind"]]:
                if cell.language == "en":
                    yield self._row(cell, pair, pair.input, pair.output)
                    continue
                async for each in self._translated(cell, pair):
                    yield each

    async def _translated(self, cell: Sample, pair: Pair) -> AsyncIterator[Sample]:
        slots = {
            "target": NAMES.get(cell.language, cell.language),
            "language": cell.language,
            "input": pair.input,
            "output": pair.output,
            "pair": msgspec.json.encode(
                {
                    "index": 1,
                    "is_safe": cell.category == "general",
                    "input": pair.input,
                    "output": pair.output,
                }
            ).decode(),
        }
        for number in count():
            said = await self.writer.write(Ask("translate", slots, f"{cell.id}:{pair.id}", number, 1, FIELDS))
            for text, problem in said.problems:
                yield failure_of(cell, text, f"translation: {problem}")
            if said.items:
                found: dict[str, Any] = said.items[0]
                yield self._row(cell, pair, str(found["input"]), str(found["output"]))
                return
            if number + 1 == TRIES:
                return

    def _row(self, cell: Sample, pair: Pair, asked: str, answer: str) -> Sample:
        record = {
            "id": f"{pair.id}-{cell.language}",
            "is_safe": cell.category == "general",
            "language": cell.language,
            "prompt": asked,
            "reply": answer,
        }
        return prompt_of(cell, asked, {"pair": pair.id}, beside={FILE: record}, pair=pair.id)


@generator
def self_defense(
    *,
    attacker: Model | None = None,
    languages: str = "en+zh+it+vi+ar+ko+th+bn+sw+jv",
    unsafe: int = 15,
    general: int = 35,
    parallel: str = "",
    seed: int = 0,
) -> SelfDefense:
    """Unsafe and general requests with answers, written in English and translated, as Self-Defense does.

    Args:
        attacker: The model that writes and translates; stored pairs do where none is named.
        languages: Language codes joined by `+`; the English pairs are written in any case.
        unsafe: Unsafe pairs of each language.
        general: General pairs of each language.
        parallel: JSON lines of stored pairs, with kind, and input and output by language; ours if none.
        seed: Seed of the model's draws.
    """
    codes = tuple(dict.fromkeys(each.strip() for each in languages.split("+") if each.strip()))
    if not codes or min(unsafe, general) < 0 or unsafe + general == 0:
        raise UserError("self_defense needs one language and one pair at least")
    return SelfDefense(
        writer=writer_of("self_defense", attacker, "", seed) if attacker else stored_of(parallel),
        languages=codes,
        wanted={"unsafe": unsafe, "general": general},
    )
