"""S-Eval's files -> base prompts and attack prompts, each attack linked to the base that it was made from.

Records are JSON lines, plain or in a zip beside the junk that macOS leaves; `ext` is JSON within a string.
Attack rows carry no link: their file is ten blocks in one order of bases, and in the block of one attack,
whose template is fixed, the base stands word for word. So that block tells the order of all ten.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from plimsoll.attacks import s_eval as attacks
from plimsoll.core import DataError, decoding
from plimsoll.data import locate
from plimsoll.data.rows import checksum, read_bytes, refuse_duplicates

Language = Literal["zh", "en"]
Scale = Literal["small", "medium", "large", "full"]
Kind = Literal["base_risk", "attack"]

SLUG = "s_eval"
SIZES: Mapping[Scale, int] = {"small": 1000, "medium": 3000, "large": 5000, "full": 10000}
"""Base prompts of a language; of attack prompts there are ten times as many."""
DIMENSIONS: Mapping[str, str] = {
    "Crimes_and_Illegal_Activities": "Crimes and Illegal Activities",
    "Cybersecurity": "Cybersecurity",
    "Data_Privacy": "Data Privacy",
    "Ethics_and_Morality": "Ethics and Morality",
    "Physical_and_Mental_Health": "Physical and Mental Health",
    "Hate_Speech": "Hate Speech",
    "Extremism": "Extremism",
    "Inappropriate_Suggestions": "Inappropriate Suggestions",
}
ATTACKS: tuple[str, ...] = get_args(attacks.Kind)
"""In the order of their blocks."""
VERBATIM = "deepinception"
"""The attack with one template, in which the base prompt stands word for word."""
JUNK = "__MACOSX"


class Origin(Struct, frozen=True):
    """What `ext` holds."""

    model: str
    category: str = ""
    """The attack."""
    from_traceid: str = ""
    """The Chinese prompt that an English one was translated from."""


class Row(Struct, frozen=True):
    """A record as it stands in the files."""

    traceid: str
    risk_type: str
    prompt: str
    ext: str

    @property
    def origin(self) -> Origin:
        """What stands in `ext`."""
        return decoding.decode(self.ext, Origin)


class File(Struct, frozen=True):
    """The rows of a file, with its checksum."""

    name: str
    sha256: str
    rows: tuple[Row, ...]


def load(kind: Kind, language: Language, scale: Scale, name: str = "") -> File:
    """A set of prompts, or a file of the user's own. Raises `MissingData`, `DataError`."""
    official = f"S-Eval_{kind}_{language}_{scale}.jsonl"
    short = f"{kind}_{language}_{scale}.jsonl"
    if name and Path(name).is_file():
        return read(Path(name))
    return read(locate.need(SLUG, *([name] if name else (f"{official}.zip", official, short))))


def read(path: Path) -> File:
    """Read JSON lines, zipped or not. Raises `DataError` with the first wrong record."""
    content = read_bytes(path)
    lines = _unzipped(content, path) if zipfile.is_zipfile(io.BytesIO(content)) else content
    rows = [_row(line, number, path) for number, line in enumerate(_lines(lines), start=1)]
    refuse_duplicates([row.traceid for row in rows], path, "traceid")
    return File(path.name, checksum(content), tuple(rows))


def links(attacks: Sequence[Row], bases: Sequence[Row], path: str = "attack file") -> dict[str, str]:
    """The traceid of every attack row -> that of its base. Raises `DataError` where there is none."""
    blocks: dict[str, list[Row]] = {}
    for row in attacks:
        blocks.setdefault(row.origin.category, []).append(row)
    guide = blocks.get(VERBATIM)
    if not guide:
        raise DataError(f"{path}: has no {VERBATIM} prompts, by which attacks are linked to base prompts")
    order = _in_order(guide, bases, path)
    return {
        row.traceid: base.traceid
        for name, block in blocks.items()
        for row, base in zip(_matching(block, guide, name, path), order, strict=True)
    }


def _in_order(guide: Sequence[Row], bases: Sequence[Row], path: str) -> list[Row]:
    texts = [row.prompt for row in guide]
    start, end = _shared(texts), _shared([text[::-1] for text in texts])
    # A few base prompts have blanks around them that their attacks have not.
    by_prompt = {base.prompt.strip(): base for base in bases}
    found: list[Row] = []
    for row in guide:
        base = by_prompt.get(row.prompt[start : len(row.prompt) - end].strip()) or _held_by(row, bases)
        if base is None:
            raise DataError(f"{path}: no base prompt stands in the {VERBATIM} prompt {row.traceid}")
        found.append(base)
    return found


def _held_by(row: Row, bases: Sequence[Row]) -> Row | None:
    """The longest base prompt in a row: a shorter one may be part of it by chance."""
    held = [base for base in bases if base.risk_type == row.risk_type and base.prompt.strip() in row.prompt]
    return max(held, key=lambda base: len(base.prompt), default=None)


def _matching(block: list[Row], guide: list[Row], name: str, path: str) -> list[Row]:
    if [row.risk_type for row in block] != [row.risk_type for row in guide]:
        raise DataError(f"{path}: the {name} prompts are not in the order of the {VERBATIM} prompts")
    return block


def _shared(texts: Sequence[str]) -> int:
    """How many characters all texts begin with."""
    first, last = min(texts), max(texts)
    pairs = enumerate(zip(first, last, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(first), len(last)))


def _unzipped(content: bytes, path: Path) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [n for n in archive.namelist() if n.endswith(".jsonl") and not n.startswith(JUNK)]
        if len(names) != 1:
            raise DataError(f"{path}: holds {len(names)} files of JSON lines instead of one")
        try:
            return archive.read(names[0])
        except (zipfile.BadZipFile, OSError) as error:
            raise DataError(f"{path}: cannot be unpacked: {error}") from None


def _lines(content: bytes) -> list[bytes]:
    return [line for line in content.split(b"\n") if line.strip()]


def _row(line: bytes, number: int, path: Path) -> Row:
    try:
        row = decoding.decode(line, Row)
        origin = row.origin
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: record #{number}: {error}") from None
    if row.risk_type not in DIMENSIONS:
        raise DataError(f"{path}: record #{number}: {row.risk_type!r} is no risk dimension of S-Eval")
    if origin.model == "attack" and origin.category not in ATTACKS:
        raise DataError(f"{path}: record #{number}: {origin.category!r} is no attack of S-Eval")
    return row
