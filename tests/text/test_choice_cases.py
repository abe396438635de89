"""Replies that were once read wrongly, and real ones that were labelled by hand."""

import asyncio
from typing import Any

import pytest

from plimsoll.core import Outcome, Response, Sample, Transcript, user
from plimsoll.judges.choice import Choice
from tests.support.cases import case_rows, reply_rows

CASES = case_rows("choice.jsonl")
GAOKAO = reply_rows("gaokao_110_disagreements.jsonl")
MMLU_PRO = reply_rows("mmlupro_77_clear_but_unread.jsonl")


def judged(row: dict[str, Any]) -> str | None:
    sample = Sample(id="1", messages=(user("?"),), choices=tuple(row["options"]), target="A")
    verdict = asyncio.run(Choice().judge(sample, Transcript(responses=(Response(text=row["reply"]),))))
    return None if verdict.outcome is Outcome.UNPARSED else verdict.label


@pytest.mark.parametrize("row", CASES, ids=lambda row: ascii(row["reply"])[:40])
def test_a_reply_that_was_misread_is_read(row: dict[str, Any]) -> None:
    assert judged(row) == row["want"]
