"""What a generation decided of each candidate, and what it did on the way: lines of its logs, and back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, decoding, files

S = TypeVar("S", bound=Struct)


class Draw(Struct, frozen=True, kw_only=True):
    """A draw that gave a cell one prompt more than its quota."""

    number: int
    rate: float
    """Of risky prompts, as it was drawn: the highest of all cells'."""
    risky: int
    """What was known of the cell: so many of its prompts were found risky."""
    rated: int
    """Of so many that were rated."""


class Decision(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one candidate."""

    risk: str
    """The cell that it was written for: a risk, or a risk in one style, language, leaf."""
    number: int
    prompt: str
    kept: bool
    reason: str = ""
    category: str = ""
    language: str = ""
    pair: str = ""
    asked: Mapping[str, str] = {}
    """Axis -> the category that it was written for."""
    found: Mapping[str, str] = {}
    """Axis -> the category that the classifier took it for; nothing where it was not asked."""
    rated: Mapping[str, bool | None] = {}
    """Member of the panel -> whether it finds it risky; nothing where it gave no verdict."""
    drawn: Draw | None = None
    """The draw by which its cell got one prompt more than its quota."""
    made_of: Mapping[str, Any] = {}
    """What it was made of: template and fragment, topic and text, retrieved examples."""
    beside: Mapping[str, Any] = {}
    """File -> record that belongs beside it."""


class Step(Struct, frozen=True, kw_only=True):
    """What a generator did on the way to its prompts."""

    risk: str
    number: int
    told: Mapping[str, Any]


def taken_up(log: Path, kind: type[S] = Decision) -> list[S]:
    """The lines of a log; one that a kill cut off is taken away. Raises `DataError`."""
    if not log.exists():
        return []
    *lines, cut = files.read(log).split(b"\n")
    try:
        found = [decoding.decode(line, kind) for line in lines]
    except msgspec.DecodeError as error:
        raise DataError(f"{log}: {error}: generate into another folder") from None
    if cut:
        files.write(log, (line + b"\n" for line in lines))
    return found
