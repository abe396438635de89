"""HTTP requests with tools -> replies that call each tool once, then answer: an agent at next to no cost.

python -m bench.acting_server
"""

import asyncio
import json
import signal
from typing import Any

import msgspec
from msgspec import Struct

from bench.server import Connection, Shop, http
from plimsoll.models._every_tool import MADE_UP


class Function(Struct):
    """A tool."""

    name: str
    parameters: dict[str, Any] = {}


class Offered(Struct):
    """A tool as it is offered."""

    function: Function


class Turn(Struct):
    """A message, as far as it matters."""

    role: str


class Body(Struct):
    """A request."""

    messages: list[Turn]
    tools: list[Offered] | None = None


BODY = msgspec.json.Decoder(Body)


def reply_to(body: bytes) -> bytes:
    """The call of the next tool, or the answer."""
    asked = BODY.decode(body)
    done = 0
    for turn in asked.messages:
        done = 0 if turn.role == "user" else done + (turn.role == "tool")
    tools = asked.tools or []
    message: dict[str, Any] = {"role": "assistant", "content": "Done."}
    if done < len(tools):
        function = tools[done].function
        given = {k: MADE_UP.get(v.get("type"), "x") for k, v in function.parameters["properties"].items()}
        called = {"name": function.name, "arguments": json.dumps(given)}
        call = {"id": f"call_{done}", "type": "function", "function": called}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if done < len(tools) else "stop"}
    usage = {"prompt_tokens": 200, "completion_tokens": 3, "total_tokens": 203}
    return http(json.dumps({"id": "b", "model": "bench", "choices": [choice], "usage": usage}).encode())


class Acting(Connection):
    """A connection that looks at what is asked."""

    def _serve(self, request: bytes, end: int) -> None:
        if request.startswith(b"POST /v1/"):
            self._shop.requests += 1
            self._transport.write(reply_to(request[end + 4 :]))
            return
        super()._serve(request, end)


async def serve() -> None:
    """Serve until terminated; the first line of output is the port."""
    loop = asyncio.get_running_loop()
    shop = Shop("", 0.0)
    server = await loop.create_server(lambda: Acting(shop, loop), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
