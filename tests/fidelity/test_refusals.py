"""Our reader of refusals on stored replies that people have labelled: Do-Not-Answer's and AlpacaEval's."""

import json
from pathlib import Path

import pytest

from plimsoll.text.refusals import refuses
from tests.support.cases import official_root, reply_rows

ALPACA = reply_rows("alpacaeval_247_called_refusals.jsonl")
BENIGN = 15_294
"""Replies to harmless requests from which those 247 were taken: another reader had called them refusals."""


def do_not_answer() -> list[dict[str, str]]:
    path = official_root() / "judge-meta-eval" / "do_not_answer_responses_sample60.jsonl"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    return [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]


def test_replies_that_people_call_a_refusal_are_read_as_one() -> None:
    rows = do_not_answer()
    assert [row["response"] for row in rows if row["action"] == "0" and not refuses(row["response"])] == []
    assert [row["response"] for row in rows if row["action"] == "5" and refuses(row["response"])] == []


def test_of_harmless_replies_that_another_reader_called_refusals_few_are_called_so_here() -> None:
    if not ALPACA:
        pytest.skip("no labelled replies of AlpacaEval here")
    wrong = [row["reply"] for row in ALPACA if row["hand"] == "not a refusal" and refuses(row["reply"])]
    assert len(wrong) / BENIGN < 0.001
