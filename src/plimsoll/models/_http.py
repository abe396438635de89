"""Request bytes -> reply bytes over one kept-alive aiohttp session, failures as `ModelError`s.

The hot path of every remote model: headers, address and timeouts are made once, the body goes
out and comes in as bytes. Redirects are not followed, because a key would travel with them.
"""

import asyncio
import json
import os
import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlsplit
from urllib.request import getproxies, proxy_bypass

import msgspec

from plimsoll.core import Denied, ModelError, TransientError, UserError
from plimsoll.models._faults import BLANK, Reply, cleaned, fault

if TYPE_CHECKING:
    import aiohttp
    import yarl

T = TypeVar("T")

MEBIBYTE = 1024 * 1024
LARGEST_REPLY = 64 * MEBIBYTE
# Below the five seconds after which common Python servers close idle connections.
KEPT_ALIVE = 4.0
CONNECT_WITHIN = 30.0
SECRET_NAME = re.compile(r"auth|key|token|secret|cookie|password|signature", re.IGNORECASE)


class Trouble(msgspec.Struct, frozen=True):
    """An error told under status 200, as gateways do."""

    message: str = ""
    code: int | str | None = None


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
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"} | dict(headers)
        self._secrets = tuple(secret for secret in secrets if secret)
        # Short ones would blank half of every reply, and nobody guards a door with them.
        self._unseen = tuple(secret.encode() for secret in self._secrets if len(secret) >= 8)
        self._account = account
        self._largest = largest
        self._session: aiohttp.ClientSession | None = None
        self._url: yarl.URL | None = None
        self._failures: tuple[type[Exception], ...] = (OSError,)

    @property
    def name(self) -> str:
        """Scheme, host, port and account: calls of one name share one limit."""
        parts = urlsplit(self.address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return f"{parts.scheme}://{host_of(parts)}:{port} {self._account}".rstrip()

    async def post(self, body: bytes) -> bytes:
        """Send a body, return the reply's."""
        session = self._session or self._opened()
        try:
            async with asyncio.timeout(self.timeout):
                async with session.post(self._url, data=body, allow_redirects=False) as reply:  # pyright: ignore[reportArgumentType]
                    received = await self._read(reply)
                    if reply.status == 200:
                        return received
        except TimeoutError:
            raise TransientError(f"no answer within {self.timeout:g} s from {self._shown}") from None
        except self._failures as error:
            raise self._broken(error) from None
        raise fault(Reply(reply.status, reply.headers, received), self._secrets)

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def trouble(self, told: Trouble | str | None) -> ModelError:
        """The error in a reply that says 200 and holds no answer."""
        trouble = told if isinstance(told, Trouble) else Trouble(told or "a reply without an answer")
        known = isinstance(trouble.code, int) and 400 <= trouble.code < 600
        status = trouble.code if known and isinstance(trouble.code, int) else 502
        return fault(Reply(status, {}, trouble.message.encode("utf-8", "replace")), self._secrets)

    def scrubbed(self, text: str) -> str:
        """Text from the endpoint made fit for an error message."""
        return cleaned(text, self._secrets)

    async def _read(self, reply: "aiohttp.ClientResponse") -> bytes:
        pieces: list[bytes] = []
        size = 0
        while piece := await reply.content.readany():
            pieces.append(piece)
            size += len(piece)
            if size > self._largest:
                reply.close()
                raise TransientError(
                    f"a reply of more than {self._largest // MEBIBYTE} MiB from {self._shown}"
                )
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        for secret in self._unseen:
            if secret in body:
                body = body.replace(secret, BLANK.encode())
        return body

    def _opened(self) -> "aiohttp.ClientSession":
        import aiohttp
        import yarl

        self._url = yarl.URL(self.address)
        self._failures = (aiohttp.ClientError, OSError, EOFError)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_ALIVE),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_WITHIN),
            headers=self._headers,
            proxy=_proxy_for(self.address),
        )
        return self._session

    def _broken(self, error: Exception) -> Exception:
        import aiohttp

        said = self.scrubbed(f"{type(error).__name__}: {error}")
        if isinstance(error, aiohttp.ClientConnectorCertificateError):
            return Denied(f"{self._shown} shows a certificate that is not trusted: {said}")
        return TransientError(f"the connection to {self._shown} broke: {said}")

    @property
    def _shown(self) -> str:
        return self.address.partition("?")[0]


def encoded(body: Mapping[str, Any]) -> bytes:
    """The body to send. Raises `ModelError` for text that no encoding can carry."""
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError as error:
        raise ModelError(f"the request holds a lone surrogate and cannot be sent: {error.reason}") from None


def decoded(body: bytes, decoder: "msgspec.json.Decoder[T]", endpoint: Endpoint) -> T:
    """Read a reply. Raises `TransientError` when it is cut short, no JSON, or of another shape."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise TransientError(f"the reply has another shape than expected: {error}") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _mended(body, decoder, endpoint)


def _mended(body: bytes, decoder: "msgspec.json.Decoder[T]", endpoint: Endpoint) -> T:
    """Read what strict JSON forbids and servers send: NaN, lone surrogates, broken UTF-8."""
    try:
        document = json.loads(body.decode("utf-8", "replace"), parse_constant=lambda _: None)
        text = json.dumps(document, ensure_ascii=False)
        return decoder.decode(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    except (ValueError, RecursionError):
        pass
    begin = endpoint.scrubbed(body[:200].decode("utf-8", "replace"))
    if body.lstrip()[:1] == b"<":
        raise TransientError(f"HTML instead of JSON, is base_url right? It begins {begin!r}")
    raise TransientError(f"invalid JSON of {len(body)} bytes, beginning {begin!r}")


def checked_url(address: str, option: str = "base_url") -> SplitResult:
    """The parts of a base URL. Raises `UserError` for what is none or holds a secret."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.username is not None or parts.password is not None:
        raise UserError(
            f"{option} holds a user or password; take it out and name the key's variable by api_key_env"
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UserError(f"{option} {address!r} is no address: write http://host:port/v1 or https://host/v1")
    secret = next((name for name, _ in parse_qsl(parts.query) if SECRET_NAME.search(name)), None)
    if secret is not None:
        raise UserError(f"{option} holds a secret in ?{secret}=; put it into a variable named by api_key_env")
    return parts


def host_of(parts: SplitResult) -> str:
    """The host as it is written in an address."""
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host


def checked_timeout(seconds: float) -> float:
    """The seconds a call may take. Raises `UserError` where that is no time at all."""
    if not seconds > 0:
        raise UserError(f"timeout={seconds:g} leaves no time for a reply: it takes seconds above 0")
    return seconds


def joined(base: SplitResult, path: str) -> str:
    """The base address with a path added, its query kept."""
    return base._replace(path=f"{base.path.rstrip('/')}/{path}", fragment="").geturl()


def revision_of(base: SplitResult, *, api: str = "", extra: Mapping[str, Any] | None = None) -> str:
    """What tells this endpoint's model from another's of its name; holds no secret."""
    port = f":{base.port}" if base.port else ""
    pieces = [f"{host_of(base)}{port}{base.path.rstrip('/')}", api]
    if extra:
        digest = blake2b(msgspec.json.encode(extra, order="deterministic"), digest_size=6)
        pieces.append(f"extra={digest.hexdigest()}")
    return " ".join(piece for piece in pieces if piece)


def key_from(variable: str, *, needed_by: str = "") -> str:
    """The key in an environment variable. Raises `UserError` where `needed_by` cannot do without."""
    key = os.environ.get(variable, "").strip()
    if not key and needed_by:
        raise UserError(
            f"{needed_by} needs a key: export {variable}=... (or name another by -M api_key_env=NAME)"
        )
    if not all(" " < character < "\x7f" for character in key):
        raise UserError(f"the key in {variable} holds characters that no key has")
    return key


def refuse_key(value: str, variable: str) -> None:
    """Options are written into manifests, so a key may not be one."""
    if value:
        raise UserError(
            f"a key is never an option, since options are recorded: export {variable}=... "
            "or name the variable that holds it by -M api_key_env=NAME"
        )


class Headers(msgspec.Struct, frozen=True):
    """Headers a user asked for, with those values that came out of the environment."""

    values: Mapping[str, str]
    secrets: tuple[str, ...] = ()


def headers_from(written: str) -> Headers:
    """Read `{"Name": "value"}`; a value `$NAME` is the environment variable of that name."""
    values: dict[str, str] = {}
    secrets: list[str] = []
    for name, value in json_object(written, "headers").items():
        text = str(value)
        if text.startswith("$"):
            text = key_from(text[1:], needed_by=f"the header {name}")
            secrets.append(text)
        elif SECRET_NAME.search(name):
            raise UserError(
                f"the header {name} holds a secret: write its variable, as in {{{name!r}: '$NAME'}}"
            )
        values[name] = text
    return Headers(values, tuple(secrets))


def json_object(written: str, option: str) -> dict[str, Any]:
    """Read an option that is a JSON object; empty text is an empty one."""
    try:
        return msgspec.json.decode(written, type=dict[str, Any]) if written.strip() else {}
    except msgspec.DecodeError as error:
        raise UserError(f"{option} is no JSON object ({error}): write {option}='{{\"name\": 1}}'") from None


def names_in(written: str) -> frozenset[str]:
    """Read an option that lists names, `;` or `,` between them."""
    return frozenset(re.split(r"[;,\s]+", written.strip())) - {""}


def _proxy_for(address: str) -> str | None:
    """The proxy that the environment names; read once, since aiohttp would ask for every request."""
    parts = urlsplit(address)
    if proxy_bypass(parts.netloc):
        return None
    return getproxies().get(parts.scheme)
