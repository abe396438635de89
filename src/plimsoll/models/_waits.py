"""What an endpoint says of when to come back -> seconds: headers, dates, and words in the body."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from plimsoll.text.expressions import expression

LONGEST_READ = 16_384
LAST_SECOND = 1e11
"""Larger ones count milliseconds."""
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
UNITS = (
    r"(?:(?P<ms>ms|milli\w*|毫秒)|(?P<d>d(?:ays?)?\b|天)|(?P<h>h(?:ou)?r?s?(?![a-z])|小时)"
    r"|(?P<m>m(?:in(?:ute)?s?)?(?![a-z])|分钟?)|(?P<s>s(?:ec(?:ond)?s?)?(?![a-z])|秒钟?))"
)
NUMBER = r"(?<![\d.])\d{1,9}(?:\.\d{1,20})?"
PIECE = expression(rf"({NUMBER})\s{{0,9}}{UNITS}", re.IGNORECASE)
UNIT = r"(?:ms|milli\w{1,10}|毫秒|[hms](?![a-z])|[a-z]{3,12}|小时|分钟?|秒钟?)"
DURATION = rf"((?:{NUMBER}\s{{0,2}}(?:more\s)?{UNIT}\s{{0,2}}(?:and\s)?){{1,4}})"
IN_WORDS = expression(
    r"(?:(?:retry|try again|try after|come back|wait|resets?|available|allowed|cool[ -]?down)[a-z_]{0,12}"
    r"(?:\W{1,8}[a-z_]{1,20}){0,4}?\W{0,8}|请[^\d]{0,12}|(?:等待|剩余|还需|重试)[^\d]{0,8})" + DURATION,
    re.IGNORECASE,
)
THEREAFTER = expression(DURATION + r"(?:之|以)?[后後]", re.IGNORECASE)
AS_NUMBER = expression(
    r"(?:retry[_-]?after|wait|estimated[_-]?time)(?:[_-]?(?:sec(?:ond)?s|(?P<ms>ms)))?\"?\s?[:=]\s?\"?"
    r"(?P<number>\d{1,9}(?:\.\d{1,9})?)",
    re.IGNORECASE,
)
ISO = expression(r"PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", re.IGNORECASE)
CLOCK = expression(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})")
ESCAPED = expression(r"\\u([0-9a-fA-F]{4})")
COUNTERS = (
    ("X-RateLimit-Remaining-Requests", "X-RateLimit-Reset-Requests"),
    ("X-RateLimit-Remaining-Tokens", "X-RateLimit-Reset-Tokens"),
    ("Anthropic-RateLimit-Requests-Remaining", "Anthropic-RateLimit-Requests-Reset"),
    ("Anthropic-RateLimit-Tokens-Remaining", "Anthropic-RateLimit-Tokens-Reset"),
    ("RateLimit-Remaining", "RateLimit-Reset"),
)
"""What is left, and when it begins anew."""
COUNTED_DOWN = expression(r"remaining=0\b.{0,80}?\breset=(\d+)", re.IGNORECASE)
SINCE_1970 = 1e9
"""Numbers from here on are no seconds to wait but a moment."""
RESET_IN_BODY = expression(r"ratelimit-reset\W{1,6}(\d{10,13})\b", re.IGNORECASE)
"""What gateways repeat of the headers that they were sent."""
BY_DAY = expression(r"per[ _-]?day|daily|\b[rt]pd\b|PerDay|[每今当][日天]|日流控", re.IGNORECASE)


def wait_of(headers: Mapping[str, str], body: bytes = b"") -> float | None:
    """Seconds that the endpoint asks us to wait; nothing where it does not say."""
    told = retry_after(headers)
    if told is not None:
        return told
    written = _text(body)
    told = in_words(written)
    if told is None and (found := RESET_IN_BODY.search(written)):
        return _from_now(float(found[1]))
    return told if told is not None else _by_reset(headers)


def is_of_the_day(body: bytes) -> bool:
    """Whether what is used up is a day's share."""
    return BY_DAY.search(_text(body)) is not None


def _text(body: bytes) -> str:
    """The beginning of a body; many write what is not ASCII as `\\u4eca`."""
    text = body[:LONGEST_READ].decode("utf-8", "replace")
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "\\u" in text else text


def retry_after(headers: Mapping[str, str]) -> float | None:
    """`Retry-After`, written as seconds, milliseconds or a date."""
    for name in ("Retry-After-Ms", "X-Ms-Retry-After-Ms"):
        milliseconds = _number(headers.get(name, ""))
        if milliseconds is not None:
            return milliseconds / 1000
    return _time(headers.get("Retry-After", ""), headers)


def _time(written: str, headers: Mapping[str, str]) -> float | None:
    """Seconds, a duration or a moment; of a field that came twice, the first."""
    seconds = _number(first := written.strip().rstrip(";"))
    if seconds is None and "," in written:
        seconds = _number(written.partition(",")[0])
    if seconds is not None:
        if seconds < SINCE_1970:
            return seconds
        return _left(datetime.fromtimestamp(seconds, UTC), headers) if seconds < LAST_SECOND else None
    if PIECE.fullmatch(first):
        return _duration(first)
    if found := ISO.fullmatch(first) or CLOCK.fullmatch(first):
        hours, minutes, rest = (float(each or 0) for each in found.groups())
        return 3600 * hours + 60 * minutes + rest
    return _until(written, headers)


def in_words(text: str) -> float | None:
    """`Please retry in 26.66s`, `try again in 7m12s`, `"retryDelay": "26s"`, `请30秒后重试`."""
    found = IN_WORDS.search(text) or THEREAFTER.search(text)
    if found:
        return _duration(found[1])
    number = AS_NUMBER.search(text)
    return float(number["number"]) / (1000 if number["ms"] else 1) if number else None


def _by_reset(headers: Mapping[str, str]) -> float | None:
    """The counters that some endpoints send beside every reply, where one of them is at its end."""
    for left, anew in COUNTERS:
        if headers.get(left, "").strip() == "0":
            written = headers.get(anew, "")
            return found if (found := _time(written, headers)) is not None else _duration(written)
    if counted := COUNTED_DOWN.search(headers.get("RateLimit", "")):
        return float(counted[1])
    after = _number(headers.get("X-RateLimit-Reset-After", ""))
    if after is not None:
        return after
    alone = "" if headers.get("RateLimit-Remaining", "") else headers.get("RateLimit-Reset", "")
    moment = _number(headers.get("X-RateLimit-Reset", "") or alone)
    if moment is None or moment < SINCE_1970:
        return moment
    return _from_now(moment)


def _from_now(moment: float) -> float:
    seconds = moment / 1000 if moment > LAST_SECOND else moment
    return max(0.0, seconds - datetime.now(UTC).timestamp())


def _duration(written: str) -> float | None:
    pieces = list(PIECE.finditer(written.replace("more", " ")))
    if not pieces:
        return _number(written)
    return sum(float(piece[1]) * SECONDS[piece.lastgroup or "s"] for piece in pieces)


def _number(written: str) -> float | None:
    return float(written) if re.fullmatch(r"\s*\d{1,13}(\.\d*)?\s*", written) else None


def _until(written: str, headers: Mapping[str, str]) -> float | None:
    due = _moment(written)
    return None if due is None else _left(due, headers)


def _left(due: datetime, headers: Mapping[str, str]) -> float:
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
