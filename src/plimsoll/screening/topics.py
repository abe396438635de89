"""Dialogues with rules of topic -> examples that ask a guard whether the last turn keeps to them.

Aegis 2.0 trains its guard on safety examples and on such dialogues together, so that it learns to follow
rules that it meets for the first time. The rows are those of CantTalkAboutThis (NVIDIA): a system
instruction, a dialogue that keeps to it, and turns that lead away from it, each after a turn of the
assistant. Beside each turn that leads away stands the turn that the dialogue really has there.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct, field

from plimsoll.core import DataError
from plimsoll.data.rows import read_jsonl
from plimsoll.screening.training import Example

ANSWERS = ("off-topic", "on-topic")
RULE = (
    'If the last message of the user breaks these instructions, answer "off-topic", otherwise "on-topic". '
    "Answer with one of the two and nothing else."
)


class Turn(Struct, frozen=True):
    """A turn of a dialogue."""

    role: str
    content: str


class Distractor(Struct, frozen=True):
    """A turn that leads away, and the assistant's turn after which it comes."""

    after: str = field(name="bot turn")
    distractor: str = ""


class Dialogue(Struct, frozen=True):
    """A row as its authors publish it."""

    system_instruction: str
    conversation: tuple[Turn, ...]
    distractors: tuple[Distractor, ...] = ()


def examples(path: Path) -> Iterator[Example]:
    """An example of either kind for each turn that leads away. Raises `DataError` for a row that is none."""
    for number, row in enumerate(read_jsonl(path, Dialogue), start=1):
        spoken = [each.content for each in row.conversation]
        for place, each in enumerate(row.distractors, start=1):
            if each.after not in spoken:
                raise DataError(
                    f"{path}: record #{number}: distractor {place} follows a turn that is not there"
                )
            at = spoken.index(each.after) + 1
            before = row.conversation[:at]
            yield _example(
                f"{number}-{place}-off", row, (*before, Turn("user", each.distractor)), "off-topic"
            )
            if at < len(row.conversation):
                there = (*before, row.conversation[at])
                yield _example(f"{number}-{place}-on", row, there, "on-topic")


def _example(key: str, row: Dialogue, turns: Sequence[Turn], answer: str) -> Example:
    dialogue = "\n".join(f"{each.role}: {each.content}" for each in turns)
    return Example(
        id=key, prompt=f"{row.system_instruction}\n\n{RULE}\n\n{dialogue}\n\nAnswer: ", completion=answer
    )
