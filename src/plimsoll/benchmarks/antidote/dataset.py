"""Files of the four tasks -> prompts in Alpaca's frame: what is fine-tuned for, and what should be declined.

Steps: (1) take the rows that the authors take: the first thousand, of BeaverTails those with an unsafe reply;
(2) put each into the frame that the model was trained in. A gold answer of GSM8K keeps its reasoning, and its
`####` becomes the words before which the number is looked for.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from plimsoll.core import DataError, replace
from plimsoll.data import locate
from plimsoll.data.prompts import Prompt, PromptSet, starter
from plimsoll.data.resources import table
from plimsoll.data.rows import checksum_of, read_jsonl

SLUG = "antidote"
Task = Literal["harm", "gsm8k", "sst2", "ag_news"]
MARK, ANSWER = "####", "The final answer is: "
MOST = 1000
"""Rows that the authors measure on."""
FEELINGS = ("negative", "positive")
TOPICS = ("World", "Sports", "Business", "Sci/Tech")
FILES: Mapping[Task, tuple[str, tuple[str, ...]]] = {
    "harm": ("beavertails", ("round0/30k/test.jsonl.gz", "test.jsonl.gz", "30k_test.jsonl")),
    "gsm8k": (SLUG, ("gsm8k_test.jsonl",)),
    "sst2": (SLUG, ("sst2_validation.jsonl",)),
    "ag_news": (SLUG, ("ag_news_test.jsonl",)),
}
"""Where each task's rows lie: the data folder, and what the file may be called."""


def official(task: Task, file: str = "") -> PromptSet:
    """The rows of a task. Raises `MissingData`, `DataError`."""
    slug, names = FILES[task]
    path = Path(file).expanduser() if file else locate.need(slug, *names)
    rows = _READ[task](path)
    prompts = tuple(
        _framed(Prompt(id=f"{task}-{number:04d}", category=task, **row))
        for number, row in enumerate(rows, start=1)
        if number <= MOST
    )
    if not prompts:
        raise DataError(f"{path} holds no row of the task {task}")
    return PromptSet(prompts, {path.name: checksum_of(path)})


def own(task: Task) -> PromptSet:
    """Our own few rows of a task."""
    found = starter(SLUG)
    chosen = tuple(_framed(each) for each in found.prompts if each.category == task)
    return PromptSet(chosen, found.files, found.notes)


def _framed(prompt: Prompt) -> Prompt:
    texts, given = table("benchmarks", SLUG, "prompts.toml"), prompt.metadata.get("input")
    frame: str = texts["plain" if given is None else "with_input"]
    instruction = texts[prompt.category] if given is not None else prompt.text
    text = frame.strip("\n").replace("{{instruction}}", instruction.strip("\n"))
    return replace(prompt, text=text.replace("{{input}}", str(given)), request=prompt.text)


def _harm(path: Path) -> Iterator[dict[str, Any]]:
    for number, row in _numbered(path):
        if not isinstance(row.get("is_safe"), bool):
            raise DataError(f"{path}: record #{number} has no is_safe (true, false)")
        if not row["is_safe"]:
            yield {"text": _text(path, number, row, "prompt")}


def _gsm8k(path: Path) -> Iterator[dict[str, Any]]:
    for number, row in _numbered(path):
        question, answer = (_text(path, number, row, name) for name in ("question", "answer"))
        yield {"text": question, "target": answer.replace(MARK, ANSWER)}


def _labelled(text: str, names: tuple[str, ...]) -> Callable[[Path], Iterator[dict[str, Any]]]:
    """Rows with a text under that name and a label that is the place of a name."""

    def rows(path: Path) -> Iterator[dict[str, Any]]:
        for number, row in _numbered(path):
            given, label = _text(path, number, row, text), row.get("label")
            if not isinstance(label, int) or not 0 <= label < len(names):
                raise DataError(f"{path}: record #{number}: label is {label!r}, not 0 to {len(names) - 1}")
            yield {"text": given, "target": names[label], "metadata": {"input": given}}

    return rows


_READ: Mapping[Task, Callable[[Path], Iterator[dict[str, Any]]]] = {
    "harm": _harm,
    "gsm8k": _gsm8k,
    "sst2": _labelled("sentence", FEELINGS),
    "ag_news": _labelled("text", TOPICS),
}


def _numbered(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    return enumerate(read_jsonl(path, dict[str, Any]), start=1)


def _text(path: Path, number: int, row: Mapping[str, Any], name: str) -> str:
    found = row.get(name)
    if not isinstance(found, str) or not found.strip():
        raise DataError(f"{path}: record #{number} has no {name}")
    return found
