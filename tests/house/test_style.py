import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.support.house import importable, modules, name_of, shown, tracked, tree_of

LONGEST = 400
NOT_OURS = {
    "attendant",
    "detector",
    "doc",
    "entrance",
    "handler",
    "helper",
    "instance",
    "manager",
    "misc",
    "probe",
    "scorer",
    "shelf",
    "solver",
    "sut",
    "testcase",
    "util",
    "utils",
}
"""Words that the house says otherwise."""
SPEAKS_INSPECT = ("src/plimsoll/bridges/", "src/plimsoll/models/_inspect", "src/plimsoll/models/inspect")
"""Files that must use another framework's words."""
BORROWED = {"add_signal_handler"}
MACHINE = re.compile(r"(?<![\w.}~-])/(?:work|opt|root|home|Users|tmp)/[\w.-]+")
"""Paths of one machine."""
MACHINE_BY_NATURE = {
    "tests/house/test_style.py",
}


def python_files() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py"]


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_a_module_says_in_its_first_line_what_it_is(path: Path) -> None:
    docstring = ast.get_docstring(tree_of(path))
    assert docstring, "no docstring"
    assert len(docstring.partition("\n")[0]) <= 110


def test_no_file_passes_four_hundred_lines() -> None:
    lengths = {shown(path): len(path.read_bytes().splitlines()) for path in {*modules(), *python_files()}}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_nothing_prints_outside_the_command_line() -> None:
    printing = [
        f"{shown(path)}:{node.lineno}"
        for path in modules()
        if "cli" not in path.parts
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


def test_names_in_all_exist_and_are_sorted() -> None:
    for path in importable():
        if "__all__" not in path.read_text(encoding="utf-8"):
            continue
        module = import_module(name_of(path))
        names = getattr(module, "__all__", [])
        assert [name for name in names if not hasattr(module, name)] == [], shown(path)
        assert len(names) == len(set(names)), shown(path)


def test_one_word_is_used_per_thing() -> None:
    said = [
        f"{shown(path)}:{line}: {name}"
        for path in modules()
        if not shown(path).startswith(SPEAKS_INSPECT)
        for name, line in _defined(tree_of(path))
        if name not in BORROWED and NOT_OURS & set(_words(name))
    ]
    assert not said, said


def test_no_file_is_named_by_a_word_that_says_nothing() -> None:
    names = {shown(path) for path in modules() if NOT_OURS & {*_words(path.stem)} or path.stem == "base"}
    assert names == set()


def test_no_variable_is_called_data() -> None:
    found = [
        f"{shown(path)}:{node.lineno}"
        for path in modules()
        for function in ast.walk(tree_of(path))
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == "data"
    ]
    assert not found, found


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    found = [
        f"{shown(path)}: {match.group()}"
        for path in tracked()
        if shown(path) not in MACHINE_BY_NATURE
        for match in MACHINE.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found, found


def _defined(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno


def _words(name: str) -> list[str]:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return parted.strip("_").split("_")
