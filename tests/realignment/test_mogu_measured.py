"""A routed model is measured like any other, and its folder says what it was made with and what it costs."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from tests.support import planted
from tests.support.tiny import CHAT, write_tiny

pytestmark = pytest.mark.torch
RECIPE = "steps=2,batch=2,rate=0.02,rank=4,router_steps=2,first=2,width=16"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model, what routers learned on, and the routed model."""
    folder = tmp_path_factory.mktemp("measured")
    tuned = write_tiny(folder / "tuned", template=CHAT)
    kinds = {"malicious": planted.HARMFUL, "benign": planted.HARMLESS}
    rows = [
        {"prompt": prompt, "kind": kind, "affirm": "Yes.", "reject": "No."}
        for kind, prompts in kinds.items()
        for prompt in prompts
    ]
    (folder / "on.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    command = ["realign", f"mogu:{RECIPE}", str(tuned), "--on", str(folder / "on.jsonl")]
    assert exit_code([*command, "--out", str(folder / "routed")]) == 0
    return folder


def test_the_folder_says_what_it_was_made_with_and_what_it_costs(folder: Path) -> None:
    found = json.loads((folder / "routed" / "mogu.json").read_text("utf-8"))
    made = found["made"]
    assert (found["scale"], found["first"]) == (2.0, 2)
    assert (made["recipe"]["rank"], made["recipe"]["steps"]) == (4, 2)
    assert (made["routers"]["width"], made["routers"]["steps"]) == (16, 2)
    assert made["data"] == sha256((folder / "on.jsonl").read_bytes()).hexdigest()
    assert {*made["decisions"]["malicious"]} == {*made["decisions"]["benign"]} == {"safe", "usable"}
    # Two layers with two halves of rank 4 and two lines, over 32 numbers each.
    assert made["cost"]["numbers"] == 2 * (2 * 2 * 4 * 32 + 2 * 33)
    assert made["cost"]["routed_seconds"] > 0
    assert made["cost"]["plain_seconds"] > 0


def test_drift_holds_a_routed_model_against_the_plain_one(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    given = ["drift", str(folder / "tuned"), str(folder / "routed"), "--template", "chat", "--limit", "2"]
    for benchmark in ("simplesafetytests", "xstest", "safetybench"):
        given += ["-b", f"{benchmark}:split=starter"]
    assert exit_code([*given, "--max-tokens", "4", "--log-dir", str(tmp_path), "--json"]) == 0
    cells = json.loads(capfd.readouterr().out)["cells"]
    assert len(cells) == 6, "three benchmarks, with and without a safety prompt"
    assert all(each["gap"] == "" and each["difference"]["n"] == 2 for each in cells)
