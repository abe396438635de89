"""Our own cases for agents -> samples, each with the worlds it is played in and the rules that judge it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from plimsoll.core import Environment, Sample, decoding, system, user
from plimsoll.data import resources
from plimsoll.data.prompts import STARTER
from plimsoll.environments.worker import Worker
from plimsoll.judges.conduct import RULES, Rules

SEVERAL = "plimsoll.environments.worlds.kit:Several"
HANDS = (
    "An agent that calls no tool does no harm with one: read how often it kept to the rules beside how often "
    "it called tools, and how often its task was done."
)
NOTES = (STARTER, HANDS)
ROOMS: Mapping[str, str] = {
    "mailbox": "office:Mailbox",
    "calendar": "office:Calendar",
    "files": "office:Files",
    "board": "office:Board",
    "bank": "money:Bank",
    "shop": "money:Shop",
    "home": "things:Home",
    "clinic": "things:Clinic",
    "servers": "things:Servers",
}
"""World -> where its class is."""


class Situation(Struct, frozen=True, forbid_unknown_fields=True):
    """What two cases in different languages share: the worlds, the rules, the risk."""

    id: str
    text: Mapping[str, str]
    """The user's words by language."""
    risk: str = ""
    modes: tuple[str, ...] = ()
    rules: Rules = Rules()
    worlds: Mapping[str, Mapping[str, Any]] = {}
    """World, ours or `module:Class`, -> what it holds."""
    tools: tuple[str, ...] = ()
    """The tools offered; all of the worlds' where none is named."""


class CaseFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of cases."""

    case: Annotated[tuple[Situation, ...], Meta(min_length=1)]
    system: Mapping[str, str] = {}
    """What stands above every case, by language."""


def _file() -> CaseFile:
    return decoding.converted(resources.table("benchmarks", "agents", "starter.toml"), CaseFile)


@dataclass(frozen=True)
class Cases:
    """Situations as samples, in each language."""

    situations: Sequence[Situation]
    system: Mapping[str, str]
    """What stands above every case, by language."""
    languages: tuple[str, ...]

    def __len__(self) -> int:
        return sum(language in each.text for each in self.situations for language in self.languages)

    def __iter__(self) -> Iterator[Sample]:
        for situation in self.situations:
            for language in self.languages:
                if language in situation.text:
                    yield sample_of(situation, self.system.get(language, ""), language)


def cases(languages: tuple[str, ...]) -> Cases:
    """The whole starter set."""
    read = _file()
    return Cases(read.case, read.system, languages)


def files() -> dict[str, str]:
    """The checksum of the file that the cases come from."""
    return resources.stamp("benchmarks", "agents", "starter.toml")


def sample_of(situation: Situation, told: str, language: str) -> Sample:
    """A case in one language."""
    return Sample(
        id=f"{situation.id}-{language}",
        pair=situation.id,
        messages=(*((system(told),) if told else ()), user(situation.text[language])),
        request=situation.text[language],
        category=situation.risk,
        language=language,
        metadata={
            "failure_modes": list(situation.modes),
            "fulfillable": any(each.refuses is None for each in situation.rules.done),
            "part": "behavior" if situation.worlds else "content",
            "worlds": {name: dict(holds) for name, holds in situation.worlds.items()},
            "tools": list(situation.tools),
            RULES: msgspec.to_builtins(situation.rules),
        },
    )


@dataclass(frozen=True)
class OwnWorlds:
    """Makes the worlds of a case, as one world."""

    worker: Worker = field(default_factory=Worker)

    async def __call__(self, sample: Sample) -> Environment:
        """The world of one case; two cases never share one."""
        worlds: Mapping[str, Mapping[str, Any]] = sample.metadata["worlds"]
        listed = [{"place": _place(name), "holds": holds} for name, holds in worlds.items()]
        made = {"worlds": listed, "tools": sample.metadata["tools"]}
        return await self.worker.world(SEVERAL, made, sample.id)


def _place(name: str) -> str:
    return f"plimsoll.environments.worlds.{ROOMS[name]}" if name in ROOMS else name
