"""Llama Guard's fine-tuning format beside the official formatter's, and both augmentations."""

import json
from typing import Any

import pytest

from plimsoll.guards.asking import Turn
from plimsoll.guards.llama_guard import categories
from plimsoll.guards.policies import Category, Policy
from plimsoll.screening.training import Told, Training
from tests.support.guard_data import golden

POLICY = Policy(
    "toy",
    tuple(
        Category(name, f"{name}. ", text)
        for name, text in (
            ("Violence", "vdesc"),
            ("Privacy", "pdesc"),
            ("Fraud", "fdesc"),
            ("Drugs", "ddesc"),
        )
    ),
    "O",
)
BY_CODE = {each.code: each for each in POLICY.categories}
TOLD = (
    (("p0", "r0"), ("Privacy",), "because"),
    (("p1",), (), "fine"),
    (("p2", "r2"), ("Violence", "Drugs"), "both"),
)
PLACES = {None: "no", "BEFORE_DECISION": "before", "AFTER_DECISION": "after"}


def told(number: int) -> Told:
    texts, violated, explanation = TOLD[number]
    return Told(
        id=str(number),
        turns=[Turn(role, text) for role, text in zip(("User", "Agent"), texts, strict=False)],
        violated=[BY_CODE[name] for name in violated],
        unsafe=bool(violated),
        explanation=explanation,
    )


def rows(*, drop: bool, shuffle: bool) -> list[dict[str, Any]]:
    found = json.loads(golden("llama-guard", "golden_finetuning_format.json").read_text(encoding="utf-8"))[
        "rows"
    ]
    return [row for row in found if (row["drop"], row["shuffle"]) == (drop, shuffle)]


def test_plain_examples_are_the_official_formatters() -> None:
    for row in rows(drop=False, shuffle=False):
        made = Training(form="llama_guard", policy=POLICY, explained=PLACES[row["explanation"]])  # pyright: ignore[reportArgumentType]
        for number, official in enumerate(row["examples"]):
            (example,) = made.examples(told(number))
            shown, _, answer = official.partition("|A: ")
            assert example.completion == answer
            assert shown.startswith(f"T:{categories(POLICY)}|C:human: p{number}")
            assert categories(POLICY) in example.prompt


@pytest.mark.parametrize("shuffle", [True, False])
def test_both_augmentations_make_as_many_examples_as_the_official_formatter(shuffle: bool) -> None:
    for row in rows(drop=True, shuffle=shuffle):
        made = Training(form="llama_guard", policy=POLICY, drop=True, shuffle=shuffle)
        found = [example for number in range(3) for example in made.examples(told(number))]
        assert len(found) == len(row["examples"]) == 8
        answers = [official.partition("|A: ")[2].split("\n")[0] for official in row["examples"]]
        if row["explanation"] is None:
            assert [example.completion.split("\n")[0] for example in found] == answers
