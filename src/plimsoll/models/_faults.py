"""HTTP status, headers and error body -> the `ModelError` that says what to do about it.

What the body says comes before the status: a content filter answers with any of them. Error bodies are
hostile text: keys are blanked, control characters dropped, the rest cut short.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from plimsoll.core import ContextExceeded, Denied, Late, ModelError, Overloaded, TransientError, decoding
from plimsoll.models._secrets import BLANK, without
from plimsoll.models._waits import is_of_the_day, wait_of
from plimsoll.models._withheld import is_withheld, unechoed
from plimsoll.text.expressions import expression

LONGEST_MESSAGE = 300
LONGEST_READ = 65_536
OVERLOADED = frozenset({429, 498, 502, 503, 520, 521, 522, 523, 529})
LATE = frozenset({408, 504, 524})
DENIED = frozenset({401, 402, 403, 404, 405, 407, 410})
TRANSIENT = frozenset({409, 424, 425, 449})
NOT_IMPLEMENTED = 501
TOO_MANY = 429
LONGEST_WAIT = 900.0
"""Seconds; who asks us to wait for longer has closed for the day."""
WAIT_LONGER = "wait longer by -M timeout={seconds:g}, or ask less at once by --max-connections 4"

CONTEXT = expression(
    r"context[ _-]?(length|window|size|limit)|(prompt|input) is too long|too many (input )?tokens"
    r"|range of input length|reduce the length of (the|your)|maximum (prompt|input) length"
    r"|(?<!image )(prompt|input)\w* (exceeds|longer than)|超(过|出)[^。]{0,10}(上下文|最大长度|输入长度)"
    r"|(?<!image )\b(prompt|input|message)s?(_|\b((?!max|valid)[^.]){0,20}\b)(length|tokens?|count|too)\b"
    r"((?!max)[^.]){0,40}\b(exceed|long|large|less than)"
    r"|\binputs?\W{1,3}must have (less|fewer)|exceed\w* (the )?(model|max)('s)? (token|message|input|prompt)"
    r"|max(imum)? length of (the )?(current )?(question|prompt|input|message)"
    r"|超长|(?<![_\w])token\w{0,4}数量?[^。]{0,4}超|(输入|对话|问题|字数|文本)[^。]{0,8}(过长|太长|太多|超限)",
    re.IGNORECASE,
)
TOO_LARGE = expression(r"request too large", re.IGNORECASE)
"""Said with 429, of a request that is larger than a minute's share: it never fits."""
REPLY_TOO_LONG = expression(
    r"max_(completion_)?tokens\W{0,3} (or \W?max_\w+\W? )?is too large", re.IGNORECASE
)
"""Said of the reply that was asked for, though the context's length is named beside it."""
ROOM = expression(
    r"\b\d{1,9} ?> ?(?P<a>\d{1,9}) ?- ?(?P<b>\d{1,9})|length is (?P<c>\d{1,9}) tokens[^(]{0,80}"
    r"\((?P<d>\d{1,9}) in the (?:messages|prompt)"
    r"|tokens\W{1,4}\+[^.]{0,40}must be <= (?P<e>\d{1,9})\W{1,4}Given: (?P<f>\d{1,9})"
    r"|\b(?P<h>\d{1,9}) ?\+ ?\d{1,9} ?> ?(?P<g>\d{1,9})",
    re.IGNORECASE,
)
"""How much there is, and how much of it the prompt takes."""
LEAST_ROOM = 64
"""Tokens for a reply below which it is the prompt that does not fit."""
SPENT = expression(
    r"insufficient_quota|billing_hard_limit|billing_not_active|credit balance is too low"
    r"|insufficient[ _](\w+[ _])?balance|overdue (balance|payment|bill)|AccountOverdue"
    r"|exceeded_current_quota_error"
    r"|arrearage|insufficient_user_quota|pre_consume_token_quota|FreeTierOnly"
    r"|(reached|exceeded)[^.]{0,30}\b(API usage|spending|spend) limits?\b|\b(calls|requests) ?(/"
    r"|per|a) ?month"
    r"|quota exceeded[^\n]{0,200}\blimit: 0\b"
    r"|(?<![\w.])account\b( \S{1,80}){0,3} (is|has been|was) (currently )?"
    r"(suspended|deactivated|disabled|in arrears)"
    r"|(monthly|weekly)[^.]{0,20}(limit|quota) (exceeded|reached)"
    r"|(reached|exceeded|exhausted)[^.]{0,30}(monthly|weekly)[^.]{0,20}(limit|quota)"
    r"|(out of|no remaining|no available|all available|all remaining) credits"
    r"|credits (have been|are) (exhausted|used up)"
    r"|\b(trial|trial period|plan|package|subscription) has (expired|ended)"
    r"|free tier[^.]{0,40}(exhausted|used up)|balance is (negative|too low)"
    r"|budget_exceeded|budget has been exceeded\W+current cost"
    r"|insufficient funds|payment required|balance (is )?insufficient"
    r"|quota (is |has been )?(exhausted|used up)[^.]{0,20}(billing|month|period)"
    r"|[本当]月[^。]{0,6}(上限|用尽|用完|耗尽)"
    r"|余额不足|欠费|(额度|配额|余量|资源包)(已)?(不足|用尽|用完|耗尽|超限)|预扣费[^。]{0,6}失败|套餐(已)?(到期|用尽|用完)|无可用资源包|请(先)?充值",
    re.IGNORECASE,
)
"""What is used up does not come back by waiting."""
HOPELESS = expression(
    r"model\W{0,3}([\w./:@-]+\W{1,3})?(does not|doesn't|not) exist"
    r"|\b(no such|unknown) model\b(?! (parameter|option|field|setting|output))"
    r"|\binvalid model(\W{0,2}(id|name|identifier|specified)\b|:)|model\W{0,3}([\w./:@-]+\W{0,3})?"
    r"((is |was )?not found|has been (retired|deprecated|removed|shut down))"
    r"|模型[^。]{0,12}(不存在|未找到|下线|下架)|location is not supported"
    r"|\bmodel_(not_found|not_available|not_supported|decommissioned)\b|ModelNotOpen|DeploymentNotFound"
    r"|\bmodel\b[^.]{0,60}\b(decommissioned|no longer (supported|available|served)|identifier is invalid)"
    r"|\bnot a (valid|chat) model\b|non-serverless model|on-demand throughput isn"
    r"|\bdoes not support chat\b|\bno provider support",
    re.IGNORECASE,
)
"""True of every prompt."""
KEYLESS = expression(
    r"(api[ _-]?key|access token|令牌|密钥)[^.。]{0,30}(invalid|expired|not valid|incorrect|无效|过期|不正确)"
    r"|\b(invalid|incorrect|expired) (api[ _-]?key|access token)\b"
    r"|\b(login fail|no permission|NoAuth|AuthFailure)"
    r"|没有[^。]{0,8}(权限|授权)",
    re.IGNORECASE,
)
"""So is this, but where the endpoint broke it may be anything."""
RATE = expression(
    r"too many (concurrent |parallel )?requests|rate[ _-]?(limit|quota)|throttling|concurrency limit"
    r"|request[s_ ]{0,2}limit[ _]?(exceeded|reached)|\bqps\b|\bmodel\W+(\w+\W+){0,3}loading\b"
    r"|\b(server|service|system|model|engine) (is )?(too |currently )?busy|\boverloaded\b"
    r"|\bthrottled\b|queue is full"
    r"|slow down|too fast|太快|频繁|限流|流控|(系统|服务)[^。]{0,4}繁忙|并发[^。]{0,8}(超|上限)|负载已饱和",
    re.IGNORECASE,
)
"""That too much is asked for, where the status does not say so."""
UNSAID = frozenset({400, 403, 422, 500})
"""Statuses under which some say that, too."""
KEY_LIKE = expression(r"\b(sk|pk|key|xai|gsk|hf)[-_][A-Za-z0-9_\-*]{6,}|(?<=bearer )\S{6,}", re.IGNORECASE)
CONTROL = expression(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")


TELLING = (
    *("error", "message", "detail", "msg", "errormsg", "error_msg", "status_msg", "base_resp"),
    *("errors", "response"),
)
"""Fields that hold what went wrong, or hold what holds it."""


class Rejected(ModelError):
    """The endpoint understood the request and will not serve it as it stands."""


class Withheld(ModelError):
    """The endpoint's content filter stopped the request."""


class Refused(Denied):
    """HTTP 403: of us all, or of one prompt; the endpoint's other answers tell."""


class ServerFault(TransientError):
    """HTTP 500 and its like: the endpoint broke over the request."""


class Reply(NamedTuple):
    """An HTTP reply that is not a success."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    place: str = ""
    """The address that was asked, without its query."""


def fault(reply: Reply, secrets: Sequence[str] = ()) -> ModelError:
    """The error that a failed reply stands for."""
    told = message_of(reply.body)
    place = f" from {reply.place}" if reply.place else ""
    said = f"HTTP {reply.status}{place}: {cleaned(told, secrets)}"
    if is_withheld(reply.status, reply.body):
        return Withheld(said)
    if 300 <= reply.status < 400:
        where = cleaned(reply.headers.get("Location", "nowhere"), secrets)
        return Denied(f"HTTP {reply.status}{place}: it redirects to {where}; set base_url to where it leads")
    by_text = _by_text(reply.status, told)
    if by_text:
        return by_text(said)
    rate = reply.status in UNSAID and RATE.search(told)
    return _by_status(reply._replace(status=TOO_MANY) if rate else reply, said)


def _by_text(status: int, told: str) -> type[ModelError] | None:
    """What the text says, whatever the status."""
    if SPENT.search(told) or (status not in OVERLOADED and HOPELESS.search(told)):
        return Denied
    if status < 429 and KEYLESS.search(told):
        return Denied
    room = room_of(told)
    if REPLY_TOO_LONG.search(told) or (room is not None and room >= LEAST_ROOM):
        return Rejected
    if room is not None:
        return ContextExceeded
    busy = status in OVERLOADED or status in LATE
    too_large = status == 413 or TOO_LARGE.search(told) or (not busy and CONTEXT.search(told))
    return ContextExceeded if too_large else None


def room_of(told: str) -> int | None:
    """The tokens that a prompt leaves for the reply, where that is said."""
    found = ROOM.search(told)
    if found is None:
        return None
    whole, prompt = (next(int(found[name]) for name in names if found[name]) for names in ("aceg", "bdfh"))
    return whole - prompt


def _by_status(reply: Reply, said: str) -> ModelError:
    status = reply.status
    if status in OVERLOADED:
        return _overloaded(reply, said)
    if status in DENIED:
        return _denied(reply, said)
    wait = wait_of(reply.headers, reply.body)
    if status in LATE:
        return Late(f"{said}; {WAIT_LONGER.format(seconds=300)}", wait)
    if status in TRANSIENT:
        return TransientError(said, wait)
    return ServerFault(said, wait) if status >= 500 and status != NOT_IMPLEMENTED else Rejected(said)


def _overloaded(reply: Reply, said: str) -> ModelError:
    wait = wait_of(reply.headers, reply.body)
    if wait is not None and wait > LONGEST_WAIT:
        until = datetime.now().astimezone() + timedelta(seconds=wait)
        return Denied(
            f"{said}; it asks to wait until {until:%Y-%m-%d %H:%M}: the same command goes on with it then"
        )
    if wait is None and reply.status == TOO_MANY and is_of_the_day(reply.body):
        return Denied(f"{said}; the day's share is used up: the same command goes on with it tomorrow")
    return Overloaded(said, wait)


def _denied(reply: Reply, said: str) -> ModelError:
    if reply.status == 404 and reply.place and not re.search(r"/v\d", reply.place):
        return Denied(f"{said}; most endpoints want a base_url that ends in /v1")
    return Refused(said) if reply.status == 403 else Denied(said)


def message_of(body: bytes) -> str:
    """What an error body says: message, code and type of the usual JSON shapes, else its text."""
    return unechoed(said_in(body)[:LONGEST_READ] or body[:LONGEST_READ].decode("utf-8", "replace"))


def said_in(body: bytes) -> str:
    """The same, where the body is JSON and says anything."""
    try:
        return _told(decoding.decode(body))
    except (ValueError, RecursionError):
        return ""


def code_in(body: bytes) -> int | str | None:
    """The code at the top of an error body."""
    try:
        told: Any = decoding.decode(body)
    except (ValueError, RecursionError):
        return None
    fields: Mapping[str, Any] = told if isinstance(told, Mapping) else {}  # pyright: ignore[reportUnknownVariableType]
    found = fields.get("code", fields.get("status"))
    return found if isinstance(found, int | str) else None


def _told(told: Any) -> str:
    if isinstance(told, list):
        return _told(told[0]) if told else ""  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(told, str):
        return told
    if not isinstance(told, Mapping):
        return ""
    fields: dict[str, Any] = {str(key).lower(): value for key, value in told.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(fields.get("response"), str):
        fields.pop("response")  # an answer, though of another format
    plain = next((found for key in TELLING if (found := _told(fields.get(key)))), "")
    marks = [str(fields[key]) for key in ("code", "type") if isinstance(fields.get(key), str | int)]
    known = [mark for mark in marks if mark and mark not in ("0", plain)]
    inner = isinstance(fields.get("error"), Mapping)
    return f"{plain} ({', '.join(known)})" if plain and known and not inner else plain


def cleaned(text: str, secrets: Sequence[str] = ()) -> str:
    """Hostile text made fit to be shown: one line, no keys, no control characters, cut short."""
    text = text[:LONGEST_READ]
    text = without(text, secrets)
    line = " ".join(CONTROL.sub(" ", KEY_LIKE.sub(BLANK, text)).split())
    if len(line) <= LONGEST_MESSAGE:
        return line or "(no message)"
    return f"{line[: LONGEST_MESSAGE - 3]}..."
