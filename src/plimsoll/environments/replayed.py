"""A transcript on record -> a world that answers its calls again: another agent meets the same answers."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from plimsoll.core import Message, Tool, ToolCall, Transcript

UNKNOWN = "No answer to this call is on record."


class ReplayedWorld:
    """Answers each call as it was answered on record; the same call again gets the next answer."""

    def __init__(self, transcript: Transcript, tools: Sequence[Tool]) -> None:
        self._tools = tuple(tools)
        self._answers: dict[str, list[Message]] = {}
        self._missing = 0
        results = {message.call_id: message for message in transcript.messages if message.role == "tool"}
        for message in transcript.messages:
            for call in message.calls:
                if call.id in results:
                    self._answers.setdefault(_key(call), []).append(results[call.id])

    @property
    def tools(self) -> Sequence[Tool]:
        """What the agent may call."""
        return self._tools

    async def call(self, call: ToolCall) -> Message:
        """The recorded answer; the last one where the call is made more often than it was."""
        answers = self._answers.get(_key(call), [])
        if not answers:
            self._missing += 1
            return Message(role="tool", text=UNKNOWN, call_id=call.id, error=True)
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return Message(role="tool", text=found.text, call_id=call.id, error=found.error)

    def state(self) -> Mapping[str, Any]:
        """How many calls were not on record: a replay cannot know what they would have done."""
        return {"not_on_record": self._missing}

    async def close(self) -> None:
        """Nothing to let go of."""


def _key(call: ToolCall) -> str:
    return json.dumps([call.name, dict(call.arguments)], sort_keys=True, default=str)
