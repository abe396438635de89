"""ToolEmu's generators: kinds of tools -> toolkits -> cases in which a careless agent does harm.

Idea: a model can write tools that do not exist yet, and cases for them, as well as play them. So an agent is
tested with tools of your own field before anybody builds them.

Steps: (1) for each risk a toolkit is specified, or a file of toolkits is taken; (2) cases for each toolkit:
a user who means no harm leaves something out, and the case says what may go wrong by which action; (3) what
does not have ToolEmu's form is rejected with the reason.

The set runs as plain questions; with its tools it runs by `plimsoll run toolemu:cases=FOLDER,...`, which
reads `all_cases.json` and `all_toolkits.json` beside it. Differs: any model writes, our wording, one toolkit
a case. Without a model the rules in `toolemu.toml` write.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from typing import Any, Literal

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, Model, Sample, decoding, replace, user
from plimsoll.generators.feeds import text_of
from plimsoll.generators.writing import Ask, Writer, writer_of
from plimsoll.registry import generator
from plimsoll.run.work.candidates import failure_of, prompt_of, step_of

CASES, TOOLKITS = "all_cases.json", "all_toolkits.json"
FIELDS = ("toolkit", "name_for_model", "description_for_model", "tools")
TRIES = 3
Kind = Literal["integer", "number", "string", "boolean", "array", "object", "null"]


class Value(Struct, frozen=True):
    """A parameter or a return value."""

    name: str
    type: Kind
    description: str
    required: bool | None = None


class Named(Struct, frozen=True):
    """An exception."""

    name: str
    description: str


class Tool(Struct, frozen=True):
    """A tool as ToolEmu specifies it."""

    name: str
    summary: str
    parameters: tuple[Value, ...]
    returns: tuple[Value, ...]
    exceptions: tuple[Named, ...] = ()


class Toolkit(Struct, frozen=True):
    """A set of tools as ToolEmu specifies it."""

    toolkit: str
    name_for_model: str
    description_for_model: str
    tools: tuple[Tool, ...]

    def fault(self) -> str:
        """What keeps it from being played; nothing where it can be."""
        names = [tool.name for tool in self.tools]
        if not names:
            return "it has no tool"
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            return f"tool {twice} stands twice"
        blank = not self.name_for_model.strip() or any(not name.strip() for name in names)
        return "a name is empty" if blank else ""


class Lacking(
    Struct, frozen=True, rename={"task": "Task Information", "safety": "Safety & Security Constraints"}
):
    """What a case leaves unsaid."""

    task: tuple[str, ...]
    safety: tuple[str, ...]


class Case(Struct, frozen=True, rename={
    "instruction": "User Instruction", "lacking": "Underspecifications",
    "achievements": "Expected Achievements", "outcomes": "Potential Risky Outcomes",
    "actions": "Potential Risky Actions",
}):  # fmt: skip
    """A case as ToolEmu writes it."""

    instruction: str
    lacking: Lacking
    achievements: tuple[str, ...]
    outcomes: tuple[str, ...]
    actions: tuple[str, ...]

    def fault(self) -> str:
        """What keeps it from testing anything; nothing where it does."""
        if not self.lacking.task and not self.lacking.safety:
            return "it leaves nothing unsaid"
        named = self.achievements and self.outcomes and self.actions
        return "" if named else "it names no achievement, no outcome or no action"


@dataclass(frozen=True, kw_only=True)
class Toolemu:
    """Writes toolkits, and cases for them."""

    writer: Writer
    given: tuple[Toolkit, ...]
    quota: int = 4

    @property
    def axes(self) -> Mapping[str, Mapping[str, str]]:
        """Nothing is varied beside the toolkits."""
        return {}

    async def plan(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """A cell for each toolkit, given or written for a risk."""
        for kit in self.given:
            yield _cell(Sample(id=kit.toolkit, messages=(user(kit.description_for_model),)), kit)
        if self.given:
            return
        for seed in seeds:
            slots = {
                "risk": seed.id,
                "definition": seed.messages[-1].text,
                "name": "".join(each for each in seed.id.rsplit("/", 1)[-1] if each.isalnum()) or "Toolkit",
            }
            for number in range(TRIES):
                said = await self.writer.write(Ask("toolkit", slots, seed.id, number, 1, FIELDS))
                for text, problem in said.problems:
                    yield failure_of(seed, text, f"toolkit: {problem}")
                if not said.items:
                    continue
                kit = _read(said.items[0], Toolkit)
                wrong = kit if isinstance(kit, str) else kit.fault()
                if not wrong and isinstance(kit, Toolkit):
                    yield step_of(seed, step="toolkit", toolkit=kit.toolkit, tools=len(kit.tools))
                    yield _cell(seed, kit)
                    break
                yield failure_of(seed, _written(said.items[0]), f"toolkit: {wrong}")

    async def generate(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Yield cases of each toolkit, without end: who asks stops."""
        for cell in seeds:
            kit = decoding.converted(cell.metadata["toolkit"], Toolkit)
            slots = {
                "toolkit": _written(cell.metadata["toolkit"]),
                "definition": cell.messages[-1].text,
                "name": kit.name_for_model,
            }
            for number in count():
                said = await self.writer.write(Ask("case", slots, cell.id, number))
                for text, problem in said.problems:
                    yield failure_of(cell, text, f"case: {problem}")
                for item in said.items:
                    yield _candidate(cell, kit, item)


@generator
def toolemu(
    *, attacker: Model | None = None, toolkits: str = "", quota: int = 4, file: str = "", seed: int = 0
) -> Toolemu:
    """Toolkits for kinds of tools, and cases in which a careless agent does harm, as ToolEmu makes them.

    Args:
        attacker: The model that writes; rules do where none is named.
        toolkits: JSON file of toolkits to write cases for, as ToolEmu's are published.
        quota: Cases of each toolkit.
        file: TOML file of rules that stand in for a model.
        seed: Seed of draws.
    """
    return Toolemu(
        writer=writer_of("toolemu", attacker, file, seed),
        given=_given(toolkits) if toolkits else (),
        quota=quota,
    )


def _given(file: str) -> tuple[Toolkit, ...]:
    try:
        found = decoding.decode(text_of(file, "toolkits"), tuple[Toolkit, ...])
    except msgspec.DecodeError as error:
        raise DataError(f"toolkits {file}: {error}") from None
    if not found:
        raise DataError(f"toolkits {file}: holds no toolkit")
    for kit in found:
        if wrong := kit.fault():
            raise DataError(f"toolkits {file}: {kit.toolkit}: {wrong}")
    return found


def _cell(seed: Sample, kit: Toolkit) -> Sample:
    given = {**seed.metadata, "toolkit": msgspec.to_builtins(kit)}
    return replace(seed, id=kit.toolkit, category=seed.category or kit.toolkit, metadata=given)


def _candidate(cell: Sample, kit: Toolkit, item: Any) -> Sample:
    case = _read(item, Case)
    if isinstance(case, str):
        return failure_of(cell, _written(item), f"case: {case}")
    if wrong := case.fault():
        return failure_of(cell, case.instruction, f"case: {wrong}")
    name = blake2b(f"{kit.toolkit}\0{case.instruction}".encode("utf-8", "replace"), digest_size=6).hexdigest()
    record = {"name": f"generated_{name}", "Toolkits": [kit.toolkit], **msgspec.to_builtins(case)}
    kits = msgspec.to_builtins(kit)
    return prompt_of(
        cell,
        case.instruction,
        {"toolkit": kit.toolkit, "case": record["name"]},
        beside={CASES: record, TOOLKITS: kits},
    )


def _read(item: Any, kind: Any) -> Any:
    """An object as a noun, or what is wrong with it."""
    try:
        return decoding.converted(item, kind)
    except msgspec.ValidationError as error:
        return str(error)


def _written(item: Any) -> str:
    return msgspec.json.encode(item).decode("utf-8", "replace")
