"""The bytes of a predictions file -> predictions that fit the key, and every fault that was found.

The official form is a JSON object `{"<id>": 0 to 3}`. Where ours differs from the official script: it
is silent about unknown ids, ids given twice, texts instead of numbers and numbers without an option;
here each is a fault with its ids, and nothing is scored until they are gone.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from plimsoll.core import decoding
from plimsoll.leaderboard.keys import Key
from plimsoll.leaderboard.nouns import Fault
from plimsoll.leaderboard.scoring import NONE

Missing = Literal["refuse", "wrong"]
"""What to do about questions without a prediction."""
SHOWN = 20
"""How many ids a fault names."""
SHORT = 40
"""How much of an id is repeated."""
SPARE = 10_000
"""Values that a file may hold beyond its questions: each wrong one is still named."""
DIGITS = 20
"""Longer numbers are not even read."""


class Predictions(NamedTuple):
    """What a file predicts, in the key's order: one byte a question."""

    compat: bytes
    strict: bytes
    faults: tuple[Fault, ...] = ()
    """Why it is refused; empty for a sound file."""
    notes: tuple[Fault, ...] = ()
    """What is accepted but should be known."""

    @property
    def covered(self) -> int:
        """Questions with a prediction."""
        return len(self.compat) - self.compat.count(NONE)

    @property
    def seed(self) -> str:
        """Stands for all predictions of each reading (32 letters each), however the file was written."""
        return "".join(hashlib.sha256(read).hexdigest()[:32] for read in (self.compat, self.strict))


class Ids:
    """Ids of one fault: all are counted, and of the first few is kept what a message repeats.

    An id may be as long as its sender likes, and there may be very many.
    """

    def __init__(self) -> None:
        self.count = 0
        self.named: list[str] = []

    def add(self, id: str) -> None:
        """Count one."""
        self.count += 1
        if self.count <= SHOWN:
            self.named.append(short(id))


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it stands, with keys that come twice."""


class _NoNumber:
    """Stands for NaN, Infinity and numbers of more than `DIGITS` digits."""


def check(content: bytes, key: Key, missing: Missing = "refuse") -> Predictions:
    """Read a predictions file."""
    most = 4 * len(key.questions) + SPARE
    if decoding.values(content) > most:
        return refused(key, Fault(code="too_large", message=f"the file holds more than {most:,} values"))
    read = read_pairs(content)
    if isinstance(read, Fault):
        return refused(key, read)
    places = {question.id: place for place, question in enumerate(key.questions)}
    predicted = bytearray([NONE]) * len(places)
    unknown, mistyped, beyond = Ids(), Ids(), Ids()
    for id, value in read:
        place = places.get(id)
        if place is None:
            unknown.add(id)
        elif type(value) is not int:
            mistyped.add(id)
        elif not 0 <= value < key.questions[place].options:
            beyond.add(id)
        else:
            predicted[place] = value
    given = Counter(id for id, _ in read)
    faults = (
        *fault("unknown_ids", "unknown to this board", unknown),
        *fault("wrong_type", "answered by something else than a whole number", mistyped),
        *fault("beyond_options", "answered beyond the question's options (the first is 0)", beyond),
        *fault("duplicate_ids", "given more than once", ids(id for id, times in given.items() if times > 1)),
    )
    absent = fault("missing_ids", "without a prediction", ids(id for id in places if id not in given))
    return settled(bytes(predicted), bytes(predicted), faults, absent, missing)


def settled(
    compat: bytes, strict: bytes, faults: tuple[Fault, ...], absent: tuple[Fault, ...], missing: Missing
) -> Predictions:
    """Predictions with missing ones refused, or noted and counted as wrong."""
    if missing == "wrong":
        return Predictions(compat, strict, faults, absent)
    return Predictions(compat, strict, (*faults, *absent))


def refused(key: Key, *faults: Fault) -> Predictions:
    """A file of which nothing can be used."""
    nothing = bytes([NONE]) * len(key.questions)
    return Predictions(nothing, nothing, faults)


def ids(found: Iterable[str]) -> Ids:
    """Ids that are known all at once."""
    counted = Ids()
    for id in found:
        counted.add(id)
    return counted


def fault(code: str, what: str, concerned: Ids) -> tuple[Fault, ...]:
    """A fault for the ids concerned, or nothing where there are none."""
    if not concerned.count:
        return ()
    more = f" and {concerned.count - SHOWN:,} more" if concerned.count > SHOWN else ""
    noun = "id is" if concerned.count == 1 else "ids are"
    message = f"{concerned.count:,} {noun} {what}: {', '.join(concerned.named)}{more}"
    return (Fault(code=code, message=message, count=concerned.count, ids=tuple(concerned.named)),)


def short(id: str) -> str:
    """An id as a message may repeat it: printable, of bounded length."""
    kept = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in id[:SHORT])
    return kept + "…" if len(id) > SHORT else kept


def read_pairs(content: bytes) -> Iterable[tuple[str, Any]] | Fault:
    """The pairs of a JSON object in order, or why there are none."""
    try:
        read = decoding.loosely(
            content.decode("utf-8-sig"),
            pairs=_Pairs,
            integer=_whole,
            constant=lambda _: _NoNumber(),
        )
    except UnicodeDecodeError as error:
        return Fault(code="not_json", message=f"the file is not UTF-8 (byte {error.start})")
    except json.JSONDecodeError as error:
        return Fault(code="not_json", message=f"the file is not JSON: {error.msg}, line {error.lineno}")
    except decoding.TooDeep:
        return Fault(code="too_deep", message="the file is nested too deeply; it is one flat JSON object")
    if not isinstance(read, _Pairs):
        return Fault(code="not_json", message='the file holds no JSON object; write {"<id>": 0, ...}')
    return list(read)


def _whole(digits: str) -> int | _NoNumber:
    return int(digits) if len(digits) <= DIGITS else _NoNumber()
