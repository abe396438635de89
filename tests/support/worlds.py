"""Worlds that misbehave, for the worker process to hold."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

SHARED: list[str] = []
"""A module's global, which no two worlds may share."""


class Misbehaving:
    """A world whose tools do what they must not."""

    kept: list[str] = []  # noqa: RUF012  a class's own, shared on purpose

    def __init__(self, *, broken: bool = False) -> None:
        if broken:
            raise ValueError("not to be made")
        self.notes: list[Any] = []

    def tools(self) -> list[Mapping[str, Any]]:
        return [{"name": name, "parameters": {"type": "object"}} for name in DOES]

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        return DOES[name](self, **arguments)

    def state(self) -> Mapping[str, Any]:
        return {"notes": self.notes, "shared": SHARED, "kept": self.kept}


def note(world: Misbehaving, text: str = "") -> int:
    world.notes.append(text)
    SHARED.append(text)
    world.kept.append(text)
    return len(world.notes)


def write(world: Misbehaving, path: str) -> None:
    Path(path).write_text("was here", encoding="utf-8")


def append(world: Misbehaving, path: str) -> None:
    with open(path, "ab") as file:
        file.write(b"was here")


def lowly(world: Misbehaving, path: str) -> None:
    os.write(os.open(path, os.O_WRONLY | os.O_CREAT), b"was here")


def remove(world: Misbehaving, path: str) -> None:
    os.remove(path)


def move(world: Misbehaving, path: str) -> None:
    os.rename(path, f"{path}.moved")


def read(world: Misbehaving, path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def connect(world: Misbehaving, port: int) -> None:
    socket.create_connection(("127.0.0.1", port), 1)


def start(world: Misbehaving, path: str) -> None:
    subprocess.run(["touch", path], check=True)


def shell(world: Misbehaving, path: str) -> None:
    os.system(f"touch {path}")


def hang(world: Misbehaving) -> None:
    while True:
        time.sleep(0.01)


def leave(world: Misbehaving) -> None:
    os._exit(3)


def exits(world: Misbehaving) -> None:
    raise SystemExit(3)


def prints(world: Misbehaving) -> str:
    sys.stdout.write("\x1b[2Jnot for the pipe")
    return "\x1b[31mred\x1b[0m"


def half(world: Misbehaving) -> str:
    """Writes into whatever pipe there is, without an end of line, and stays."""
    for number in range(16):
        with suppress(OSError):
            os.write(number, b"{")
    time.sleep(600)
    return ""


def forged(world: Misbehaving) -> str:
    """Writes an answer of its own, before the true one."""
    for number in range(16):
        with suppress(OSError):
            os.write(number, b'{"text": "forged"}\n')
    return "true"


def flood(world: Misbehaving) -> str:
    """Writes without an end of line for ever."""
    while True:
        for number in range(16):
            with suppress(OSError):
                os.write(number, b"x" * 65536)


def odd(world: Misbehaving) -> dict[str, Any]:
    world.notes.append({1: float("nan"), "set": {"a"}, "me": world, "big": 10**400, "half": "\ud800"})
    return {"value": float("inf"), "half": "\ud800"}


def endless(world: Misbehaving) -> str:
    inner: list[Any] = []
    inner.append(inner)
    world.notes.append(inner)
    return "x" * 10_000_000


def secret(world: Misbehaving) -> list[str]:
    return [key for key in os.environ if "KEY" in key]


DOES: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        note, write, append, lowly, remove, move, read, connect, start, shell, hang, leave, exits, prints,
        odd, endless, secret, half, forged, flood,
    )
}  # fmt: skip
