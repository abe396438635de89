"""What the program says, read out of its code: help, errors, and what commands print, as templates."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click

from plimsoll import cli, registry
from tests.support.house import SOURCE, modules, tree_of

WORD = re.compile(r"[A-Za-z]{2,}")
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:]? [a-zA-Z(]")
HOLE = re.compile(r"\{\d+\}")
QUOTED = re.compile(r"`[^`]*`")
SPEAKERS = {"_output", "click"}
"""What commands speak through."""
TELLERS = {"tell", "translated"}
NAMES = {"html", "zh", "bold", "dim", "cyan", "{0}-note"}
"""Words that stand among what is said, and are said to nobody."""
TELLING = (
    *("cli/*.py", "reports/*_terminal.py", "labelling/terminal.py", "evaluation/progress.py"),
    *(
        "comparison/budget.py",
        "comparison/compare.py",
        "comparison/gate.py",
        "core/needs.py",
        "core/files.py",
    ),
    *("calibration/by_*.py", "calibration/errors.py", "calibration/packs.py", "calibration/correct.py"),
    *("run/keep/seal.py", "run/work/attacking.py", "run/work/generating.py", "run/work/stopping.py"),
    *("run/work/session.py", "run/ask/l*.py", "models/_manners.py", "models/_waits.py", "models/_http.py"),
    *("data/_damage.py", "data/delimited.py", "data/pull.py", "data/tables.py", "data/yaml_text.py"),
)
"""Modules that say more than errors."""
NO_SENTENCE = re.compile(r"[<|\\]|Mapping\[|bold |^plimsoll data pull|^pip install")
DECLARING = {"option", "argument", "command", "group", "version_option", "Choice", "confirmation_option"}
TOLD = {"notes", "note", "reason", "gap", "message"}
"""Arguments that carry sentences to people."""


def help_texts() -> list[str]:
    """Paragraphs of commands' help, and what is said of options, in the order of the commands."""
    return list(dict.fromkeys(_helped(cli.group))) + list(cli.SUMMARIES.values())


def _helped(command: click.Command) -> Iterator[str]:
    for text in (command.help, command.epilog):
        yield from _paragraphs(text or "")
    for option in command.params:
        if isinstance(option, click.Option) and option.help:
            yield " ".join(option.help.split())
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield inner.get_short_help_str(1000)
                yield from _helped(inner)


def _paragraphs(text: str) -> Iterator[str]:
    return (" ".join(each.split()) for each in text.split("\n\n") if each.strip())


def summaries() -> list[str]:
    """What is said of every part."""
    return [part.summary for room in registry.ROOMS for part in registry.parts(room) if part.summary]


@cache
def errors() -> frozenset[str]:
    """Names of the classes of errors that reach people."""
    known, before = {"PlimsollError", "ClickException", "UsageError", "BadParameter"}, 0
    while len(known) != before:
        before = len(known)
        for path in modules():
            for node in ast.walk(tree_of(path)):
                if isinstance(node, ast.ClassDef) and {_named(each) for each in node.bases} & known:
                    known.add(node.name)
    return frozenset(known)


def raised() -> list[str]:
    """Templates of all that errors say."""
    found: dict[str, None] = {}
    for path in modules():
        for node in ast.walk(tree_of(path)):
            for call in _raising(node):
                found |= dict.fromkeys(filter(_wordy, templates(call.args[0])))
    return list(found)


def _raising(node: ast.AST) -> Iterator[ast.Call]:
    """Where an error is made, or gets its words from its own class."""
    if isinstance(node, ast.Call) and _named(node.func) in errors() and node.args:
        yield node
    if isinstance(node, ast.ClassDef) and node.name in errors():
        calls = (each for each in ast.walk(node) if isinstance(each, ast.Call) and each.args)
        yield from (each for each in calls if _named(each.func) == "__init__")


def spoken() -> list[str]:
    """Templates of what commands print, and of notes and warnings."""
    found: dict[str, None] = {}
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call):
                for argument in _told(node):
                    found |= dict.fromkeys(filter(_wordy, templates(argument)))
    return list(found)


def _told(call: ast.Call) -> Iterator[ast.expr]:
    spoken_through = isinstance(call.func, ast.Attribute) and _named(call.func.value) in SPEAKERS
    if _named(call.func) in TELLERS or (spoken_through and _named(call.func) not in DECLARING):
        yield from call.args
    yield from (each.value for each in call.keywords if each.arg in TOLD)


def written(path: Path) -> list[str]:
    """Templates of every sentence that stands in a module, docstrings and arguments of options apart."""
    tree = tree_of(path)
    apart = {id(node) for node in ast.walk(tree) for node in _apart(node)}
    found: dict[str, None] = {}
    for node in _outside(tree, apart):
        if isinstance(node, (ast.Constant, ast.JoinedStr)):
            found |= dict.fromkeys(each for each in templates(node) if SENTENCE.search(each))
    return list(found)


def _apart(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node
    if isinstance(node, ast.Call) and _named(node.func) in {"option", "argument", *errors()}:
        yield node


def _outside(node: ast.AST, apart: set[int]) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if id(child) not in apart:
            yield child
            if not isinstance(child, ast.JoinedStr):
                yield from _outside(child, apart)


def templates(node: ast.expr) -> list[str]:
    """A text in code -> itself with numbered holes, and the texts within its holes."""
    pieces, within = _pieces(node)
    whole, number = "", 0
    for piece in pieces:
        whole += f"{{{number}}}" if piece is None else piece
        number += piece is None
    inner = [each for hole in within for each in templates(hole)]
    return [*([whole.strip()] if whole.strip() else []), *inner]


def _pieces(node: ast.expr) -> tuple[list[str | None], list[ast.expr]]:
    """Texts and holes (`None`), and the expressions in which further texts may stand."""
    if isinstance(node, ast.Constant):
        return ([node.value] if isinstance(node.value, str) else []), []
    if isinstance(node, ast.JoinedStr):
        pieces: list[str | None] = []
        within: list[ast.expr] = []
        for part in node.values:
            if isinstance(part, ast.Constant):
                pieces.append(str(part.value))
            elif isinstance(part, ast.FormattedValue):
                pieces.append(None)
                within.append(part.value)
        return pieces, within
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        (left, first), (right, second) = _pieces(node.left), _pieces(node.right)
        return [*(left or [None]), *(right or [None])], [*first, *second]
    if isinstance(node, ast.IfExp):
        return [], [node.body, node.orelse]
    if isinstance(node, ast.BoolOp):
        return [], node.values
    if isinstance(node, ast.Call):
        named = (each.value for each in node.keywords if each.arg != "style")
        return [], [*node.args, *named]
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return [], [node.elt]
    if isinstance(node, (ast.Tuple, ast.List)):
        return [], node.elts
    if isinstance(node, ast.Starred):
        return [], [node.value]
    return [], []


def _wordy(template: str) -> bool:
    said = QUOTED.sub("", HOLE.sub("", template))
    return template not in NAMES and "://:" not in said and bool(WORD.search(said))


def _named(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def told() -> list[str]:
    """Every sentence written where commands, and what they show on a terminal, get their words from."""
    found = (each for place in TELLING for path in sorted(SOURCE.glob(place)) for each in written(path))
    return [each for each in dict.fromkeys(found) if not NO_SENTENCE.search(each)]
