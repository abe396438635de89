"""A filter -> the rows that fit; words are looked for in the records, a bounded piece at a time."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from plimsoll.core import Record, decoding, files
from plimsoll.stats.paired import mcnemar_exact
from plimsoll.viewer.rows import Row, RunRows

PAGE = 25
PIECE = 32_000_000
"""Bytes of records that one search reads before it says how far it came."""
LONGEST = 400
FIELDS = ("category", "language", "outcome", "letter", "verdict", "flip")
FLIPS = ("any", "gained", "lost")
VERDICTS: Mapping[str, Callable[[Row], bool]] = {
    "right": lambda row: row.value == 1.0,
    "wrong": lambda row: row.value == 0.0,
    "graded": lambda row: row.value not in (None, 0.0, 1.0),
    "unscored": lambda row: row.value is None,
    "differ": lambda row: row.differs,
}


class Filter(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which items are wanted; empty means all."""

    q: str = ""
    """Words in the id, the prompt or the replies, whatever the case."""
    category: str = ""
    language: str = ""
    outcome: str = ""
    letter: str = ""
    """What the first judge read."""
    verdict: str = ""
    against: str = ""
    """Another run, by its folder."""
    flip: str = ""
    """Where the other run's verdict is another one: `any`, `gained` or `lost` by this run."""
    page: int = 1
    start: int = 0
    """With words: the row from which on they are looked for, counted from one; 0 is the beginning."""

    def address(self, **changes: str | int) -> str:
        """The filter as a query, with changes."""
        kept = msgspec.to_builtins(msgspec.structs.replace(self, **changes))
        return urlencode(kept)

    @property
    def narrow(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.q or any(getattr(self, name) for name in FIELDS))


def read_filter(given: Mapping[str, str]) -> Filter:
    """The filter of an address; what makes no sense is left out."""
    words = {name: given.get(name, "")[:LONGEST] for name in ("q", "against", *FIELDS)}
    if words["verdict"] not in VERDICTS:
        words["verdict"] = ""
    if words["flip"] not in FLIPS or not words["against"]:
        words["flip"] = ""
    return Filter(
        **words, page=max(1, _number(given.get("page", ""), 1)), start=_number(given.get("start", ""), 0)
    )


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page of what fits."""

    rows: Sequence[Row]
    fitting: int
    """Rows that fit the filter, before words are looked for."""
    total: int
    searched: int | None = None
    """With words: how many of the fitting rows were read up to here."""
    ahead: int | None = None
    """With words: the row from which to search on, as `Filter.start`; `None` at the end."""

    @property
    def pages(self) -> int:
        """How many pages there are where no words are looked for."""
        return max(1, -(-self.fitting // PAGE))


def fitting(run_rows: RunRows, wanted: Filter, other: RunRows | None = None) -> list[Row]:
    """The rows that fit, in the benchmark's order; words are not looked at."""
    tests = list(_tests(wanted, run_rows, other))
    if not tests:
        return run_rows.in_order()
    rows: Sequence[Row] = run_rows.in_order()
    for test in tests:
        rows = [row for row in rows if test(row)]
    return list(rows)


def search(run_rows: RunRows, wanted: Filter, other: RunRows | None = None, *, piece: int = PIECE) -> Found:
    """One page of the rows that fit."""
    rows = fitting(run_rows, wanted, other)
    total = len(run_rows.rows)
    if not wanted.q:
        first = (min(wanted.page, max(1, -(-len(rows) // PAGE))) - 1) * PAGE
        return Found(rows=rows[first : first + PAGE], fitting=len(rows), total=total)
    return _read(run_rows, wanted, rows, piece)


def holds(record: Record, words: str) -> bool:
    """Whether the id, the prompt or a reply holds the words (in lower case)."""
    return any(words in text.lower() for text in _texts(record))


def by_chance(flips: Iterable[tuple[Row, str]]) -> float:
    """McNemar's exact p over questions, whose epochs, languages and variants count as one."""
    moved: Counter[str] = Counter()
    for row, change in flips:
        moved[row.cluster] += 1 if change == "gained" else -1
    gained, lost = (sum(way * net > 0 for net in moved.values()) for way in (1, -1))
    return mcnemar_exact(gained, lost)


def changed(row: Row, before: Row | None) -> str:
    """`gained` or `lost` where another run scored the same item otherwise; else nothing."""
    if before is None or row.value is None or before.value is None or row.value == before.value:
        return ""
    return "gained" if row.value > before.value else "lost"


def twin(row: Row, other: RunRows) -> Row | None:
    """The row of the same id and epoch in another run."""
    number = other.numbers.get((row.id, row.epoch))
    return None if number is None else other.rows[number]


def _tests(wanted: Filter, run_rows: RunRows, other: RunRows | None) -> Iterator[Callable[[Row], bool]]:
    if wanted.category:
        yield lambda row: row.category == wanted.category
    if wanted.language:
        yield lambda row: row.language == wanted.language
    if wanted.outcome:
        yield lambda row: row.outcome == wanted.outcome
    if wanted.letter:
        yield lambda row: row.label == wanted.letter and row.outcome == "answered"
    if wanted.verdict:
        yield VERDICTS[wanted.verdict]
    if wanted.flip and other is not None:
        kinds = ("gained", "lost") if wanted.flip == "any" else (wanted.flip,)
        yield lambda row: changed(row, twin(row, other)) in kinds


def _read(run_rows: RunRows, wanted: Filter, rows: Sequence[Row], piece: int) -> Found:
    """Look for words from a row on, until a page is full, the piece is read or the end is reached."""
    words = wanted.q.lower()
    raw = _as_written(words)
    hits: list[Row] = []
    place, spent, at = _first_from(run_rows, rows, wanted.start), 0, 0
    with files.opened(run_rows.path) as file:
        while place < len(rows) and len(hits) < PAGE and spent < piece:
            row = rows[place]
            if run_rows.offset(row.number) != at:
                file.seek(run_rows.offset(row.number))
            line = file.readline()
            at = run_rows.offset(row.number) + len(line)
            spent += len(line)
            place += 1
            # Most records are told apart by their bytes; only those that may fit are decoded.
            if raw in line.lower() and holds(_decoder.decode(line), words):
                hits.append(row)
    ahead = rows[place].number + 1 if place < len(rows) else None
    return Found(rows=hits, fitting=len(rows), total=len(run_rows.rows), searched=place, ahead=ahead)


_decoder = decoding.Decoder(Record)


def _first_from(run_rows: RunRows, rows: Sequence[Row], start: int) -> int:
    if not 0 < start <= len(run_rows.rows):
        return len(rows) if start else 0
    return bisect_left(rows, run_rows.key(run_rows.rows[start - 1]), key=run_rows.key)


def _as_written(words: str) -> bytes:
    """The words as a record's line must hold them in lower case; nothing where that cannot be said."""
    plain = words.isprintable() and not {*words} & {'"', "\\"}
    if plain and all(letter.isascii() or letter.upper() == letter.lower() for letter in words):
        return words.encode("utf-8", "replace")
    return b""


def _texts(record: Record) -> Iterator[str]:
    yield record.sample.id
    for message in record.sample.messages:
        yield message.text
    if record.transcript is not None:
        for message in record.transcript.messages:
            yield message.text
        for response in record.transcript.responses:
            yield response.text


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default
