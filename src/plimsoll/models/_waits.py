"""What an endpoint says of when to come back -> seconds: headers, dates, and words in the body."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from plimsoll.text.expressions import expression

LONGEST_READ = 16_384
LONGEST_WAIT = 1e9
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
UNITS = (
    r"(?:(?P<ms>ms|milli\w*|毫秒)|(?P<d>d(?:ays?)?\b|天)|(?P<h>h(?:ou)?r?s?(?![a-z])|小时)"
    r"|(?P<m>m(?:in(?:ute)?s?)?(?![a-z])|分钟?)|(?P<s>s(?:ec(?:ond)?s?)?(?![a-z])|秒钟?))"
)
PIECE = expression(rf"(\d+(?:\.\d+)?)\s*{UNITS}", re.IGNORECASE)
UNIT = r"(?:ms|milli\w{1,10}|毫秒|[hms](?![a-z])|[a-z]{3,12}|小时|分钟?|秒钟?)"
DURATION = rf"((?:\d{{1,9}}(?:\.\d{{1,9}})?\s{{0,2}}{UNIT}\s{{0,2}}(?:and\s)?){{1,4}})"
IN_WORDS = expression(
    r"(?:(?:retry|try again|come back|wait|resets?|available)[a-z_]*(?:\W{1,8}[a-z_]+){0,4}?\W{0,8}"
    r"|请[^\d]{0,12})" + DURATION,
    re.IGNORECASE,
)
AS_NUMBER = expression(
    r"retry[_-]?after(?:[_-]?sec(?:ond)?s)?\"?\s?[:=]\s?\"?(\d{1,9}(?:\.\d{1,9})?)", re.IGNORECASE
)
BY_DAY = expression(r"per[ _-]?day|daily|\b[rt]pd\b|PerDay|每日|每天|当日", re.IGNORECASE)


def wait_of(headers: Mapping[str, str], body: bytes = b"") -> float | None:
    """Seconds that the endpoint asks us to wait; nothing where it does not say."""
    told = retry_after(headers)
    if told is not None:
        return told
    text = body[:LONGEST_READ].decode("utf-8", "replace")
    told = in_words(text)
    return told if told is not None else _by_reset(headers)


def is_of_the_day(body: bytes) -> bool:
    """Whether what is used up is a day's share."""
    return BY_DAY.search(body[:LONGEST_READ].decode("utf-8", "replace")) is not None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """`Retry-After`, written as seconds, milliseconds or a date."""
    milliseconds = _number(headers.get("Retry-After-Ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    written = headers.get("Retry-After", "")
    seconds = _number(written)
    if seconds is not None:
        return seconds if seconds < LONGEST_WAIT else None
    if PIECE.fullmatch(written.strip()):
        return _duration(written)
    return _until(written, headers)


def in_words(text: str) -> float | None:
    """`Please retry in 26.66s`, `try again in 7m12s`, `"retryDelay": "26s"`, `请30秒后重试`."""
    found = IN_WORDS.search(text)
    if found:
        return _duration(found[1])
    number = AS_NUMBER.search(text)
    return float(number[1]) if number else None


def _by_reset(headers: Mapping[str, str]) -> float | None:
    """The counters that some endpoints send beside every reply, where one of them is at its end."""
    for what in ("Requests", "Tokens"):
        if headers.get(f"X-RateLimit-Remaining-{what}", "").strip() == "0":
            return _duration(headers.get(f"X-RateLimit-Reset-{what}", ""))
    moment = _number(headers.get("X-RateLimit-Reset", ""))
    if moment is None or moment < 1e9:
        return moment
    seconds = moment / 1000 if moment > 1e11 else moment
    return max(0.0, seconds - datetime.now(UTC).timestamp())


def _duration(written: str) -> float | None:
    pieces = list(PIECE.finditer(written))
    if not pieces:
        return _number(written)
    return sum(float(piece[1]) * SECONDS[piece.lastgroup or "s"] for piece in pieces)


def _number(written: str) -> float | None:
    return float(written) if re.fullmatch(r"\s*\d{1,13}(\.\d*)?\s*", written) else None


def _until(written: str, headers: Mapping[str, str]) -> float | None:
    due = _moment(written)
    if due is None:
        return None
    # The endpoint's own clock where it tells it: ours may be off.
    now = _moment(headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (due - now).total_seconds())


def _moment(written: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        return _iso(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _iso(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
