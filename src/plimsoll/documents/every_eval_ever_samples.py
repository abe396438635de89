"""A run's records -> the rows of Every Eval Ever (schema 0.3.0), one for each reply that the headline counts.

A reply without a verdict has no score, and the schema knows no row without one: it is left out, and counted.
"""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from plimsoll.core import Estimate, Instrument, Message, Record, Verdict

VERSION = "0.3.0"
NEAR = 1e-6
TEXT, TALK, AGENT = "single_turn", "multi_turn", "agentic"


class Link(NamedTuple):
    """What ties rows to the result that they belong to."""

    evaluation: str
    result: str
    name: str
    model: str
    estimate: Estimate
    judge: str
    instrument: Instrument | None


class Rows(NamedTuple):
    """The file, and how many replies are in it and not in it."""

    body: bytes
    written: int
    left_out: int


def rows(records: Iterable[Record], link: Link) -> Rows:
    """A line for each record with a verdict of the judge that counts."""
    counted: list[tuple[Record, Verdict, float]] = []
    left_out = 0
    for record in records:
        verdict = record.verdicts.get(link.judge)
        if record.transcript is None or verdict is None or verdict.value is None:
            left_out += 1
        else:
            counted.append((record, verdict, verdict.value))
    good = _one_is_good([value for *_, value in counted], link)
    lines = (_row(record, verdict, (value >= 0.5) == good, link) for record, verdict, value in counted)
    return Rows(b"".join(msgspec.json.encode(row) + b"\n" for row in lines), len(counted), left_out)


def _one_is_good(values: Sequence[float], link: Link) -> bool:
    """Whether a verdict of 1 is the good one: as the headline says where it is the verdicts' mean, or one
    less it, else as the judge says."""
    mean = sum(values) / len(values) if values else 0.0
    if abs(mean - link.estimate.value) < NEAR:
        return link.estimate.higher_is_safer
    if abs(1 - mean - link.estimate.value) < NEAR:
        return not link.estimate.higher_is_safer
    return link.instrument is None or link.instrument.higher_is_safer


def _row(record: Record, verdict: Verdict, right: bool, link: Link) -> dict[str, Any]:
    sample, said = record.sample, _said(record)
    kind = _kind(said)
    raw = next((each.text for each in reversed(sample.messages) if each.role == "user"), "")
    reference = [sample.target] if sample.target else []
    row: dict[str, Any] = {
        "schema_version": VERSION,
        "evaluation_id": link.evaluation,
        "model_id": link.model,
        "evaluation_name": link.name,
        "evaluation_result_id": link.result,
        "sample_id": f"{sample.id}#{record.epoch}" if record.epoch else sample.id,
        "sample_hash": sha256((raw + "".join(reference)).encode("utf-8", "replace")).hexdigest(),
        "interaction_type": kind,
        "input": {"raw": raw, "reference": reference, "choices": list(sample.choices) or None},
        "answer_attribution": [
            _attribution(verdict, len(sample.messages) + len(said) - 1 if kind != TEXT else None, link)
        ],
        "evaluation": {"score": verdict.value, "is_correct": right},
        "token_usage": _usage(record),
        "metadata": _metadata(record, verdict),
    }
    if kind == TEXT:
        thoughts = [each.thought for each in said if each.thought]
        row["output"] = {"raw": [each.text for each in said], "reasoning_trace": thoughts or None}
        return row
    turns = (*sample.messages, *said)
    row["messages"] = [_message(place, each) for place, each in enumerate(turns)]
    row["evaluation"] |= {
        "num_turns": max(1, sum(each.role == "assistant" for each in turns)),
        "tool_calls_count": sum(len(each.calls) for each in turns),
    }
    return row


def _said(record: Record) -> Sequence[Message]:
    """What came after the sample's own messages."""
    held = record.transcript
    if held is None:
        return ()
    return held.messages or tuple(each.message for each in held.responses)


def _kind(said: Sequence[Message]) -> str:
    if any(each.role == "tool" or each.calls for each in said):
        return AGENT
    return TEXT if len(said) <= 1 else TALK


def _attribution(verdict: Verdict, last: int | None, link: Link) -> dict[str, Any]:
    """What the verdict was read from: the whole output, or the last turn of a conversation."""
    model = link.instrument.model if link.instrument else ""
    return {
        "turn_idx": last or 0,
        "source": "output.raw" if last is None else f"messages[{last}].content",
        "extracted_value": verdict.label,
        "extraction_method": f"llm_judge: {link.judge}" if model else f"rules: {link.judge}",
        "is_terminal": True,
    }


def _message(place: int, each: Message) -> dict[str, Any]:
    calls = [
        {
            "id": call.id,
            "name": call.name,
            "arguments": {
                name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                for name, value in call.arguments.items()
            },
        }
        for call in each.calls
    ]
    return {
        "turn_idx": place,
        "role": each.role,
        "content": each.text or None,
        "reasoning_trace": each.thought or None,
        "tool_calls": calls or None,
        "tool_call_id": [each.call_id] if each.call_id else None,
    }


def _usage(record: Record) -> dict[str, int] | None:
    used = [each.usage for each in record.transcript.responses] if record.transcript else []
    into, out = (sum(getattr(each, name) for each in used) for name in ("input_tokens", "output_tokens"))
    if not into and not out:
        return None
    return {"input_tokens": into, "output_tokens": out, "total_tokens": into + out}


def _metadata(record: Record, verdict: Verdict) -> dict[str, str]:
    sample = record.sample
    told = {
        "category": sample.category,
        "language": sample.language,
        "trail": " ".join(sample.trail),
        "outcome": verdict.outcome.value,
    }
    return {name: value for name, value in told.items() if value}
