"""The server that answers as real endpoints were reported to, in a process of its own on a free port."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from tests.support.cases import official_root

SERVER = official_root().parent / "cases" / "endpoints" / "server.py"
PATIENCE = 20.0
"""Seconds for Python to start."""


class Served:
    """Where one case is served, and what it was asked."""

    def __init__(self, port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}/v1"
        self._log = log

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The bodies of all requests, in order."""
        lines = self._log.read_text("utf-8").splitlines() if self._log.is_file() else []
        return [row["body"] for row in map(json.loads, lines) if "body" in row]


@contextmanager
def served(case: str, folder: Path, *number: str) -> Iterator[Served]:
    """Serve a case as long as the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / f"{case}.jsonl"
    with subprocess.Popen([sys.executable, str(SERVER), str(port), case, str(log), *number]) as server:
        try:
            _wait_for(port)
            yield Served(port, log)
        finally:
            server.kill()


def _wait_for(port: int) -> None:
    until = monotonic() + PATIENCE
    while monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        sleep(0.02)
    raise TimeoutError(f"nothing listens on port {port}")
