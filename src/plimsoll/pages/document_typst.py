"""A document -> a PDF by Typst, in one language, the same bytes each time; no text in it is ever markup."""

import importlib
import re
from collections.abc import Iterator
from typing import Any

from plimsoll.core import MissingExtra, UserError
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
from plimsoll.pages.frame import resource
from plimsoll.pages.words import Language

FONTS = {
    "en": ("Libertinus Serif", "Noto Serif CJK SC", "Noto Sans CJK SC"),
    "zh": (
        "Noto Serif CJK SC",
        "Source Han Serif SC",
        "Songti SC",
        "SimSun",
        "Noto Sans CJK SC",
        "Microsoft YaHei",
    ),
}
TEXT = '("DejaVu Sans Mono", "Noto Sans Mono CJK SC")'
"""Fonts of what somebody or a model said."""


def render(document: Document, language: Language = "en") -> bytes:
    """The PDF. Raises `UserError` where this machine has no Chinese font for a Chinese document."""
    try:
        typst: Any = importlib.import_module("typst")
    except ImportError:
        raise MissingExtra("a PDF", "pdf") from None
    known = {font.casefold() for font in typst.Fonts().families()}
    if language == "zh" and known.isdisjoint(name.casefold() for name in FONTS["zh"]):
        wanted = ", ".join(FONTS["zh"])
        raise UserError(f"no Chinese font is on this machine: install one of {wanted}, or use --language en")
    return typst.compile(source(document, language).encode(), format="pdf")


def source(document: Document, language: Language = "en") -> str:
    """The document in Typst's language, everything that it says in strings."""
    title = _text(document.title, language)
    fonts = "(" + ", ".join(f'"{name}"' for name in FONTS[language]) + ")"
    parts = {"TITLE": title, "FONTS": fonts, "LANGUAGE": _string(language)}
    setup = re.sub("TITLE|FONTS|LANGUAGE", lambda found: parts[found[0]], resource("document.typ"))
    lines = [setup, f"#heading(level: 1, {title})"]
    if document.banner:
        lines.append(_paragraph(Paragraph(document.banner, "warn"), language))
    for block in (*document.head, *document.sections):
        lines += _block(block, language, 2)
    return "\n".join(lines) + "\n"


def _block(block: Block, language: Language, depth: int) -> Iterator[str]:
    if isinstance(block, Section):
        yield f"#heading(level: {min(depth, 4)}, {_text(block.title, language)})"
        for inner in block.blocks:
            if isinstance(inner, Ruled) and inner.title == block.title:
                yield _rows(inner, language)
            else:
                yield from _block(inner, language, depth + 1)
    elif isinstance(block, Paragraph):
        yield _paragraph(block, language)
    elif isinstance(block, Facts):
        cells = (f"strong({_text(name, language)}), {_text(value, language)}" for name, value in block.rows)
        yield f"#table(columns: (auto, 1fr), stroke: none, {', '.join(cells)})"
    elif isinstance(block, Listing):
        if block.items:
            yield f"#list({', '.join(_text(each, language) for each in block.items)})"
    elif isinstance(block, Ruled):
        yield f"#block(strong({_text(block.title, language)}))"
        yield _rows(block, language)
    elif not isinstance(block, Bars):
        text = _text(VEIL if block.veiled else block.text, language)
        yield f"#block([#strong({_text(block.who, language)}) #text(font: {TEXT}, {text})])"


def _paragraph(block: Paragraph, language: Language) -> str:
    text = _text(block.text, language)
    if block.tone == "answer":
        return f"#block(text(size: 12pt, {text}))"
    if block.tone == "warn":
        return f"#block(fill: rgb(255, 241, 201), inset: 6pt, radius: 3pt, width: 100%, {text})"
    return f"#block(text(fill: luma(80), {text}))" if block.tone == "lead" else f"#block({text})"


def _rows(table: Ruled, language: Language) -> str:
    widths = [
        max(_width(row[place], language) for row in (table.columns, *table.rows))
        for place in range(len(table.columns))
    ]
    columns = ", ".join(f"{min(max(width, 10), 34)}fr" for width in widths)
    aligned = ", ".join("right" if n in table.numbers else "left" for n in range(len(table.columns)))
    head = ", ".join(f"strong({_text(name, language)})" for name in table.columns)
    cells = ", ".join(_text(cell, language) for row in table.rows for cell in row)
    size = "8pt" if len(table.columns) > 4 else "9pt"
    return (
        f"#[#set text(size: {size}); #table(columns: ({columns},), align: ({aligned},), "
        f"table.header({head}){', ' + cells if cells else ''})]"
    )


def _width(word: Word, language: Language) -> int:
    return sum(2 if each > "\u2e80" else 1 for each in in_language(word, language))


def _text(word: Word, language: Language) -> str:
    return _string(in_language(word, language))


def _string(text: str) -> str:
    """A string of Typst's: nothing in it is read as markup."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "").replace("\t", " ")
    return '"' + escaped.replace("\n", "\\n") + '"'
