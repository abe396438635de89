"""What an endpoint turned down -> how it is asked from then on, and what must be said of it.

Endpoints name the field that they refuse in words of their own, or not at all. A field that is named is
left out. Where none is named and the endpoint has not accepted the field before, the request is tried
with one thing less at a time. What changes the question is noted on every response it concerns.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from plimsoll.core import Request, UserError, replace
from plimsoll.models._faults import Rejected, ServerFault, room_of
from plimsoll.models._kept_thoughts import holds_thought
from plimsoll.text.expressions import expression

MODEST = 5
"""Top log-probabilities that nearly every endpoint grants where it refuses twenty."""
COLDEST = 0.01
"""For endpoints that take no temperature of 0."""
SAMPLING = ("temperature", "top_p", "seed", "stop")
TOKENS = ("max_tokens", "max_completion_tokens")

STREAM = expression(r"stream(ing)?\b|流式", re.IGNORECASE)
ONLY = expression(r"\b(only|must|require[sd]?|enable|need|non.?stream)|仅|只支持|必须", re.IGNORECASE)
SYSTEM = expression(
    r"system\b[^.]{0,40}\b(not|un)\W?(supported|allowed|available|valid)|(not|n't) support[^.]{0,40}\bsystem"
    r"|roles must alternate|only[^.]{0,20}\buser and assistant|(invalid|unexpected) role\W+system"
    r"|developer instruction is not|role\b[^.]{0,12}\b(must be|one of)[^.]{0,12}\buser"
    r"|first message must be[^.]{0,20}user"
    r"|不支持\W?system|system[^。]{0,12}(不|仅|只)支持",
    re.IGNORECASE,
)
THOUGHT = expression(r"reasoning|thinking", re.IGNORECASE)
FORM = expression(r"response_format|json_schema|schema", re.IGNORECASE)
POSITIVE = expression(
    r"positive|(greater|larger) than (0|zero)|> ?0|\(0(\.0)?,|大于\s?[0零]|不能为\s?[0零]", re.IGNORECASE
)
LOWEST = expression(
    r"(?:>=|≥|between|at least|not (?:be )?less than|不小于|不低于|应在|\[) ?(0?\.\d*[1-9])(?!\d)",
    re.IGNORECASE,
)
"""The least temperature that is taken, where it is said."""
TOO_LONG = expression(
    r"too (large|high|big|long)|exceed|greater than|at most|less than|lower than|range of|maximum|<=|≤|up to"
    r"|between|(should|must) be in|超过|超出|范围|大于|上限|最大",
    re.IGNORECASE,
)
REPLY = expression(
    r"max_(completion_|new_)?tokens|maximum (output|tokens)|output (length|tokens)|generate up to"
    r"|最大输出|输出长度",
    re.IGNORECASE,
)
"""The longest reply, by whatever name."""
UNKNOWN = expression(
    r"unsupported|not supported|unknown|unrecogni[sz]ed|extra inputs|not permitted|deprecated|unexpected"
    r"|not allowed|不支持|未知|无法识别",
    re.IGNORECASE,
)
CANNOT = expression(
    r"unexpected keyword|unsupported|not supported|unknown (field|parameter|argument)|\binvalid param",
    re.IGNORECASE,
)
"""What is said of a field by those who break over it."""
NUMBER = expression(r"(?<![\w.])(\d{2,7})(?![\w.]\d)")
THOUSANDS = expression(r"(?<![\[(\d])\b(\d{1,3}),(\d{3})\b(?!\])")

SWITCHES = frozenset(("chat_template_kwargs", "enable_thinking", "reasoning_effort", "reasoning", "thinking"))
"""Fields by which models are told not to think."""


class Manners(msgspec.Struct, frozen=True, kw_only=True):
    """What this endpoint was found to accept; only ever narrowed."""

    top_logprobs: int = 20
    tokens_field: str = "max_tokens"
    longest: int | None = None
    """The longest reply that may be asked for, in tokens."""
    echo: bool = True
    """Whether it repeats the prompt with log-probabilities."""
    schema: bool = True
    """Whether it holds replies to a JSON schema."""
    system: bool = True
    """Whether it knows a system role."""
    thoughts: bool = True
    """Whether it takes the thoughts back that it gave."""
    stream: bool = False
    """Whether it answers only piece by piece."""
    switch: bool = True
    """Whether it takes the fields that switch thinking off."""
    counted: bool = True
    """Whether it counts tokens at the end of a stream."""
    coldest: float = 0.0
    """The least temperature that it takes."""
    without: frozenset[str] = frozenset()
    """Fields of sampling that it does not take."""
    said: Mapping[str, str] = {}
    """Field -> what a reader must know of how it was asked."""

    def notes(self, request: Request) -> tuple[str, ...]:
        """What of it concerns a request."""
        sampling = request.sampling
        wanted = {field for field in (*SAMPLING, "max_tokens") if getattr(sampling, field) not in (None, ())}
        wanted |= {"logprobs"} if request.continuations or request.logprobs else set()
        wanted |= {"system"} if any(message.role == "system" for message in request.messages) else set()
        wanted |= {"thinking"} if sampling.thinking is False else set()
        wanted |= {"thoughts"} if any(message.sealed for message in request.messages) else set()
        return tuple(text for field, text in self.said.items() if field in wanted or field == "stream")


class Change(msgspec.Struct, frozen=True):
    """Something less that an endpoint is asked for."""

    fields: Mapping[str, Any]
    """Of `Manners`, with their new values."""
    field: str = ""
    """Of the request, where a reader must know of it."""
    note: str = ""
    lasting: bool = True
    """Whether it holds for other requests too."""

    def of(self, manners: Manners) -> Manners:
        """The manners with the change; what was said before stays said."""
        said = {**manners.said, self.field: self.note} if self.note else manners.said
        return replace(manners, **self.fields, said=said)


def named_change(manners: Manners, body: Mapping[str, Any], refused: Rejected | ServerFault) -> Change | None:
    """What the refusal itself says must be done without. Raises `UserError` where only a user can help."""
    text = str(refused).partition(": ")[2] or str(refused)
    return (
        _tokens_change(manners, body, text)
        or _logprobs_change(manners, body, text)
        or _form_change(body, text)
        or _stream_change(manners, body, text)
        or _system_change(body, text)
        or _switch_change(manners, body, text)
        or _thoughts_change(body, text)
        or _sampling_change(manners, body, text)
    )


def breaks_over_a_field(broken: ServerFault) -> bool:
    """Whether an endpoint that broke says that it does not know a field."""
    return CANNOT.search(str(broken)) is not None


def blind_changes(manners: Manners, body: Mapping[str, Any], accepted: frozenset[str]) -> Iterator[Change]:
    """One thing less at a time, of what the endpoint has not accepted before."""
    if _weighs(body) and not {"logprobs", "top_logprobs"} & accepted:
        yield without_logprobs("it refuses requests that ask for them")
    if (switched := SWITCHES & body.keys()) and not switched & accepted and manners.switch:
        yield _UNSWITCHED
    if "response_format" in body and "response_format" not in accepted:
        yield Change({"schema": False})
    for field in SAMPLING:
        if field in body and field not in accepted:
            yield _without(manners, field)


def without_logprobs(reason: str) -> Change:
    """Have the endpoint answer in text only."""
    return Change({"top_logprobs": 0}, "logprobs", f"asked without log-probabilities: {reason}")


def _tokens_change(manners: Manners, body: Mapping[str, Any], text: str) -> Change | None:
    field = next((field for field in TOKENS if field in body), "")
    if not field:
        return None
    asked = body[field]
    if (room := room_of(text)) is not None:
        return _shorter(room, asked, text, lasting=False)
    if not REPLY.search(text):
        return None
    numbers = [int(number) for number in NUMBER.findall(THOUSANDS.sub(r"\1\2", text)) if int(number) != asked]
    if TOO_LONG.search(text) and numbers:
        return _shorter(max((number for number in numbers if number < asked), default=0), asked, text)
    other = TOKENS[1 - TOKENS.index(field)]
    if manners.tokens_field == field and (other in text or UNKNOWN.search(text)):
        return Change({"tokens_field": other})
    return None


def _shorter(fits: int, asked: int, text: str, *, lasting: bool = True) -> Change:
    if not 0 < fits < asked:
        raise UserError(f"a reply of {asked} tokens is refused: set another --max-tokens ({text})")
    note = f"asked for replies of at most {fits} tokens: the endpoint refuses {asked}"
    return Change({"longest": fits}, "max_tokens", note, lasting)


def _logprobs_change(manners: Manners, body: Mapping[str, Any], text: str) -> Change | None:
    if not _weighs(body) or "logprob" not in text.lower():
        return None
    if manners.top_logprobs > MODEST:
        return Change({"top_logprobs": MODEST})
    return without_logprobs("the endpoint gives none")


def _weighs(body: Mapping[str, Any]) -> bool:
    return "logprobs" in body or "top_logprobs" in body


def _form_change(body: Mapping[str, Any], text: str) -> Change | None:
    return Change({"schema": False}) if "response_format" in body and FORM.search(text) else None


def _stream_change(manners: Manners, body: Mapping[str, Any], text: str) -> Change | None:
    if "stream_options" in body and "stream_options" in text:
        return Change({"counted": False})
    if manners.stream or not STREAM.search(text) or not ONLY.search(text):
        return None
    note = "asked as a stream, since the endpoint answers this model in no other way"
    if "thinking" in text:
        note += """; -M extra='{"enable_thinking": false}' has it answer without thinking"""
    return Change({"stream": True}, "stream", note)


def _system_change(body: Mapping[str, Any], text: str) -> Change | None:
    messages = body.get("messages", ())
    if not any(message["role"] == "system" for message in messages) or not SYSTEM.search(text):
        return None
    note = "the system prompt stands at the head of the first user message: the endpoint knows no system role"
    return Change({"system": False}, "system", note)


def _thoughts_change(body: Mapping[str, Any], text: str) -> Change | None:
    if not THOUGHT.search(text) or not any(map(holds_thought, body.get("messages", ()))):
        return None
    note = "thoughts are left out of the conversation: the endpoint does not take them back"
    return Change({"thoughts": False}, "thoughts", note)


def _switch_change(manners: Manners, body: Mapping[str, Any], text: str) -> Change | None:
    named = any(field in text for field in (*SWITCHES & body.keys(), "enable_thinking"))
    return _UNSWITCHED if manners.switch and SWITCHES & body.keys() and named else None


_UNSWITCHED = Change(
    {"switch": False}, "thinking", "asked with its thinking on: the endpoint does not let it be switched off"
)


def _sampling_change(manners: Manners, body: Mapping[str, Any], text: str) -> Change | None:
    named = [field for field in SAMPLING if field in body and _names(field, text)]
    if not named:
        return None
    # Of two that exclude each other, the temperature stays.
    field = "top_p" if {"temperature", "top_p"} <= {*named} else named[0]
    if field == "temperature" and not manners.coldest and body[field] == 0:
        lowest = LOWEST.search(text)
        if lowest or POSITIVE.search(text):
            coldest = float(lowest[1]) if lowest else COLDEST
            note = f"asked at temperature {coldest:g}: the endpoint takes none of 0"
            return Change({"coldest": coldest}, field, note)
    return _without(manners, field)


def _names(field: str, text: str) -> bool:
    return re.search(rf"(?<![a-z]){field}(?![a-z_])", text, re.IGNORECASE) is not None


def _without(manners: Manners, field: str) -> Change:
    note = f"asked without {field}, which the endpoint does not take"
    return Change({"without": manners.without | {field}}, field, note)
