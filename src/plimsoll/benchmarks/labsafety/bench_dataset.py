"""Files of LabSafety Bench -> questions with their options, categories and levels.

The hub keeps its splits as Parquet; what is read here is the same rows as JSON lines (`QA.jsonl`,
`sampledQA.jsonl`). The training half lies in the authors' repository as plain JSON and needs no export:
it has neither categories nor levels.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.benchmarks.labsafety.bench_layouts import parts
from plimsoll.core import DataError, UserError, decoding
from plimsoll.data import locate, resources
from plimsoll.data.rows import checksum, checksum_of, decode, read_bytes, read_jsonl, refuse_duplicates
from plimsoll.text.letters import LETTERS

SLUG = "labsafety"
Split = Literal["official", "sampled", "train", "starter"]
FILES: Mapping[str, tuple[str, ...]] = {
    "official": ("QA.jsonl", "QA.json"),
    "sampled": ("sampledQA.jsonl", "sampledQA.json"),
    "train": ("text_qa_train.json", "mcq_316.jsonl"),
}
COUNTS = {"official": 632, "sampled": 80, "train": 316}
CATEGORIES = (
    "biological hazards",
    "chemical hazards",
    "radiation hazards",
    "physical hazards",
    "responsibility for safety",
    "environmental and waste management",
    "equipment usage",
    "electricity safety",
    "personal protective equipment (PPE)",
    "emergency response",
)
PHYSICS = frozenset({"physical hazards", "electricity safety", "radiation hazards"})
_FINAL = re.compile(r"Final Answer:\s*([A-D])\s*$")


class Row(NamedTuple):
    """A question."""

    id: str
    question: str
    """As the prompt shows it, options and all."""
    stem: str
    options: tuple[str, ...]
    answer: str
    categories: tuple[str, ...] = ()
    level: str = ""
    topic: str = ""

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects it counts in; `General` where it is none of theirs."""
        if not self.categories:
            return ()
        found = {
            "Biology": "biological hazards" in self.categories,
            "Chemistry": "chemical hazards" in self.categories,
            "Physics": not PHYSICS.isdisjoint(self.categories),
        }
        return tuple(name for name, counts in found.items() if counts) or ("General",)


class Dataset(NamedTuple):
    """The rows of a split, the files they come from, and how many items were left out."""

    rows: Sequence[Row]
    files: Mapping[str, str]
    images: int = 0


class _Hub(Struct, frozen=True, kw_only=True):
    """A row as the hub has it."""

    Question: str
    answer: str = msgspec.field(name="Correct Answer")
    Category: tuple[str, ...] = ()
    Level: str = ""
    Topic: str = ""
    image: str | None = msgspec.field(name="Image Path", default=None)
    """Set on questions that cannot be answered without a picture."""


class _Training(Struct, frozen=True, kw_only=True):
    """A row of the authors' fine-tuning file."""

    input: str
    output: str


class _Cut(Struct, frozen=True, kw_only=True):
    """A row of a training file that was taken apart before."""

    id: int
    question_raw: str
    answer: str


class _Starter(Struct, frozen=True, forbid_unknown_fields=True):
    question: tuple[dict[str, Any], ...]


def load(split: Split, file: str = "") -> Dataset:
    """The questions of a split. Raises `MissingData`, `DataError`, `UserError`."""
    if split == "starter":
        return _starter()
    path = Path(file).expanduser() if file else locate.need(SLUG, *FILES[split])
    if not path.is_file():
        raise UserError(f"file={file}: there is no such file")
    found = _read(path)
    refuse_duplicates([row.id for row in found.rows], path)
    if not file and len(found.rows) + found.images != COUNTS[split]:
        raise DataError(
            f"{path}: holds {len(found.rows)} questions, but split={split} has {COUNTS[split]}; "
            "name another file by file="
        )
    return found


def _read(path: Path) -> Dataset:
    digest = {path.name: checksum_of(path)}
    if path.name.startswith("text_qa"):
        training = decode(read_bytes(path), list[_Training], path)
        return Dataset([_trained(n, row, path) for n, row in enumerate(training)], digest)
    if path.name.startswith("mcq_"):
        cut = read_jsonl(path, _Cut)
        return Dataset([_row(str(r.id), r.question_raw, r.answer, path) for r in cut], digest)
    hub = decode(read_bytes(path), list[_Hub], path) if path.suffix == ".json" else read_jsonl(path, _Hub)
    asked = [(n, row) for n, row in enumerate(hub) if not row.image]
    rows = [_official(n, row, path) for n, row in asked]
    return Dataset(rows, digest, images=len(hub) - len(asked))


def _official(number: int, row: _Hub, path: Path) -> Row:
    unknown = [name for name in row.Category if name not in CATEGORIES]
    if unknown:
        raise DataError(f"{path}: record #{number + 1}: no category is called {unknown[0]!r}")
    found = _row(str(number), row.Question, row.answer, path)
    return found._replace(categories=row.Category, level=row.Level, topic=row.Topic)


def _trained(number: int, row: _Training, path: Path) -> Row:
    question = row.input.removeprefix("Question: ").removesuffix("\nStep-by-Step analysis:")
    answer = _FINAL.search(row.output)
    if answer is None:
        raise DataError(f"{path}: record #{number + 1}: its output does not end in `Final Answer: X`")
    return _row(str(number), question, answer[1], path)


def _row(id: str, question: str, answer: str, path: Path) -> Row:
    taken = parts(question)
    if taken is None:
        raise DataError(f"{path}: question {id}: no four options A: to D: can be read from it")
    if answer not in LETTERS[:4] or not answer:
        raise DataError(f"{path}: question {id}: its answer is {answer!r}, not A, B, C or D")
    return Row(id, question, taken.stem, taken.options, answer)


def _starter() -> Dataset:
    content = resources.content("benchmarks", "labsafety", "bench_starter.toml")
    found = decoding.toml(content.decode("utf-8"), _Starter)
    rows = [_own(number, entry) for number, entry in enumerate(found.question, start=1)]
    return Dataset(rows, {"starter/labsafety.toml": checksum(content)})


def _own(number: int, entry: Mapping[str, Any]) -> Row:
    row = _row(f"starter-{number}", entry["text"], entry["answer"], Path("starter.toml"))
    return row._replace(categories=tuple(entry["categories"]), level=entry["level"], topic=entry["topic"])
