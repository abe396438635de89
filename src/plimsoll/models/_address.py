"""A base URL as written -> where calls go, what of it tells models apart, and the proxy on the way."""

import os
import re
from collections.abc import Mapping
from hashlib import blake2b
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit
from urllib.request import getproxies, proxy_bypass

import msgspec

from plimsoll.core import UserError

SECRET_NAME = re.compile(
    r"auth|key|token|secret|cookie|passw|pwd|signature|credential|^(sig|code|access|sas|jwt|pass)$",
    re.IGNORECASE,
)
ENDPOINTS = re.compile(r"/(chat/completions|completions|v1/messages|messages|responses)$")
VERSION = re.compile(r"^v\d+$")
PROVIDERS = (
    *("openai.com", "anthropic.com", "azure.com", "googleapis.com", "amazonaws.com", "openrouter.ai"),
    *("mistral.ai", "groq.com", "together.xyz", "together.ai", "fireworks.ai", "deepinfra.com", "x.ai"),
    *("cohere.com", "cohere.ai", "cerebras.ai", "sambanova.ai", "perplexity.ai", "nvidia.com", "novita.ai"),
    *("hyperbolic.xyz", "github.ai", "huggingface.co", "deepseek.com", "aliyuncs.com", "volces.com"),
    *("bigmodel.cn", "z.ai", "moonshot.cn", "moonshot.ai", "minimax.chat", "minimaxi.com", "minimax.io"),
    *("baidubce.com", "tencent.com", "tencentcloudapi.com", "xf-yun.com", "lingyiwanwu.com", "stepfun.com"),
    *("baichuan-ai.com", "siliconflow.cn", "siliconflow.com"),
)
"""Services whose address says who answers. Any other address is one's own server, which may move."""


class Proxy(NamedTuple):
    """A proxy that the environment names."""

    url: str
    variable: str

    @property
    def shown(self) -> str:
        """The address without user and password."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{host_of(parts)}{f':{parts.port}' if parts.port else ''}"


def checked_url(address: str, option: str = "base_url") -> SplitResult:
    """The parts of a base URL. Raises `UserError` for what is none or holds a secret."""
    try:
        parts = urlsplit(address.strip())
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
    return parts._replace(path=ENDPOINTS.sub("", parts.path.rstrip("/")))


def host_of(parts: SplitResult) -> str:
    """The host as it is written in an address."""
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host


def joined(base: SplitResult, path: str) -> str:
    """The base address with a path added, its query kept."""
    return base._replace(path=f"{base.path.rstrip('/')}/{path}", fragment="").geturl()


def revision_of(base: SplitResult, *, api: str = "", extra: Mapping[str, Any] | None = None) -> str:
    """What tells this endpoint's model from another's of its name; holds no secret.

    A service is told by its name. One's own server may move to another host or port, or be reached
    with a slash more: it stays the same.
    """
    folders = [folder for folder in base.path.split("/") if folder and not VERSION.match(folder)]
    pieces = ["/".join(filter(None, (_provider(base), *folders))), api]
    if extra:
        digest = blake2b(msgspec.json.encode(extra, order="deterministic"), digest_size=6)
        pieces.append(f"extra={digest.hexdigest()}")
    return " ".join(piece for piece in pieces if piece)


def _provider(base: SplitResult) -> str:
    host = (base.hostname or "").lower()
    return next((name for name in PROVIDERS if host == name or host.endswith(f".{name}")), "")


def proxy_for(address: str) -> Proxy | None:
    """The proxy that the environment names; read once, since aiohttp would ask for every request.

    Raises `UserError` for one that cannot be used. No proxy leads to this machine itself.
    """
    parts = urlsplit(address)
    found = getproxies()
    scheme = parts.scheme if parts.scheme in found else "all"
    if scheme not in found or _is_near(parts) or proxy_bypass(parts.netloc) or _excepted(parts, found):
        return None
    written = found[scheme]
    proxy = Proxy(written if "://" in written else f"http://{written}", _variable(scheme))
    try:
        kind, _ = urlsplit(proxy.url).scheme, proxy.shown
    except ValueError:  # its message may quote a password
        raise UserError(
            f"{proxy.variable} names a proxy by what is no address: write http://host:port, or set "
            f"NO_PROXY={parts.hostname} to go without"
        ) from None
    if kind not in ("http", "https"):
        raise UserError(
            f"{proxy.variable} names a proxy of the kind {kind or 'none'!r} ({proxy.shown}), and only http "
            f"and https proxies are understood: set {proxy.variable} to one of these, or "
            f"NO_PROXY={parts.hostname} to go without"
        )
    return proxy


def _variable(scheme: str) -> str:
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper())
    return next((name for name in names if os.environ.get(name)), names[1])


def _is_near(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    return host == "localhost" or (_is_number(host) and ip_address(host).is_loopback)


def _excepted(parts: SplitResult, proxies: Mapping[str, str]) -> bool:
    """Whether `NO_PROXY` holds a network (`10.0.0.0/8`) that the address is in."""
    host = parts.hostname or ""
    written = proxies.get("no", "") or os.environ.get("NO_PROXY", "")
    networks = [piece.strip() for piece in written.split(",") if "/" in piece]
    return _is_number(host) and any(_holds(network, host) for network in networks)


def _holds(network: str, host: str) -> bool:
    try:
        return ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
