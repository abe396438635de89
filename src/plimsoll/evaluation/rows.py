"""Records -> flat rows, and rows -> data frames and Parquet files."""

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from plimsoll.core import MissingExtra, Record
from plimsoll.judges.reading import request_of


def short(record: Record) -> dict[str, Any]:
    """What became of a record, by the judge that counts: what `plimsoll records` prints."""
    sample = record.sample
    verdict = next(iter(record.verdicts.values()), None)
    attacked = {"attack": sample.attempt.attack, "variant": sample.attempt.variant} if sample.attempt else {}
    return {
        "id": sample.id,
        "origin": sample.question,
        "epoch": record.epoch,
        "outcome": record.outcome.value,
        "category": sample.category,
        "language": sample.language,
        "label": verdict.label if verdict else "",
        "value": verdict.value if verdict else None,
        **attacked,
    }


def long(record: Record) -> dict[str, Any]:
    """A record with its texts, and every judge's label and value in columns of their own."""
    sample, transcript = record.sample, record.transcript
    attempt = sample.attempt
    row = {
        **short(record),
        "attack": attempt.attack if attempt else "",
        "variant": attempt.variant if attempt else "",
        "pair": sample.pair,
        "target": sample.target,
        "request": request_of(sample),
        "reply": transcript.reply if transcript else None,
    }
    for name, verdict in record.verdicts.items():
        row |= {f"{name}.label": verdict.label, f"{name}.value": verdict.value}
    return row


def pandas(records: Iterable[Record]) -> Any:
    """A pandas DataFrame, a row for each record."""
    return _library("pandas", "to_pandas", "frames").DataFrame(_aligned(records))


def polars(records: Iterable[Record]) -> Any:
    """A polars DataFrame, a row for each record."""
    return _library("polars", "to_polars", "frames").DataFrame(_aligned(records), infer_schema_length=None)


def parquet(records: Iterable[Record], path: Path) -> Path:
    """A Parquet file, a row for each record."""
    arrow = _library("pyarrow", "to_parquet", "data")
    writer = _library("pyarrow.parquet", "to_parquet", "data")
    writer.write_table(arrow.Table.from_pylist(_aligned(records)), path)
    return path


def _aligned(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Rows that all have the same columns: a judge that broke early is missing in some records."""
    rows = [long(record) for record in records]
    columns = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in columns} for row in rows]


def _library(module: str, what: str, extra: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingExtra(what, extra) from None
