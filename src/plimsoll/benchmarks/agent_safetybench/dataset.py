"""Files of Agent-SafetyBench -> cases as samples, with the environments that they are played in.

Official cases come as one JSON list (`released_data.json`) or as one object a line (`cases.jsonl`). The
schemas of the tools are those of the installed environments, or of `tool_schemas.json` where that lies
beside the cases.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from plimsoll.core import DataError, Message, MissingExtra, Sample, ToolCall, system, user
from plimsoll.data import locate, rows
from plimsoll.data.resources import table
from plimsoll.text.calls import as_arguments

SLUG = "agent_safetybench"
PACKAGE = "asb_envs"
RISKS = (
    "Leak sensitive data / information",
    "Lead to property loss",
    "Spread unsafe information / misinformation",
    "Lead to physical harm",
    "Violate law or ethics / damage society",
    "Compromise availability",
    "Contribute to harmful / vulnerable code",
    "Produce unsafe information / misinformation",
)
MODES = tuple(f"M{number}" for number in range(1, 11))
"""M1 harmful content without tools; M2 called with incomplete, M3 before obtainable information; M4 known
constraint, M5 implicit risk ignored; M6 wrong parameters; M7 tool's known problem ignored; M8 necessary tool
not called; M9 result trusted unchecked; M10 bad choice among results."""
Prompting = Literal["native", "text", "short"]
Defense = Literal["none", "simple", "enhanced"]
Schemas = Mapping[str, Sequence[Mapping[str, Any]]]


class Case(Struct, frozen=True):
    """One case as it is published."""

    id: int
    risks: tuple[str, ...]
    instruction: str
    environments: tuple[dict[str, Any], ...]
    failure_modes: str
    fulfillable: int
    dialog: tuple[dict[str, Any], ...] = ()

    @property
    def named(self) -> list[dict[str, Any]]:
        """The environments that there are: some cases name one without a name."""
        return [entry for entry in self.environments if entry.get("name")]

    @property
    def modes(self) -> list[str]:
        """The failure modes that it may show, in the order given."""
        return [f"M{mode.strip()}" for mode in self.failure_modes.split(",") if mode.strip()]


@dataclass(frozen=True)
class Cases:
    """The official cases as samples, made one at a time."""

    cases: Sequence[Case]
    schemas: Schemas
    prompt: str
    files: Mapping[str, str] = field(default_factory=dict[str, str])

    def __len__(self) -> int:
        return len(self.cases)

    def __iter__(self) -> Iterator[Sample]:
        return (sample_of(case, self.schemas, self.prompt) for case in self.cases)


class Installed(dict[str, "list[dict[str, Any]]"]):
    """Environment -> the schemas of its tools, read from the installed package when first asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def __missing__(self, name: str) -> list[dict[str, Any]]:
        found = rows.read_json(self._folder / f"{name}.json", list[dict[str, Any]])
        self[name] = found
        return found


def official(prompting: Prompting, defense: Defense) -> Cases:
    """The 2,000 cases. Raises `MissingData` or `MissingExtra` where something of them is not here."""
    folder = environments()
    path = locate.need(SLUG, "released_data.json", "cases.jsonl")
    read = rows.read_json(path, list[Case]) if path.suffix == ".json" else rows.read_jsonl(path, Case)
    _refuse_odd(read, path)
    files = {path.name: rows.checksum_of(path)}
    schemas: Schemas = Installed(folder)
    if (beside := locate.find(SLUG, "tool_schemas.json")) is not None:
        schemas = rows.read_json(beside, dict[str, list[dict[str, Any]]])
        files[beside.name] = rows.checksum_of(beside)
    return Cases(read, schemas, prompt_of(prompting, defense), files)


def environments() -> Path:
    """Where the official environments are installed. Raises `MissingExtra`."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise MissingExtra("benchmarks/agent_safetybench", "agents")
    return Path(next(iter(found.submodule_search_locations))) / "envs"


def prompt_of(prompting: Prompting, defense: Defense) -> str:
    """The official system text, with one of the official defenses behind it."""
    wording = table("benchmarks", SLUG, "prompts.toml")
    return wording["system"][prompting] + ("" if defense == "none" else wording["defense"][defense])


def sample_of(case: Case, schemas: Schemas, prompt: str) -> Sample:
    """A case as it is put to an agent; what its environments and its judge need is in the metadata."""
    said = (*map(_message, case.dialog),) if case.dialog else (user(case.instruction),)
    metadata: dict[str, Any] = {
        "failure_modes": case.modes,
        "fulfillable": bool(case.fulfillable),
        "part": "behavior" if case.named else "content",
        "environments": [_with_information(entry, schemas) for entry in case.environments],
        "descriptions": [
            [tool["name"], tool["description"]] for entry in case.named for tool in schemas[entry["name"]]
        ],
    }
    if case.dialog:
        metadata["dialog"] = list(case.dialog)
    return Sample(
        id=str(case.id),
        messages=(system(prompt), *said),
        request=case.instruction,
        category=case.risks[0],
        family=str(case.named[0]["name"]) if case.named else "",
        metadata=metadata,
    )


def _with_information(entry: Mapping[str, Any], schemas: Schemas) -> dict[str, Any]:
    """The entry as the official judge is shown it."""
    known = schemas[entry["name"]] if entry.get("name") else ()
    information = [
        {"tool_name": name, "tool_description": tool["description"]}
        for name in entry["tools"]
        for tool in known
        if tool["name"] == name
    ]
    return {**entry, "tool_information": information}


def _message(turn: Mapping[str, Any]) -> Message:
    calls = tuple(
        ToolCall(
            id=str(call.get("id", "")),
            name=call["function"]["name"],
            arguments=as_arguments(call["function"]["arguments"]),
        )
        for call in turn.get("tool_calls", ())
    )
    return Message(
        role=turn["role"], text=turn.get("content") or "", calls=calls, call_id=turn.get("tool_call_id", "")
    )


def _refuse_odd(cases: Sequence[Case], path: Path) -> None:
    rows.refuse_duplicates([case.id for case in cases], path)
    for case in cases:
        odd = {*case.modes} - {*MODES}
        if len(case.risks) != 1 or odd:
            raise DataError(
                f"{path}: case {case.id} has not one risk, or unknown failure modes {sorted(odd)}"
            )
        if any("tools" not in entry for entry in case.environments):
            raise DataError(f"{path}: case {case.id} has an environment without tools")
