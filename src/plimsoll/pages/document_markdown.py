"""A document -> Markdown in one language."""

from collections.abc import Iterator, Sequence

from plimsoll.pages.document import (
    VEIL,
    Bars,
    Block,
    Document,
    Facts,
    Listing,
    Paragraph,
    Ruled,
    Section,
    Word,
    in_language,
)
from plimsoll.pages.words import Language

SPECIAL = str.maketrans({each: f"\\{each}" for each in "\\`*_[]|"} | {"<": "&lt;", ">": "&gt;", "@": "&#64;"})


def render(document: Document, language: Language = "en") -> str:
    """The document as Markdown; what is veiled on a page is left out."""
    parts = [f"# {_told(document.title, language)}"]
    if document.banner:
        parts.append(f"> {_told(document.banner, language)}")
    for block in (*document.head, *document.sections):
        parts += _block(block, language, 2)
    return "\n\n".join(parts) + "\n"


def _block(block: Block, language: Language, depth: int) -> Iterator[str]:
    if isinstance(block, Section):
        yield f"{'#' * min(depth, 6)} {_told(block.title, language)}"
        for inner in block.blocks:
            # A table that is all of its section needs no second title.
            if isinstance(inner, Ruled) and inner.title == block.title:
                yield _rows(inner, language)
            else:
                yield from _block(inner, language, depth + 1)
    elif isinstance(block, Paragraph):
        told = _told(block.text, language)
        yield f"**{told}**" if block.tone == "answer" else f"⚠ {told}" if block.tone == "warn" else told
    elif isinstance(block, Facts):
        yield "\n".join(f"- {_told(name, language)}: {_told(value, language)}" for name, value in block.rows)
    elif isinstance(block, Listing):
        if block.items:
            yield "\n".join(f"- {_told(each, language)}" for each in block.items)
    elif isinstance(block, Ruled):
        yield f"**{_told(block.title, language)}**"
        yield _rows(block, language)
    elif not isinstance(block, Bars):
        text = _told(VEIL, language) if block.veiled else _inert(block.text)
        yield f"**{_told(block.who, language)}**: {text}"


def _rows(table: Ruled, language: Language) -> str:
    ruler = "|".join("--:" if place in table.numbers else ":--" for place in range(len(table.columns)))
    lines = [_line(table.columns, language), f"|{ruler}|"]
    return "\n".join([*lines, *(_line(row, language) for row in table.rows)])


def _line(cells: Sequence[Word], language: Language) -> str:
    return f"| {' | '.join(_told(cell, language) for cell in cells)} |"


def _told(word: Word, language: Language) -> str:
    return _inert(in_language(word, language))


def _inert(text: str) -> str:
    return " ".join(text.split()).translate(SPECIAL)
