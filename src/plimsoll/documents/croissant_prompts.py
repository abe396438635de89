"""A file of prompts, or a generated set -> its description as Croissant 1.0, to lie beside it.

A field for each column that holds plain values; columns of lists or objects are named in the description,
since the format cannot say where in them a value lies without a path of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from plimsoll.core import UserError
from plimsoll.data.tables import Table, read_table
from plimsoll.documents.croissant import CONTEXT

ENDING = ".croissant.json"
FORMATS = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".jsonl": "application/jsonlines",
    ".ndjson": "application/jsonlines",
    ".parquet": "application/x-parquet",
}
"""Ending -> what the format calls such a file; of the others its library reads no columns."""
TYPED = (".jsonl", ".ndjson", ".parquet")
"""Files whose values have types of their own."""
KINDS: Sequence[tuple[type, str]] = ((bool, "sc:Boolean"), (int, "sc:Integer"), (float, "sc:Float"))
MEANT: Mapping[str, str] = {
    "prompt": "What is said to the model",
    "id": "Id of the prompt",
    "category": "Category of the prompt",
    "language": "Language of the prompt",
    "label": "What people call it",
    "response": "What was replied",
    "pair": "The same for prompts that ask the same",
    "generator": "What made the prompt",
    "made_of": "What the prompt was made of",
}


class About(NamedTuple):
    """What a file cannot say of itself."""

    title: str = ""
    license: str = ""
    url: str = ""
    creator: str = ""
    version: str = "1.0.0"


def place(path: Path) -> Path:
    """Where the description of a file lies: beside it, since it names it by its name alone."""
    return path.with_name(f"{path.name}{ENDING}")


def described(path: Path, about: About) -> dict[str, Any]:
    """The description of a file of prompts. Raises `UserError`, `DataError`."""
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        raise UserError(
            f"{path}: Croissant describes the columns of {', '.join(FORMATS)}: write the prompts in one "
            "of these"
        )
    table = read_table(path)
    kinds = _kinds(table, typed=path.suffix.lower() in TYPED)
    if not kinds:
        raise UserError(f"{path}: no column holds plain values: nothing of it could be described as a field")
    nested = [name for name in table.columns if name not in kinds]
    title = about.title or path.stem
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": _name(title),
        "description": _description(title, table, nested),
        "version": about.version,
        "license": about.license or "unknown",
        "url": about.url or "https://pypi.org/project/plimsoll-eval/",
        "datePublished": _changed(path),
        "creator": {"@type": "sc:Organization", "name": about.creator or "unknown"},
        "citeAs": about.url or title,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": path.name,
                "name": path.name,
                "description": f"{len(table.rows):,} rows.",
                "contentUrl": path.name,
                "encodingFormat": form,
                "sha256": table.digest,
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "prompts",
                "name": "prompts",
                "description": "One row a prompt.",
                "field": [_field(name, kind, path.name) for name, kind in kinds.items()],
            }
        ],
    }


def _changed(path: Path) -> str:
    """The day on which the file was written last."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()


def _kinds(table: Table, *, typed: bool) -> dict[str, str]:
    """Column -> its type; text where values differ, and no entry where one holds more than a plain value."""
    found: dict[str, str] = {}
    for name in table.columns:
        values = [row.cells.get(name) for row in table.rows]
        if any(isinstance(value, (list, dict)) for value in values):
            continue
        found[name] = _kind(value for value in values if value is not None) if typed else "sc:Text"
    return found


def _kind(values: Iterator[Any]) -> str:
    kinds = {next((said for kind, said in KINDS if isinstance(value, kind)), "sc:Text") for value in values}
    if kinds == {"sc:Integer", "sc:Float"}:
        return "sc:Float"
    return kinds.pop() if len(kinds) == 1 else "sc:Text"


def _description(title: str, table: Table, nested: Sequence[str]) -> str:
    said = f"{title}: {len(table.rows):,} prompts for testing language models. Some may upset."
    return f"{said} Columns that hold more than plain values: {', '.join(nested)}." if nested else said


def _name(title: str) -> str:
    """A title as the format wants names: letters, digits and dashes."""
    plain = "".join(each if each.isascii() and each.isalnum() else "-" for each in title)
    return "-".join(filter(None, plain.split("-"))) or "prompts"


def _field(name: str, kind: str, file: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"prompts/{name}",
        "name": name,
        "description": MEANT.get(name.strip().lower(), f"Column {name}"),
        "dataType": kind,
        "source": {"fileObject": {"@id": file}, "extract": {"column": name}},
    }
