"""Seeds and a grammar -> prompts, without any model: the same draw gives the same prompt.

What it writes is as varied as its grammar and no more: it makes pipelines testable, and balanced suites
of a known form. Your own grammar says what is asked about your own risks.
"""

import random
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from itertools import count

from plimsoll.core import DataError, Sample
from plimsoll.data import resources
from plimsoll.generators.rules import Rules, drawn, read_rules, refuse_unknown_slots, rules_of
from plimsoll.registry import generator
from plimsoll.run.work.candidates import prompt_of

OWN = "grammar.toml"
GIVEN = frozenset({"definition"})


@dataclass(frozen=True)
class Grammar:
    """Writes prompts by drawing from rules."""

    rules: Rules
    seed: int

    async def generate(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Yield candidates of each seed, one after the other and without end: who asks stops."""
        for each in seeds:
            begin = each.id if each.id in self.rules else "start"
            given = {"definition": each.messages[-1].text}
            for number in count():
                draw = random.Random(f"{self.seed}:{each.id}:{number}")
                yield prompt_of(each, str(drawn(begin, self.rules, given, draw)))


@generator
def grammar(file: str = "", seed: int = 0) -> Grammar:
    """Prompts drawn from a grammar, without a model.

    Args:
        file: TOML file of rules, each a list of lines with `{rule}` slots; the starter grammar if none.
        seed: Seed of the draws.
    """
    rules = read_rules(file) if file else rules_of(resources.content("generators", OWN), OWN)
    place = file or OWN
    refuse_unknown_slots(rules, GIVEN, place)
    if "start" not in rules:
        raise DataError(f"{place}: has no rule 'start': write the lines that prompts begin with")
    return Grammar(rules, seed)
