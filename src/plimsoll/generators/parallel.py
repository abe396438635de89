"""Stored pairs in several languages -> what a writer of pairs and translations gives, without a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, decoding
from plimsoll.data import resources
from plimsoll.generators.feeds import text_of
from plimsoll.generators.replies import Said
from plimsoll.generators.writing import Ask

OWN = "self_defense_sentences.toml"
THING = "{thing}"


class Row(Struct, frozen=True):
    """A request and its answer, each in several languages."""

    kind: str
    input: Mapping[str, str]
    output: Mapping[str, str]


@dataclass(frozen=True)
class Stored:
    """Gives what is stored: pairs in English in their order, and their other languages."""

    rows: Sequence[Row]
    _by_input: dict[str, Row] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_input", {row.input["en"]: row for row in self.rows})

    async def write(self, ask: Ask) -> Said:
        """The next pairs of a kind, or a pair in another language."""
        if ask.kind == "translate":
            return self._translated(ask)
        own = [row for row in self.rows if row.kind == ask.kind]
        begin = ask.number * ask.wanted % max(len(own), 1)
        items = [{"input": row.input["en"], "output": row.output["en"]} for row in own[begin:][: ask.wanted]]
        return Said(tuple(items), () if items else (("", f"no pair is stored as {ask.kind}"),))

    def _translated(self, ask: Ask) -> Said:
        row, language = self._by_input[ask.slots["input"]], ask.slots["language"]
        if language not in row.input or language not in row.output:
            return Said((), (("", f"the pair is not stored in {language}"),))
        return Said(({"input": row.input[language], "output": row.output[language]},))


def stored_of(file: str) -> Stored:
    """The pairs of a file, or our own. Raises `UserError`, `DataError`."""
    return Stored(_read(file) if file else _own())


def _own() -> list[Row]:
    table: Mapping[str, Any] = resources.table("generators", OWN)
    things: Mapping[str, Sequence[str]] = table["things"]
    return [
        Row(
            sentence["kind"],
            {language: sentence[language].replace(THING, things[language][at]) for language in things},
            table["answers"][sentence["kind"]],
        )
        for at in range(len(things["en"]))
        for sentence in table["sentences"]
    ]


def _read(file: str) -> list[Row]:
    rows: list[Row] = []
    for number, line in enumerate(text_of(file, "parallel").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = decoding.decode(line, Row)
        except msgspec.DecodeError as error:
            raise DataError(f"parallel {file}, line {number}: {error}") from None
        if "en" not in row.input or "en" not in row.output:
            raise DataError(f"parallel {file}, line {number}: has no English: write input and output in en")
        rows.append(row)
    if not rows:
        raise DataError(f"parallel {file}: holds no pair: write JSON lines with kind, input and output")
    return rows
