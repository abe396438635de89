"""Inside the worker process: worlds of Python code, asked over pipes, that write no file and reach nobody.

A line of JSON comes in, a line goes out. What a place `module:Class` names is made afresh from its file
for every world, so that not even a module's globals are shared. Reading is left for the code itself;
writing, the network, other processes and foreign libraries are refused by an audit hook, and writing also
by the system where it has limits. That keeps code that somebody published from doing what a model asks of
it; it is no cell for code that wants to break out.
"""

import importlib
import io
import json
import math
import os
import random
import re
import sys
from collections.abc import Callable, Mapping
from importlib.machinery import PathFinder
from types import CodeType, ModuleType
from typing import Any, Protocol, cast

import msgspec

from plimsoll.core import decoding

LONGEST_TEXT = 10_000
"""Characters of one text in a state that is told."""
LARGEST = 4_000_000
"""Characters of one result."""
NODES = 20_000
"""Values of a state that are told."""
MEMORY = 2 << 30
WHOLE = 1 << 62
REFUSED = (
    "socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.kill",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod", "os.chown",
    "os.chflags", "os.truncate", "os.utime", "os.setxattr", "os.removexattr", "os.startfile",
    "shutil.", "tempfile.", "sqlite3.", "ctypes.", "pty.", "urllib.", "http.", "ftplib.",
    "smtplib.", "imaplib.", "poplib.", "telnetlib.", "nntplib.", "webbrowser.", "winreg.", "msvcrt.",
    "signal.pthread_kill", "syslog.", "mmap.", "fcntl.",
)  # fmt: skip
"""Beginnings of the audit events that a world may not cause."""
LISTING = ("os.listdir", "os.scandir")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


NUMBER = re.compile(rb'\{"n":(\d+)')
"""How a line begins: with the number of the wish, which stands in the answer again."""


class World(Protocol):
    """What a place must give; made with keyword arguments."""

    def tools(self) -> list[Mapping[str, Any]]:
        """Schemas: name, description, parameters."""
        ...

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """The result; whatever is raised is the tool's failure."""
        ...

    def state(self) -> Mapping[str, Any]:
        """The world as it stands."""
        ...


class ToolFailed(Exception):
    """A call that a world refuses: its words are the result, and it counts as failed."""


class Worlds:
    """The worlds that are open in this process."""

    def __init__(self) -> None:
        self._open: dict[int, World] = {}
        self._told: dict[int, bytes] = {}
        self._calls: dict[int, int] = {}

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Do what is asked of a world; what it raises is the answer, too."""
        number, wish = int(asked["world"]), asked["do"]
        try:
            return getattr(self, f"_{wish}")(number, asked)
        except ToolFailed as error:
            return {"text": str(error), "failed": True, **self._state(number)}
        except (Exception, SystemExit) as error:  # noqa: BLE001  a world is anybody's code
            return {"text": _words(error), "failed": True, **self._state(number)}

    def _make(self, number: int, asked: Mapping[str, Any]) -> dict[str, Any]:
        random.seed(str(asked.get("seed", "")))
        world = cast("World", fresh(str(asked["place"]))(**asked["arguments"]))
        self._open[number] = world
        self._calls[number] = 0
        self._told[number] = b""
        return {"tools": world.tools(), **self._state(number)}

    def _call(self, number: int, asked: Mapping[str, Any]) -> dict[str, Any]:
        self._calls[number] += 1
        random.seed(f"{asked.get('seed', '')}:{self._calls[number]}")
        result = self._open[number].call(str(asked["name"]), dict(asked["arguments"]))
        text = result if isinstance(result, str) else json.dumps(result, default=str, ensure_ascii=False)
        text = text if text.isascii() else text.encode("utf-8", "replace").decode()
        if len(text) > LARGEST:
            raise ToolFailed(f"the result has {len(text):,} characters, more than any model reads")
        return {"text": text, **self._state(number)}

    def _drop(self, number: int, asked: Mapping[str, Any]) -> dict[str, Any]:
        for kept in (self._open, self._calls, self._told):
            kept.pop(number, None)
        return {}

    def _state(self, number: int) -> dict[str, Any]:
        """The state where it is another than the one told last."""
        if number not in self._open:
            return {}
        try:
            state = plain(self._open[number].state())
        except Exception as error:  # noqa: BLE001  a world is anybody's code
            state = {"unknown": _words(error)}
        body = msgspec.json.encode(state)
        if body == self._told[number]:
            return {}
        self._told[number] = body
        return {"state": state}


def plain(value: Any, left: list[int] | None = None, deep: int = 0) -> Any:
    """A value as JSON holds it: cut where it is endless, in words where it is of no JSON type."""
    left = [NODES] if left is None else left
    left[0] -= 1
    if left[0] < 0 or deep > 40:
        return "[...]"
    if isinstance(value, Mapping):
        inner = cast("Mapping[Any, Any]", value)
        return {str(key): plain(each, left, deep + 1) for key, each in list(inner.items())[:NODES]}
    if isinstance(value, (list, tuple)):
        return [plain(each, left, deep + 1) for each in cast("list[Any]", value)[:NODES]]
    if isinstance(value, (set, frozenset)):
        return sorted(str(each) for each in cast("set[Any]", value))
    return _single(value)


def _single(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < WHOLE else str(float(value)) if abs(value) < 10**300 else "[...]"
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    text = value if isinstance(value, str) else repr(value)
    text = text.encode("utf-8", "replace").decode() if not text.isascii() else text
    left = len(text) - LONGEST_TEXT
    return text if left <= 0 else f"{text[:LONGEST_TEXT]}[... {left:,} characters left out]"


_COMPILED: dict[str, tuple[CodeType, str]] = {}


def fresh(place: str) -> Callable[..., Any]:
    """What `module:name` names, in a module made for this time alone. Raises `ImportError`."""
    name, _, wanted = place.partition(":")
    if name not in _COMPILED:
        _COMPILED[name] = _compiled(name)
    code, path = _COMPILED[name]
    module = ModuleType(name)
    module.__file__ = path
    module.__package__ = name.rpartition(".")[0]
    sys.modules.setdefault(name, module)
    exec(code, module.__dict__)
    return getattr(module, wanted)


def _compiled(name: str) -> tuple[CodeType, str]:
    parent, _, _ = name.rpartition(".")
    if parent:
        __import__(parent)
    found = PathFinder.find_spec(name, sys.modules[parent].__path__ if parent else None)
    loader: Any = found.loader if found else None
    if found is None or not hasattr(loader, "get_code"):
        raise ImportError(f"no module is called {name}")
    return loader.get_code(name), found.origin or ""


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error)[:2_000]}"


class _Nowhere(io.TextIOBase):
    """Where what worlds print goes."""

    def write(self, s: str, /) -> int:
        return len(s)


def bounded() -> None:
    """Take from this process the right to write files, and memory without end, where the system can."""
    try:
        import resource
        import signal
    except ImportError:
        return
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for kind, most in (("FSIZE", 0), ("CORE", 0), ("NPROC", 0), ("AS", MEMORY)):
        limit = getattr(resource, f"RLIMIT_{kind}", None)
        if limit is not None:
            _, hard = resource.getrlimit(limit)
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(limit, (least, least))


def guarded(readable: tuple[str, ...], ours: int) -> None:
    """Refuse from now on what a world may not do; it may read what lies below these folders.

    Descriptors up to `ours` are the process's own; later ones were opened under this guard.
    """

    def veto(event: str, given: tuple[Any, ...]) -> None:
        if event == "open":
            _refuse_writing(given, readable, ours)
        elif event in LISTING:
            _refuse_elsewhere(given[0], readable)
        elif event.startswith(REFUSED):
            raise PermissionError(f"a world may not do this: {event}")

    sys.addaudithook(veto)


def _refuse_writing(given: tuple[Any, ...], readable: tuple[str, ...], ours: int) -> None:
    path, mode, flags = (*given, None, 0)[:3]
    writes = isinstance(flags, int) and bool(flags & WRITING)
    if writes or (isinstance(mode, str) and set(mode) & set("wax+")):
        raise PermissionError(f"a world may write no file: {str(path)[:200]}")
    if not isinstance(path, int) or path <= ours:
        _refuse_elsewhere(path, readable)


def _refuse_elsewhere(path: Any, readable: tuple[str, ...]) -> None:
    written = os.path.realpath(os.fsdecode(path)) if isinstance(path, (str, bytes)) else ""
    if not written or not f"{written}{os.sep}".startswith(readable):
        raise PermissionError(f"a world may read nothing but code: {str(path)[:200]}")


def serve(loaded: str) -> None:
    """Answer line by line until nobody asks any more. `load` of the module named comes first."""
    source = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.stdout = sys.stderr = _Nowhere()
    sys.stdin = io.StringIO()
    os.environ.clear()
    if loaded:
        importlib.import_module(loaded).load()
    bounded()
    readable = tuple({f"{os.path.realpath(path)}{os.sep}" for path in (*sys.path, sys.prefix) if path})
    guarded(readable, max(source.fileno(), answers.fileno()))
    worlds = Worlds()
    for line in source:
        number = NUMBER.match(line)
        try:
            answered: dict[str, Any] = worlds.answer(decoding.decode(line)["wish"])
        except msgspec.DecodeError as error:
            answered = {"text": f"the call cannot be read: {error}", "failed": True}
        answered["n"] = int(number[1]) if number else 0
        answers.write(msgspec.json.encode(answered) + b"\n")
        answers.flush()
