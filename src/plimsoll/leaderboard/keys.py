"""A benchmark's questions or an answer file -> the key that submissions are held against.

A key never leaves the server: it has no readable `repr`, is in no noun, and is compared as a whole.
An answer file is a JSON object `{"<id>": 2}` or `{"<id>": {"answer": 2, "category": "..."}}`; answers
are option numbers from 0 or letters.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from plimsoll import registry
from plimsoll.core import Benchmark, DataError, PlimsollError, Sample, UserError, decoding
from plimsoll.data.rows import duplicate_keys, read_bytes
from plimsoll.text.letters import LETTERS, index_of

MOST_QUESTIONS = 1_000_000
USUAL_OPTIONS = 4
"""Where the questions are not at hand to be counted: what the official checkers allow."""


class Question(Struct, frozen=True, gc=False):
    """What a key holds of one question."""

    id: str
    category: str
    answer: int
    options: int = USUAL_OPTIONS
    digest: str = ""
    """Of the option texts, in the order of the answer's number; empty where they are not at hand."""


class Key(Struct, frozen=True):
    """The answers of a board."""

    questions: tuple[Question, ...]
    names: Mapping[str, str]
    """The categories' names by code, in the board's order."""

    def __repr__(self) -> str:
        """Nothing that a log or a traceback could carry out."""
        return f"<key of {len(self.questions)} questions>"

    @property
    def sizes(self) -> dict[str, int]:
        """How many questions each category has."""
        found = dict.fromkeys(self.names, 0)
        for question in self.questions:
            found[question.category] += 1
        return found


class _Given(Struct, frozen=True):
    answer: int | str
    category: str = ""


class _Known(NamedTuple):
    category: str
    options: int
    digest: str


def to_bytes(key: Key) -> bytes:
    """The key as the database holds it."""
    return msgspec.msgpack.encode(key)


def from_bytes(body: bytes) -> Key:
    """A key out of the database."""
    return msgspec.msgpack.decode(body, type=Key)


def of_benchmark(spec: str) -> Key:
    """The key of a benchmark whose questions carry their answers."""
    benchmark: Benchmark = registry.build("benchmarks", spec)
    return key_of(
        Question(
            id=id_of(sample),
            category=sample.category,
            answer=_answer(sample.target or "", sample.id),
            options=len(sample.choices),
            digest=digest_of(sample.choices),
        )
        for sample in benchmark.samples()
    )


def of_file(path: Path, spec: str) -> Key:
    """The key of an answer file; categories and options come from the benchmark where it can be built."""
    content = read_bytes(path)
    try:
        found = decoding.decode(content, dict[str, _Given | int | str])
    except msgspec.MsgspecError as error:
        raise DataError(f'{path}: no answer file: {error}; write {{"<id>": 2, ...}}') from None
    if twice := duplicate_keys(content):
        raise DataError(f"{path}: id {twice[0]!r} stands twice")
    known = _known(spec)
    return key_of(_question(id, given, known, path) for id, given in found.items())


def key_of(questions: Iterable[Question], names: Mapping[str, str] | None = None) -> Key:
    """A key that is sound, or `DataError`."""
    listed = tuple(questions)
    if not 0 < len(listed) <= MOST_QUESTIONS:
        raise DataError(f"{len(listed)} answers: a board has 1 to {MOST_QUESTIONS:,}")
    if len({question.id for question in listed}) < len(listed):
        raise DataError("an id stands twice among the answers")
    for question in listed:
        if not 0 <= question.answer < question.options <= len(LETTERS):
            raise DataError(f"id {question.id}: its answer is none of its {question.options} options")
    codes = dict.fromkeys(question.category for question in listed)
    if len(codes) > 100 or any(len(code) > 40 for code in codes):
        raise DataError("a board has at most 100 categories, with names of at most 40 letters")
    return Key(questions=listed, names=names or {code: code for code in codes})


def id_of(sample: Sample) -> str:
    """What a submission calls a sample: the official id where there is one."""
    return sample.pair or sample.id


def digest_of(choices: Iterable[str]) -> str:
    """What tells a question's option texts, in this order, from all others."""
    return hashlib.blake2b("\x1f".join(choices).encode("utf-8", "replace"), digest_size=8).hexdigest()


def _known(spec: str) -> Mapping[str, _Known]:
    """What the questions say, where they are at hand; the answer file alone does otherwise."""
    try:
        benchmark: Benchmark = registry.build("benchmarks", spec)
        samples = list(benchmark.samples())
    except UserError as error:
        if type(error) is UserError:
            raise  # a wrong spec must be heard; missing data is a subclass and is not
        return {}
    except PlimsollError:
        return {}
    return {id_of(s): _Known(s.category, len(s.choices), digest_of(s.choices)) for s in samples}


def _question(id: str, given: _Given | int | str, known: Mapping[str, _Known], path: Path) -> Question:
    answer, category = (given.answer, given.category) if isinstance(given, _Given) else (given, "")
    about = known.get(id, _Known("", USUAL_OPTIONS, ""))
    return Question(
        id=id,
        category=category or about.category or "all",
        answer=_answer(answer, f"{path}: id {id}"),
        options=about.options or USUAL_OPTIONS,
        digest=about.digest,
    )


def _answer(answer: int | str, place: str) -> int:
    found = index_of(answer) if isinstance(answer, str) else answer
    if found is None:
        raise DataError(f"{place}: its answer is no option; the host's boards need one right option")
    return found
