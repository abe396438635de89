"""`plimsoll board` and `plimsoll submit` as their users call them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from plimsoll.cli import exit_code
from plimsoll.leaderboard import keys

SPEC = "safetybench:split=starter,language=en"


class Home(NamedTuple):
    path: Path
    address: str
    host_token: str


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A server started on nothing but the package."""
    path = tmp_path / "home"
    environment = {**os.environ, "PLIMSOLL_DATA": str(tmp_path / "none"), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "plimsoll", "board", "serve", "--home", str(path), "--port", "0"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as server:
        assert server.stdout is not None
        token, address = server.stdout.readline().strip(), server.stdout.readline().strip()
        try:
            yield Home(path, address.rstrip("/"), token)
        finally:
            server.terminate()
            server.communicate(timeout=20)


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 0) -> str:
    found = exit_code([str(argument) for argument in arguments])
    out = capsys.readouterr()
    assert found == code, out.err
    return out.out + out.err


def test_from_an_empty_folder_to_a_published_row(
    home: Home, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home.address.startswith("http://127.0.0.1:")
    assert home.host_token.startswith("plm_")
    added = said(capsys, "board", "add", "starter", "--benchmark", SPEC, "--home", home.path)
    key = keys.of_benchmark(SPEC)
    assert f"starter: {len(key.questions)} questions" in added
    monkeypatch.setenv(
        "PLIMSOLL_TOKEN", said(capsys, "board", "token", "Team A", "--home", home.path).strip()
    )
    file = tmp_path / "predictions.json"
    file.write_text(json.dumps({question.id: 0 for question in key.questions}))
    page = f"{home.address}/board/starter"
    first = json.loads(said(capsys, "submit", file, "--board", page, "--model", "m", "--json"))
    again = json.loads(said(capsys, "submit", file, "--board", page, "--model", "m", "--json"))
    assert (again["id"], again["repeated"], again["left_today"]) == (first["id"], True, 4)
    assert first["id"] in said(capsys, "board", "publish", "--home", home.path)
    said(capsys, "board", "publish", first["id"], "--home", home.path)
    boards = json.loads(said(capsys, "board", "list", "--home", home.path, "--json"))
    assert boards[0]["rows"] == 1
    assert "round 1 is closed" in said(capsys, "board", "close", "starter", "--home", home.path)
    assert "daily 7" in said(capsys, "board", "set", "starter", "--daily", "7", "--home", home.path)


def test_a_refused_file_is_explained_and_a_run_folder_needs_no_model(
    home: Home, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(capsys, "board", "add", "starter", "--benchmark", SPEC, "--home", home.path)
    monkeypatch.setenv(
        "PLIMSOLL_TOKEN", said(capsys, "board", "token", "Team A", "--home", home.path).strip()
    )
    page = f"{home.address}/board/starter"
    file = tmp_path / "predictions.json"
    file.write_text('{"nobody": 1}')
    refused = said(capsys, "submit", file, "--board", page, "--model", "m", code=1)
    assert "1 id is unknown to this board: nobody" in refused
    assert "without a prediction" in refused
    said(capsys, "run", SPEC, "-m", "scripted", "--log-dir", tmp_path / "logs", "--no-cache")
    (run,) = (path.parent for path in (tmp_path / "logs").glob("*/run.json"))
    assert "receipt" in said(capsys, "submit", run, "--board", page)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--board", "http://board.example/board/x", "--model", "m"], "without encryption"),
        (["--board", "https://board.example", "--model", "m"], "/board/NAME"),
        (["--board", "http://127.0.0.1:9/board/x"], "--model is needed"),
    ],
)
def test_submit_says_what_to_change(
    arguments: list[str], word: str, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("PLIMSOLL_TOKEN", "plm_x")
    file = tmp_path / "predictions.json"
    file.write_text("{}")
    assert word in said(capsys, "submit", file, *arguments, code=2)


def test_without_a_token_nothing_is_sent(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PLIMSOLL_TOKEN", raising=False)
    file = tmp_path / "predictions.json"
    file.write_text("{}")
    words = ("submit", file, "--board", "http://127.0.0.1:9/board/x", "--model", "m")
    assert "PLIMSOLL_TOKEN holds no token" in said(capsys, *words, code=2)


@pytest.mark.parametrize(
    "database", ["mysql://a@b/c", "nonsense", "postgresql+psycopg://a:secret@127.0.0.1:9/c"]
)
def test_an_address_that_leads_nowhere_is_refused_without_its_password(
    database: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = said(capsys, "board", "list", "--home", tmp_path, "--database", database, code=2)
    assert "--database" in found
    assert "secret" not in found


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:99999",
        "127.0.0.1:no",
        "127.0.0.1:-1",
        "[::1",
        "[::1]:99999",
        "127.0.0.1:80 80",
        ":80",
        "[a]",
    ],
)
def test_an_address_with_an_odd_port_is_no_board_s(
    host: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLIMSOLL_TOKEN", "plm_x")
    file = tmp_path / "predictions.json"
    file.write_text('{"1": 0}')
    for scheme in ("http", "https"):
        address = f"{scheme}://{host}/board/x"
        out = said(capsys, "submit", file, "--board", address, "--model", "m", code=2)
        assert (
            out
            == f"plimsoll: --board {scheme}://{host}: is no address; write https://HOST or https://HOST:PORT\n"
        )


@pytest.mark.parametrize("command", ["board serve --home home", "view", "label"])
@pytest.mark.parametrize("port", ["-1", "65536", "1e3", "８０８０x", ""])
def test_a_port_that_is_none_is_refused(
    command: str,
    port: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    out = said(capsys, *command.split(), "--port", port, code=2)
    assert "'--port'" in out
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("command", ["board serve --home home", "view"])
@pytest.mark.parametrize(
    ("host", "says"), [("999.1.1.1", "no address of this machine"), ("192.0.2.1", "of another machine")]
)
def test_a_host_that_is_not_this_machine_is_named_with_the_option_to_change(
    *,
    command: str,
    host: str,
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    out = said(capsys, *command.split(), "--host", host, "--port", "0", code=2).splitlines()[-1]
    assert host in out
    assert says in out
    assert "--host" in out


def test_a_port_that_another_server_has_is_named(
    home: Home, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    port = home.address.rpartition(":")[2]
    for command in (["board", "serve", "--home", tmp_path / "other"], ["view", "--log-dir", tmp_path]):
        out = said(capsys, *command, "--port", port, code=2).splitlines()[-1]
        assert (
            out == f"plimsoll: 127.0.0.1:{port} cannot be used: Address already in use (give another --port)"
        )
