"""Connections that want nothing, uploads that never end, and the one visitor who waits behind them.

The visitor is a process of its own: `python -m bench.crowd ADDRESS SECONDS` prints how long each page took.
"""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import urlopen

from bench.measure import ROOT

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
OPENINGS = (b"", b"GET /board/bench HTTP/1.1\r\nHost: ", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
"""Nothing, half a header, and a whole request after which nothing comes: what an idle one begins with."""
SLOW = 2048
"""Bytes of a slow upload in a second: twice the slowest that is waited for."""
PATIENCE = 30.0


class Memory(NamedTuple):
    """Resident memory of a process, in MB."""

    now: float
    peak: float


def memory(pid: int) -> Memory:
    """What a process holds, and the most since its start or since `forget_peak`."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    kilobytes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)
                 if name in ("VmRSS", "VmHWM")}  # fmt: skip
    return Memory(kilobytes["VmRSS"] * 1.024e-3, kilobytes["VmHWM"] * 1.024e-3)


def forget_peak(pid: int) -> None:
    """Begin a new peak."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", "ascii")


@dataclass
class Crowd:
    """Everybody who is at one address at once."""

    address: str
    held: int = 0
    """Idle connections that are open now."""
    most_held: int = 0
    taken_in: int = 0
    """Uploads of which the server read more than the header."""
    turned_away: int = 0

    async def idle(self, number: int, until: float) -> None:
        """Keep one connection open that wants nothing; open it again some seconds after it was ended."""
        draw = random.Random(f"crowd:{number}")
        while time.monotonic() < until:
            with suppress(OSError):
                reader, writer = await self._connected()
                self.held += 1
                self.most_held = max(self.held, self.most_held)
                try:
                    writer.write(OPENINGS[number % len(OPENINGS)])
                    async with asyncio.timeout(max(0.1, until - time.monotonic())):
                        while await reader.read(2**16):
                            pass
                except (OSError, TimeoutError):
                    pass
                finally:
                    self.held -= 1
                    writer.transport.abort()
            await asyncio.sleep(draw.uniform(1, 5))

    async def upload(self, path: str, headers: str, size: int, until: float) -> None:
        """Send a file as slowly as is just let pass; begin again when it is refused."""
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n{headers}\r\n"
        while time.monotonic() < until:
            with suppress(OSError):
                reader, writer = await self._connected()
                try:
                    writer.write(head.encode() + b"\x1f\x8b" + bytes(SLOW))
                    answer = asyncio.create_task(reader.read(2**16))
                    sent = 0
                    while not answer.done() and time.monotonic() < until:
                        await asyncio.wait((answer,), timeout=1.0)
                        writer.write(bytes(SLOW))
                        sent += 1
                    answer.cancel()
                    self.taken_in += sent > 3
                    self.turned_away += sent <= 3
                finally:
                    writer.transport.abort()
            await asyncio.sleep(0.5)

    async def _connected(self) -> Streams:
        where = urlsplit(self.address)
        return await asyncio.open_connection(where.hostname, where.port)


class Visitor:
    """Somebody who asks for one page again and again, each time over a new connection."""

    def __init__(self, address: str, seconds: float) -> None:
        words = [sys.executable, "-m", "bench.crowd", address, str(seconds)]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, cwd=ROOT)

    def leave(self) -> list[float]:
        """Go, and say how many seconds each page took, the fastest first."""
        self._process.terminate()
        said, _ = self._process.communicate(timeout=PATIENCE)
        return sorted(map(float, said.split()))


def visited(address: str, seconds: float) -> None:
    """Ask for the page and say how long it took."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        with urlopen(address, timeout=PATIENCE) as answer:
            assert answer.read().rstrip().endswith(b"</html>")
        print(time.monotonic() - began, flush=True)
        time.sleep(0.05)


async def gathered(people: list[Callable[[float], Awaitable[None]]], seconds: float) -> None:
    """Let everybody do what they do for so long."""
    until = time.monotonic() + seconds
    await asyncio.gather(*(each(until) for each in people))


if __name__ == "__main__":
    visited(sys.argv[1], float(sys.argv[2]))
