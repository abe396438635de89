"""A run that is killed again and again ends as if it had never been."""

import json
import random
import signal
import subprocess
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from plimsoll.core import Record, replace
from plimsoll.run.keep.folder import RunFolder
from tests.support.endpoint import FakeEndpoint
from tests.support.shell import PLIMSOLL, environment, plimsoll

SPEC = "safetybench:split=starter,language=both,order=cyclic"
RUN = ("run", SPEC, "--model", "scripted/random", "--no-cache", "--json", "--epochs", "4")
OPEN = (
    *("run", "simplesafetytests:split=starter", "--model", "scripted/echo", "--no-cache", "--json"),
    *("--epochs", "40", "--judge-model", "scripted/text", "-J", "text=unsafe", "-J", "latency=0.02"),
)
"""Answers in words, judged by a model and by rules."""
SEARCH = (
    *("run", "simplesafetytests:split=starter", "--model", "scripted/refuse", "--no-cache", "--json"),
    *(
        "--defense",
        "self_reminder",
        "--attack",
        "dialogue/foot_in_the_door:attacker=scripted/echo,judge=refusal",
    ),
)
"""Conversations that an attacker leads with the defended target, judged after each turn."""
FUZZ = (
    *("run", "simplesafetytests:split=starter", "--model", "scripted/refuse", "--no-cache", "--json"),
    *("--limit", "8", "--attack", "search/fuzz:judge=refusal,budget=12"),
)
"""Templates that are bred, each tried on the target."""
AUDIT = (
    *("run", "auditor:auditor_model=scripted/tools,turns=3", "--model", "scripted/echo", "--no-cache"),
    *("--json", "--epochs", "6"),
)
"""Audits of several turns, each a record of its own."""


def records(folder: Path) -> dict[tuple[str, int], Record]:
    """Every record without what differs between any two runs: the time it took."""
    found: dict[tuple[str, int], Record] = {}
    for record in RunFolder(folder).records():
        key = (record.sample.id, record.epoch)
        assert key not in found, f"{key} is there twice"
        assert record.transcript is not None
        timeless = tuple(
            replace(one, usage=replace(one.usage, seconds=0.0)) for one in record.transcript.responses
        )
        found[key] = replace(record, transcript=replace(record.transcript, responses=timeless))
    return found


def variants(folder: Path) -> list[tuple[str, int]]:
    """What attacks made, each variant with the calls that it took."""
    path = folder / "variants.jsonl"
    rows = (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    )
    made = [(row["sample"]["id"], row["sample"]["attempt"]["queries"]) for row in rows if "sample" in row]
    assert len({name for name, _ in made}) == len(made), "a variant was made twice"
    return sorted(made)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("run", "often", "waited", "pace"),
    [
        (RUN, 50, 0.25, ("0.05", "8")),
        (OPEN, 10, 0.25, ("0.05", "8")),
        (SEARCH, 4, 0.8, ("0.2", "2")),
        (FUZZ, 3, 0.8, ("0.1", "2")),
        (AUDIT, 3, 0.8, ("0.2", "2")),
    ],
    ids=["choice", "open", "search of many turns", "search that breeds", "audits"],
)
def test_a_run_killed_again_and_again_holds_every_item_once_and_equals_an_unbroken_one(
    tmp_path: Path, run: tuple[str, ...], often: int, waited: float, pace: tuple[str, str]
) -> None:
    latency, connections = pace
    slow = (*run, "--log-dir", "killed", "-M", f"latency={latency}", "--max-connections", connections)
    generator = random.Random(7)
    kills = 0
    while kills < often:
        process = subprocess.Popen(
            [*PLIMSOLL, *slow],
            cwd=tmp_path,
            env=environment(tmp_path),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(waited + generator.random() * 0.35)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    assert kills == often, f"the run was over after {kills} kills: make it longer"
    last = plimsoll(tmp_path, *run, "--log-dir", "killed", "-M", f"latency={latency}")
    assert last.code == 0, last.err
    assert len(list((tmp_path / "killed").iterdir())) == 1
    listed = plimsoll(tmp_path, "records", last.last_json["run"]).rows
    assert len({(row["id"], row["epoch"]) for row in listed}) == len(listed) == last.last_json["records"]
    whole = plimsoll(tmp_path, *run, "--log-dir", "whole", "-M", "latency=0.05")
    assert records(Path(tmp_path / last.last_json["run"])) == records(Path(tmp_path / whole.last_json["run"]))
    assert last.last_json["estimates"] == whole.last_json["estimates"]
    assert variants(tmp_path / last.last_json["run"]) == variants(tmp_path / whole.last_json["run"])


SEARCHES = {
    "dialogue/crescendo:attacker=openai/any,judge=refusal,rounds=6,backtracks=6": 12,
    "search/tap:attacker=openai/any,judge=refusal,depth=3,branching=2,width=2": 8,
    "search/fuzz:judge=refusal,budget=14,attacker=openai/any": 14,
}
"""A search, and a number of calls after which it is still at its first question."""


def answered(prompt: str) -> str:
    """What a model says that has nothing but the prompt to go by: another thing to another prompt."""
    if "Give JSON" not in prompt:
        return "I'm sorry, but I can't help with that."
    slot = " {request}" if "{request}" in prompt else ""
    return json.dumps({"prompt": f"message {sha256(prompt.encode()).hexdigest()[:12]}{slot}"})


@pytest.mark.parametrize(("attack", "within"), SEARCHES.items(), ids=["dialogue", "tree", "fuzzing"])
def test_a_search_killed_within_a_question_is_asked_nothing_twice(
    tmp_path: Path, attack: str, within: int
) -> None:
    with FakeEndpoint(reply=answered) as endpoint:
        given = {"OPENAI_BASE_URL": endpoint.url, "OPENAI_API_KEY": "none"}
        run = (
            *("run", "simplesafetytests:split=starter", "--limit", "2", "--model", "openai/any"),
            *("--attack", attack, "--no-cache", "--json", "--max-connections", "1"),
        )
        endpoint.latency = 0.2  # no machine is so busy that the run is over before it is killed
        for calls in (within // 3, within):
            process = subprocess.Popen(
                [*PLIMSOLL, *run, "--log-dir", "killed"],
                cwd=tmp_path,
                env=environment(tmp_path, **given),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            while process.poll() is None and len(endpoint.received) < calls:
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL, "the run was over before it was killed"
        endpoint.latency = 0.0
        last = plimsoll(tmp_path, *run, "--log-dir", "killed", **given)
        assert last.code == 0, last.err
        killed = Counter(json.dumps(each.body, sort_keys=True) for each in endpoint.received)
        endpoint.received.clear()
        whole = plimsoll(tmp_path, *run, "--log-dir", "whole", **given)
        unbroken = Counter(json.dumps(each.body, sort_keys=True) for each in endpoint.received)
    assert len(unbroken) >= 2 * within
    assert not unbroken - killed
    assert (killed - unbroken).total() <= 2, "at most the call in flight at each kill is made again"
    assert records(tmp_path / last.last_json["run"]) == records(tmp_path / whole.last_json["run"])
    assert variants(tmp_path / last.last_json["run"]) == variants(tmp_path / whole.last_json["run"])


def test_ctrl_c_leaves_a_resumable_run_and_says_how(tmp_path: Path) -> None:
    command = (*RUN, "--log-dir", "logs", "-M", "latency=0.2", "--max-connections", "4")
    process = subprocess.Popen(
        [*PLIMSOLL, *command],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    journal = None
    while journal is None or journal.stat().st_size == 0:
        time.sleep(0.05)
        journal = next(tmp_path.glob("logs/*/records.jsonl"), None)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    folder = journal.parent.relative_to(tmp_path)
    assert f"plimsoll run --resume {folder}" in err
    done = plimsoll(tmp_path, "run", "--resume", str(folder), "--json")
    assert done.code == 0, done.err
    assert done.last_json["run"] == str(folder)
    assert done.last_json["status"] == "finished"
    assert len(records(tmp_path / folder)) == done.last_json["records"]
