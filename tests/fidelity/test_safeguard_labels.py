"""Word lists of three papers against the labels that their own code gave 1,000 published replies."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from plimsoll.benchmarks.dro import judge as dro
from plimsoll.data import locate
from plimsoll.judges import refusal
from plimsoll.judges.refusal import RuleJudge


def _rows() -> list[dict[str, str]]:
    path = locate.find("llm_safeguard_dro", "harmless_testset_outputs_official_labels.csv")
    if path is None:
        pytest.skip("the published replies are not here")
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("judge", "column", "refused"),
    [
        (dro.dro, "refusal_score", "0"),
        (refusal.ships_strings, "ships_rule_harmless", "1"),
        (refusal.advbench_strings, "qi_keyword_refused", "1"),
    ],
)
def test_every_reply_is_labelled_as_by_the_official_code(
    judge: Callable[[], RuleJudge], column: str, refused: str
) -> None:
    rows = _rows()
    assert len(rows) == 1000
    wrong = [
        row["output"][:80]
        for row in rows
        if judge().rule(row["output"]) != (row[column].removesuffix(".0") == refused)
    ]
    assert wrong == []
