"""DRO's files of questions, one a line -> prompts that are harmful or harmless."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from plimsoll.core import DataError
from plimsoll.data import delimited, locate, rows
from plimsoll.data.prompts import Prompt, PromptSet, starter

SLUG = "llm_safeguard_dro"
FIRST = 100
"""Of AdvBench's 520 goals the first hundred are asked."""
Questions = Literal["malicious", "advbench", "testset", "harmful_custom", "harmless_custom"]


class File(NamedTuple):
    """Where questions stand."""

    names: tuple[str, ...]
    harmful: bool


FILES: Mapping[Questions, File] = {
    "malicious": File(("malicious_instruct.txt",), harmful=True),
    "advbench": File(("advbench.txt", "advbench_first100.txt"), harmful=True),
    "testset": File(("harmless_testset.txt",), harmful=False),
    "harmful_custom": File(("harmful_custom.txt",), harmful=True),
    "harmless_custom": File(("harmless_custom.txt",), harmful=False),
}


def load(questions: Questions) -> PromptSet:
    """A hundred official questions. Raises `MissingData`, `DataError`."""
    path = locate.need(SLUG, *FILES[questions].names)
    lines = delimited.text(rows.read_bytes(path), path).splitlines()
    found = [line.strip() for line in lines if line.strip()][:FIRST]
    if len(found) < FIRST:
        raise DataError(f"{path}: {len(found)} questions; the official file has {FIRST} or more")
    prompts = tuple(
        Prompt(id=f"{questions}-{number:03}", text=text, category=questions)
        for number, text in enumerate(found, start=1)
    )
    return PromptSet(prompts, {path.name: rows.checksum_of(path)})


def own(*, harmful: bool) -> PromptSet:
    """Our own few of a kind."""
    found = starter("dro")
    kind = "harmful" if harmful else "harmless"
    return PromptSet(
        tuple(prompt for prompt in found.prompts if prompt.category == kind), found.files, found.notes
    )
