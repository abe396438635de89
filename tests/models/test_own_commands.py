"""Agents of one's own that are commands: they speak JSON lines, or something else."""

import asyncio
import os
import shlex
import sys
import time
from pathlib import Path

import pytest

from plimsoll.core import Model, ModelError, Request, Response, user
from plimsoll.core.processes import lives
from plimsoll.registry import build_model

ASKED = Request(messages=(user("Water the garden."),))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(model: Model, request: Request = ASKED) -> Response:
    async def once() -> Response:
        try:
            return await model.generate(request)
        finally:
            await model.close()

    return asyncio.run(once())


def loop(folder: Path, code: str, name: str = "loop.py") -> str:
    (folder / name).write_text(f"import json, sys, time\nfor line in sys.stdin:\n    {code}\n", "utf-8")
    return f"agent_command/{shlex.quote(sys.executable)} {name}"


def test_a_command_is_asked_line_by_line_and_goes_on_living(here: Path) -> None:
    heard = "str(n) + json.loads(line)['messages'][0]['content']"
    code = f"n = globals().get('n', 0) + 1; print(json.dumps({heard}), flush=True)"
    model = build_model(loop(here, code), {"parallel": "1"})

    async def twice() -> list[str]:
        try:
            return [(await model.generate(ASKED)).text for _ in range(2)]
        finally:
            await model.close()

    assert asyncio.run(twice()) == ["1Water the garden.", "2Water the garden."]


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("print(json.dumps({'error': 'no power'}), flush=True)", "no power"),
        ("print('\\x1b[2J hello', flush=True)", "no JSON"),
        ("sys.exit(1)", "ended before it answered"),
        ("time.sleep(60)", "within 0.5 seconds"),
        ("print('[' * 100000, flush=True)", "no JSON"),
    ],
)
def test_a_command_that_breaks_is_ended_and_the_next_question_starts_another(
    here: Path, code: str, wanted: str
) -> None:
    once = f"open('seen', 'a').write('x'); {code}"
    model = build_model(loop(here, once), {"seconds": "0.5" if "sleep" in code else "20"})
    for _ in range(2):
        with pytest.raises(ModelError, match=wanted) as error:
            said(model)
        assert "\x1b" not in str(error.value)


def test_a_command_that_speaks_unasked_is_found_out_before_its_line_is_taken_for_an_answer(
    here: Path,
) -> None:
    code = 'sys.stdout.write(\'"one"\\n"two"\\n\'); sys.stdout.flush()'  # at once: both are there together
    model = build_model(loop(here, code), {"parallel": "1"})

    async def twice() -> list[str]:
        found: list[str] = []
        try:
            for _ in range(2):
                found.append((await model.generate(ASKED)).text)
                await asyncio.sleep(0.01)  # what has come is read in the loop's next turn
        except ModelError as error:
            found.append(str(error))
        finally:
            await model.close()
        return found

    first, second = asyncio.run(twice())
    assert first == "one"
    assert "nobody asked for" in second


def test_a_command_that_ends_after_each_answer_is_started_again(here: Path) -> None:
    code = "import os; print(json.dumps(str(os.getpid())), flush=True); sys.exit()"
    model = build_model(loop(here, code), {"parallel": "1"})

    async def twice() -> list[str]:
        found: list[str] = []
        for _ in range(2):
            found.append((await model.generate(ASKED)).text)
            while lives(int(found[-1])):
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.01)  # the loop hears of an end a turn later
        await model.close()
        return found

    first, second = asyncio.run(twice())
    assert first != second


@pytest.mark.parametrize(
    "code",
    [
        "while True: sys.stdout.write('x' * 1_000_000)",
        "while True: sys.stdout.write('x' * 1_000_000 + chr(10))",
        "sys.stdout.buffer.write(bytes(range(128, 256)) * 100 + b'\\n'); sys.stdout.flush()",
        "sys.stdout.write('{'); sys.stdout.flush(); time.sleep(60)",
        "sys.stdin.close(); time.sleep(60)",
        "sys.stdout.close(); time.sleep(60)",
    ],
)
def test_a_command_that_floods_or_falls_silent_costs_its_case_within_its_time(here: Path, code: str) -> None:
    with pytest.raises(ModelError):
        said(build_model(loop(here, code), {"seconds": "3"}))


def test_a_command_that_never_reads_costs_its_case_within_its_time(here: Path) -> None:
    (here / "deaf.py").write_text("import time\ntime.sleep(60)\n", "utf-8")
    long = Request(messages=(user("x" * 1_000_000),))
    model = build_model(f"agent_command/{shlex.quote(sys.executable)} deaf.py", {"seconds": "1"})
    with pytest.raises(ModelError, match="within 1 seconds"):
        said(model, long)


@pytest.mark.skipif(os.name != "posix", reason="only there are sessions")
def test_what_a_command_started_ends_with_it(here: Path) -> None:
    child = "import subprocess; p = subprocess.Popen(['sleep', '60']); "
    model = build_model(loop(here, f"{child}print(json.dumps(str(p.pid)), flush=True)"))
    number = int(said(model).text)
    for _ in range(100):
        if not lives(number) or Path(f"/proc/{number}/stat").read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("it goes on")
