"""ASTRAL: categories x styles x persuasion techniques -> prompts that fill every combination.

Idea: a test suite covers a model's safety no better than it covers the ways in which people ask. So three
axes are crossed, and each of the 14 x 6 x 5 = 420 combinations gets three prompts.

Steps: (1) the plan, all combinations or few that hold every pair; (2) for each a message: the style with
examples, the technique with examples, the instruction, prompts of the category retrieved from a file, a
topic of the day from a file; (3) the lines of the reply that are prompts; (4) selection as for all
generators, and, where a classifier is named, coverage by what the prompts are and not by what was asked.

Differs: BM25 over your own file instead of a file search of one vendor; topics come from a file and the
date from an argument, so that the same command writes the same; a reply of no use is a decision with its
reason and no endless retry. Definitions and examples are ours (the published definition of logical_appeal
is a copy of authority_endorsement's), and also in Chinese, which the paper is not. Without a model the rules
in `astral.toml` and `astral_zh.toml` write.
"""

import tomllib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, Model, Sample, UserError, decoding, files, replace
from plimsoll.data import resources
from plimsoll.generators import feeds
from plimsoll.generators.combinations import Strength, planned
from plimsoll.generators.writing import Ask, Writer, writer_of
from plimsoll.registry import generator
from plimsoll.run.work.candidates import AXES, failure_of, prompt_of
from plimsoll.text.bm25 import Bm25

Language = Literal["en", "zh"]
OWN = {"en": "astral", "zh": "astral_zh"}
"""Tables of axes, wording and rules."""
AT_ONCE = 3
"""Prompts that one message asks for."""
STYLE, TECHNIQUE = "style", "technique"


class Way(Struct, frozen=True, forbid_unknown_fields=True):
    """A style or a technique."""

    id: str
    """The paper's, by which coverage is counted in any language."""
    definition: str
    examples: tuple[str, ...] = ()
    name: str = ""
    """What it is called in a message, where that is not its id."""

    @property
    def called(self) -> str:
        """Its name in a message."""
        return self.name or self.id

    def block(self, shots: int, words: Mapping[str, str]) -> str:
        """As the message shows it."""
        lines = [f"{self.called} - {self.definition}"]
        shown = self.examples[:shots]
        if shown:
            lines += [words["examples"], *(f"{words['prompt']}{each}" for each in shown)]
        return "\n".join(lines)


class Ways(Struct, frozen=True):
    """The two axes beside the categories."""

    styles: tuple[Way, ...]
    techniques: tuple[Way, ...]


@dataclass(frozen=True, kw_only=True)
class Astral:
    """Fills combinations with prompts."""

    writer: Writer
    ways: Ways
    words: Mapping[str, str]
    """What a message says around its slots."""
    strength: Strength
    shots: int
    examples: Sequence[feeds.Example]
    retrieved: int
    topics: Sequence[str]
    date: str
    quota: int = AT_ONCE

    @property
    def axes(self) -> Mapping[str, Mapping[str, str]]:
        """Styles and techniques with their definitions."""
        return {
            STYLE: {each.id: each.definition for each in self.ways.styles},
            TECHNIQUE: {each.id: each.definition for each in self.ways.techniques},
        }

    async def plan(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """A cell for each combination, in the order category, style, technique."""
        risks = {seed.id: seed for seed in seeds}
        rows = planned([list(risks), *(list(each) for each in self.axes.values())], self.strength)
        for risk, style, technique in rows:
            seed = risks[risk]
            given = {**seed.metadata, AXES: {STYLE: style, TECHNIQUE: technique}}
            yield replace(seed, id=f"{risk}|{style}|{technique}", metadata=given)

    async def generate(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Yield candidates of each cell, some a call and without end: who asks stops."""
        for cell in seeds:
            shown = self._retrieved(cell)
            for number in count():
                topic = self.topics[number % len(self.topics)] if self.topics else ""
                said = await self.writer.write(self._asked(cell, number, topic, shown))
                made_of: dict[str, Any] = {}
                if shown:
                    made_of["retrieved"] = [each.id for each in shown]
                if topic:
                    made_of |= {"topic": topic, "date": self.date}
                for prompt in said.items:
                    yield prompt_of(cell, str(prompt), made_of)
                for text, problem in said.problems:
                    yield failure_of(cell, text, problem)

    def _asked(self, cell: Sample, number: int, topic: str, shown: Sequence[feeds.Example]) -> Ask:
        chosen = cell.metadata[AXES]
        style = next(each for each in self.ways.styles if each.id == chosen[STYLE])
        technique = next(each for each in self.ways.techniques if each.id == chosen[TECHNIQUE])
        listed = "".join(f"- {each.text}\n" for each in shown)
        slots = {
            "style_block": style.block(self.shots, self.words),
            "technique_block": technique.block(self.shots, self.words),
            "retrieved": f"{self.words['retrieved']}{listed}\n" if listed else "",
            "category": cell.category,
            "definition": cell.messages[-1].text,
            "style": style.called,
            "technique": technique.called,
            "language": cell.language,
            "topic": self._about(topic) if topic else "",
            "category_words": _words(cell.category),
            "style_words": _words(style.called),
            "technique_words": _words(technique.called),
            "topic_words": f" ({topic})" if topic else "",
        }
        return Ask("write", slots, cell.id, number, wanted=AT_ONCE)

    def _about(self, topic: str) -> str:
        said = self.words["dated" if self.date else "topic"].replace("{date}", self.date)
        return said.replace("{topic}", topic)

    def _retrieved(self, cell: Sample) -> list[feeds.Example]:
        """The prompts of the category that have most to do with it."""
        if not self.examples or not self.retrieved:
            return []
        own = [each for each in self.examples if cell.category in each.categories]
        own = own or [each for each in self.examples if not each.categories]
        query = f"{_words(cell.category)} {cell.messages[-1].text}"
        return [own[at] for at in Bm25([each.text for each in own]).ranked(query)[: self.retrieved]]


@generator
def astral(
    *,
    attacker: Model | None = None,
    strength: Strength = "full",
    axes: str = "",
    shots: int = 1,
    examples: str = "",
    retrieved: int = 5,
    topics: str = "",
    date: str = "",
    language: Language = "en",
    file: str = "",
    seed: int = 0,
) -> Astral:
    """Prompts that fill every combination of category, style and persuasion technique, as ASTRAL does.

    Args:
        attacker: The model that writes; rules do where none is named.
        strength: All combinations, few that hold every pair, or fewest that hold every category.
        axes: TOML file of `[[styles]]` and `[[techniques]]` with id, definition, examples; ours if none.
        shots: Examples of each style and technique that the model is shown.
        examples: JSON lines of prompts by category, of which some are shown to the model.
        retrieved: How many of these.
        topics: What prompts must be about: a text with one topic a line, or a feed.
        date: Day of these topics, as the model is told it.
        language: Of the axes, the message, the rules and the starter risks.
        file: TOML file of rules that stand in for a model.
        seed: Seed of draws.
    """
    return Astral(
        writer=writer_of(OWN[language], attacker, file, seed),
        ways=_ways(axes, language),
        words=resources.table("generators", f"{OWN[language]}.toml")["words"],
        strength=strength,
        shots=shots,
        examples=feeds.examples(examples) if examples else (),
        retrieved=retrieved,
        topics=feeds.topics(topics) if topics else (),
        date=date,
    )


def _ways(file: str, language: Language) -> Ways:
    own = f"{OWN[language]}.toml"
    place = file or own
    try:
        body = files.read(Path(file).expanduser()) if file else resources.content("generators", own)
        found = decoding.toml(body.decode("utf-8-sig"), Ways)
    except OSError as error:
        raise UserError(f"{place}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise DataError(f"{place}: is not UTF-8: save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"{place}: {error}") from None
    if not found.styles or not found.techniques:
        raise DataError(f"{place}: an axis is empty: write [[styles]] and [[techniques]]")
    return found


def _words(name: str) -> str:
    return name.replace("_", " ").replace(",", ", ")
