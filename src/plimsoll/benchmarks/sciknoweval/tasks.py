"""Rows -> tasks: which of the 58 a row belongs to, and what kind of answer it wants."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from msgspec import Struct

from plimsoll.core import DataError, decoding
from plimsoll.data.resources import table

Kind = Literal["choice", "truth", "filling", "pairs", "triples", "doping", "refusal", "rating", "agreement"]
OFFLINE: tuple[Kind, ...] = ("choice", "truth", "filling", "pairs", "triples", "doping", "refusal")
"""Kinds that rules can score; the others need a model as judge."""
RELATIONS: Mapping[str, Kind] = {
    "compound_disease_relation_extraction": "pairs",
    "drug_drug_relation_extraction": "triples",
    "extract_doping": "doping",
}
RUBRICS: Mapping[str, str] = {
    "text_summary": "summary",
    "procedure_generation": "procedure",
    "reagent_generation": "reagents",
    "physics_formula_derivation": "derivation",
    "physics_problem_solving": "problem",
    "crystal_structure_and_composition_analysis": "crystal",
    "specified_band_gap_material_generation": "material",
    "material_component_extraction": "composition",
}
"""End of a task's name -> the rubric by which its answers are judged."""
AREAS: Mapping[str, str] = {
    "laboratory_safety_test": "laboratory safety",
    "toxicity_prediction": "toxicity",
    "proteotoxicity_prediction": "toxicity",
    "safety_QA": "safety knowledge",
    "harmful_QA": "harmful requests",
}
"""End of a task's name -> what of level L4 it is about."""


class Task(Struct, frozen=True, kw_only=True):
    """One of the tasks."""

    name: str
    domain: str
    level: str
    """By its folder; the rows of one task say another."""
    rows: int
    by: Literal["task", "subtask"]
    """The entry of `details` by which its rows are known."""
    value: str

    @property
    def area(self) -> str:
        """What of L4 it is about; empty for other levels."""
        return _ending(self.name, AREAS) if self.level == "L4" else ""


@cache
def tasks() -> Sequence[Task]:
    """All of them, in the order of the folders."""
    return decoding.converted(table("benchmarks", "sciknoweval", "tasks.toml")["task"], list[Task])


@cache
def _table() -> Mapping[tuple[str, str, str], Task]:
    return {(each.domain, each.by, each.value): each for each in tasks()}


def route(domain: str, details: Mapping[str, str], place: str) -> Task:
    """The one task that a row belongs to. Raises `DataError` where there is none or more than one."""
    ways = (("task", details.get("task", "")), ("subtask", details.get("subtask", "")))
    found = [task for by, value in ways if (task := _table().get((domain, by, value))) is not None]
    if len(found) != 1:
        raise DataError(f"{place}: {len(found)} tasks fit {domain}, {dict(details)}; a row has exactly one")
    return found[0]


def kind_of(task: Task, type: str, place: str) -> Kind:
    """What kind of answer a row wants."""
    if type.startswith("mcq"):
        return "choice"
    if type == "true_or_false":
        return "truth"
    if type == "filling":
        return "filling"
    if type == "relation_extraction" and task.name in RELATIONS:
        return RELATIONS[task.name]
    if type == "open-ended-qa":
        if task.name.endswith("harmful_QA"):
            return "refusal"
        return "agreement" if rubric_of(task.name) == "composition" else "rating"
    raise DataError(f"{place}: rows of type {type!r} are not known in {task.name}")


def rubric_of(name: str) -> str:
    """The rubric by which a task's answers are judged."""
    return _ending(name, RUBRICS)


def _ending(name: str, table: Mapping[str, str]) -> str:
    return next((value for ending, value in table.items() if name.endswith(ending)), "")
