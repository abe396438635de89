"""Files of SciSafeEval -> prompts in one of four settings.

The published code reads examples, chain-of-thought and jailbreak texts but sends the bare prompt only, so how
they are put together is ours: examples, a blank line, the prompt; the prompt, a blank line, the
chain-of-thought text; the jailbreak text alone where it holds the prompt, else before it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, cast

from plimsoll.benchmarks.scisafeeval.layouts import LAYOUTS, Layout, Notation, filled
from plimsoll.core import DataError
from plimsoll.data import locate
from plimsoll.data.prompts import Prompt, PromptSet
from plimsoll.data.rows import checksum_of, read_jsonl

SLUG = "scisafeeval"
Setting = Literal["zero-shot", "few-shot", "cot", "jailbreak"]
SETTINGS: tuple[Setting, ...] = ("zero-shot", "few-shot", "cot", "jailbreak")
Size = Literal["tiny", "full"]
TINY = 80
"""Prompts of each file that the official code asks by default."""
_ASKED = ("prompt", "question", "instruction", "input")
_REPLIED = ("response", "answer", "output", "completion")


def load(tasks: Sequence[str], settings: Sequence[Setting], *, size: Size, notation: Notation) -> PromptSet:
    """The prompts of the named files. Raises `MissingData`, `DataError`."""
    paths = {task: locate.need(SLUG, f"{task}.jsonl") for task in tasks}
    missing: Counter[Setting] = Counter()
    prompts: list[Prompt] = []
    for task, path in paths.items():
        rows = read_jsonl(path, dict[str, Any])[: TINY if size == "tiny" else None]
        prompts += _prompts(rows, task, settings, notation=notation, path=path, missing=missing)
    notes = tuple(f"{count} records have no text for {name}: not asked." for name, count in missing.items())
    return PromptSet(tuple(prompts), {path.name: checksum_of(path) for path in paths.values()}, notes)


def _prompts(
    rows: Sequence[Mapping[str, Any]],
    task: str,
    settings: Sequence[Setting],
    *,
    notation: Notation,
    path: Path,
    missing: Counter[Setting],
) -> Iterator[Prompt]:
    layout = LAYOUTS[task]
    times: Counter[str] = Counter()
    for number, row in enumerate(rows):
        place = f"{path}: record #{number + 1}"
        template = row.get("instruction")
        if not isinstance(template, str) or not template.strip():
            raise DataError(f"{place}: has no instruction")
        times[template] += 1
        plain = filled(template, row, layout, notation, place)
        for setting in settings:
            text = composed(row, layout, setting, notation, place)
            if text is None:
                missing[setting] += 1
            else:
                yield _prompt(row, task, setting, text=text, plain=plain, times=times[template])


def composed(
    row: Mapping[str, Any], layout: Layout, setting: Setting, notation: Notation, place: str
) -> str | None:
    """What is sent in a setting; nothing where the record has no text for it."""
    prompt = filled(row["instruction"], row, layout, notation, place)
    if setting == "zero-shot":
        return prompt
    if setting == "few-shot":
        shots = [_shot(each, place) for each in cast("Sequence[Any]", row.get("few-shot") or ())]
        return "\n\n".join([*shots, prompt]) if shots else None
    added = row.get(setting)
    if not isinstance(added, str) or not added.strip():
        return None
    if setting == "cot":
        return f"{prompt}\n\n{added}"
    wrapped = filled(added, row, layout, notation, place)
    return wrapped if prompt in wrapped else f"{wrapped}\n\n{prompt}"


def _shot(shot: Any, place: str) -> str:
    """An example as it stands, or its two halves one after the other."""
    if isinstance(shot, str):
        return shot
    if isinstance(shot, Mapping):
        fields = cast("Mapping[str, Any]", shot)
        asked = next((fields[name] for name in _ASKED if name in fields), None)
        replied = next((fields[name] for name in _REPLIED if name in fields), None)
        if isinstance(asked, str) and isinstance(replied, str):
            return f"{asked}\n{replied}"
    raise DataError(f"{place}: an example of few-shot is neither a text nor a question with its answer")


def _prompt(
    row: Mapping[str, Any], task: str, setting: Setting, *, text: str, plain: str, times: int
) -> Prompt:
    layout = LAYOUTS[task]
    record = f"{task}-{row.get('idx', row.get('id'))}"
    template = blake2b(str(row["instruction"]).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
    return Prompt(
        # What follows @ tells the metrics that prompts of one template are a cluster.
        id=f"{record}-{setting}@{times}",
        text=text,
        category=task,
        pair=template,
        request=plain,
        metadata={
            "record": record,
            "setting": setting,
            "domain": layout.domain,
            "scientific_language": layout.language,
            "tags": row.get("tags") or [],
        },
    )
