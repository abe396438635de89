"""Keys -> what a report says, in English and Chinese; unknown keys fall back to plain words."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from plimsoll.core import decoding
from plimsoll.core.hidden import visible
from plimsoll.words import Language, name

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
    key = f"category.{code}"
    return say(key, language=language) if knows(key) else visible(_category(plain(code), language))


def _category(said: str, language: Language) -> str:
    """A name that stands in the catalogue, whole or as several with points between."""
    if (whole := name(said, language)) != said or language == "en":
        return whole
    pieces = [name(each, language) for each in said.split(".")]
    return said if "".join(pieces).isascii() else "、".join(pieces)


def of_categories(codes: Iterable[str], language: Language) -> dict[str, str]:
    """Keys and names of categories that the table of words does not hold, as a page's script reads them."""
    return {f"category.{code}": category(code, language) for code in codes if not knows(f"category.{code}")}


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
    return say(key, language=language) if knows(key) else visible(_unknown(kind, code, language))


def _unknown(kind: str, code: str, language: Language) -> str:
    said = _category(plain(code), language) if kind == "category" else code
    return code if said == plain(code) else said


def plain(code: str) -> str:
    """`figurative_language` as words."""
    return code.replace("_", " ").strip() or code


def percent(value: float, digits: int = 1) -> str:
    """A share of one as a number of a hundred, without the sign."""
    return f"{100 * value:.{digits}f}"


def interval(low: float, high: float) -> str:
    """Both bounds in percent."""
    return f"{percent(low)}–{percent(high)}"
