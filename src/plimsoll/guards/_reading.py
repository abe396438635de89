"""A guard model's words -> safe or unsafe with categories, or nothing where they say neither."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from plimsoll.guards.policies import Category, Policy

CODE = re.compile(r"(?<![A-Za-z])([A-Za-z]{1,2})\s?(\d{1,3})(?![A-Za-z\d])")
_VERDICT = re.compile(r"[\W_]*(safe|unsafe)\b(.*)", re.IGNORECASE)
_STOP = re.compile(r"[,;|\n]+")


class Reading(NamedTuple):
    """What a guard said."""

    unsafe: bool
    categories: tuple[Category, ...] = ()
    unknown: tuple[str, ...] = ()
    """Codes that the prompt did not have."""
    also: Mapping[str, str] = {}
    """What else it said, such as whether the reply refuses."""


def by_line(text: str, policy: Policy) -> Reading | None:
    """Llama Guard's form: `safe`, or `unsafe` and codes on the same line or below. Prose is no verdict."""
    said = text.strip()
    first, _, below = said.partition("\n")
    found = _VERDICT.fullmatch(first.strip())
    if found is None:
        return None
    word, rest = found[1].lower(), found[2].strip(" \t.,:;*`'\"()[]-")
    if word == "safe":
        return None if rest else Reading(unsafe=False)
    if rest and not codes(rest, policy).spoken:
        return None
    named = codes(f"{rest}\n{below.partition(chr(10) * 2)[0]}", policy)
    return Reading(True, named.categories, named.unknown)


class Codes(NamedTuple):
    """Categories in a list that a guard wrote."""

    categories: tuple[Category, ...]
    unknown: tuple[str, ...]

    @property
    def spoken(self) -> bool:
        """Whether anything in it was a category or looked like one."""
        return bool(self.categories or self.unknown)


def codes(text: str, policy: Policy) -> Codes:
    """Codes and names, however they are parted; in the order of the text, each once."""
    known: dict[str, Category] = {}
    unknown: dict[str, None] = {}
    for piece in _STOP.split(text):
        whole = policy.find(piece)
        if whole is not None:
            known[whole.code] = whole
            continue
        for letters, digits in CODE.findall(piece):
            code = f"{letters.upper()}{int(digits)}"
            each = policy.find(code)
            if each is None:
                unknown[code] = None
            else:
                known[each.code] = each
    return Codes(tuple(known.values()), tuple(unknown))


def keyed(text: str, key: str, words: Sequence[str]) -> str | None:
    """What stands behind a key in JSON, in something like it, or in lines; nothing where it is said twice
    and not alike."""
    spaced = r"[\s_]*".join(map(re.escape, key.split()))
    pattern = rf"[\"'*]*\b{spaced}\b[\"'*]*\s*[:=]\s*[\"'*\[(]*({'|'.join(words)})\b"
    found = {each.lower() for each in re.findall(pattern, text, re.IGNORECASE)}
    return found.pop() if len(found) == 1 else None


def listed(text: str, key: str) -> str:
    """The list behind a key, quoted, in brackets or bare."""
    spaced = r"[\s_]*".join(map(re.escape, key.split()))
    value = r"(\[[^\]]*\]?|\"[^\"]*\"?|'[^']*'?|[^\n}]*)"
    found = re.search(rf"\b{spaced}\b[\"'*]*\s*[:=]\s*{value}", text, re.IGNORECASE)
    return re.sub(r"[\[\]\"'{}]", " ", found[1]) if found else ""
