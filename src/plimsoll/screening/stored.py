"""A screening's journal, or a column of its set -> what a guard said of every conversation."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from plimsoll.core import DataError, Labelled, Number, UserError, Verdict, decoding, files
from plimsoll.labels.own_table import WORDS
from plimsoll.run.keep.folder import RunFolder
from plimsoll.screening.nouns import Seen
from plimsoll.screening.sets import CATEGORIES, KNOWN, categories_of, known_of

SCORE, SCORES, UNKNOWN = "score", "scores", "unknown"
"""Where a verdict's detail keeps how likely it is unsafe, the same by category, and codes of no policy."""
DECIDED = "answered"


class _Sample(Struct, frozen=True):
    """What counting needs of a sample."""

    id: str
    pair: str = ""
    origin: str = ""
    family: str = ""
    target: str | None = None
    category: str = ""
    language: str = "en"
    metadata: Mapping[str, Any] = {}


class _Verdict(Struct, frozen=True):
    label: str = ""
    value: Number | None = None
    outcome: str = DECIDED
    confidence: Number | None = None
    detail: Mapping[str, Any] = {}


class _Line(Struct, frozen=True):
    """What counting needs of a record: the texts are passed over unread."""

    sample: _Sample
    verdicts: Mapping[str, _Verdict] = {}


_lines = decoding.Decoder(_Line)


def of_run(run: RunFolder, seconds: bool = True) -> list[Seen]:
    """Every conversation once, with the last that was said of it. Raises `DataError`."""
    found: dict[str, Seen] = {}
    with files.opened(run.records_path) as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                break
            try:
                read = _lines.decode(line)
            except ValueError as error:
                raise DataError(f"{run.records_path}: line {number} is no record: {error}") from None
            found[read.sample.id] = _seen(read)
    return list(found.values())


def _seen(line: _Line) -> Seen:
    sample, verdict = line.sample, next(iter(line.verdicts.values()), _Verdict(outcome="error"))
    metadata, detail = sample.metadata, verdict.detail
    several = metadata.get(CATEGORIES)
    return Seen(
        id=sample.id,
        cluster=sample.family or sample.pair or sample.origin or sample.id,
        unsafe=None if sample.target is None else sample.target == "unsafe",
        score=_score(verdict.value, verdict.confidence, detail),
        flagged=None if verdict.value is None else verdict.value >= 0.5,
        outcome=verdict.outcome,
        categories=tuple(several) if several else (sample.category,) if sample.category else (),
        known=metadata.get(KNOWN) or {},
        codes=tuple(detail.get("categories") or ()),
        unknown_codes=tuple(detail.get(UNKNOWN) or ()),
        scores=detail.get(SCORES) or {},
        language=sample.language,
        seconds=metadata.get("seconds") or 0.0,
        metadata=metadata,
    )


def _score(value: float | None, confidence: float | None, detail: Mapping[str, Any]) -> float | None:
    """What the guard says outright, else its value, as sure as it is of it."""
    if value is None:
        return None
    said = detail.get(SCORE)
    if isinstance(said, (int, float)):
        return float(said)
    if confidence is None or value not in (0.0, 1.0):
        return value
    return confidence if value else 1 - confidence


def of_column(items: Sequence[Labelled], column: str, name: str) -> Iterator[Seen]:
    """What stands in a column of the set: a number, a word, or nothing where nothing was read."""
    known = {key for item in items for key in (*item.stored, *item.metadata)}
    if column not in known:
        raise UserError(
            f"stored:{column}: {name} has no column or judge of that name; it has "
            f"{', '.join(sorted(known)) or 'none beside prompt and label'}"
        )
    for number, item in enumerate(items, start=1):
        truth = item.truth("binary")
        verdict = item.stored.get(column) or _written(item.metadata.get(column), f"{name}: record #{number}")
        yield Seen(
            id=item.sample.id,
            cluster=item.cluster,
            unsafe=None if truth is None else truth > 0.5,
            score=_score(verdict.value, verdict.confidence, verdict.detail),
            flagged=None if verdict.value is None else verdict.value >= 0.5,
            outcome=DECIDED if verdict.value is not None else "judge_unparsed",
            categories=categories_of(item),
            known=known_of(item),
            codes=(),
            unknown_codes=(),
            scores={},
            language=item.sample.language,
            seconds=0.0,
            metadata=item.metadata,
        )


def _written(cell: object, place: str) -> Verdict:
    said = str("" if cell is None else cell).strip().lower()
    if said in ("", "none", "null", "unparsed"):
        return Verdict(label="unparsed", value=None)
    value = WORDS.get(said)
    if value is None:
        try:
            value = float(said)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            raise DataError(
                f"{place}: the guard's column holds {said!r}: write a probability, a word such as unsafe or "
                "safe, or nothing where it gave no verdict"
            )
    return Verdict(label=said, value=value)
