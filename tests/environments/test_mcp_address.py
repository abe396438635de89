"""MCP servers that are reached at an address."""

import asyncio
import shlex
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import plimsoll
from plimsoll.core import Message, Sample, Tool, ToolCall, UserError
from plimsoll.environments.mcp import McpWorlds, ServerBroken

pytest.importorskip("mcp")
SAMPLE = Sample(id="1", messages=())
SERVER = """
import asyncio, sys
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
server = MCPServer("garden")
opened = []

@server.tool()
def set_valve(open: bool) -> str:
    "Open or close the valve."
    opened.append(open)
    return f"{len(opened)} \\x1b[2J"

@server.tool()
def long(size: int) -> str:
    "A long text."
    return "x" * size

@server.tool()
async def hang() -> str:
    "Never answers."
    await asyncio.sleep(600)
    return ""

@server.tool()
def fail() -> str:
    "Fails."
    raise ValueError("no power")

@server.tool()
def leave() -> str:
    "Ends the server."
    import os
    os._exit(1)

@server.tool()
def authorization(ctx: Context) -> str:
    "What came with the request."
    return str(ctx.headers.get("authorization")) if ctx.headers else "none"

server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    path, port = folder / "server.py", free_port()
    path.write_text(SERVER, "utf-8")
    command = [sys.executable, str(path), str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("mcp")) as address:
        yield address


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
        call("fail"),
        call("nothing_of_that_name"),
        call("long", size=5_000_000),
        call("set_valve", open=False),
    )
    assert [tool.name for tool in tools][:3] == ["set_valve", "long", "hang"]
    assert [message.error for message in found] == [False, True, True, True, True, False]
    assert "fail" in found[2].text
    assert "\x1b" in found[0].text, "what a server says is kept as it is, and shown escaped"


def test_a_call_that_hangs_is_an_error_within_its_time(server: str) -> None:
    _, (late, after) = answers(McpWorlds(server, seconds=1), call("hang"), call("set_valve", open=True))
    assert late.error
    assert not after.error


def test_a_key_goes_to_the_address_alone_and_is_no_part_of_anything_kept(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GARDEN_KEY", "garden-secret-1")
    worlds = McpWorlds(server, key_env="GARDEN_KEY")
    assert "garden-secret-1" not in repr(worlds)
    _, (told,) = answers(worlds, call("authorization"))
    assert told.text == "Bearer [key]", "a server that says the key again is not believed to mean it"
    monkeypatch.delenv("GARDEN_KEY")
    with pytest.raises(UserError, match="export GARDEN_KEY"):
        McpWorlds(server, key_env="GARDEN_KEY")


def test_a_server_that_ends_is_an_error_for_the_agent(tmp_path: Path) -> None:
    with serving(tmp_path) as address:
        _, found = answers(McpWorlds(address, seconds=5), call("leave"), call("set_valve", open=True))
    assert all(message.error for message in found)


def test_a_run_is_played_with_a_server_at_an_address_and_says_that_cases_share_it(
    server: str, tmp_path: Path
) -> None:
    cases = tmp_path / "tasks.toml"
    cases.write_text(
        '[[case]]\nid = "a"\ntext.en = "Water."\nrules.done = [{ tool = "set_valve" }]\n', "utf-8"
    )
    run = plimsoll.evaluate(
        f"agents/own:file={cases},server={server}",
        model="scripted/tools",
        cache=False,
        log_dir=tmp_path / "logs",
    )
    (record,) = run.records
    assert not record.failures
    assert record.verdicts["task"].value == 1.0
    assert any("passes from case to case" in note for note in run.manifest.notes)


@contextmanager
def answering(body: bytes, *, endless: bool = False) -> Iterator[str]:
    """A server that says one thing to whoever comes, and goes on saying it where it is endless."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.2)
    over = threading.Event()

    def told(caller: socket.socket) -> None:
        with caller, suppress(OSError):
            caller.recv(65536)
            caller.sendall(body)
            while endless and not over.is_set():
                caller.sendall(b"data: {}\n\n" * 1000 if b"event-stream" in body else b" " * 65536)

    def serve() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                caller, _ = listening.accept()
                threading.Thread(target=told, args=(caller,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
    finally:
        over.set()
        thread.join()
        listening.close()


HEAD = b"HTTP/1.1 200 OK\r\nconnection: close\r\n"
ODD = {
    "no HTTP": b"hello\r\n\r\n",
    "nothing": b"",
    "an error": b"HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nno",
    "a page": HEAD + b"content-type: text/html\r\n\r\n<p>Hello</p>",
    "no JSON": HEAD + b"content-type: application/json\r\n\r\n{",
    "bad UTF-8": HEAD + b"content-type: application/json\r\n\r\n\xff\xfe",
    "a packed reply": HEAD + b"content-type: application/json\r\ncontent-encoding: gzip\r\n\r\n\x1f\x8b\x08",
    "elsewhere": b"HTTP/1.1 307 Go\r\nlocation: http://example.org/\r\ncontent-length: 0\r\n\r\n",
    "an empty stream": HEAD + b"content-type: text/event-stream\r\n\r\n",
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
def test_what_speaks_no_mcp_is_a_broken_world_told_in_one_sentence(
    body: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with answering(body) as address, pytest.raises(ServerBroken) as told:
        answers(McpWorlds(address, seconds=3))
    assert address in str(told.value)
    assert "\n" not in str(told.value)
    assert capfd.readouterr() == ("", ""), "libraries' complaints do not reach the terminal"


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
def test_a_server_that_streams_for_ever_is_a_broken_world(kind: str) -> None:
    body = HEAD + f"content-type: {kind}\r\n\r\n".encode()
    with answering(body, endless=True) as address, pytest.raises(ServerBroken):
        answers(McpWorlds(address, seconds=2))


def test_nobody_there_is_a_broken_world_told_in_one_sentence() -> None:
    with pytest.raises(ServerBroken, match="does not serve") as told:
        answers(McpWorlds(f"http://127.0.0.1:{free_port()}/mcp", seconds=3))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://", "no address"),
        ("https:///mcp", "no address"),
        ("http://host:99999/mcp", "no address"),
        ("http://me:secret@host/mcp", "server_key_env="),
    ],
)
def test_odd_addresses_stop_before_the_first_case(address: str, why: str) -> None:
    with pytest.raises(UserError, match=why) as told:
        McpWorlds(address)
    assert "secret" not in str(told.value)


def test_a_command_is_given_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARDEN_KEY", "x")
    with pytest.raises(UserError, match="is given no key"):
        McpWorlds(shlex.quote(sys.executable), key_env="GARDEN_KEY")
