"""Keys -> what a report says, in English and Chinese; unknown keys fall back to plain words."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from plimsoll.core import decoding
from plimsoll.core.hidden import visible

Language = Literal["en", "zh"]
CORRECTED = "_corrected"
"""Ends the name of a rate that was corrected for its judge's errors."""


@cache
def words(language: Language) -> Mapping[str, str]:
    """Every string of one language by its key."""
    table = decoding.toml(files("plimsoll.pages").joinpath("words.toml").read_text("utf-8"))
    return {key: entry[language] for key, entry in table.items()}


def say(key: str, *arguments: str, language: Language = "en") -> str:
    """The text of a key with `{0}`, `{1}` filled in."""
    text = words(language)[key]
    return re.sub(r"\{(\d)\}", lambda found: arguments[int(found[1])], text)


def knows(key: str) -> bool:
    """Whether there are words for a key."""
    return key in words("en")


def category(code: str, language: Language = "en") -> str:
    """A category's name, or its code read as words where we know none."""
    return named("category", code, language) if knows(f"category.{code}") else visible(plain(code))


def metric(name: str, language: Language = "en") -> str:
    """A metric's name; an unknown one is read as words."""
    base = name.removesuffix(CORRECTED)
    if base != name and not knows(f"metric.{name}"):
        return say("metric.corrected", metric(base, language), language=language)
    key = f"metric.{name}"
    return say(key, language=language) if knows(key) else visible(name.replace("_", " "))


def named(kind: str, code: str, language: Language = "en") -> str:
    """The words of `kind.code`, or the code itself."""
    key = f"{kind}.{code}"
    return say(key, language=language) if knows(key) else visible(code)


def plain(code: str) -> str:
    """`figurative_language` as words."""
    return code.replace("_", " ").strip() or code


def percent(value: float, digits: int = 1) -> str:
    """A share of one as a number of a hundred, without the sign."""
    return f"{100 * value:.{digits}f}"


def interval(low: float, high: float) -> str:
    """Both bounds in percent."""
    return f"{percent(low)}–{percent(high)}"
