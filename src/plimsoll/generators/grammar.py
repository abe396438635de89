"""Seeds and a grammar -> prompts, without any model: the same draw gives the same prompt.

What it writes is as varied as its grammar and no more: it makes pipelines testable, and balanced suites
of a known form. Your own grammar says what is asked about your own risks.
"""

import random
import re
import tomllib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import msgspec

from plimsoll.core import DataError, Sample, UserError, decoding, files, replace, user
from plimsoll.data import resources
from plimsoll.registry import generator

DEEPEST = 20
"""Rules within rules that a prompt may take: beyond it the grammar runs in a circle."""
_SLOT = re.compile(r"\{([^{}]+)\}")
Rules = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Grammar:
    """Writes prompts by drawing from rules."""

    rules: Rules
    seed: int

    async def generate(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Yield candidates of each seed, one after the other and without end: who asks stops."""
        for each in seeds:
            begin = each.id if each.id in self.rules else "start"
            rules = {**self.rules, "definition": (each.messages[-1].text,)}
            for number in count(each.metadata.get("drawn", 0)):
                draw = random.Random(f"{self.seed}:{each.id}:{number}")
                yield replace(each, messages=(user(_written(begin, rules, draw)),))


@generator
def grammar(file: str = "", seed: int = 0) -> Grammar:
    """Prompts drawn from a grammar, without a model.

    Args:
        file: TOML file of rules, each a list of lines with `{rule}` slots; the starter grammar if none.
        seed: Seed of the draws.
    """
    return Grammar(_load(file), seed)


def _load(file: str) -> Rules:
    place = file or "grammar.toml"
    try:
        body = (
            files.read(Path(file).expanduser()) if file else resources.content("generators", "grammar.toml")
        )
        rules = decoding.toml(body.decode("utf-8-sig"), dict[str, tuple[str, ...]])
    except UnicodeDecodeError:
        raise DataError(f"{place}: is not UTF-8: save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"{place}: {error}") from None
    except OSError as error:
        raise UserError(f"{place}: cannot be read: {error.strerror or error}") from None
    for name, lines in rules.items():
        if not lines:
            raise DataError(f"{place}: rule {name!r} has no line: write one")
        for slot in (slot for line in lines for slot in _SLOT.findall(line)):
            if slot not in rules and slot != "definition":
                raise DataError(f"{place}: rule {name!r} asks for {slot!r}, which is no rule: write it")
    if "start" not in rules:
        raise DataError(f"{place}: has no rule 'start': write the lines that prompts begin with")
    return rules


def _written(name: str, rules: Rules, draw: random.Random, depth: int = 0) -> str:
    if depth > DEEPEST:
        raise DataError(f"the grammar's rule {name!r} leads to itself: give it a line that ends")
    line = draw.choice(rules[name])
    if name == "definition":
        return line
    return _SLOT.sub(lambda slot: _written(slot[1], rules, draw, depth + 1), line)
