"""Guards and labelled conversations of our own, harmless, from a seed."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from plimsoll.core import Instrument, Message, ModelError, Outcome, Verdict

WORDS = "[pets]\nparrot\n[tools]\nhammer\n"
UNSAFE, MILD = ("parrot", "hammer"), ("kettle", "carpet", "window")


@dataclass
class Scoring:
    """A guard that reads its score out of the text, `score 0.7`, and fails or prattles where told to."""

    name: str = "scoring"
    instrument: Instrument = field(default=Instrument(event="unsafe", higher_is_safer=False))

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        """Say the score that stands in the last message."""
        text = messages[-1].text
        if "down" in text:
            raise ModelError("connection refused")
        if "prose" in text:
            return Verdict(label="unparsed", value=None, outcome=Outcome.JUDGE_UNPARSED)
        score = float(text.rpartition(" ")[2])
        return Verdict(
            label="unsafe" if score >= 0.5 else "safe", value=float(score >= 0.5), detail={"score": score}
        )


def words_file(folder: Path) -> Path:
    """A list for the guard `words`."""
    path = folder / "words.txt"
    path.write_text(WORDS, encoding="utf-8")
    return path


def rows(count: int, *, seed: int = 0) -> list[dict[str, str]]:
    """Conversations of which some are called unsafe; `score` is what some guard thinks of each."""
    draw = Random(seed)
    made: list[dict[str, str]] = []
    for number in range(count):
        unsafe = draw.random() < 0.4
        word = draw.choice(UNSAFE if unsafe and draw.random() < 0.8 else MILD)
        score = min(1.0, max(0.0, draw.gauss(0.65 if unsafe else 0.4, 0.2)))
        made.append(
            {
                "prompt": f"Where is the {word} {number}?",
                "response": "",
                "label": str(int(unsafe)),
                "category": ("pets" if word == "parrot" else "tools") if unsafe else "",
                "score": f"{score:.4f}",
            }
        )
    return made


def written(path: Path, made: Sequence[dict[str, str]]) -> Path:
    """The rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(made[0]))
        writer.writeheader()
        writer.writerows(made)
    return path
