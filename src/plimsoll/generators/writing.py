"""What a generator wants written -> what a model writes, or what rules give where no model is named.

Every published generator asks for the same few things: a list of names, a text, objects with fields, a
prompt. Who writes them is another matter: any model, by the wording in the generator's own table, or the
rules in that table, which make each generator usable without a capable model.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from plimsoll.core import ContextExceeded, Model, Request, Sampling, system, user
from plimsoll.data import resources
from plimsoll.generators.replies import SCHEMAS, Said, said_in
from plimsoll.generators.rules import Rules, drawn, read_rules
from plimsoll.text.expressions import expression

LONG, SHORT = 2_048, 512
_SLOT = expression(r"\{(\w+)\}")


class Ask(NamedTuple):
    """Something to be written."""

    kind: str
    """Name of its wording, and of the rule that stands in for a model."""
    slots: Mapping[str, str]
    cell: str
    """What it is written for: draws hang on it."""
    number: int = 0
    """Which draw it is."""
    wanted: int = 1
    fields: tuple[str, ...] = ()
    """What each object must hold."""


class Writer(Protocol):
    """Writes what is asked for."""

    async def write(self, ask: Ask) -> Said:
        """What came of it: items, problems, or both; never nothing."""
        ...


@dataclass(frozen=True)
class ModelWriter:
    """Has a model write, by the wording of a generator's table."""

    model: Model
    texts: Mapping[str, Any]
    seed: int

    async def write(self, ask: Ask) -> Said:
        """Ask once and read the reply."""
        wording = self.texts[ask.kind]
        form = wording["form"]
        slots = {**ask.slots, "wanted": str(ask.wanted)}
        above, said = (
            _SLOT.sub(lambda slot: slots.get(slot[1], slot[0]), wording.get(role, ""))
            for role in ("system", "user")
        )
        request = Request(
            messages=(*((system(above),) if above else ()), user(said)),
            sampling=Sampling(
                temperature=wording.get("temperature", 1.0),
                seed=self.seed + ask.number,
                max_tokens=LONG if form == "objects" else SHORT,
            ),
            schema=SCHEMAS.get(form, {}),
            draw=ask.number,
        )
        try:
            response = await self.model.generate(request)
        except ContextExceeded as error:
            return Said((), (("", f"the request is too long for the model: {error}"),))
        return said_in(response, form, ask.fields)


@dataclass(frozen=True)
class RuleWriter:
    """Draws from rules what a model would write."""

    rules: Rules
    seed: int

    async def write(self, ask: Ask) -> Said:
        """As many different lines of the rule as are wanted and to be had."""
        if ask.kind not in self.rules:
            return Said((), (("", f"the grammar has no rule {ask.kind!r}"),))
        draw = random.Random(f"{self.seed}:{ask.kind}:{ask.cell}:{ask.number}:{sorted(ask.slots.items())}")
        found: list[Any] = []
        for _ in range(4 * ask.wanted):
            line = drawn(ask.kind, self.rules, ask.slots, draw)
            if line not in found:
                found.append(line)
            if len(found) == ask.wanted:
                break
        return Said(tuple(found))


def writer_of(name: str, attacker: Model | None, file: str, seed: int) -> Writer:
    """A model where one is named; else the rules of a file, or the generator's own."""
    own = resources.table("generators", f"{name}.toml")
    if attacker is not None:
        return ModelWriter(attacker, own["prompts"], seed)
    own_rules: Rules = {key: tuple(lines) for key, lines in own.get("rules", {}).items()}
    return RuleWriter({**own_rules, **read_rules(file)} if file else own_rules, seed)
