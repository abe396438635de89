"""Who asks, and how often they failed: rate limits that hold behind a proxy.

The address of a request is the peer's, unless the peer is a trusted proxy: then it is the last address
of `X-Forwarded-For` that no trusted proxy added. What others write into that header is not believed.
How many scores a team may have in a day is counted in the database (`submitting.py`), not here.
"""

import time
from asyncio import Semaphore, timeout
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from threading import Lock

from plimsoll.core import UserError
from plimsoll.leaderboard.errors import TooMany

Network = IPv4Network | IPv6Network
UNKNOWN = "unknown"


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Trusted proxies, as `10.0.0.1` or `10.0.0.0/8`."""
    try:
        return tuple(ip_network(text, strict=False) for text in texts)
    except ValueError as error:
        raise UserError(f"--trusted-proxy: {error}") from None


def client_address(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """Where a request comes from; `forwarded` holds the `X-Forwarded-For` headers in order."""
    address = _plain(peer)
    hops = [hop.strip() for header in forwarded for hop in header.split(",")]
    while hops and _within(address, trusted):
        nearer = _plain(hops.pop())
        if nearer == UNKNOWN:
            break
        address = nearer
    return address


@dataclass
class Failures:
    """Failed tokens by address: after `most` in `seconds`, the address has to wait."""

    most: int = 20
    seconds: float = 60.0
    clock: Callable[[], float] = time.monotonic
    _by_address: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict[str, deque[float]])
    _lock: Lock = field(default_factory=Lock)

    def refuse_if_many(self, address: str) -> None:
        """Raise `TooMany` for an address that failed too often."""
        with self._lock:
            times = self._recent(address)
            if len(times) >= self.most:
                wait = int(times[0] + self.seconds - self.clock()) + 1
                raise TooMany("too many refused tokens from this address: wait a minute", retry_after=wait)

    def note(self, address: str) -> None:
        """Count one failure."""
        with self._lock:
            self._recent(address).append(self.clock())

    def _recent(self, address: str) -> deque[float]:
        times = self._by_address.setdefault(address, deque(maxlen=self.most))
        self._by_address.move_to_end(address)
        while len(self._by_address) > 10_000:
            self._by_address.popitem(last=False)
        while times and times[0] <= self.clock() - self.seconds:
            times.popleft()
        return times


@dataclass
class Uploads:
    """Files that are coming in: a few for each token, and not too many in all."""

    each: int = 2
    most: int = 16
    patience: float = 20.0
    """Seconds that a file waits for a place."""
    _by_token: Counter[int] = field(default_factory=Counter[int])
    _room: Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._room = Semaphore(self.most)

    @asynccontextmanager
    async def slot(self, token: int) -> AsyncGenerator[None]:
        """Hold a place while a file comes in. Raises `TooMany` where there is none for too long."""
        if self._by_token[token] >= self.each:
            raise TooMany("too many files of yours are coming in: try again in a moment", retry_after=10)
        self._by_token[token] += 1
        try:
            await self._enter()
            try:
                yield
            finally:
                self._room.release()
        finally:
            self._by_token[token] -= 1
            self._by_token += Counter()

    async def _enter(self) -> None:
        try:
            async with timeout(self.patience):
                await self._room.acquire()
        except TimeoutError:
            raise TooMany("too many files are coming in: try again in a moment", retry_after=10) from None


def _plain(text: str) -> str:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return UNKNOWN
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _within(address: str, trusted: Sequence[Network]) -> bool:
    if address == UNKNOWN:
        return False
    return any(ip_address(address) in network for network in trusted)
