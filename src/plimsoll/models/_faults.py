"""HTTP status, headers and error body -> the `ModelError` that says what to do about it.

Error bodies are hostile text: keys are blanked, control characters dropped, the rest cut short.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import msgspec

from plimsoll.core import ContextExceeded, Denied, ModelError, Overloaded, TransientError

LONGEST_MESSAGE = 300
LONGEST_READ = 65_536
OVERLOADED = frozenset({429, 503, 529})
DENIED = frozenset({401, 402, 403, 404})
TRANSIENT = frozenset({408, 409, 425})
NOT_IMPLEMENTED = 501

CONTEXT = re.compile(
    r"context[ _-]?(length|window|size)|(prompt|input) is too long|too many (input )?tokens"
    r"|range of input length",
    re.IGNORECASE,
)
WITHHELD = re.compile(
    r"content_filter|content_policy_violation|data_?inspection_?failed|content exists risk", re.IGNORECASE
)
SPENT = re.compile(r"insufficient_quota|billing_hard_limit|credit balance is too low", re.IGNORECASE)
KEY_LIKE = re.compile(r"\b(sk|pk|key|xai|gsk|hf)[-_][A-Za-z0-9_\-*]{6,}|(?<=bearer )\S{6,}", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")
BLANK = "***"


class Rejected(ModelError):
    """The endpoint understood the request and will not serve it as it stands."""


class Withheld(ModelError):
    """The endpoint's content filter stopped the request."""


class Reply(NamedTuple):
    """An HTTP reply that is not a success."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fault(reply: Reply, secrets: Sequence[str] = ()) -> ModelError:
    """The error that a failed reply stands for."""
    told = message_of(reply.body)
    said = f"HTTP {reply.status}: {cleaned(told, secrets)}"
    if 300 <= reply.status < 400:
        place = cleaned(reply.headers.get("Location", "nowhere"), secrets)
        return Denied(
            f"HTTP {reply.status}: the endpoint redirects to {place}; set base_url to where it leads"
        )
    if SPENT.search(told):
        return Denied(said)
    if reply.status in OVERLOADED:
        return Overloaded(said, retry_after(reply.headers))
    if reply.status in TRANSIENT or (reply.status >= 500 and reply.status != NOT_IMPLEMENTED):
        return TransientError(said, retry_after(reply.headers))
    return _refusal(reply.status, told)(said)


def _refusal(status: int, told: str) -> type[ModelError]:
    if status == 413 or CONTEXT.search(told):
        return ContextExceeded
    if WITHHELD.search(told):
        return Withheld
    return Denied if status in DENIED else Rejected


class _Error(msgspec.Struct, frozen=True):
    message: str
    code: str | int | None = None
    type: str | None = None


class _ErrorBody(msgspec.Struct, frozen=True):
    error: _Error | str | None = None
    message: str | None = None
    detail: str | None = None


_ERROR_BODY = msgspec.json.Decoder(_ErrorBody)


def message_of(body: bytes) -> str:
    """What an error body says: message, code and type of the usual JSON shapes, else its text."""
    try:
        told = _ERROR_BODY.decode(body)
    except (ValueError, RecursionError):
        return body[:LONGEST_READ].decode("utf-8", "replace")
    if isinstance(told.error, _Error):
        marks = [str(mark) for mark in (told.error.code, told.error.type) if mark]
        return f"{told.error.message} ({', '.join(marks)})" if marks else told.error.message
    plain = told.error or told.message or told.detail
    return plain or body[:LONGEST_READ].decode("utf-8", "replace")


def cleaned(text: str, secrets: Sequence[str] = ()) -> str:
    """Hostile text made fit to be shown: one line, no keys, no control characters, cut short."""
    text = text[:LONGEST_READ]
    for secret in secrets:
        text = text.replace(secret, BLANK)
    line = " ".join(CONTROL.sub(" ", KEY_LIKE.sub(BLANK, text)).split())
    if len(line) <= LONGEST_MESSAGE:
        return line or "(no message)"
    return f"{line[: LONGEST_MESSAGE - 3]}..."


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the endpoint asks us to wait, written as seconds, milliseconds or a date."""
    milliseconds = _number(headers.get("Retry-After-Ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    written = headers.get("Retry-After", "")
    seconds = _number(written)
    if seconds is not None:
        return seconds
    due = _moment(written)
    if due is None:
        return None
    # The endpoint's own clock where it tells it: ours may be off.
    now = _moment(headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (due - now).total_seconds())


def _number(written: str) -> float | None:
    return float(written) if re.fullmatch(r"\s*\d{1,9}(\.\d*)?\s*", written) else None


def _moment(written: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
