import base64
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.endpoint import FakeEndpoint, Fault, status

KEY = "sk-canary-3f9c1e77b2d04a55"
TOLD = f"Incorrect API key provided: {KEY}. Authorization: Bearer {KEY}"
SCRAMBLED = base64.b64encode(KEY.encode()).decode()
RUN = ("run", "safetybench:split=starter,language=en", "-m", "openai/any", "--limit", "4")


class Finished(NamedTuple):
    """A command that came to its end."""

    code: int
    said: bytes


def plimsoll(folder: Path, *arguments: str, base_url: str = "") -> Finished:
    """The command line in a process and a home of its own, with the canary for a key."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PLIMSOLL", "OPENAI"))
    }
    environment |= {
        "HOME": str(folder),
        "PLIMSOLL_CACHE": str(folder / "cache"),
        "OPENAI_API_KEY": KEY,
        "ANTHROPIC_API_KEY": KEY,
        "OPENAI_BASE_URL": base_url,
    }
    made = subprocess.run(
        [sys.executable, "-m", "plimsoll", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=60,
    )
    return Finished(made.returncode, made.stdout)


def leaks(folder: Path) -> list[str]:
    """Files below a folder that hold the key; the response cache is read as it lies on disk."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [str(path.relative_to(folder)) for path in files if KEY.encode() in path.read_bytes()]


@pytest.mark.parametrize(
    ("faults", "code"),
    [
        ([], 0),
        ([status(429, TOLD, retry_after="0.01"), status(500, TOLD)], 0),
        ([status(400, TOLD)] * 40, 1),
        ([Fault(status=400, body=TOLD.encode(), headers={"Content-Type": "text/plain"})] * 40, 1),
        ([Fault(status=404, body=TOLD.encode())] * 8, None),
        ([status(401, TOLD)], 1),
        ([Fault(status=307, headers={"Location": f"http://127.0.0.1:9/?key={KEY}"})] * 8, None),
        ([Fault(body=f'{{"choices": [], "error": {{"message": "{TOLD}"}}}}'.encode())] * 4, None),
        ([Fault(body=f"<html>{TOLD}".encode())] * 4, None),
    ],
    ids=["echoed", "busy", "refused", "plain", "missing", "denied", "redirect", "inside", "html"],
)
def test_a_key_that_the_endpoint_repeats_is_written_nowhere(
    faults: Sequence[Fault], code: int | None, tmp_path: Path
) -> None:
    with FakeEndpoint(reply=f"(B) {KEY}", faults=faults) as endpoint:
        made = plimsoll(tmp_path, *RUN, "--log-dir", "logs", base_url=endpoint.url)
        assert any(KEY in value for value in endpoint.received[0].headers.values())
    assert code is None or made.code == code, made.said.decode()
    assert KEY.encode() not in made.said
    assert leaks(tmp_path) == []


def test_reports_and_listings_of_such_a_run_lack_it_too(tmp_path: Path) -> None:
    with FakeEndpoint(reply=f"(B) {KEY}", faults=[status(400, TOLD)]) as endpoint:
        plimsoll(tmp_path, *RUN, base_url=endpoint.url)
    for arguments in (
        ["report"],
        *(["report", "--format", form] for form in ("html", "md", "json")),
        ["records", "--full"],
        ["judge"],
        ["export", "--to", "inspect"],
    ):
        made = plimsoll(tmp_path, *arguments)
        assert made.code == 0, made.said.decode()
        assert KEY.encode() not in made.said
    assert leaks(tmp_path) == []


@pytest.mark.parametrize(
    "options",
    [
        ["-M", f"api_key={KEY}"],
        ["-M", f"api-key={KEY}"],
        ["-M", f"token={KEY}"],
        ["-M", f"base_url=http://me:{KEY}@127.0.0.1:9/v1"],
        ["-M", f"base_url=http://127.0.0.1:9/v1?api_key={KEY}"],
        *(
            ["-M", f"base_url=http://127.0.0.1:9/v1?a=b&{name}={KEY}"]
            for name in (
                "sig",
                "code",
                "pwd",
                "access",
                "sas",
                "jwt",
                "X-Amz-Signature",
                "Auth",
                "passphrase",
            )
        ),
        ["-M", f"headers=Authorization: Bearer {KEY}"],
        ["-M", f'extra={{"api_key": "{KEY}"}}'],
        ["-M", f"omit={KEY}"],
    ],
    ids=lambda options: options[1].partition(KEY)[0],
)
def test_a_key_given_as_an_option_is_refused_without_being_repeated(
    options: list[str], tmp_path: Path
) -> None:
    made = plimsoll(tmp_path, *RUN, *options)
    assert made.code == 2, made.said.decode()
    assert KEY.encode() not in made.said
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
