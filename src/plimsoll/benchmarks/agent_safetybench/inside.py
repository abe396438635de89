"""Inside the worker process: the environments of one case as a world, called as officially.

`official` hands every call to the environment's own `call_tool`, which converts by Python's `int`, `float`
and `bool` and drops arguments that it does not know; `strict` takes a call only where its arguments fit the
tool's schema as they are. What an environment raises becomes the tool's error, and the case goes on.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal

from plimsoll.data.schemas import misfits
from plimsoll.environments.inside import ToolFailed, fresh

Coercion = Literal["official", "strict"]
OWN = ("tool_list", "tool_descs")
"""What every environment holds of itself, and is no state."""


class Environments:
    """The environments of a case, each with the tools that it offers."""

    def __init__(self, *, entries: list[dict[str, Any]], coercion: Coercion) -> None:
        self.offered: list[list[str]] = [entry["tools"] for entry in entries]
        self.made: list[Any] = [
            fresh(f"asb_envs.envs.{entry['name']}:{entry['name']}")(parameters=entry["parameters"])
            for entry in entries
        ]
        self.coercion: Coercion = coercion

    def tools(self) -> list[Mapping[str, Any]]:
        """The schemas of the tools offered, in the case's order."""
        return [
            {
                "name": each["name"],
                "description": each.get("description", ""),
                "parameters": each["parameters"],
            }
            for made, offered in zip(self.made, self.offered, strict=True)
            for each in made.get_tool_descs(offered)
        ]

    def call(self, name: str, arguments: dict[str, Any]) -> str:
        """As JSON, what the first environment that offers the tool makes of the call."""
        for made, offered in zip(self.made, self.offered, strict=True):
            if name not in offered or not made.has_tool(name):
                continue
            if self.coercion == "strict":
                self._refuse(made.get_tool_descs([name])[0]["parameters"], arguments, name)
            return json.dumps(made.call_tool(name, arguments), default=str)
        return json.dumps({"success": False, "message": f"Tool {name} doesn't exist."})

    def state(self) -> Mapping[str, Any]:
        """What each environment holds."""
        return {
            type(made).__name__: {key: held for key, held in made.__dict__.items() if key not in OWN}
            for made in self.made
        }

    def _refuse(self, schema: Mapping[str, Any], arguments: Mapping[str, Any], name: str) -> None:
        found = list(misfits(schema, arguments))
        if found:
            raise ToolFailed(f"{name} was not called: {' '.join(found)}")
