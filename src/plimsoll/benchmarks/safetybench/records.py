"""Records of SafetyBench's files, as they stand there and as they are asked."""

from msgspec import Struct

from plimsoll.benchmarks.safetybench.categories import Language


class Question(Struct, frozen=True, gc=False):
    """A record of a question file."""

    id: int
    options: tuple[str, ...]
    category: str
    question: str


class Shot(Struct, frozen=True, gc=False):
    """A worked example of a dev file."""

    question: str
    options: tuple[str, ...]
    answer: int


class Answer(Struct, frozen=True, gc=False):
    """A record of an answer file; its id is the key."""

    category: str
    answer: int


class Starter(Struct, frozen=True, gc=False):
    """A question of the starter set: the official record with its answer."""

    id: int
    options: tuple[str, ...]
    category: str
    question: str
    answer: int


class Row(Struct, frozen=True, gc=False):
    """A question with its answer, ready to be asked."""

    id: int
    language: Language
    code: str
    question: str
    options: tuple[str, ...]
    answer: int
