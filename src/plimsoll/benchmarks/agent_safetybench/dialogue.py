"""A case and its transcript -> the lines in which Agent-SafetyBench's judges read them.

The official formatter's ways are kept to the letter: a case that begins with a dialogue has it twice, first
as published and then as part of the run; a call of a tool that no environment knows has no line, a tool that
two environments describe has two.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from plimsoll.core import Message, Sample, ToolCall, Transcript


def environments_of(sample: Sample) -> str:
    """The environments with their tools and what these do, as JSON."""
    return json.dumps(sample.metadata.get("environments", []))


def dialogue_of(sample: Sample, transcript: Transcript) -> str:
    """The whole case, a line for each turn."""
    begun: Sequence[Mapping[str, Any]] = sample.metadata.get("dialog", ())
    said = (*sample.messages, *_said(transcript))
    described: Sequence[tuple[str, str]] = sample.metadata.get("descriptions", ())
    return "\n".join((*_begun(begun), *_played(said, described, _written(begun))))


def _said(transcript: Transcript) -> tuple[Message, ...]:
    return transcript.messages or tuple(response.message for response in transcript.responses)


def _begun(turns: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The dialogue that a case begins with, as it is published."""
    for turn in turns:
        if turn["role"] == "user":
            yield f"<User>: {turn['content']}"
        elif turn["role"] == "tool":
            yield f"<Tool>: {turn['content']}"
        elif "tool_calls" in turn:
            calls = turn["tool_calls"]
            yield from (f"<Assistant calls the tool>: {json.dumps(call['function'])}" for call in calls)
        elif "content" in turn:
            yield f"<Assistant>: {turn['content']}"


def _played(
    messages: Sequence[Message], described: Sequence[tuple[str, str]], written: Mapping[str, str]
) -> Iterator[str]:
    """What was run, calls with their tools' descriptions."""
    for message in messages:
        if message.role == "user":
            yield f"<User>: {message.text}"
        elif message.role == "tool":
            yield f"<Tool>: {json.dumps({'tool_call_id': message.call_id, 'content': message.text})}"
        elif message.calls:
            for call in message.calls:
                yield from _call(call, described, written)
        elif message.role == "assistant":
            yield f"<Assistant>: {message.text}"


def _call(call: ToolCall, described: Sequence[tuple[str, str]], written: Mapping[str, str]) -> Iterator[str]:
    for name, description in described:
        if name == call.name:
            told = {
                "tool_call_id": call.id,
                "tool_name": call.name,
                "tool_description": description,
                "tool_arguments": written.get(call.id) or json.dumps(dict(call.arguments)),
            }
            yield f"<Assistant calls the tool>:  {json.dumps(told)}"


def _written(turns: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The arguments of published calls as they were written, by the calls' ids."""
    return {
        call["id"]: call["function"]["arguments"]
        for turn in turns
        for call in turn.get("tool_calls", ())
        if isinstance(call["function"]["arguments"], str)
    }
