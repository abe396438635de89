"""Subsets are named in the reader's language: what a number is broken down by has a word in both."""

import ast
from collections.abc import Iterator

from plimsoll.pages.markup import code, spoken
from plimsoll.pages.words import knows
from tests.support.house import modules, name_of, tree_of

COUNTING = ("plimsoll.benchmarks.", "plimsoll.metrics.", "plimsoll.run.work.")
NAMED_OTHERWISE = {"category", "language"}
"""Subsets whose values say what they are."""


def texts(node: ast.expr) -> Iterator[str]:
    """The constant texts of a tuple, or of a single one."""
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    yield from (
        each.value for each in parts if isinstance(each, ast.Constant) and isinstance(each.value, str)
    )


def keys(node: ast.expr) -> Iterator[str]:
    """The constant keys of a dictionary."""
    if isinstance(node, ast.Dict):
        yield from (key for each in node.keys if each is not None for key in texts(each))


def kinds(tree: ast.AST) -> Iterator[str]:
    """What the numbers of a module are broken down by."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if called == "by" and node.args:
                yield from texts(node.args[0])
            if called == "memberships" and len(node.args) > 1:
                yield from texts(node.args[1])
            if called == "grouped" and len(node.args) > 1:
                yield from keys(node.args[1])
            yield from (key for each in node.keywords if each.arg == "group" for key in keys(each.value))
        if isinstance(node, ast.Assign) and any(
            isinstance(each, ast.Name) and each.id in ("group", "GROUPS") for each in node.targets
        ):
            yield from (*keys(node.value), *texts(node.value))


def test_every_kind_of_subset_has_its_words() -> None:
    found = {
        kind: name_of(path)
        for path in modules()
        if name_of(path).startswith(COUNTING)
        for kind in kinds(tree_of(path))
        if kind not in NAMED_OTHERWISE
    }
    assert len(found) > 20
    lost = {kind: where for kind, where in found.items() if not knows(f"kind.{kind}")}
    assert lost == {}, 'add `"kind.NAME" = { en = "...", zh = "..." }` to src/plimsoll/pages/words.toml'


def test_a_kind_is_said_in_both_languages() -> None:
    assert [spoken(code("kind", "tag"), each) for each in ("en", "zh")] == ["tag", "标签"]
    assert spoken(code("kind", "own_kind"), "zh") == "own kind"
