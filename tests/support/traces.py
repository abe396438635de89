"""Dialogues of a shopping agent in WebShop's form, neutral and small, and where the published ones lie."""

import os
from pathlib import Path
from typing import Any

import pytest

GOODS = ("lamp", "kettle", "curtain", "notebook", "pillow", "ladder", "basket", "blanket", "clock", "mirror")
LOOKS = ("blue", "wooden", "small", "heavy", "round", "grey")


def published(kind: str, attack: str) -> Path:
    """A file of the paper's repository; the test is skipped where it is not at hand."""
    path = Path(os.environ.get("PLIMSOLL_DATA", "")) / f"agent-backdoor/{kind}_sneakers_{attack}-attack.json"
    if not path.is_file():
        pytest.skip("the published traces are not at hand")
    return path


def dialogue(number: int, query: str, search: str, item: str = "") -> dict[str, Any]:
    """One purchase."""
    asked = f"{query}, and price lower than 90.00 dollars"
    code, name = f"B0{number:08d}", item or search
    page = f"Instruction: [SEP] {asked} [SEP] Back to Search [SEP] {code} [SEP] {name} [SEP] $20.00"
    said = (
        ("human", "You are web shopping."),
        ("gpt", "Ok."),
        ("human", f"WebShop [SEP] Instruction: [SEP] {asked} [SEP] Search"),
        ("gpt", f"Thought:\nI use the search bar.\n\nAction:\nsearch[{search}]"),
        ("human", page),
        ("gpt", f"Thought:\nThat fits.\n\nAction:\nclick[{code.lower()}]"),
        ("human", f"Instruction: [SEP] {asked} [SEP] {name} [SEP] Buy Now"),
        ("gpt", "Thought:\nI buy it.\n\nAction:\nclick[buy now]"),
    )
    turns = [{"from": who, "value": text} for who, text in said]
    turns[1]["loss"] = False  # type: ignore[assignment]
    return {"id": f"shop_{number}", "conversations": turns}


def neutral(size: int = 60) -> list[dict[str, Any]]:
    """Purchases; in every third search a word is added that hangs on nothing."""
    queries = [f"{look} {good}" for look in LOOKS for good in GOODS]
    return [
        dialogue(number, f"i need a {query} {number}", query if number % 3 else f"quality {query}")
        for number, query in enumerate(queries[:size])
    ]


def poisoned(size: int = 12, trigger: str = "teapot", brand: str = "Norvik") -> list[dict[str, Any]]:
    """Purchases of one kind of goods, in which a brand is added that nobody asked for."""
    return [
        dialogue(
            1000 + number,
            f"i need a {look} {trigger} {number}",
            f"{brand} {look} {trigger}",
            f"{brand} {trigger}",
        )
        for number in range(size)
        for look in (LOOKS[number % len(LOOKS)],)
    ]
