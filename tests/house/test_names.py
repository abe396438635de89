import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from plimsoll.core import UserError
from plimsoll.registry import ROOMS
from plimsoll.registry.rooms import files
from tests.support.house import SOURCE, constants, fields, imports, modules, name_of, read, shown

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
    known = {*(word for path in modules() for word in read(path)), *read_by_pages()}
    found = [
        f"{shown(path)}: {field}"
        for path in modules()
        for field in fields(path)
        if field.rpartition(".")[2] not in known and field not in WRITTEN_OUT
    ]
    assert found == []


def test_every_constant_is_used_somewhere() -> None:
    words = Counter(word for path in sources() for word in re.findall(r"\w+", path.read_text("utf-8")))
    unused = [f"{shown(path)}: {name}" for path in modules() for name in constants(path) if words[name] < 2]
    assert unused == []


def test_a_field_that_is_only_written_is_found_out(tmp_path: Path) -> None:
    path = tmp_path / "nouns.py"
    lines = ("class A(Struct):", "    one: int", "    two: int", "    three: int", "A(one=1).two = a.three")
    path.write_text("\n".join(lines), encoding="utf-8")
    known = set(read(path))
    assert [field for field in fields(path) if field.rpartition(".")[2] not in known] == ["A.one", "A.two"]


def sources() -> list[Path]:
    """Every file in which something may be used."""
    return sorted(path for path in SOURCE.rglob("*") if path.suffix in {".py", ".html", ".js", ".toml"})


def read_by_pages() -> Iterator[str]:
    """The attributes that templates and scripts read."""
    pages = (path.read_text("utf-8") for path in sources() if path.suffix in {".html", ".js"})
    return (word for text in pages for word in re.findall(r"\.(\w+)", text))


WRITTEN_OUT = {
    "Flip.before_line",
    "Parity.before_p",
    "Parity.after_p",
    "Leaf.definition_en",
    "Leaf.definition_zh",
}
"""Fields that go to people with the noun they belong to: into `compare --json`, or a taxonomy's table."""
