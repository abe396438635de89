"""A case -> its environments as one world, in the worker process that all cases share."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plimsoll.benchmarks.agent_safetybench.inside import Coercion
from plimsoll.core import Environment, Message, Sample, Tool, ToolCall
from plimsoll.environments.worker import Worker

PLACE = "plimsoll.benchmarks.agent_safetybench.inside:Environments"


@dataclass(frozen=True)
class CaseWorlds:
    """Makes the world of a case: its environments with their parameters, and the tools that they offer."""

    coercion: Coercion = "official"
    worker: Worker = field(default_factory=Worker)

    async def __call__(self, sample: Sample) -> Environment:
        """The world of one case; two cases never share one."""
        listed: list[dict[str, Any]] = sample.metadata["environments"]
        entries = [
            {"name": each["name"], "tools": each["tools"], "parameters": each.get("parameters") or None}
            for each in listed
            if each.get("name")
        ]
        if not entries:
            return NoEnvironment()
        return await self.worker.world(PLACE, {"entries": entries, "coercion": self.coercion}, sample.id)


@dataclass(frozen=True)
class NoEnvironment:
    """A case without tools: whatever is called does not exist."""

    tools: Sequence[Tool] = ()

    async def call(self, call: ToolCall) -> Message:
        """The official words for it."""
        words = json.dumps({"success": False, "message": f"Tool {call.name} doesn't exist."})
        return Message(role="tool", text=words, call_id=call.id)

    def state(self) -> Mapping[str, Any]:
        """Nothing stands."""
        return {}

    async def close(self) -> None:
        """Nothing to let go of."""
