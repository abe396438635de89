"""Defenses that need no more than chat: over an endpoint, on the embedded model, in any order, in reports."""

import re
from pathlib import Path

import pytest

import plimsoll
from plimsoll.cli import exit_code
from plimsoll.data.resources import table
from plimsoll.models.scripted import Scripted
from plimsoll.run.keep.folder import RunFolder
from tests.support.endpoint import FakeEndpoint
from tests.support.extras import need

ROWS = table("defenses", "catalogue.toml")["row"]
WORDS = "[T1]\nlantern\n"
CHAT = sorted(
    {
        spec
        for row in ROWS.values()
        if row["needs"].split(",")[0] == "chat" and "tools" not in row["needs"]
        for spec in row.get("specs", ())
        if "ensemble" not in spec
    }
)
"""Specs of the catalogue that a plain chat endpoint serves."""


def filled(spec: str, words: Path) -> str:
    """The spec with parts that ask nobody in the places of the user's."""
    parts = {"MODEL": "scripted/echo", "JUDGE": "refusal", "FILE": str(words)}
    return re.sub("|".join(parts), lambda match: parts[match[0]], spec).replace("text=...", "text=Be kind.")


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_text(WORDS, encoding="utf-8")
    return path


@pytest.mark.parametrize("spec", CHAT)
def test_a_defense_of_chat_runs_over_an_endpoint(spec: str, tmp_path: Path, words: Path) -> None:
    with FakeEndpoint(reply="This is how it is done.") as endpoint:
        run = plimsoll.evaluate(
            "xstest:split=starter",
            "openai/any",
            options={"base_url": endpoint.url},
            defense=filled(spec, words),
            limit=2,
            cache=False,
            log_dir=tmp_path / "logs",
            progress=False,
        )
        assert endpoint.received
    assert [record.failures for record in run.records] == [(), ()]


@pytest.mark.slow
@pytest.mark.parametrize("spec", CHAT)
def test_a_defense_of_chat_runs_on_the_embedded_model(spec: str, tmp_path: Path, words: Path) -> None:
    need("local")
    run = plimsoll.evaluate(
        "xstest:split=starter",
        "llamacpp",
        defense=filled(spec, words),
        limit=1,
        max_tokens=8,
        cache=False,
        log_dir=tmp_path / "logs",
        progress=False,
    )
    assert [record.failures for record in run.records] == [()]


def test_the_order_of_defenses_is_part_of_a_run_s_id_and_of_what_the_model_is_asked(
    tmp_path: Path, words: Path
) -> None:
    guard, reminder = f"block_request:guard=(words:file={words})", "self_reminder:before=The lantern is lit."
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        return "This is how it is done."

    def run(*defenses: str) -> RunFolder:
        found = plimsoll.evaluate(
            "xstest:split=starter", answer, defense=list(defenses), limit=3, cache=False,
            log_dir=tmp_path / "logs", progress=False,
        )  # fmt: skip
        return found.folder

    inside, outside = run(guard, reminder), run(reminder, guard)
    assert inside.manifest().id != outside.manifest().id
    assert len(asked) == 3, "the guard inside the reminder saw its words, and let nothing through"


def test_a_blocked_turn_stands_in_the_report_with_its_reason(
    tmp_path: Path, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = plimsoll.evaluate(
        "xstest:split=starter",
        Scripted(lambda _: "Light the lantern first."),
        defense=f"block_reply:guard=(words:file={words})",
        limit=4,
        cache=False,
        log_dir=tmp_path / "logs",
        progress=False,
    )
    estimates = {each.name: each.value for each in run.estimates}
    assert estimates["blocked_rate"] == 1.0
    assert {verdict.reason for record in run.records for verdict in record.verdicts.values()} == {
        "words held the reply back: unsafe (T1)"
    }
    assert exit_code(["report", str(run.path), "--format", "md", "-o", "-"]) == 0
    assert "Blocked" in capsys.readouterr().out
