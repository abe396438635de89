import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll.core import Message, ToolCall, Transcript
from plimsoll.environments.replayed import ReplayedWorld
from plimsoll.environments.worker import PythonWorld, Worker, WorldBroken

PLACE = "tests.support.worlds:Misbehaving"


def call(name: str, **arguments: Any) -> ToolCall:
    return ToolCall(id="1", name=name, arguments=arguments)


def within(act: Callable[[Worker], Awaitable[Any]], seconds: float = 5.0) -> Any:
    async def done() -> Any:
        worker = Worker(seconds)
        try:
            return await act(worker)
        finally:
            worker.close()

    return asyncio.run(done())


def said(name: str, **arguments: Any) -> Message:
    async def act(worker: Worker) -> Message:
        world = await worker.world(PLACE, {})
        return await world.call(call(name, **arguments))

    return within(act)


@pytest.mark.parametrize("way", ["write", "append", "lowly", "start", "shell"])
def test_a_tool_asked_to_write_to_an_absolute_path_leaves_the_host_untouched(
    way: str, tmp_path: Path
) -> None:
    target = tmp_path / "there"
    answer = said(way, path=str(target))
    assert answer.error
    assert answer.text.startswith("PermissionError: a world may")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("way", ["write", "append", "lowly", "remove", "move"])
def test_a_file_that_is_there_stays_as_it_is(way: str, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    assert said(way, path=str(tmp_path / "mine")).error
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["mine"]


def test_a_world_reads_no_file_and_no_key_of_the_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    assert said("read", path=str(tmp_path / "mine")).error
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert said("secret").text == "[]"


def test_a_world_reaches_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = said("connect", port=server.getsockname()[1])
    assert answer.text.startswith("PermissionError: a world may not do this: socket.")


def test_what_a_tool_returns_comes_back_whatever_it_is() -> None:
    assert said("prints").text == "\x1b[31mred\x1b[0m"
    assert said("odd").text == '{"value": Infinity, "half": "?"}'
    assert "more than any model reads" in said("endless").text
    assert said("exits").text == "SystemExit: 3"
    assert said("nothing_of_the_kind").text.startswith("KeyError")


@pytest.mark.parametrize("text", ["\ud800", "\x00\x1b[2J", "x" * 1_000_000, float("nan"), 10**400])
def test_arguments_of_any_kind_reach_the_tool_and_harm_nobody(text: Any) -> None:
    async def act(worker: Worker) -> tuple[Message, Message, int]:
        world = await worker.world(PLACE, {})
        return (
            await world.call(call("note", text=text)),
            await world.call(call("note", text="after")),
            worker.starts,
        )

    _, after, starts = within(act)
    assert (after.error, starts) == (False, 1)


def test_a_world_that_cannot_be_made_says_why() -> None:
    async def act(worker: Worker) -> None:
        await worker.world(PLACE, {"broken": True})

    with pytest.raises(WorldBroken, match="ValueError: not to be made"):
        within(act)


def test_no_two_worlds_share_an_object_or_a_global() -> None:
    async def act(worker: Worker) -> list[Any]:
        worlds = [await worker.world(PLACE, {}) for _ in range(3)]
        for number, world in enumerate(worlds):
            await world.call(call("note", text=str(number)))
        return [world.state() for world in worlds]

    assert within(act) == [{"notes": [n], "shared": [n], "kept": [n]} for n in "012"]


@pytest.mark.parametrize("end", ["hang", "leave", "half", "flood"])
def test_a_call_that_hangs_or_ends_the_process_is_an_error_and_every_world_goes_on(end: str) -> None:
    async def act(worker: Worker) -> tuple[Message, Message, list[Any], int]:
        worlds = [await worker.world(PLACE, {}) for _ in range(2)]
        for number, world in enumerate(worlds):
            await world.call(call("note", text=f"before {number}"))
        ended = await worlds[0].call(call(end))
        after = [await world.call(call("note", text="after")) for world in worlds]
        return ended, after[0], [world.state()["notes"] for world in worlds], worker.starts

    ended, after, notes, starts = within(act, seconds=0.5)
    assert ended.error
    assert (after.text, starts) == ("2", 2)
    assert notes == [["before 0", "after"], ["before 1", "after"]]


def test_a_world_that_writes_an_answer_of_its_own_into_the_pipe_changes_nobodys() -> None:
    async def act(worker: Worker) -> list[str]:
        forging, other = [await worker.world(PLACE, {}) for _ in range(2)]
        said = [await forging.call(call("forged")), await other.call(call("note", text="mine"))]
        return [message.text for message in (*said, await other.call(call("note", text="again")))]

    assert within(act) == ["true", "1", "2"]


def test_a_state_is_told_as_json_holds_it() -> None:
    async def act(worker: Worker) -> Any:
        world: PythonWorld = await worker.world(PLACE, {})
        await world.call(call("odd"))
        await world.call(call("endless"))
        return world.state()["notes"]

    odd, endless = within(act)
    assert (odd["1"], odd["set"], odd["big"], odd["half"]) == ("nan", ["a"], "[...]", "?")
    assert "[...]" in str(endless)


def test_a_replayed_world_gives_the_answers_on_record_and_counts_what_is_not_there() -> None:
    async def act(worker: Worker) -> list[Message]:
        first, second = call("note", text="a"), ToolCall(id="2", name="note", arguments={"text": "a"})
        world = await worker.world(PLACE, {})
        said = [Message(role="assistant", calls=(each,)) for each in (first, second)]
        results = [await world.call(first), await world.call(second)]
        transcript = Transcript(messages=(said[0], results[0], said[1], results[1]))
        again = ReplayedWorld(transcript, world.tools)
        answers = [await again.call(each) for each in (first, second, second, call("note", text="b"))]
        assert again.state() == {"not_on_record": 1}
        return answers

    assert [message.text for message in within(act)][:3] == ["1", "2", "2"]
