"""A table -> which of its columns holds what: found by name, or as the user says (`-T prompt=question`)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.core import UserError, did_you_mean
from plimsoll.data.tables import Table
from plimsoll.text.letters import LETTERS

ROLES = ("id", "prompt", "options", "target", "category", "language", "pair", "system", "image")
"""What a column may hold, under the name that it is found by."""
ALSO = {"choices": "options"}
"""Other names that columns are found by: samples of Plimsoll's own say it so."""
MESSAGES = "messages"
"""A whole conversation in the place of a prompt."""


@dataclass(frozen=True)
class Columns:
    """The column of each role that the table has."""

    of: Mapping[str, str]
    lettered: Sequence[str] = ()
    """Columns `A`, `B` ... that hold one option each, in this order."""
    messages: str = ""

    @property
    def rest(self) -> frozenset[str]:
        """The columns with a role; all others are kept as metadata."""
        return frozenset((*self.of.values(), *self.lettered, self.messages))

    def cell(self, cells: Mapping[str, Any], role: str) -> Any:
        """The cell of a role in a row; nothing where the table or the row has none."""
        return cells.get(self.of[role]) if role in self.of else None


def columns_of(table: Table, wanted: Mapping[str, str]) -> Columns:
    """Find the columns. Raises `UserError` where one that is needed, or was named, is not there."""
    found = {role: _named(table, role, name) for role, name in wanted.items() if name}
    for column in table.columns:
        role = _plain(column)
        role = ALSO.get(role, role)
        if role in ROLES and role not in found and column not in found.values():
            found[role] = column
    messages = next((column for column in table.columns if _plain(column) == MESSAGES), "")
    if "prompt" not in found and not messages:
        raise UserError(
            f"{table.path}: has no column 'prompt'; it has {_list(table.columns)}: "
            "say which one holds the prompts by -T prompt=COLUMN"
        )
    lettered = () if "options" in found else _lettered(table.columns)
    return Columns(found, lettered, "" if "prompt" in found else messages)


def _named(table: Table, role: str, name: str) -> str:
    exact = [column for column in table.columns if column == name]
    close = exact or [column for column in table.columns if _plain(column) == _plain(name)]
    if not close:
        raise UserError(
            f"-T {role}={name}: {table.path} has no column {name!r}{did_you_mean(name, table.columns)}; "
            f"it has {_list(table.columns)}"
        )
    return close[0]


def _lettered(columns: Sequence[str]) -> tuple[str, ...]:
    """Columns `A`, `B` ... or `option_a`, `option_b` ..., without a gap; none where there is no B."""
    known = {_plain(column).removeprefix("option").strip("_ "): column for column in columns}
    found: list[str] = []
    for letter in LETTERS.lower():
        if letter not in known:
            break
        found.append(known[letter])
    return tuple(found) if len(found) > 1 else ()


def _plain(name: str) -> str:
    return name.strip().lower()


def _list(columns: Iterable[str]) -> str:
    shown = list(columns)
    return ", ".join(map(repr, shown[:12])) + (" ..." if len(shown) > 12 else "")
