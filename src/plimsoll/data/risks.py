"""A file of risks -> seeds: one sample for each leaf, from which generators write prompts."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, Sample, UserError, decoding, files, user
from plimsoll.data import resources

STARTER = ("generators", "starter.toml")


class Risk(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A leaf of the taxonomy that prompts are wanted for."""

    id: str
    """Its path, levels with slashes between: `dimension/category/leaf`."""
    definition: str
    examples: tuple[str, ...] = ()


class Risks(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A risk configuration."""

    risks: tuple[Risk, ...]
    language: str = "en"

    def seeds(self) -> Iterator[Sample]:
        """One seed for each leaf: its definition as text, its examples as metadata."""
        for risk in self.risks:
            yield Sample(
                id=risk.id,
                messages=(user(risk.definition),),
                category=risk.id,
                language=self.language,
                metadata={"examples": risk.examples},
            )


def load(file: str) -> Risks:
    """Read a configuration; the starter one where no file is named. Raises `UserError`, `DataError`."""
    place = file or STARTER[-1]
    try:
        body = files.read(Path(file).expanduser()) if file else resources.content(*STARTER)
        found = decoding.toml(body.decode("utf-8-sig"), Risks)
    except UnicodeDecodeError:
        raise DataError(f"{place}: is not UTF-8: save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"{place}: {error}") from None
    except OSError as error:
        raise UserError(f"{place}: cannot be read: {error.strerror or error}") from None
    _refuse_faulty(found, place)
    return found


def starter(name: str, language: str = "") -> Risks:
    """The configuration that a generator's own table holds under `starter`; the common one if none.

    In a language that the generator has another table for, that table's."""
    for place in (*(_places(f"{name}_{language}") if language else ()), *_places(name)):
        if own := _own(*place):
            return decoding.converted(own, Risks)
    return load("")


def _places(name: str) -> Iterator[tuple[str, ...]]:
    """Where a generator's table may be: in its room, or with the benchmark that it belongs to."""
    yield "generators", f"{name}.toml"
    yield "benchmarks", name, "generator.toml"


def _own(*place: str) -> Any:
    try:
        return resources.table(*place).get("starter")
    except FileNotFoundError:  # a generator of somebody else's package, or one without a table
        return None


def _refuse_faulty(found: Risks, place: str) -> None:
    if not found.risks:
        raise DataError(f"{place}: names no risk: write [[risks]] with id and definition")
    seen: set[str] = set()
    for risk in found.risks:
        if not risk.id.strip() or not risk.definition.strip():
            raise DataError(f"{place}: risk {risk.id!r} lacks its id or its definition: write both")
        if risk.id in seen:
            raise DataError(f"{place}: risk {risk.id!r} stands twice: give every risk an id of its own")
        seen.add(risk.id)
