import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from plimsoll.core import UserError
from plimsoll.registry import ROOMS
from plimsoll.registry.rooms import files
from tests.support.house import SOURCE, fields, imports, modules, name_of, shown

NOUNS = "plimsoll.core"
PART = "from plimsoll.registry import judge\n\n\n@judge\ndef any_name() -> None: ...\n"


def house(folder: Path, *paths: str) -> Path:
    """A house with judges in these files, and with a file that holds shared code."""
    for path in (*paths, "judges/reading.py"):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(PART if path in paths else "", encoding="utf-8")
    return folder


def owner(name: str) -> str:
    """The room of a module; each published system is one of its own."""
    _, *pieces = name.split(".")
    return ".".join(pieces[:2] if pieces[:1] == ["benchmarks"] else pieces[:1])


def private(name: str) -> bool:
    return any(piece.startswith("_") for piece in name.split("."))


def borrowed() -> Iterator[str]:
    for path in modules():
        name = name_of(path)
        for other in imports(path):
            if private(other) and owner(other) != owner(name):
                yield f"{shown(path)} imports {other}"


@pytest.mark.parametrize("room", ROOMS)
def test_every_part_of_a_room_has_a_name_of_its_own(room: str) -> None:
    found = files(room)  # raises where two files would bear one name
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("judges/strict.py", "judges/rules/strict.py"),
        ("judges/ours.py", "benchmarks/ours/judge.py"),
        ("benchmarks/ours/judge.py", "benchmarks/ours/ours.py"),
        ("judges/ours_strict.py", "benchmarks/ours/strict.py"),
    ],
)
def test_two_files_that_would_bear_one_name_are_an_error(first: str, second: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="rename one"):
        files("judges", house(tmp_path, first, second))


def test_a_part_is_a_file_with_the_room_s_mark(tmp_path: Path) -> None:
    made = house(tmp_path, "judges/rules/strict.py", "benchmarks/ours/judge.py", "benchmarks/ours/lenient.py")
    assert dict(files("judges", made)) == {
        "strict": "plimsoll.judges.rules.strict",
        "ours": "plimsoll.benchmarks.ours.judge",
        "ours_lenient": "plimsoll.benchmarks.ours.lenient",
    }


def test_no_file_imports_what_another_room_keeps_to_itself() -> None:
    assert sorted(borrowed()) == []


def test_every_field_of_a_noun_is_read_somewhere() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*") if path.suffix in READ)
    read = {*re.findall(r"\.(\w+)", text), *re.findall(r"[\"'](\w+)[\"']", text)}
    found = [
        f"{shown(path)}: {field}"
        for path in modules()
        if name_of(path).startswith(NOUNS)
        for field in fields(path)
        if field.rpartition(".")[2] not in read
    ]
    assert found == []


READ = {".py", ".html", ".js"}
"""Endings of files in which a field may be read."""
