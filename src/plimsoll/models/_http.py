"""Request bytes -> reply bytes over one kept-alive aiohttp session, failures as `ModelError`s.

The hot path of every remote model: headers, address and timeouts are made once, the body goes
out and comes in as bytes. Redirects are not followed, because a key would travel with them.
"""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from plimsoll.core import Denied, Late, ModelError, Response, TransientError, Unreadable, replace
from plimsoll.models._address import Proxy, host_of, proxy_for
from plimsoll.models._faults import BLANK, WAIT_LONGER, Refused, Reply, cleaned, fault
from plimsoll.models._reading import MEBIBYTE, recoded, unpacked

if TYPE_CHECKING:
    import aiohttp
    import yarl

LARGEST_REPLY = 64 * MEBIBYTE
# Below the five seconds after which common Python servers close idle connections.
KEPT_ALIVE = 4.0
CONNECT_WITHIN = 30.0
LONGEST_TIMEOUT = 600.0
"""Seconds that patience grows to, where answers keep coming too late."""
ALL_REFUSED = 3
"""So many calls refused with 403, and none answered, mean us and not one prompt."""
UNTOLD = 500
"""Status of an error that is told under 200 without a status of its own."""


class Trouble(msgspec.Struct, frozen=True):
    """An error told under status 200, as gateways do."""

    message: str | None = None
    code: int | str | None = None


def is_said(trouble: Trouble | str) -> bool:
    """Whether an error field holds an error: some endpoints send an empty one beside a good answer."""
    return bool(trouble.message or trouble.code) if isinstance(trouble, Trouble) else bool(trouble)


class Endpoint:
    """An address with what is needed to be let in."""

    def __init__(
        self,
        address: str,
        *,
        headers: Mapping[str, str],
        secrets: tuple[str, ...] = (),
        timeout: float = 60.0,
        account: str = "",
        largest: int = LARGEST_REPLY,
    ) -> None:
        """`account` tells callers of one host apart; it is a name, never a key."""
        self.address = address
        self.timeout = timeout
        self.secrets = tuple(secret for secret in secrets if secret)
        accepted = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
        self._headers = {"Content-Type": "application/json"} | accepted | dict(headers)
        # Short ones would blank half of every reply, and nobody guards a door with them.
        self._guarded = tuple(secret for secret in self.secrets if len(secret) >= 8)
        self._account = account
        self._largest = largest
        self._answered = False
        self._refusals = 0
        self._proxy: Proxy | None = None
        self._session: aiohttp.ClientSession | None = None
        self._url: yarl.URL | None = None
        self._failures: tuple[type[Exception], ...] = (OSError,)

    @property
    def name(self) -> str:
        """Scheme, host, port and account: calls of one name share one limit."""
        parts = urlsplit(self.address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return f"{parts.scheme}://{host_of(parts)}:{port} {self._account}".rstrip()

    @property
    def shown(self) -> str:
        """The address without its query."""
        return self.address.partition("?")[0]

    async def post(self, body: bytes) -> bytes:
        """Send a body, return the reply's."""
        session = self._session or self._opened()
        patience = self.timeout
        try:
            async with asyncio.timeout(patience):
                async with session.post(self._url, data=body, allow_redirects=False) as reply:  # pyright: ignore[reportArgumentType]
                    received = await self._read(reply)
                    if 200 <= reply.status < 300:
                        self._answered = True
                        return received
        except TimeoutError:
            raise self._late(patience) from None
        except self._failures as error:
            raise self._broken(error) from None
        raise self._fault(reply.status, reply.headers, received)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def trouble(self, told: Trouble | str | None, body: bytes) -> ModelError:
        """The error in a reply that says 200 and holds no answer."""
        trouble = Trouble(told) if isinstance(told, str) else told or Trouble()
        if not is_said(trouble):
            return Unreadable(f"a reply without an answer from {self.shown}")
        code = str(trouble.code)
        status = int(code) if code.isdecimal() and 400 <= int(code) < 600 else UNTOLD
        return self._fault(status, {}, body)

    def blanked(self, response: Response) -> Response:
        """A response without our keys in what it says."""
        for secret in self._guarded:
            if secret in response.text or secret in response.thought:
                text, thought = (each.replace(secret, BLANK) for each in (response.text, response.thought))
                response = replace(response, text=text, thought=thought)
        return response

    async def _read(self, reply: "aiohttp.ClientResponse") -> bytes:
        pieces: list[bytes] = []
        size = 0
        while piece := await reply.content.readany():
            pieces.append(piece)
            size += len(piece)
            if size > self._largest:
                reply.close()
                raise Unreadable(f"a reply of more than {self._largest // MEBIBYTE} MiB from {self.shown}")
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        headers = reply.headers
        if body[:1] != b"{":
            body = unpacked(body, headers.get("Content-Encoding", ""), self._largest)
        if "charset" in headers.get("Content-Type", ""):
            body = recoded(body, headers["Content-Type"])
        return body

    def _fault(self, status: int, headers: Mapping[str, str], body: bytes) -> ModelError:
        found = fault(Reply(status, headers, body, self.shown), self.secrets)
        if isinstance(found, Refused):
            self._refusals += 1
            if self._answered or self._refusals < ALL_REFUSED:
                return ModelError(str(found))
        return found

    def _late(self, waited: float) -> Late:
        """Too late; of all calls that waited as long, the first one lengthens the patience."""
        if waited >= self.timeout:
            self.timeout = max(waited, min(LONGEST_TIMEOUT, 2 * waited))
        hint = WAIT_LONGER.format(seconds=2 * waited)
        return Late(f"no answer within {waited:g} s from {self.shown}; {hint}")

    def _opened(self) -> "aiohttp.ClientSession":
        import aiohttp
        import yarl

        self._url = yarl.URL(self.address)
        self._failures = (aiohttp.ClientError, OSError, EOFError)
        self._proxy = proxy_for(self.address)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_ALIVE),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_WITHIN),
            headers=self._headers,
            proxy=self._proxy.url if self._proxy else None,
            auto_decompress=False,
        )
        return self._session

    def _broken(self, error: Exception) -> Exception:
        import aiohttp

        said = cleaned(f"{type(error).__name__}: {error}", self.secrets)
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            return Denied(f"{self.shown} shows a certificate that is not trusted: {said}; {_authorities()}")
        if isinstance(error, aiohttp.ClientConnectorSSLError):
            return Denied(f"{self.shown} speaks no TLS that we know: {said}; is it http:// and not https://?")
        if self._proxy is not None and isinstance(
            error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError
        ):
            return TransientError(
                f"the proxy {self._proxy.shown} that {self._proxy.variable} names lets no call through to "
                f"{self.shown}: {said}; NO_PROXY={urlsplit(self.address).hostname} goes without it"
            )
        return TransientError(f"the connection to {self.shown} broke: {said}")


def _authorities() -> str:
    """How to have a certificate trusted, by the variables that say whom to trust."""
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        written = os.environ.get(variable, "")
        if written and not Path(written).exists():
            return f"{variable} names {written}, which does not exist"
    return "SSL_CERT_FILE=/path/to/authority.pem names whom to trust"
