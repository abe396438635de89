"""Request bytes -> reply bytes over connections that are kept alive, failures as `ModelError`s.

The hot path of every remote model: headers, address and timeouts are made once, the body goes
out and comes in as bytes. Redirects are not followed, because a key would travel with them.
"""

import asyncio
import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from plimsoll.core import Denied, Late, ModelError, Response, TransientError, Unreadable
from plimsoll.models import _secrets
from plimsoll.models._address import host_of, proxy_for
from plimsoll.models._faults import KEYLESS, WAIT_LONGER, Refused, Reply, cleaned, code_in, fault, said_in
from plimsoll.models._framing import Headers, TooLarge
from plimsoll.models._proxied import Proxied
from plimsoll.models._reading import MEBIBYTE, recoded, unpacked
from plimsoll.models._wire import Wire

LARGEST_REPLY = 64 * MEBIBYTE
LONGEST_TIMEOUT = 600.0
"""Seconds that patience grows to, where answers keep coming too late."""
ALL_REFUSED = 3
"""So many calls refused with 403, and none answered, mean us and not one prompt."""
UNREAD = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables by which other programs are told whom to trust."""
REFUSED = 401
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
        self._carrier: Wire | Proxied | None = None

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
        carrier = self._carrier or self._opened()
        patience = self.timeout
        try:
            async with asyncio.timeout(patience):
                status, headers, received, _ = await carrier.post(body)
        except TimeoutError:
            raise self._late(patience) from None
        except TooLarge:
            raise Unreadable(
                f"a reply of more than {self._largest // MEBIBYTE} MiB from {self.shown}"
            ) from None
        except (OSError, EOFError) as error:
            raise self._broken(error) from None
        received = self._plain(received, headers)
        if 200 <= status < 300:
            self._answered = True
            return received
        raise self._fault(status, headers, received)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        carrier, self._carrier = self._carrier, None
        if carrier is not None:
            await carrier.close()

    def trouble(self, told: Trouble | str | None, body: bytes) -> ModelError:
        """The error in a reply that says 200 and holds no answer."""
        trouble = Trouble(told) if isinstance(told, str) else told or Trouble(said_in(body), code_in(body))
        if not is_said(trouble) or (told is None and not trouble.message):
            return Unreadable(f"a reply without an answer from {self.shown}")
        code = str(trouble.code)
        if code.isdecimal() and 400 <= int(code) < 600:
            return self._fault(int(code), {}, body)
        return self._fault(REFUSED if KEYLESS.search(trouble.message or "") else UNTOLD, {}, body)

    def blanked(self, response: Response) -> Response:
        """A response without our keys in what it says."""
        return _secrets.blanked(response, self._guarded)

    def _plain(self, body: bytes, headers: Headers) -> bytes:
        """A body in UTF-8, without its compression."""
        if body[:1] != b"{":
            body = unpacked(body, headers.get("Content-Encoding"), self._largest)
        kind = headers.get("Content-Type")
        return recoded(body, kind) if "charset" in kind else body

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

    def _opened(self) -> Wire | Proxied:
        proxy = proxy_for(self.address)
        if proxy is None:
            self._carrier = Wire(self.address, self._headers, self._largest)
        else:
            self._carrier = Proxied(self.address, self._headers, self._largest, proxy)
        return self._carrier

    def _broken(self, error: Exception) -> Exception:
        said = cleaned(f"{type(error).__name__}: {error}", self.secrets)
        if isinstance(error, ssl.CertificateError):
            return Denied(f"{self.shown} shows a certificate that is not trusted: {said}; {_authorities()}")
        if isinstance(error, ssl.SSLError):
            return Denied(f"{self.shown} speaks no TLS that we know: {said}; is it http:// and not https://?")
        return TransientError(f"the connection to {self.shown} broke: {said}")


def _authorities() -> str:
    """How to have a certificate trusted, by the variables that say whom to trust."""
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        written = os.environ.get(variable, "")
        if written and not Path(written).exists():
            return f"{variable} names {written}, which does not exist"
    other = next((name for name in UNREAD if os.environ.get(name)), "")
    if other:
        return f"SSL_CERT_FILE={os.environ[other]} names whom to trust: {other} is not read"
    return "SSL_CERT_FILE=/path/to/authority.pem names whom to trust"
