from typing import Any

import pytest

from plimsoll.data.changes import MOST, changes
from plimsoll.data.schemas import misfits

SCHEMA = {
    "properties": {
        "n": {"type": "integer"},
        "x": {"type": "number"},
        "b": {"type": "boolean"},
        "s": {"type": "string", "enum": ["a", "b"]},
        "any": {},
        "both": {"type": ["string", "null"]},
    },
    "required": ["n"],
}


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["a: 1 → 2"]),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}, 4]}, ["a[1].b: 2 → 3", "+ a[2]: 4"]),
        ({"a": 1}, {}, ["- a: 1"]),
        ({"a": {}}, {"a": []}, ["a: {} → []"]),
        (1, True, [".: 1 → true"]),
    ],
)
def test_changes_are_told_path_by_path(before: Any, after: Any, lines: list[str]) -> None:
    assert [change.line for change in changes(before, after)] == lines


def test_changes_without_end_are_cut_and_said() -> None:
    found = changes({}, {str(n): n for n in range(10_000)})
    assert len(found) == MOST + 1
    assert "more than" in found[-1].after


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"n": 1, "x": 2, "b": False, "s": "a", "any": [], "both": None}, []),
        ({"n": 1.0}, []),
        ({}, ["Missing required parameter n."]),
        ({"n": "1"}, ["Parameter n should have type integer."]),
        ({"n": True}, ["Parameter n should have type integer."]),
        ({"n": 1, "b": "false"}, ["Parameter b should have type boolean."]),
        ({"n": 1, "s": "c"}, ["Parameter s should be one of a, b."]),
        ({"n": 1, "z": 0}, ["Unknown parameter z."]),
    ],
)
def test_arguments_are_held_against_the_schema_without_conversion(
    arguments: dict[str, Any], found: list[str]
) -> None:
    assert list(misfits(SCHEMA, arguments)) == found
