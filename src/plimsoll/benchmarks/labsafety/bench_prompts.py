"""A question -> the messages of the official scripts, direct or step by step, with or without shots."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from plimsoll.core import Message, system, user
from plimsoll.data.resources import table

Mode = Literal["DA", "CoT"]


@cache
def wordings() -> Mapping[str, Any]:
    """The texts of `prompts.toml`."""
    return table("benchmarks", "labsafety", "bench_prompts.toml")


def prompt(question: str, mode: Mode, shots: int) -> str:
    """The user's turn, with the five fixed examples before it or without any."""
    texts = wordings()["cot" if mode == "CoT" else "direct"]
    return (texts["shots"] if shots else "") + texts["user"].replace("{question}", question)


def messages(question: str, mode: Mode, shots: int) -> tuple[Message, ...]:
    """System text and user's turn."""
    texts = wordings()["cot" if mode == "CoT" else "direct"]
    return (system(texts["system"]), user(prompt(question, mode, shots)))
