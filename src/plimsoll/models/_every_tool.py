"""A request with tools -> a call of the next tool not called yet, with made-up arguments; then an answer."""

from collections.abc import Mapping
from typing import Any

from plimsoll.core import Request, Response, Tool, ToolCall
from plimsoll.data.schemas import properties

ANSWER = "All tools were called."
MADE_UP: Mapping[str, Any] = {
    "string": "x",
    "integer": 1,
    "number": 1.5,
    "boolean": True,
    "array": [],
    "object": {},
}


def every_tool(request: Request) -> Response:
    """The agent of tests: it calls each tool once, in the order offered."""
    after = [*request.messages]
    while any(message.role == "user" for message in after):
        after.pop(0)
    done = [call.name for message in after for call in message.calls]
    wanted = next((tool for tool in request.tools if tool.name not in done), None)
    if wanted is None:
        return Response(text=ANSWER)
    call = ToolCall(id=f"call_{len(done) + 1}", name=wanted.name, arguments=_arguments(wanted))
    return Response(calls=(call,), finish="tool_calls")


def _arguments(tool: Tool) -> dict[str, Any]:
    places = properties(tool.parameters)
    return {name: MADE_UP.get(str(each.get("type")), "x") for name, each in places.items()}
