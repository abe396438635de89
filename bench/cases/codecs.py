"""1,000 prompts through every attack that asks no model -> transforms a second of one core, and all of them.

A codec is measured as `encode` with a seed of each prompt's own, as in a run; the catalogue as whole samples
through `attack`, with validity checked. CPU time of the process is counted. Prompts are sentences
of ours with the mean length of S-Eval's; Chinese writings get Chinese prompts.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from random import Random
from typing import Any

from bench.measure import Result, arguments
from plimsoll import registry
from plimsoll.attacks._transform import Transform
from plimsoll.core import Attack, Sample, user
from plimsoll.models.scripted import scripted
from plimsoll.registry import Part

CODECS = ("encoding", "characters", "chinese", "arabic")
LIBRARIES = ("chinese/pinyin", "chinese/script")
"""The speed of pypinyin and OpenCC: held to no target."""
TARGET, ALL, SECONDS = 20_000, 1_000, 60
GIVEN = {
    "encoding/vigenere": ":key=lemon",
    "groups/keyword": ":group=wealthy",
    "steering/suffix": ":text=!!",
    "steering/repeated": ":text=!!",
}
MODELS = ("attacker", "judge", "file", "attacks")
ASK = ("groups/from_target", "search/gcg", "search/beast", "search/glitch_tokens", "dialogue/chunked")
"""They ask the target, or need its weights."""
"""Attacks with such an argument ask models, or need a file of the user's."""


def prompts(language: str) -> list[str]:
    """As many prompts of a language."""
    words = {"zh": "请详细说明怎样在家里做面包并写出每一步", "ar": "اشرح كيف أخبز الخبز في البيت خطوة بخطوة "}
    said = words.get(language, "explain how to bake bread at home ")
    size = 36 if language == "zh" else 126
    return [f"{number}. {said * 8}"[:size] for number in range(ALL)]


def codec(part: Part, texts: Sequence[str]) -> float:
    """CPU seconds for all of them, after a first one that fills the tables."""
    attack: Transform = registry.build("attacks", part.name + GIVEN.get(part.name, ""))
    attack.encode(texts[0])
    began = time.process_time()
    for number, text in enumerate(texts):
        attack.codec.encode(text, Random(f"0:{number}"))
    return time.process_time() - began


async def attacked(attack: Attack, samples: Sequence[Sample]) -> int:
    """How many variants come of the samples."""
    target, made = scripted(), 0
    for sample in samples:
        async for _ in attack.attack(sample, target):
            made += 1
    return made


def main() -> None:
    given = arguments(__doc__)
    result = Result(case="codecs", title="Attacks that ask no model: transforms a second of one core")
    parts = [part for part in registry.parts("attacks") if part.room == "attacks"]
    texts = {language: prompts(language) for language in ("en", "zh", "ar")}
    for part in parts:
        if part.name.partition("/")[0] not in CODECS:
            continue
        language = {"chinese": "zh", "arabic": "ar"}.get(part.name.partition("/")[0], "en")
        chosen = texts[language]
        seconds = statistics.median(codec(part, chosen) for _ in range(given.repeats))
        result.rows.append(line(part.name, len(chosen), seconds))
        if part.name not in LIBRARIES:
            result.at_least(f"{part.name}, transforms/s/core", len(chosen) / seconds, TARGET)
    alone = [
        part
        for part in parts
        if part.name not in ASK and not any(row.name in MODELS and row.required for row in part.options)
    ]
    samples = [Sample(id=str(n), messages=(user(text),)) for n, text in enumerate(texts["en"])]
    began = time.process_time()
    made = sum(
        asyncio.run(attacked(registry.build("attacks", part.name + GIVEN.get(part.name, "")), samples))
        for part in alone
    )
    seconds = time.process_time() - began
    result.rows.append(line(f"all {len(alone)} attacks, samples with validity", made, seconds))
    result.at_most(f"{len(alone)} attacks x 1,000 prompts, CPU", seconds, SECONDS, " s")
    result.notes.append("chinese/pinyin and chinese/script run at their libraries' speed: held to no target")
    result.print()


def line(what: str, count: int, seconds: float) -> dict[str, Any]:
    """A row of the table."""
    return {
        "attack": what,
        "transforms": count,
        "µs each": round(1e6 * seconds / count, 1),
        "transforms/s/core": round(count / seconds),
    }


if __name__ == "__main__":
    main()
