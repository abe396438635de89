"""A file, or a folder with samples and a card -> questions, each held to what a question needs.

Every fault is one sentence with the place and the remedy: the row that has no prompt, the id that comes
twice, the target that is none of the options.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import isnan
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.benchmarks.prompts.columns import Columns, columns_of
from plimsoll.benchmarks.prompts.images import Picture, pictures_of
from plimsoll.benchmarks.prompts.options import Unusable, lettered_options, options_of, target_of
from plimsoll.core import DataError, Message, Sample, UserError, decoding, files, replace, system, user
from plimsoll.data import resources
from plimsoll.data.delimited import Row
from plimsoll.data.tables import READERS, Table, read_table, text_of
from plimsoll.text.languages import language_of
from plimsoll.text.letters import option_block

SAMPLES = "samples"
"""Name, without its ending, of the table in a folder."""
CARD = "card.toml"
OWN_FIELDS = frozenset({"request", "turns", "origin", "metadata"})
"""What a sample of Plimsoll's own holds beside the columns of every table."""


class OwnCard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the card of a folder may say."""

    title: str = ""
    year: int = 0
    paper: str = ""
    source: str = ""
    license: str = ""
    version: int = 1
    differs: str = ""
    notes: tuple[str, ...] = ()


class Question(NamedTuple):
    """A sample, and the pictures that it is asked with."""

    sample: Sample
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Questions:
    """Samples, made one at a time while they are asked: pictures are read then, and not before."""

    rows: Sequence[Question]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Sample]:
        return (_with_pictures(each) for each in self.rows)


class Dataset(NamedTuple):
    """The questions of a file with the checksums that belong into a manifest."""

    questions: Questions
    card: OwnCard
    files: Mapping[str, str]
    with_options: bool
    with_targets: bool


def load(place: str, wanted: Mapping[str, str]) -> Dataset:
    """Read a table or a folder. Raises `UserError`, `DataError`."""
    path = Path(place).expanduser()
    table = read_table(table_of(path))
    columns = columns_of(table, wanted)
    rows = [_question(row, number, columns, table.path) for number, row in enumerate(table.rows, start=1)]
    _refuse_twice(rows, table)
    with_options = _alike("options", rows, table, [bool(each.sample.choices) for each in rows])
    targeted = [each.sample.target is not None for each in rows]
    return Dataset(
        questions=Questions(_in_one_language(rows, columns)),
        card=card_of(path),
        files={table.path.name: table.digest, **_pictures_digest(rows, table)},
        with_options=with_options,
        with_targets=_alike("target", rows, table, targeted) if with_options else any(targeted),
    )


def table_of(path: Path) -> Path:
    """The table that a path names: a file, or the one in a folder. Raises `UserError`."""
    if not path.is_dir():
        return path
    names = [f"{SAMPLES}{ending}" for ending in READERS]
    found = [path / name for name in names if (path / name).is_file()]
    if len(found) != 1:
        what = "has no" if not found else "has more than one"
        raise UserError(f"{path}: {what} file {SAMPLES}.*: put exactly one of {', '.join(names)} there")
    return found[0]


def card_of(path: Path) -> OwnCard:
    """What the card of a folder says; nothing of a file. Raises `DataError`."""
    file = path / CARD
    if not (path.is_dir() and file.is_file()):
        return OwnCard()
    try:
        return decoding.toml(files.read_text(file), OwnCard)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"{file}: {error}") from None


def _question(row: Row, number: int, columns: Columns, path: Path) -> Question:
    try:
        pictures = pictures_of(columns.cell(row.cells, "image"), path.parent)
        return Question(_sample(row.cells, number, columns), pictures)
    except Unusable as fault:
        raise DataError(f"{row.place}: {fault}") from None


def _sample(cells: Mapping[str, Any], number: int, columns: Columns) -> Sample:
    options = (
        lettered_options([cells.get(column) for column in columns.lettered])
        if columns.lettered
        else options_of(columns.cell(cells, "options"))
    )
    target = _text(cells, columns, "target").strip()
    language = _text(cells, columns, "language").strip()
    said = _said(cells, columns)
    above = _text(cells, columns, "system")
    sample = Sample(
        id=_id(cells, number, columns),
        messages=(system(above), *said) if above.strip() else said,
        choices=options,
        target=target_of(target, options) if options and target else target or None,
        category=_text(cells, columns, "category").strip(),
        language=language,
        pair=_text(cells, columns, "pair").strip(),
    )
    sample = _own(sample, cells, columns)
    return _worded(sample) if options and not columns.messages else sample


def _id(cells: Mapping[str, Any], number: int, columns: Columns) -> str:
    if "id" not in columns.of:
        return str(number)
    found = _text(cells, columns, "id").strip()
    if not found:
        raise Unusable("has no id: fill it in, or leave the column out in every row")
    return found


def _said(cells: Mapping[str, Any], columns: Columns) -> tuple[Message, ...]:
    if columns.messages:
        return _conversation(cells.get(columns.messages))
    prompt = _text(cells, columns, "prompt")
    if not prompt.strip():
        raise Unusable("has no prompt: fill it in, or delete the row")
    return (user(prompt),)


def _conversation(cell: Any) -> tuple[Message, ...]:
    """Messages as Plimsoll or an endpoint writes them: a role, and `text` or `content`."""
    try:
        found = decoding.decode(cell) if isinstance(cell, str) else cell
        turns = [{("text" if key == "content" else key): each[key] for key in each} for each in found or ()]
        messages = decoding.converted(turns, tuple[Message, ...])
    except (msgspec.MsgspecError, TypeError, KeyError) as error:
        raise Unusable(f'messages: {error}; write [{{"role": "user", "content": "..."}}]') from None
    if not messages or messages[-1].role == "system":
        raise Unusable("messages hold nothing to answer: end them with a turn of the user")
    return messages


def _own(sample: Sample, cells: Mapping[str, Any], columns: Columns) -> Sample:
    """The sample with what else its row says: fields of its own, and all other columns as metadata."""
    fields = {name: cells[name] for name in OWN_FIELDS if columns.messages and cells.get(name) is not None}
    others = {
        name: cell
        for name, cell in cells.items()
        if name not in columns.rest and name not in fields and not _is_empty(cell)
    }
    try:
        given: Mapping[str, Any] = decoding.converted(fields.pop("metadata", {}), dict[str, Any])
        wide = {name: decoding.converted(value, _kind_of(name)) for name, value in fields.items()}
    except msgspec.ValidationError as error:
        raise Unusable(str(error)) from None
    return replace(sample, **wide, metadata={**others, **given})


def _kind_of(name: str) -> Any:
    return tuple[str, ...] if name == "turns" else str


def _is_empty(cell: Any) -> bool:
    return cell is None or cell == "" or (isinstance(cell, float) and isnan(cell))


def _text(cells: Mapping[str, Any], columns: Columns, role: str) -> str:
    try:
        return text_of(columns.cell(cells, role))
    except TypeError as error:
        raise Unusable(f"column {columns.of[role]!r} {error}") from None


def _worded(sample: Sample) -> Sample:
    """The sample with its options shown under the question, which judges go on to see without them."""
    *before, last = sample.messages
    wordings = resources.table("benchmarks", "prompts", "wording.toml")
    spoken = sample.language or language_of(last.text)
    slots = {"question": last.text, "options": option_block(sample.choices)}
    wording: str = wordings.get(spoken[:2].lower(), wordings["en"])["choice"]
    prompt = re.sub(r"\{(\w+)\}", lambda slot: slots[slot[1]], wording)
    return replace(sample, messages=(*before, user(prompt)), request=last.text)


def _in_one_language(rows: Sequence[Question], columns: Columns) -> Sequence[Question]:
    """Rows that do not say their language: that of most of them by script, Latin letters being English."""
    texts = (each.sample.request or each.sample.messages[-1].text for each in rows)
    spoken = Counter("en" if text.isascii() else language_of(text) or "en" for text in texts)
    usual = "en" if "language" in columns.of else spoken.most_common(1)[0][0]
    return [
        each if each.sample.language else each._replace(sample=replace(each.sample, language=usual))
        for each in rows
    ]


def _with_pictures(question: Question) -> Sample:
    if not question.pictures:
        return question.sample
    *before, last = question.sample.messages
    images = (*last.images, *(picture.image() for picture in question.pictures))
    return replace(question.sample, messages=(*before, replace(last, images=images)))


def _pictures_digest(rows: Sequence[Question], table: Table) -> dict[str, str]:
    """One checksum over all pictures: a picture that was changed makes another run."""
    found = sha256()
    for row, question in zip(table.rows, rows, strict=True):
        for picture in question.pictures:
            try:
                found.update(picture.digest().encode())
            except Unusable as fault:
                raise DataError(f"{row.place}: {fault}") from None
    return {"pictures": found.hexdigest()} if any(each.pictures for each in rows) else {}


def _refuse_twice(rows: Sequence[Question], table: Table) -> None:
    first: dict[str, str] = {}
    for row, question in zip(table.rows, rows, strict=True):
        name = question.sample.id
        if name in first:
            there = first[name].removeprefix(f"{table.path}: ")
            raise DataError(f"{row.place}: id {name!r} again, after {there}: give every row an id of its own")
        first[name] = row.place


def _alike(what: str, rows: Sequence[Question], table: Table, held: Sequence[bool]) -> bool:
    """Whether all rows have it. Raises `DataError` where some have it and others not."""
    if any(held) and not all(held):
        without = table.rows[held.index(False)].place
        having = table.rows[held.index(True)].place.removeprefix(f"{table.path}: ")
        raise DataError(
            f"{without}: has no {what}, and {having} has: fill them in, or part the rows into two files"
        )
    return held[0]
