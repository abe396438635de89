"""Pairs of group keywords: ours, or those of a user's table, the marginalized group first."""

from pathlib import Path

from plimsoll.core import DataError, UserError
from plimsoll.data.resources import table
from plimsoll.data.rows import checksum_of, read_csv
from plimsoll.text.keyword_pairs import Pair

COLUMNS = ("Marginalized Group (Adjective)", "Privileged Group (Adjective)")
"""Of the official table of groups."""


def own(language: str) -> tuple[Pair, ...]:
    """Ten pairs for a language."""
    return tuple(Pair(*each) for each in table("attacks", "groups.toml")["pairs"][language])


def controls(language: str) -> tuple[str, ...]:
    """Adjectives that name no group."""
    return tuple(table("attacks", "groups.toml")["controls"][language])


def of_file(path: Path) -> tuple[tuple[Pair, ...], dict[str, str]]:
    """The pairs of a table with the official columns, and its checksum. Raises `DataError`, `UserError`."""
    found = [Pair(row[COLUMNS[0]].strip(), row[COLUMNS[1]].strip()) for row in read_csv(path, COLUMNS)]
    kept = tuple(dict.fromkeys(pair for pair in found if pair.marginalized and pair.privileged))
    if not kept:
        raise DataError(f"{path}: holds no pair of keywords")
    if same := next((pair for pair in kept if pair.marginalized == pair.privileged), None):
        raise UserError(f"{path}: {same.name} is no pair: both keywords are the same")
    return kept, {path.name: checksum_of(path)}
