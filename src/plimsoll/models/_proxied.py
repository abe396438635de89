"""A body -> its reply through a proxy: one aiohttp session that is kept alive."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from plimsoll.core import TransientError
from plimsoll.models._address import Proxy
from plimsoll.models._faults import cleaned
from plimsoll.models._framing import Answer, Headers, TooLarge
from plimsoll.models._wire import CONNECT_WITHIN, KEPT_ALIVE

if TYPE_CHECKING:
    import aiohttp


class Proxied:
    """The connections to one address behind a proxy."""

    def __init__(self, address: str, headers: Mapping[str, str], largest: int, proxy: Proxy) -> None:
        self._address = address
        self._headers = headers
        self._largest = largest
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    async def post(self, body: bytes) -> Answer:
        """Send a body, return the reply. Raises `OSError` where the connection breaks."""
        import aiohttp
        import yarl

        session = self._session or self._opened()
        try:
            async with session.post(yarl.URL(self._address), data=body, allow_redirects=False) as reply:
                received = await self._read(reply)
                headers = Headers((name.lower(), value) for name, value in reply.headers.items())
                return Answer(reply.status, headers, received, reusable=True)
        except (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError) as error:
            raise self._stopped(error) from None
        except aiohttp.ClientError as error:
            if isinstance(error, OSError):
                raise
            raise ConnectionError(f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _read(self, reply: "aiohttp.ClientResponse") -> bytes:
        pieces: list[bytes] = []
        size = 0
        while piece := await reply.content.readany():
            pieces.append(piece)
            size += len(piece)
            if size > self._largest:
                reply.close()
                raise TooLarge
        return b"".join(pieces)

    def _stopped(self, error: Exception) -> TransientError:
        said = cleaned(f"{type(error).__name__}: {error}")
        place, host = self._address.partition("?")[0], urlsplit(self._address).hostname
        return TransientError(
            f"the proxy {self._proxy.shown} that {self._proxy.variable} names lets no call through to "
            f"{place}: {said}; NO_PROXY={host} goes without it"
        )

    def _opened(self) -> "aiohttp.ClientSession":
        import aiohttp

        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_ALIVE),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_WITHIN),
            headers=self._headers,
            proxy=self._proxy.url,
            auto_decompress=False,
        )
        return self._session
