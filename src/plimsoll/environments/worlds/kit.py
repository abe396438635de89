"""A Python class -> a world: its methods are tools, their hints the schemas, its attributes the state."""

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from plimsoll.data.schemas import misfits
from plimsoll.environments.inside import ToolFailed, fresh

KINDS: Mapping[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array"}
OWN = ("tools", "call", "state")


class Place:
    """A world whose methods are its tools; what it is made with becomes its attributes."""

    def __init__(self, **held: Any) -> None:
        for name, value in held.items():
            setattr(self, name, value)

    def tools(self) -> list[Mapping[str, Any]]:
        """The schemas of its methods."""
        return [_schema(name, method) for name, method in self._methods().items()]

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call a method with arguments that fit; others are refused in words."""
        method = self._methods().get(name)
        if method is None:
            raise ToolFailed(f"No tool is called {name}.")
        found = list(misfits(_schema(name, method)["parameters"], arguments))
        if found:
            raise ToolFailed(f"{name} was not called: {' '.join(found)}")
        return method(**arguments)

    def state(self) -> Mapping[str, Any]:
        """Its attributes."""
        return vars(self)

    def _methods(self) -> dict[str, Callable[..., Any]]:
        names = [name for name in vars(type(self)) if not name.startswith("_") and name not in OWN]
        return {name: getattr(self, name) for name in names}


class Several:
    """Worlds as one, each with its tools; `tools` leaves only some of them."""

    def __init__(self, *, worlds: Sequence[Mapping[str, Any]], tools: Sequence[str] = ()) -> None:
        self._worlds = [cast("Place", fresh(each["place"])(**each["holds"])) for each in worlds]
        self._offered = tuple(tools)

    def tools(self) -> list[Mapping[str, Any]]:
        """All tools that are offered."""
        listed = [tool for world in self._worlds for tool in world.tools()]
        return [tool for tool in listed if not self._offered or tool["name"] in self._offered]

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call the tool of the world that has it."""
        for world in self._worlds:
            if name in [tool["name"] for tool in self.tools()] and any(
                tool["name"] == name for tool in world.tools()
            ):
                return world.call(name, arguments)
        raise ToolFailed(f"No tool is called {name}.")

    def state(self) -> Mapping[str, Any]:
        """Each world's state under its name."""
        return {type(world).__name__.lower(): world.state() for world in self._worlds}


def _schema(name: str, method: Callable[..., Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(method)
    given = inspect.signature(method).parameters
    return {
        "name": name,
        "description": inspect.getdoc(method) or "",
        "parameters": {
            "type": "object",
            "properties": {each: {"type": KINDS.get(hints.get(each), "string")} for each in given},
            "required": [each for each, one in given.items() if one.default is one.empty],
        },
    }
