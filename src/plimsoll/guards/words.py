"""A conversation -> unsafe where its last message holds a word or pattern of the user's own list.

The plainest guard there is, and a baseline for others: it knows words, not what is meant. Steps: (1) read
the list, a phrase or `/pattern/` a line, under headings `[code]` that name categories, (2) look for each
in the last message, case aside. Words in Latin letters must stand alone; others may stand anywhere.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from plimsoll.core import DataError, Instrument, Message, UserError, Verdict, files
from plimsoll.guards._verdicts import EMPTY, decided, instrument
from plimsoll.registry import guard

_HEADING = re.compile(r"\[([^\]]+)\]")
_LATIN_EDGE = re.compile(r"[0-9A-Za-zÀ-ɏ]")


@dataclass(frozen=True)
class Words:
    """A list of patterns by category code."""

    patterns: Mapping[str, "re.Pattern[str]"]
    revision: str
    name = "words"

    @property
    def instrument(self) -> Instrument:
        """What it finds, and which list it finds it by."""
        return instrument(self.revision)

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        """Look for every pattern in the last message."""
        text = messages[-1].text if messages else ""
        if not text.strip():
            return EMPTY
        found = [code for code, pattern in self.patterns.items() if pattern.search(text)]
        return decided(unsafe=bool(found), chance=None, detail={"categories": found} if found else {})


@guard
def words(file: str) -> Words:
    """Words and patterns from a file, one a line, under headings that name categories.

    Args:
        file: UTF-8 text; `[code]` begins a category, `/.../` is a regular expression, `#` a comment.
    """
    try:
        content = files.read(Path(file).expanduser())
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"words: file={file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError(f"words: file={file} is not in UTF-8") from None
    listed = _listed(text, file)
    if not listed:
        raise UserError(f"words: file={file} holds no word")
    patterns = {code: re.compile("|".join(each), re.IGNORECASE) for code, each in listed.items()}
    return Words(patterns, blake2b(content, digest_size=6).hexdigest())


def _listed(text: str, file: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    code = "listed"
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if heading := _HEADING.fullmatch(line):
            code = heading[1]
        elif line and not line.startswith("#"):
            found.setdefault(code, []).append(_pattern(line, f"{file}: line {number}"))
    return found


def _pattern(line: str, place: str) -> str:
    if len(line) > 2 and line.startswith("/") and line.endswith("/"):
        try:
            return f"(?:{re.compile(line[1:-1]).pattern})"
        except re.error as error:
            raise DataError(f"{place}: {line} is no regular expression: {error}") from None
    return phrase(line)


def phrase(text: str) -> str:
    """A pattern for a text that must stand alone where it begins or ends in Latin letters."""
    before = r"\b" if _LATIN_EDGE.match(text[0]) else ""
    after = r"\b" if _LATIN_EDGE.match(text[-1]) else ""
    return f"{before}{re.escape(text)}{after}"
