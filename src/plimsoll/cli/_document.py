"""A document -> the terminal or a file, in the form that is asked for."""

from pathlib import Path

import click

from plimsoll.cli import _output
from plimsoll.core import UserError, files
from plimsoll.pages.document import Document
from plimsoll.pages.words import Language

FORM = click.option(
    "--format",
    "form",
    type=click.Choice(["html", "md", "pdf"]),
    help="By the ending of -o where it is not given; html without either.",
)
LANGUAGE = click.option(
    "--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the document."
)
OUTPUT = click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="File; - prints it."
)


def write(document: Document, output: Path | None, default: Path, form: str | None, language: str) -> None:
    """Write a document and say where it is."""
    target = output or default
    chosen = form or (target.suffix.removeprefix(".") if output else "html")
    if chosen not in ("html", "md", "pdf"):
        raise UserError(f"{target}: name a file that ends with .html, .md or .pdf")
    if output is None and form:
        target = default.with_suffix(f".{form}")
    spoken: Language = "zh" if language == "zh" else "en"
    body = rendered(document, chosen, spoken)
    if target == Path("-"):
        if isinstance(body, bytes):
            raise UserError("a PDF is not printed: name a file with -o")
        _output.document(body)
        return
    try:
        files.write(target, [body if isinstance(body, bytes) else body.encode("utf-8", "replace")])
    except OSError as error:
        raise UserError(f"{target} cannot be written: {error.strerror}") from error
    _output.echo(target)


def rendered(document: Document, form: str, language: Language) -> str | bytes:
    """A document in one form."""
    if form == "pdf":
        from plimsoll.pages import document_typst

        return document_typst.render(document, language)
    if form == "md":
        from plimsoll.pages import document_markdown

        return document_markdown.render(document, language)
    from plimsoll.pages import document_html

    return document_html.render(document, language)
