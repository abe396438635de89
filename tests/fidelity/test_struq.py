"""Injections into data beside what the official functions of StruQ make of the same tasks."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from plimsoll.attacks import struq
from plimsoll.attacks.struq import Given, Injection, closed
from plimsoll.benchmarks.ise import dataset
from plimsoll.data.resources import table

MADE: dict[str, Any] = json.loads(Path(__file__).with_name("struq.json").read_text("utf-8"))["data"]
FORMS: dict[str, Injection] = {
    "naive": struq.of_naive,
    "ignore": struq.of_ignore,
    "escape_deletion": struq.of_deletion,
    "escape_separation": struq.of_separation,
    "completion_real": struq.of_completion("real"),
    "completion_realcmb": struq.of_completion("combined"),
    "completion_real_chinese": struq.of_completion("chinese"),
    "completion_real_base64": struq.of_completion("base64"),
    "completion_close_2hash": struq.of_completion("two_hashes"),
    "completion_close_1hash": struq.of_completion("one_hash"),
    "completion_close_0hash": struq.of_completion("no_hash"),
    "completion_close_upper": struq.of_completion("upper"),
    "completion_close_title": struq.of_completion("title"),
    "completion_close_nospace": struq.of_completion("no_space"),
    "completion_close_nocolon": struq.of_completion("no_colon"),
    "completion_close_typo": struq.of_completion("typo"),
    "completion_close_similar": struq.of_completion("similar"),
    "completion_close_ownlower": struq.of_completion("own_lower"),
    "completion_close_owntitle": struq.of_completion("own_title"),
    "completion_close_ownhash": struq.of_completion("own_hash"),
    "completion_close_owndouble": struq.of_completion("own_double"),
}


class Numpy:
    """Draws as the official code does."""

    def __init__(self) -> None:
        self.state: Any = pytest.importorskip("numpy").random.RandomState(7)

    def random(self) -> float:
        return float(self.state.rand())

    def choice(self, seq: Sequence[Any], /) -> Any:
        return self.state.choice(seq)


@pytest.mark.parametrize("name", MADE)
def test_an_injection_is_the_official_one_letter_by_letter(name: str) -> None:
    draw = Numpy()
    known = table("attacks", "struq.toml")
    tasks = dataset.own("en").prompts[:20]
    found = [
        FORMS[name](
            Given(
                instruction=task.text,
                data=closed(str(task.metadata["data"])),
                answer=task.target or "",
                target=known["target"]["en"].replace("{witness}", "Hacked"),
                draw=draw,
                ignore=known["ignore"]["en"],
            )
        )
        for task in tasks
    ]
    assert found == MADE[name]
