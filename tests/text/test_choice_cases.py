"""Replies that were once read wrongly, and real ones that were labelled by hand."""

import asyncio
import re
from typing import Any

import pytest

from plimsoll.core import Outcome, Response, Sample, Transcript, user
from plimsoll.judges.choice import Choice
from tests.support.blind_choice_replies import BLIND
from tests.support.cases import case_rows, reply_rows
from tests.support.choice_replies import Row
from tests.support.fresh_choice_replies import FRESH
from tests.support.kin_choice_replies import KIN
from tests.support.later_choice_replies import LATER
from tests.support.met_choice_replies import MET
from tests.support.more_kin_choice_replies import MORE_KIN
from tests.support.natural_choice_replies import NATURAL
from tests.support.world_choice_replies import WORLD

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


@pytest.mark.parametrize(
    "row",
    [*MET, *NATURAL, *WORLD, *FRESH, *LATER, *KIN, *MORE_KIN, *BLIND],
    ids=lambda row: ascii(row[0])[:40],
)
def test_a_reply_as_people_meet_it_is_judged_as_a_careful_reader_does(row: Row) -> None:
    reply, options, wanted = row
    assert judged({"reply": reply, "options": options}) == wanted


def final_letter(row: dict[str, Any]) -> str | None:
    """What stands after the last 【答案】: one letter, or none where there are several or no letter."""
    letters = re.findall("[A-G]", row["final"].partition("<")[0])
    return letters[0] if len(letters) == 1 else None


@pytest.mark.parametrize("row", GAOKAO, ids=lambda row: f"{row['file'][40:60]} {row['index']}")
def test_a_real_chinese_reply_is_read_by_its_final_answer(row: dict[str, Any]) -> None:
    assert judged(row) == final_letter(row)


UNCLEAR = frozenset((16, 17, 21, 22, 23, 24, 26, 27, 33, 37, 40, 50, 51, 60))
"""In parts (16, 17, 37), another option's words (21, 22), several letters (40, 51), letters beyond the
options, or none (23-27, 33, 50, 60)."""


@pytest.mark.parametrize("place", range(len(MMLU_PRO)))
def test_a_real_english_reply_is_read_by_its_last_answer(place: int) -> None:
    row = MMLU_PRO[place]
    said = re.findall(r"(?:answer is:? ?|Answer: )\(?([A-J])\b", row["reply"])
    wanted = None if place in UNCLEAR else said[-1]
    assert judged({"reply": row["reply"], "options": row["opts"]}) == wanted
