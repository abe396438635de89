"""The pieces of Inspect's log format that we read, and what of ours corresponds to them.

What Inspect has no place for rides along under the key `plimsoll` of a sample's metadata, so that
a run of ours that went through one of its logs comes back whole.
"""

import base64
import binascii
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll.core import Estimate, Finish, Image, Message, Outcome, Role, Sample, ToolCall, Verdict

KEY = "plimsoll"
OUTCOME = "outcome"
"""The scorer of ours that holds a whole record."""

REASONS = {
    Outcome.REFUSED: "refusal",
    Outcome.UNPARSED: "invalid_response_format",
    Outcome.EMPTY: "no_response",
    Outcome.JUDGE_UNPARSED: "grader_failed",
    Outcome.JUDGE_ERROR: "scoring_failed",
}
"""Outcomes that Inspect has a word for."""

OUTCOMES = {reason: outcome for outcome, reason in REASONS.items()}
STOPS: dict[Finish, str] = {
    "stop": "stop",
    "length": "max_tokens",
    "blocked": "content_filter",
    "tool_calls": "tool_calls",
}
FINISHES: dict[str, Finish] = {**{stop: finish for finish, stop in STOPS.items()}, "model_length": "length"}
LETTERS = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
"""Inspect's letters for correct, incorrect, partly correct and no answer."""


class LogCall(Struct, frozen=True):
    """A tool call."""

    id: str
    function: str
    arguments: dict[str, Any] = {}


class LogMessage(Struct, frozen=True):
    """A chat message."""

    role: Role
    content: str | list[dict[str, Any]] = ""
    tool_calls: list[LogCall] | None = None
    tool_call_id: str | list[str] | None = None
    source: str | None = None


class LogUsage(Struct, frozen=True):
    """Token counts; `input_tokens` leaves out the cached ones."""

    input_tokens: int = 0
    output_tokens: int = 0
    input_tokens_cache_read: int | None = None
    input_tokens_cache_write: int | None = None


class LogChoice(Struct, frozen=True):
    """One completion."""

    message: LogMessage
    stop_reason: str = "unknown"


class LogOutput(Struct, frozen=True):
    """What a model gave last."""

    choices: list[LogChoice] = []
    completion: str = ""
    usage: LogUsage | None = None
    time: float | None = None


class LogScore(Struct, frozen=True):
    """What a scorer found."""

    value: Any = None
    answer: str | None = None
    explanation: str | None = None
    reason: str | None = None
    metadata: dict[str, Any] | None = None


class LogError(Struct, frozen=True):
    """Why a sample has no answer."""

    message: str


class LogSample(Struct, frozen=True):
    """One sample, one epoch."""

    id: int | str
    epoch: int
    input: str | list[LogMessage]
    target: str | list[str] = ""
    choices: list[str] | None = None
    messages: list[LogMessage] = []
    output: LogOutput = LogOutput()
    scores: dict[str, LogScore] | None = None
    metadata: dict[str, Any] = {}
    error: LogError | None = None


def message_of(logged: LogMessage) -> Message:
    """A logged message as one of ours."""
    parts = logged.content if isinstance(logged.content, list) else [{"type": "text", "text": logged.content}]
    call_id = logged.tool_call_id
    return Message(
        role=logged.role,
        text="\n".join(str(part.get("text", "")) for part in parts if part.get("type") == "text"),
        images=tuple(_image(str(part.get("image", ""))) for part in parts if part.get("type") == "image"),
        calls=tuple(
            ToolCall(id=call.id, name=call.function, arguments=call.arguments)
            for call in logged.tool_calls or ()
        ),
        call_id=call_id if isinstance(call_id, str) else "",
    )


def _image(address: str) -> Image:
    match = re.fullmatch(r"data:([\w.+/-]+);base64,([\w+/=\s]*)", address)
    if match is None:
        return Image(media_type="image/*", url=address)
    try:
        base64.b64decode(match[2], validate=False)
    except binascii.Error:
        return Image(media_type="image/*", url="")
    return Image(media_type=match[1], data=match[2])


def thought_of(logged: LogMessage) -> str:
    """The reasoning in a logged message."""
    parts = logged.content if isinstance(logged.content, list) else []
    return "\n".join(str(part.get("reasoning", "")) for part in parts if part.get("type") == "reasoning")


def score_of(verdict: Verdict) -> dict[str, Any]:
    """A verdict in the fields of an Inspect score; unscored is its NaN."""
    return {
        "value": math.nan if verdict.value is None else verdict.value,
        "answer": verdict.label,
        "explanation": verdict.reason or None,
        "reason": REASONS.get(verdict.outcome),
        "metadata": {"outcome": verdict.outcome.value, "confidence": verdict.confidence, **verdict.detail},
    }


def verdict_of(score: LogScore) -> Verdict:
    """An Inspect score as a verdict; a score of several values is kept in the detail, unscored."""
    value = _value(score.value)
    stated = isinstance(score.value, str | int | float)
    label = score.answer if score.answer is not None else str(score.value) if stated else ""
    detail = {} if value is not None or stated else {"value": score.value}
    return Verdict(
        label=label,
        value=value,
        outcome=OUTCOMES.get(score.reason or "", Outcome.ANSWERED),
        reason=score.explanation or "",
        detail=detail,
    )


def _value(value: Any) -> float | None:
    if isinstance(value, str):
        return LETTERS.get(value)
    if isinstance(value, bool | int | float) and math.isfinite(value):
        return float(value)
    return None


def input_of(messages: Iterable[Mapping[str, Any]]) -> Any:
    """Inspect shows a lone question best as a plain text."""
    listed = list(messages)
    if len(listed) == 1 and listed[0]["role"] == "user" and isinstance(listed[0]["content"], str):
        return listed[0]["content"]
    return listed


def left_over(sample: Sample) -> dict[str, Any]:
    """What of a sample Inspect has no field for."""
    fields: dict[str, Any] = msgspec.to_builtins(sample)
    for name in ("id", "choices", "target"):
        fields.pop(name, None)
    if not any(message.images or message.calls or message.call_id for message in sample.messages):
        fields.pop("messages", None)
    return fields


def shown(sample: Sample) -> dict[str, Any]:
    """A sample's metadata as Inspect's viewer shows it, ours beneath our key."""
    ours = {KEY: {"sample": left_over(sample)}}
    return {"category": sample.category, "language": sample.language, **ours}


def label(estimate: Estimate) -> str:
    """An estimate's name with its subset: `accuracy(category=PH)`."""
    subset = subset_of(estimate)
    return f"{estimate.name}({subset})" if subset else estimate.name


def subset_of(estimate: Estimate) -> str:
    """The subset alone: `category=PH`; empty for the whole."""
    return ",".join(f"{key}={value}" for key, value in estimate.group.items())


def as_written(value: Any) -> str:
    """An argument that Inspect has read as YAML, as a spec would say it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
