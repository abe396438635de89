"""AlpacaEval's file of references, or tasks of our own -> tasks with data: instruction, data, answer."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from plimsoll.core import DataError, Message, Sample, files, user
from plimsoll.data.prompts import Prompt, PromptSet, starter
from plimsoll.internals import examples

MIXED = "mixed"


def read(file: str) -> PromptSet:
    """A JSON list or JSON lines with instruction, input, output; tasks without data are left out."""
    path = Path(file).expanduser()
    found = [_prompt(path, number, row) for number, row in enumerate(examples.records(path), start=1)]
    kept = tuple(each for each in found if each.metadata["data"])
    if not kept:
        raise DataError(f"{path} holds no task with data: write instruction, input and output")
    left = len(found) - len(kept)
    notes = (f"{left} of {len(found)} tasks have no data and are left out.",) if left else ()
    return PromptSet(kept, {path.name: sha256(files.read(path)).hexdigest()}, notes)


def own(language: str) -> PromptSet:
    """Our own tasks of a language."""
    found = starter("ise")
    chosen = tuple(each for each in found.prompts if language in (MIXED, each.language))
    return PromptSet(chosen, found.files, found.notes)


def sample_of(prompt: Prompt) -> Sample:
    """A task as its instruction and its data, each said by who says it."""
    given = Message(role="tool", text=str(prompt.metadata["data"]), call_id="data")
    return Sample(
        id=prompt.id,
        messages=(user(prompt.text), given),
        target=prompt.target,
        request=prompt.text,
        category=prompt.category,
        language=prompt.language,
        pair=prompt.pair,
        metadata=prompt.metadata,
    )


def demonstration(prompts: Sequence[Prompt], sample: Sample) -> Prompt:
    """A task of the same language that is not this one."""
    others = [each for each in prompts if each.id != sample.id and each.language == sample.language]
    return (others or list(prompts))[0]


def _prompt(path: Path, number: int, row: dict[str, Any]) -> Prompt:
    instruction, output = str(row.get("instruction") or ""), str(row.get("output") or "").strip()
    if not instruction or not output:
        raise DataError(f"{path}: record #{number} has no {'output' if instruction else 'instruction'}")
    return Prompt(
        id=f"task-{number}",
        text=instruction,
        category=str(row.get("dataset") or "task"),
        target=output,
        metadata={"data": str(row.get("input") or "").strip()},
    )
