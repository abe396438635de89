"""The project's own files, for the tests that hold them to the rules of the house."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from plimsoll.core.extras import lacking

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "plimsoll"
TOLD_APART = {".py", ".md", ".toml", ".json", ".css", ".html", ".js", ".yml", ".yaml", ".lock", ".txt", ""}
"""Endings of text files."""


def modules() -> list[Path]:
    """Every Python file of the package."""
    return sorted(SOURCE.rglob("*.py"))


def importable() -> list[Path]:
    """Those that can be imported here: on a base install the board's modules cannot."""
    absent = lacking("board")
    return [path for path in modules() if not (absent and "leaderboard" in path.parts)]


def name_of(path: Path) -> str:
    """The dotted name of a module of the package."""
    pieces = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(pieces[:-1] if pieces[-1] == "__init__" else pieces)


@cache
def tree_of(path: Path) -> ast.Module:
    """A module, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def shown(path: Path) -> str:
    """A path as a reader writes it."""
    return path.relative_to(ROOT).as_posix()


def tracked() -> list[Path]:
    """Every text file that the project keeps; skips where there is no checkout."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no git checkout: the list of tracked files is not known")
    paths = (ROOT / line for line in listed.stdout.splitlines())
    return [path for path in paths if path.suffix in TOLD_APART and path.is_file()]


@cache
def known_modules() -> frozenset[str]:
    """The dotted names of all modules."""
    return frozenset(map(name_of, modules()))


def imports(path: Path) -> Iterator[str]:
    """Modules of the package that a module imports, wherever in the file."""
    known = known_modules()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in inner if name in known)
            if node.module in known and any(name not in known for name in inner):
                yield node.module


def fields(path: Path) -> Iterator[str]:
    """`Class.field` for what the nouns of a module declare: structs and data classes.

    Named tuples are left out: who takes one apart uses all of it."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ClassDef) and not any(_is_tuple(base) for base in node.bases):
            declared = (each.target for each in node.body if isinstance(each, ast.AnnAssign))
            yield from (f"{node.name}.{target.id}" for target in declared if isinstance(target, ast.Name))


def _is_tuple(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and base.id in ("NamedTuple", "TypedDict")


def read(path: Path) -> Iterator[str]:
    """The attributes that a module reads, be it by name: not those that it only writes, or speaks of."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.MatchClass):
            yield from node.kwd_attrs


def constants(path: Path) -> Iterator[str]:
    """The names that a module gives to what does not change."""
    for node in tree_of(path).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        yield from (each.id for each in targets if isinstance(each, ast.Name) and each.id.isupper())
