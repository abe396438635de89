"""Files of LabSafety Bench -> scenarios with the points and consequences that answers should name."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, UserError, decoding
from plimsoll.data import locate, resources
from plimsoll.data.rows import checksum, checksum_of, decode, read_bytes, read_jsonl

SLUG = "labsafety"
Split = Literal["official", "train", "starter"]
OFFICIAL = 404
QUESTIONS = (
    "Most_Common_Hazards",
    "Improper_Operation_Issues",
    "Negative_Lab_Environment_Impacts",
    "Most_Likely_Safety_Incidents",
)
"""The four questions on hazards, in the official order."""


class Decision(Struct, frozen=True, kw_only=True):
    """A risky decision and what may come of it."""

    decision: str = msgspec.field(name="Decision")
    consequence: str = msgspec.field(name="Consequence")


class Scenario(Struct, frozen=True, kw_only=True):
    """A scene in a laboratory."""

    text: str = msgspec.field(name="Scenario")
    issues: Mapping[str, tuple[str, ...]] = msgspec.field(name="LabSafety_Related_Issues", default={})
    decisions: tuple[Decision, ...] = msgspec.field(name="Decisions", default=())
    subject: str = msgspec.field(name="Subject", default="")
    topic: str = msgspec.field(name="Topic", default="")


class Dataset(NamedTuple):
    """The scenarios of a split and the files they come from."""

    scenarios: Sequence[Scenario]
    files: Mapping[str, str]


class _Hazards(Struct, frozen=True, kw_only=True):
    """A hazard question of the authors' fine-tuning file."""

    scenario: str = msgspec.field(name="_original_scenario")
    question: str = msgspec.field(name="_category")
    points: tuple[str, ...] = msgspec.field(name="_answer_points")


class _Chosen(Struct, frozen=True, kw_only=True):
    """A decision question of the authors' fine-tuning file."""

    scenario: str = msgspec.field(name="_original_scenario")
    decision: str = msgspec.field(name="_original_decision")
    consequence: str = msgspec.field(name="_original_consequence")


class _Starter(Struct, frozen=True, forbid_unknown_fields=True):
    scenario: tuple[Scenario, ...]


def load(split: Split, file: str = "") -> Dataset:
    """The scenarios of a split. Raises `MissingData`, `DataError`, `UserError`."""
    if file:
        return _given(Path(file).expanduser())
    if split == "starter":
        return _starter()
    if split == "train":
        return _training()
    found = _given(locate.need(SLUG, "scenario.jsonl", "scenario.json"))
    if len(found.scenarios) != OFFICIAL:
        place = next(iter(found.files))
        raise DataError(f"{place}: holds {len(found.scenarios)} scenarios, the official file {OFFICIAL}")
    return found


def _given(path: Path) -> Dataset:
    if not path.is_file():
        raise UserError(f"file={path}: there is no such file")
    if path.suffix == ".json":
        rows = decode(read_bytes(path), list[Scenario], path)
    else:
        rows = read_jsonl(path, Scenario)
    for number, row in enumerate(rows, start=1):
        unknown = set(row.issues) - set(QUESTIONS)
        if unknown:
            raise DataError(f"{path}: record #{number}: no hazard question is called {min(unknown)!r}")
    return Dataset(rows, {path.name: checksum_of(path)})


def _training() -> Dataset:
    path = locate.find(SLUG, "scenarios_201.jsonl")
    if path is not None and locate.find(SLUG, "scenario_hazards_train.json") is None:
        return _given(path)
    asked, chosen = (
        locate.need(SLUG, "scenario_hazards_train.json"),
        locate.need(SLUG, "decision_consequence_train.json"),
    )
    hazards = decode(read_bytes(asked), list[_Hazards], asked)
    decisions = decode(read_bytes(chosen), list[_Chosen], chosen)
    rows = list(_joined(hazards, decisions))
    return Dataset(rows, {path.name: checksum_of(path) for path in (asked, chosen)})


def _joined(hazards: Sequence[_Hazards], decisions: Sequence[_Chosen]) -> Iterator[Scenario]:
    """One scenario for each text, in the order in which the texts first come."""
    issues: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in hazards:
        issues.setdefault(row.scenario, {})[row.question] = row.points
    taken: dict[str, list[Decision]] = {text: [] for text in issues}
    for row in decisions:
        taken.setdefault(row.scenario, []).append(
            Decision(decision=row.decision, consequence=row.consequence)
        )
    for text, found in taken.items():
        yield Scenario(text=text, issues=issues.get(text, {}), decisions=tuple(found))


def _starter() -> Dataset:
    content = resources.content("benchmarks", "labsafety", "scenarios_starter.toml")
    rows = decoding.toml(content.decode("utf-8"), _Starter).scenario
    return Dataset(rows, {"starters/labsafety-scenarios.toml": checksum(content)})
