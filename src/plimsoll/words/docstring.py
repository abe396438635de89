"""A docstring -> what it says, piece by piece, in the reader's language."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from plimsoll.words.catalogue import translated
from plimsoll.words.language import Language, preferred
from plimsoll.words.wrapping import cells, wrapped

ARGUMENTS = "\n\nArgs:\n"
ARGUMENT = re.compile(r"^    (?=\w+: )", re.MULTILINE)


class Docstring(NamedTuple):
    """A docstring in its pieces, each on one line."""

    paragraphs: Sequence[str]
    arguments: Sequence[tuple[str, str]]
    """Names with what is said of them."""

    def said(self) -> Iterator[str]:
        """Every piece that is a sentence."""
        yield from self.paragraphs
        yield from (about for _, about in self.arguments)


def parsed(text: str) -> Docstring:
    """The pieces of a docstring whose indentation has been taken away."""
    head, _, tail = text.partition(ARGUMENTS)
    listed = (each.partition(": ") for each in ARGUMENT.split(tail) if each.strip())
    return Docstring(
        [_on_one_line(each) for each in head.split("\n\n") if each.strip()],
        [(name.strip(), _on_one_line(about)) for name, _, about in listed],
    )


def spoken(text: str, width: int, language: Language | None = None) -> str:
    """A docstring as its reader wants it: English as it is written, if it fits, else anew in such lines."""
    reads = language or preferred()
    if reads == "en" and all(cells(line) <= width for line in text.splitlines()):
        return text
    found, colon = parsed(text), "：" if reads == "zh" else ": "
    paragraphs = ["\n".join(wrapped(translated(each, reads), width)) for each in found.paragraphs]
    listed = [
        "\n".join(f"    {line}" for line in wrapped(f"{name}{colon}{translated(about, reads)}", width - 4))
        for name, about in found.arguments
    ]
    heading = f"{translated('arguments', reads)}：" if reads == "zh" else ARGUMENTS.strip()
    return "\n\n".join([*paragraphs, *(["\n".join([heading, *listed])] if listed else [])])


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
