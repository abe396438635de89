"""Rows of label files -> labelled replies."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from plimsoll.core import Labelled, Outcome, Response, Sample, Transcript, Verdict, user
from plimsoll.data import locate, rows
from plimsoll.data.tables import read_table

GOLDENS = "judge-meta-eval"
"""Folder of label tables without replies, in which stored judges can still be measured."""


def item(
    identity: str,
    *,
    labels: Mapping[str, float],
    request: str = "",
    reply: str | None = None,
    settled: float | None = None,
    stored: Mapping[str, Verdict] | None = None,
    model: str = "",
    category: str = "",
    language: str = "en",
    pair: str = "",
    metadata: Mapping[str, Any] | None = None,
) -> Labelled:
    """One labelled reply; without a reply only its labels are known."""
    return Labelled(
        sample=Sample(
            id=identity,
            messages=(user(request),) if request else (),
            request=request,
            category=category,
            language=language,
            pair=pair,
        ),
        transcript=None if reply is None else Transcript(responses=(Response(text=reply),)),
        labels=labels,
        settled=settled,
        stored=stored or {},
        model=model,
        metadata=metadata or {},
    )


def said(label: str, value: float) -> Verdict:
    """What a stored judge found."""
    return Verdict(label=label, value=value)


def unreadable(text: str) -> Verdict:
    """A stored judge's reply that is no verdict."""
    from plimsoll.text.refusals import refuses

    outcome = Outcome.JUDGE_REFUSED if refuses(text) else Outcome.JUDGE_UNPARSED
    return Verdict(label=outcome.value, value=None, outcome=outcome, detail={"judge_reply": text})


def table(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a CSV file, or of JSON lines or Parquet with the same keys."""
    if path.suffix.lower() not in (".jsonl", ".parquet"):
        return rows.read_csv(path, columns)
    read = _cells(path)
    for number, row in enumerate(read, start=1):
        for name in columns:
            if name not in row:
                raise rows.DataError(f"{path}: record #{number}: has no field {name!r}")
    return [{key: "" if value is None else str(value) for key, value in row.items()} for row in read]


def _cells(path: Path) -> list[dict[str, Any]]:
    if path.suffix.lower() == ".parquet":
        return [dict(row.cells) for row in read_table(path).rows]
    return rows.read_jsonl(path, dict[str, Any])


def all_of(slug: str, names: Sequence[str]) -> list[Path] | None:
    """Where a pack's files lie, or nothing where one of them is not here."""
    found = [locate.find(slug, name) for name in names]
    paths = [path for path in found if path is not None]
    return paths if len(paths) == len(names) else None


def chosen(slug: str, names: Sequence[str], table_without_replies: str, file: str = "") -> list[Path]:
    """The file that was named, else the official ones, else the labels alone. Raises `MissingData`."""
    if file:
        return [Path(file)]
    if (official := all_of(slug, names)) is not None:
        return official
    alone = locate.find(GOLDENS, table_without_replies)
    return [alone] if alone is not None else [locate.need(slug, names[0])]


def checksums(paths: Sequence[Path]) -> dict[str, str]:
    """SHA-256 of every file, by name."""
    return {path.name: rows.checksum_of(path) for path in paths}


WITHOUT_REPLIES = "labels without replies: only the stored judges can be measured"
EXTRACT = "a file of your choice, not the official set"


def notes(paths: Sequence[Path], table_without_replies: str, file: str) -> tuple[str, ...]:
    """What a reader must know of where the labels come from."""
    if file:
        return (EXTRACT,)
    return (WITHOUT_REPLIES,) if paths[0].name == table_without_replies else ()
