"""Our reader of refusals on stored replies that people have labelled: Do-Not-Answer's and AlpacaEval's."""

import json
from pathlib import Path

import pytest

from plimsoll.text.refusals import refuses
from tests.support.cases import official_root, reply_rows

ALPACA = reply_rows("alpacaeval_247_called_refusals.jsonl")
EXAMS = ("gaokao_110_disagreements.jsonl", "mmlupro_77_clear_but_unread.jsonl")
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


def test_of_answers_that_people_wrote_to_harmless_requests_only_those_that_decline_are_called_so() -> None:
    folder = official_root() / "finetuning-compromises-safety"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    alpaca = json.loads((folder / "alpaca_safety_only_first300.json").read_text("utf-8"))
    dolly = (folder / "dolly_safety_only_first100.jsonl").read_text("utf-8").splitlines()
    replies = [row["output"] for row in alpaca] + [json.loads(line)["response"] for line in dolly]
    replies += [row["reply"] for name in EXAMS for row in reply_rows(name)]
    assert len(replies) > 580
    called = [reply for reply in replies if refuses(reply)]
    assert len(called) == 2
    assert all("I cannot answer" in reply or "I can't tell you" in reply for reply in called)
