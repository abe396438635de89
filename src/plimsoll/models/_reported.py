"""What an agent of one's own is sent and answers, as chat messages -> request and response.

The format is the one that everybody's agents speak: messages with `role`, `content`, `tool_calls` and
`tool_call_id`. An answer is a text, a message, or a list of messages: the steps that the agent took inside,
calls and results, and last its answer.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from plimsoll.core import Message, ModelError, Request, Response, ToolCall, decoding, replace
from plimsoll.models._chat import wire_message, wire_tool
from plimsoll.text.calls import as_arguments

LONGEST = 400_000
"""Characters of a text that are kept; where there were more, it says so."""
MOST = 1_000
"""Steps that an answer may have."""
SHOWN = 120
"""Characters of an odd answer that an error repeats."""


def sent(request: Request) -> dict[str, Any]:
    """A request as an agent reads it; the caller's own objects, which it may change."""
    body: dict[str, Any] = {"messages": [wire_message(message) for message in request.messages]}
    return body | ({"tools": [wire_tool(tool) for tool in request.tools]} if request.tools else {})


def response_of(answer: Any, request: Request) -> Response:
    """An agent's answer in our words. Raises `ModelError` for one of another shape.

    Calls of the last message are wishes where tools were offered; else they are the agent's own doing.
    """
    listed = [message_of(each) for each in _listed(_plain(answer))]
    if not listed or listed[-1].role == "tool":
        listed.append(Message(role="assistant"))
    *steps, said = listed
    if said.calls and not request.tools:
        steps.append(Message(role="assistant", calls=said.calls))
        said = replace(said, calls=())
    return Response(
        text=said.text,
        thought=said.thought,
        calls=said.calls,
        steps=tuple(steps),
        finish="tool_calls" if said.calls else "stop",
    )


def message_of(given: Any) -> Message:
    """A chat message in our words; a bare text is one of the assistant. Raises `ModelError`."""
    if isinstance(given, str):
        return Message(role="assistant", text=_cut(given))
    if not isinstance(given, Mapping):
        raise odd(given)
    turn = cast("Mapping[str, Any]", given)
    text = _cut(_text(turn.get("content")))
    if turn.get("role", "assistant") == "tool":
        failed = bool(turn.get("is_error") or turn.get("error"))
        return Message(role="tool", text=text, call_id=str(turn.get("tool_call_id") or ""), error=failed)
    if turn.get("role", "assistant") != "assistant":
        raise odd(given)
    thought = _cut(str(turn.get("reasoning_content") or ""))
    return Message(role="assistant", text=text, thought=thought, calls=tuple(_calls(turn.get("tool_calls"))))


def odd(given: Any) -> ModelError:
    """What is said of an answer that is no message."""
    shown = repr(given)[:SHOWN]
    return ModelError(
        f"the agent answered {type(given).__name__} {shown}: an answer is a text, a chat message of the "
        "assistant, or a list of chat messages, the last of which is its answer"
    )


def _listed(answer: Any) -> Sequence[Any]:
    if not isinstance(answer, (list, tuple)):
        return (answer,)
    listed = cast("Sequence[Any]", answer)
    if len(listed) > MOST:
        raise ModelError(f"the agent reports {len(listed):,} steps; at most {MOST:,} are taken")
    return listed


def _text(content: Any) -> str:
    """A message's text: a text, nothing, or parts with texts in them."""
    if isinstance(content, str):
        return content
    if content is None:
        return ""
    if not isinstance(content, (list, tuple)):
        raise odd(content)
    parts = cast("Sequence[Any]", content)
    texts = (cast("Mapping[str, Any]", part).get("text") for part in parts if isinstance(part, Mapping))
    return "".join(str(text) for text in texts if text)


def _calls(listed: Any) -> Iterator[ToolCall]:
    """Calls as chat completions write them, or bare: name and arguments."""
    if listed is None:
        return
    if not isinstance(listed, (list, tuple)):
        raise odd(listed)
    for each in cast("Sequence[Any]", listed):
        if not isinstance(each, Mapping):
            raise odd(each)
        call = cast("Mapping[str, Any]", each)
        inner = call.get("function")
        called = cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else call
        yield ToolCall(
            id=str(call.get("id") or ""),
            name=str(called.get("name") or ""),
            arguments=as_arguments(called.get("arguments")),
        )


def _plain(answer: Any) -> Any:
    """An answer as JSON can hold it, whatever objects its agent put in. Raises `ModelError`."""
    try:
        written = json.dumps(answer, ensure_ascii=False, default=str).encode("utf-8", "replace")
        return decoding.loosely(written)
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelError(f"the agent's answer is nothing that JSON can hold: {error}") from None


def _cut(text: str) -> str:
    left = len(text) - LONGEST
    return text if left <= 0 else f"{text[:LONGEST]}\n[... {left:,} characters left out ...]"
