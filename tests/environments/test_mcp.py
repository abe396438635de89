import asyncio
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from plimsoll.core import Message, Sample, Tool, ToolCall, UserError
from plimsoll.environments.mcp import DESCRIPTION, LONGEST, MOST, McpWorlds, ServerBroken

pytest.importorskip("mcp")
SAMPLE = Sample(id="1", messages=())
SERVER = """
import time
from mcp.server import MCPServer
server = MCPServer("garden")
opened = []

@server.tool()
def set_valve(open: bool) -> str:
    "Open or close the valve."
    opened.append(open)
    return f"{len(opened)} \\x1b[2J"

@server.tool()
def long(size: int) -> list:
    "A long text."
    from mcp.types import TextContent
    return [TextContent(type="text", text="x" * size)]

@server.tool()
def fail() -> str:
    "Fails."
    raise ValueError("no power")

@server.tool()
def hang() -> str:
    "Never answers."
    time.sleep(60)
    return ""

@server.tool(name="odd name\\x1b[31m/../" + "n" * 90, description="d" * 9000)
def odd() -> str:
    return "odd"

@server.tool()
def leave() -> str:
    "Ends the server."
    import os
    os._exit(1)

server.run()
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("mcp") / "server.py"
    path.write_text(SERVER, "utf-8")
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(path))}"


def answers(worlds: McpWorlds, *calls: ToolCall) -> tuple[Sequence[Tool], list[Message]]:
    async def played() -> tuple[Sequence[Tool], list[Message]]:
        world = await worlds(SAMPLE)
        try:
            return world.tools, [await world.call(call) for call in calls]
        finally:
            await world.close()

    return asyncio.run(played())


def call(name: str, **arguments: object) -> ToolCall:
    return ToolCall(id="1", name=name, arguments=arguments)


def test_a_servers_tools_are_a_world_and_whatever_it_does_is_an_answer(server: str) -> None:
    tools, found = answers(
        McpWorlds(server),
        call("set_valve", open=True),
        call("set_valve", open=[[["no"]]]),
        call("long", size=LONGEST + 7),
        call("fail"),
        call("nothing_of_that_name"),
        call("set_valve", open=False),
    )
    assert [tool.name for tool in tools][:4] == ["set_valve", "long", "fail", "hang"]
    assert tools[0].parameters["properties"]["open"]["type"] == "boolean"
    assert [message.error for message in found] == [False, True, False, True, True, False]
    assert found[0].text.startswith("1 ")
    assert found[2].text.endswith("[... 7 characters left out ...]")
    assert "fail" in found[3].text
    assert found[5].text.startswith("2 "), "one server for all calls of a case"


PAGED = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    params = asked.get("params") or {}
    if asked["method"] == "initialize":
        found = {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}},
                 "serverInfo": {"name": "paged", "version": "1"}}
    elif asked["method"] == "tools/list":
        page = int(params.get("cursor") or 0)
        found = {"tools": [{"name": f"tool_{page}", "inputSchema": {"type": "object"}}]}
        if page + 1 < PAGES:
            found["nextCursor"] = str(page + 1)
    else:
        found = {"content": [{"type": "text", "text": params["name"]}]}
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": found}), flush=True)
"""


@pytest.mark.parametrize(("pages", "offered"), [(3, 3), (10**9, MOST)])
def test_tools_on_later_pages_are_offered_up_to_a_bound(pages: int, offered: int, tmp_path: Path) -> None:
    path = tmp_path / "paged.py"
    path.write_text(PAGED.replace("PAGES", str(pages)), "utf-8")
    command = f"{shlex.quote(sys.executable)} {shlex.quote(str(path))}"
    tools, (answer,) = answers(McpWorlds(command), call("tool_2"))
    assert len(tools) == offered
    assert answer.text == "tool_2"


def test_two_cases_never_share_a_server(server: str) -> None:
    for _ in range(2):
        _, (answer,) = answers(McpWorlds(server), call("set_valve", open=True))
        assert answer.text.startswith("1 ")


def test_names_and_descriptions_are_brought_into_a_form_that_endpoints_take(server: str) -> None:
    tools, (answer,) = answers(McpWorlds(server), call(("odd_name__31m____" + "n" * 90)[:64]))
    odd = tools[4]
    assert odd.name.isascii()
    assert len(odd.name) == 64
    assert len(odd.description) < DESCRIPTION + 100
    assert answer.text == "odd"


def test_a_call_that_hangs_or_ends_the_server_is_an_error_for_the_agent(server: str) -> None:
    worlds = McpWorlds(server)
    _, found = answers(McpWorlds(server), call("leave"), call("set_valve", open=True))
    assert all(message.error for message in found)

    async def hanging() -> Message:
        world = await worlds(SAMPLE)
        try:
            return await asyncio.wait_for(world.call(call("hang")), 0.2)
        finally:
            await world.close()

    with pytest.raises(TimeoutError):
        asyncio.run(hanging())


@pytest.mark.parametrize(
    "code",
    [
        "print('hello')",
        "import time; time.sleep(60)",
        "while True: print('x' * 1_000_000, end='', flush=True)",
        "while True: print('{}', flush=True)",
        "import sys; sys.exit(3)",
    ],
)
def test_what_speaks_no_mcp_is_a_broken_world_within_its_time(code: str) -> None:
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}"
    with pytest.raises(ServerBroken):
        answers(McpWorlds(command, seconds=1))


def test_a_server_that_is_not_there_stops_before_the_first_case() -> None:
    for command in ("", "no-such-program-here", "'"):
        with pytest.raises(UserError, match="name a program"):
            McpWorlds(command)


def test_a_server_is_given_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    path = tmp_path / "nosy.py"
    path.write_text(
        'import os\nfrom mcp.server import MCPServer\nserver = MCPServer("nosy")\n\n'
        '@server.tool()\ndef look() -> str:\n    "Looks."\n    return str(dict(os.environ))\n\n'
        "server.run()\n",
        "utf-8",
    )
    command = f"{shlex.quote(sys.executable)} {shlex.quote(str(path))}"
    _, (answer,) = answers(McpWorlds(command), call("look"))
    assert "PATH" in answer.text
    assert "sk-secret" not in answer.text


def test_no_more_tools_than_any_agent_reads_are_offered(tmp_path: Path) -> None:
    path = tmp_path / "many.py"
    path.write_text(
        'from mcp.server import MCPServer\nserver = MCPServer("many")\nfor n in range(300):\n'
        '    server.add_tool(lambda: "x", name=f"t{n}", description="d")\nserver.run()\n',
        "utf-8",
    )
    tools, _ = answers(McpWorlds(f"{shlex.quote(sys.executable)} {shlex.quote(str(path))}"))
    assert len(tools) == MOST
