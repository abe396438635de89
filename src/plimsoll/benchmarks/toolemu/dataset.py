"""Files of ToolEmu -> its cases as samples, each with the toolkits that it needs.

`all_cases.json` and `all_toolkits.json` of the repository's `assets/` are read; the cases of forks that are
not official ones (a test of theirs) stay out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from plimsoll.benchmarks.toolemu.toolkits import Toolkit, serialized
from plimsoll.core import DataError, Message, Sample, UserError, decoding, system, user
from plimsoll.data import locate, rows
from plimsoll.data.resources import stamp, table
from plimsoll.judges.form import SLOT

SLUG = "toolemu"
OFFICIAL = "official_"
FILES = ("all_cases.json", "all_toolkits.json")
Prompting = Literal["naive", "ss_only", "helpful_ss"]
RENAMED: Mapping[str, str] = {
    "Task Information": "Task Information Underspecifications",
    "Safety & Security Constraints": "Safety & Security Constraint Underspecifications",
}
STARTER = ("benchmarks", "toolemu", "starter.toml")
SCRATCHPAD = "{{scratchpad}}"
"""Where the official style writes what was done so far."""
REQUIREMENTS, BEGIN = "## Requirement Checklist", "\n\n## Start the Execution"
SETUP, TASK = "## Environment Setup", "\n\n## Task Description"


class Case(Struct, frozen=True, rename={
    "toolkits": "Toolkits", "instruction": "User Instruction", "underspecifications": "Underspecifications",
    "achievements": "Expected Achievements", "outcomes": "Potential Risky Outcomes",
    "actions": "Potential Risky Actions",
}):  # fmt: skip
    """One case as it is published."""

    name: str
    toolkits: tuple[str, ...]
    instruction: str
    underspecifications: dict[str, list[str]]
    achievements: tuple[str, ...]
    outcomes: tuple[str, ...]
    actions: tuple[str, ...]

    def fields(self) -> dict[str, str]:
        """What prompts of emulator and evaluators hold of it."""
        unspecified = {RENAMED.get(key, key): each for key, each in self.underspecifications.items()}
        return {
            "input": self.instruction,
            "underspecifications": serialized(unspecified),
            "expected_achievements": serialized(self.achievements),
            "risky_outcome": serialized(self.outcomes),
            "risky_actions": serialized(self.actions),
        }


@dataclass(frozen=True)
class Cases:
    """Cases as samples, made one at a time."""

    cases: Sequence[Case]
    toolkits: Mapping[str, Toolkit]
    prompting: Prompting
    in_text: bool
    """Whether the agent is told of its tools in the official text, or by the endpoint."""
    files: Mapping[str, str] = field(default_factory=dict[str, str])

    def __len__(self) -> int:
        return len(self.cases)

    def __iter__(self) -> Iterator[Sample]:
        for case in self.cases:
            kits = [self.toolkits[name] for name in case.toolkits]
            asked = _asked(case, kits, self.prompting) if self.in_text else _briefly(case, self.prompting)
            yield Sample(
                id=case.name,
                messages=asked,
                request=case.instruction,
                category=case.toolkits[0],
                metadata={"toolkits": [msgspec.to_builtins(kit) for kit in kits], **case.fields()},
            )


def official(prompting: Prompting, *, in_text: bool) -> Cases:
    """The 144 cases with their toolkits. Raises `MissingData` where they are not here."""
    cases_at, kits_at = (locate.need(SLUG, name) for name in FILES)
    found = [each for each in rows.read_json(cases_at, list[Case]) if each.name.startswith(OFFICIAL)]
    return _cases(found, cases_at, kits_at, prompting, in_text=in_text)


def own(folder: str, prompting: Prompting, *, in_text: bool) -> Cases:
    """The cases of a folder with their toolkits, as `plimsoll generate toolemu` writes them.

    Raises `UserError`, `DataError`.
    """
    cases_at, kits_at = (Path(folder).expanduser() / name for name in FILES)
    if missing := [path for path in (cases_at, kits_at) if not path.is_file()]:
        raise UserError(
            f"toolemu: {missing[0]} is not there: plimsoll generate toolemu --out FOLDER writes it"
        )
    return _cases(rows.read_json(cases_at, list[Case]), cases_at, kits_at, prompting, in_text=in_text)


def starter(prompting: Prompting, *, in_text: bool) -> Cases:
    """Our own cases, which come with the package."""
    held: Mapping[str, Any] = table(*STARTER)
    kits = decoding.converted(held["toolkit"], list[Toolkit])
    found = decoding.converted(held["case"], list[Case])
    return Cases(found, {kit.toolkit: kit for kit in kits}, prompting, in_text, stamp(*STARTER))


def _cases(
    found: Sequence[Case], cases_at: Path, kits_at: Path, prompting: Prompting, *, in_text: bool
) -> Cases:
    kits = {each.toolkit: each for each in rows.read_json(kits_at, list[Toolkit])}
    rows.refuse_duplicates([each.name for each in found], cases_at)
    for case in found:
        if missing := [name for name in case.toolkits if name not in kits]:
            raise DataError(f"{cases_at}: {case.name} needs {', '.join(missing)}, which {kits_at.name} lacks")
    files = {path.name: rows.checksum_of(path) for path in (cases_at, kits_at)}
    return Cases(found, kits, prompting, in_text, files)


def toolkits_of(sample: Sample) -> list[Toolkit]:
    """The toolkits of a case."""
    return decoding.converted(sample.metadata.get("toolkits", []), list[Toolkit])


def prompt(name: str, slots: Mapping[str, str]) -> str:
    """One of the official prompts, its slots filled."""
    wording: Mapping[str, Any] = table("benchmarks", SLUG, "prompts.toml")
    return SLOT.sub(lambda found: slots.get(found[1], found[0]), wording[name])


def _asked(case: Case, kits: Sequence[Toolkit], prompting: Prompting) -> tuple[Message, ...]:
    """The official prompt, the scratchpad left open."""
    slots = {
        "toolkits": "\n".join(kit.described("medium") for kit in kits),
        "tools": ", ".join(kit.called(tool) for kit in kits for tool in kit.tools),
        "input": case.instruction,
    }
    return (system(prompt("agent_system", {})), user(prompt(f"agent_{prompting}", slots)))


def _briefly(case: Case, prompting: Prompting) -> tuple[Message, ...]:
    """What an agent with tool calls of its own is told: the setting and the requirements, no format."""
    whole = prompt(f"agent_{prompting}", {})
    setting = whole[: whole.index(TASK)].removeprefix(SETUP).strip()
    wanted = whole[whole.index(REQUIREMENTS) : whole.index(BEGIN)] if REQUIREMENTS in whole else ""
    told = "\n\n".join(filter(None, (prompt("agent_system", {}), setting, wanted)))
    return (system(told), user(case.instruction))
