"""Decoding, speaking, and the reading and writing of files have one door each."""

import ast
import re
from collections.abc import Callable, Iterator

import pytest

from tests.support.house import modules, shown, tree_of

SRC = "src/plimsoll/"
DECODERS = {
    "ast.literal_eval",
    "json.JSONDecoder",
    "json.load",
    "json.loads",
    "literal_eval",
    "msgspec.convert",
    "msgspec.json.Decoder",
    "msgspec.json.decode",
    "msgspec.msgpack.Decoder",
    "msgspec.msgpack.decode",
    "msgspec.toml.decode",
    "msgspec.yaml.decode",
    "pickle.load",
    "pickle.loads",
    "tomllib.load",
    "tomllib.loads",
    "yaml.load",
}
SPEAKERS = {
    "click.echo",
    "click.secho",
    "print",
    "rich.print",
    "sys.stderr.write",
    "sys.stdout.write",
    "Console",
}
WRITERS = {
    "NamedTemporaryFile",
    "os.open",
    "os.fdopen",
    "os.replace",
    "os.rename",
    "shutil.move",
    "tempfile.NamedTemporaryFile",
    "tempfile.mkstemp",
    "tempfile.mktemp",
}
MODES = set("wax+")
WRITING_METHODS = {"write_bytes", "write_text", "touch"}


def called(node: ast.Call) -> str:
    """The dotted name of what is called, as far as it is one."""
    names: list[str] = []
    inner: ast.expr = node.func
    while isinstance(inner, ast.Attribute):
        names.append(inner.attr)
        inner = inner.value
    names.append(inner.id if isinstance(inner, ast.Name) else "")
    return ".".join(reversed(names))


def mode_of(node: ast.Call) -> str:
    """The mode that a file is opened with, where a call opens one and says so."""
    name = called(node)
    if name != "open" and not name.endswith(".open"):
        return ""
    given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
    said = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return next((mode for mode in said if len(mode) <= 3 and set(mode) <= set("rwaxbt+")), "")


def decodes(node: ast.Call) -> bool:
    return called(node) in DECODERS


def speaks(node: ast.Call) -> bool:
    return called(node) in SPEAKERS


def writes(node: ast.Call) -> bool:
    name = called(node)
    if name.startswith("files."):
        return False
    return name in WRITERS or name.rpartition(".")[2] in WRITING_METHODS or bool(MODES & set(mode_of(node)))


PACKAGED = {"files", "resources", "distribution"}
"""What gives files of the package itself."""


def roots(node: ast.expr) -> Iterator[str]:
    """Names of what is called anywhere within what a method is called on."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name):
            yield inner.func.id


def reads(node: ast.Call) -> bool:
    """Whether a file is opened for reading that may be a pipe without an end."""
    if not isinstance(node.func, ast.Attribute):
        return isinstance(node.func, ast.Name) and node.func.id == "open" and not MODES & set(mode_of(node))
    place = node.func.value
    if isinstance(place, ast.Name) and place.id in ("files", "rows"):
        return False
    says = bool(mode_of(node)) or any(keyword.arg == "encoding" for keyword in node.keywords)
    opens = node.func.attr == "open" and says and not MODES & set(mode_of(node))
    if not (opens or node.func.attr in ("read_bytes", "read_text")):
        return False
    return not PACKAGED & set(roots(place)) and called(node) != "tarfile.open"


def found(kind: Callable[[ast.Call], bool], allowed: dict[str, str]) -> Iterator[str]:
    for path in modules():
        if shown(path).removeprefix(SRC) in allowed:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and kind(node):
                yield f"{shown(path)}:{node.lineno}: {called(node)}"


DECODING = {
    "core/decoding.py": "the one place",
    "data/yaml_text.py": "the one place for YAML, which is an extra",
    "leaderboard/keys.py": "what the board itself has written into its database",
}
SPEAKING = {
    "__main__.py": "before anything can be imported",
    "cli/_output.py": "the one place",
    "evaluation/progress.py": "the line and the bar of a run under way, made visible there",
    "reports/calibration_terminal.py": "renders into a text",
    "reports/terminal.py": "renders into a text",
}
WRITING = {
    "cli/__init__.py": "where nobody reads, nothing may be flushed",
    "core/files.py": "the one place",
    "core/lock.py": "a lock holds the file that it is on",
    "environments/inside.py": "the pipe that a worker answers on",
    "data/pull.py": "a download that goes on where it stopped",
    "run/keep/lines.py": "a journal, which only grows",
}


READING = {
    "benchmarks/safetybench/dataset.py": "its own starter set",
    "cards/deck.py": "its own cards",
    "internals/products.py": "what the system says of its processor",
    "pages/serving.py": "its own scripts and styles",
    "registry/rooms.py": "its own modules",
    "text/_other_refusals.py": "its own tables",
}


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [(decodes, DECODING), (speaks, SPEAKING), (writes, WRITING), (reads, READING)],
    ids=["decode", "speak", "write", "read"],
)
def test_there_is_one_door_for_each(kind: Callable[[ast.Call], bool], allowed: dict[str, str]) -> None:
    assert sorted(found(kind, allowed)) == []


@pytest.mark.parametrize(
    "allowed", [DECODING, SPEAKING, WRITING, READING], ids=["decode", "speak", "write", "read"]
)
def test_every_exception_is_a_file_that_needs_it(allowed: dict[str, str]) -> None:
    kinds = {id(DECODING): decodes, id(SPEAKING): speaks, id(WRITING): writes, id(READING): reads}
    for name in allowed:
        tree = tree_of(next(path for path in modules() if shown(path) == SRC + name))
        assert any(isinstance(node, ast.Call) and kinds[id(allowed)](node) for node in ast.walk(tree)), name


NORMALISER = "text/normal.py"
READERS = re.compile(
    r"text/\w+\.py|judges/\w+\.py|benchmarks/\w+/(?:\w*judge\w*|replies|safety_label|relations)\.py"
)
"""Who reads what models write."""
TYPOGRAPHIC = set("’‘ʼ＇“”„「」『』【】（）［］：；，！？．\u00a0\u3000\u200b\ufeff")


def normalises(node: ast.Call) -> bool:
    """Whether a call makes a spelling plain: by Unicode's rules, by folding, or mark for mark."""
    name = called(node).rpartition(".")[2]
    if name in ("normalize", "casefold", "unescape"):
        return True
    arguments: list[ast.expr] = [*node.args]
    if name == "maketrans" and arguments and isinstance(arguments[0], ast.Dict):
        arguments = [key for key in arguments[0].keys if key is not None]
    elif name != "replace":
        return False
    texts = [each.value for each in arguments if isinstance(each, ast.Constant)]
    return any(isinstance(text, str) and len(text) == 1 and text in TYPOGRAPHIC for text in texts)


def test_no_reader_makes_text_plain_by_itself() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path in modules()
        if READERS.fullmatch(name := shown(path).removeprefix(SRC)) and name != NORMALISER
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and normalises(node)
    ]
    assert found == []
