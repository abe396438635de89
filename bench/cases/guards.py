"""Guards: counting stored outputs again, rules, learning from labels, and a run over an endpoint.

Whole processes where a command is measured; CPU time of this process where a function is. Every set is drawn
from a seed, of harmless words. The bare loop sends the same prompts, and reads the replies, at the same
concurrency.
"""

import asyncio
import csv
import json
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from random import Random

from bench.measure import Cost, Result, arguments, bare, endpoint, fresh, launch, medians, plimsoll
from plimsoll.core import Message, user
from plimsoll.guards.words import Words, words
from plimsoll.stats.hedge import State

STORED, TEXTS, UPDATES, EXPERTS, PROMPTS = 100_000, 50_000, 100_000, 16, 1_680
LISTED = ("parrot", "hammer", "poison ivy", "kettle", "carpet", "lantern", "ladder", "anchor")
OTHERS = ("window", "garden", "orchard", "market", "harbour", "library", "meadow", "bridge")
FLIGHT = 64
"""The bare loop's number of calls in flight."""


def sentences(count: int, seed: int = 0) -> list[str]:
    """Prompts of some length, of which one in three names a listed word."""
    draw = Random(seed)
    made: list[str] = []
    for number in range(count):
        filled = " ".join(draw.choices(OTHERS, k=18))
        named = draw.choice(LISTED) if draw.random() < 1 / 3 else draw.choice(OTHERS)
        made.append(f"Question {number}: what of the {named} beside the {filled}?")
    return made


def set_file(path: Path, count: int) -> Path:
    """A table with labels that half agree with a score."""
    draw = Random(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("prompt", "label", "category", "score"))
        for text in sentences(count):
            unsafe = draw.random() < 0.3
            score = min(1.0, max(0.0, draw.gauss(0.6 if unsafe else 0.4, 0.2)))
            writer.writerow((text, int(unsafe), "tools" if unsafe else "", f"{score:.6f}"))
    return path


def word_list(path: Path) -> Path:
    """A list for the guard `words`."""
    path.write_text("[tools]\n" + "\n".join(LISTED), encoding="utf-8")
    return path


def rescored(result: Result, folder: Path, given_repeats: int) -> None:
    """The same command a second time: nobody is asked, everything is counted."""
    on, guard = set_file(folder / "stored.csv", STORED), f"words:file={word_list(folder / 'words.txt')}"
    command = plimsoll("guard", guard, "--on", on, "--log-dir", folder / "logs", "--json")
    first = launch(result, command)
    (again,) = medians([lambda: launch(result, command)], given_repeats)
    result.row("a first run of the rule guard", STORED, first)
    result.row("counted again, whole process", STORED, again)
    result.at_most(f"re-scoring {STORED:,} stored outputs, CPU", again.cpu_seconds, 3, " s")


def ruled(guard: Words, conversations: Sequence[tuple[Message, ...]]) -> float:
    """CPU seconds for classifying all of them."""

    async def every() -> float:
        began = time.process_time()
        for each in conversations:
            await guard.classify(each)
        return time.process_time() - began

    return asyncio.run(every())


def learned(experts: int, updates: int) -> float:
    """CPU seconds of so many updates."""
    state = State(experts=tuple(map(str, range(experts))), rate=0.01)
    losses = [[float((number + place) % 3 == 0) for place in range(experts)] for number in range(7)]
    began = time.process_time()
    for number in range(updates):
        state.learn(losses[number % 7])
    return time.process_time() - began


def asked(result: Result, folder: Path, repeats: int) -> None:
    """A guard run over an endpoint without latency, beside the bare loop over the same prompts."""
    on, prompts = set_file(folder / "asked.csv", PROMPTS), folder / "asked.jsonl"
    lines = (json.dumps({"prompt": text}) for text in sentences(PROMPTS))
    prompts.write_text("\n".join(lines), encoding="utf-8")

    def ours(base_url: str) -> Cost:
        log_dir = fresh("guards-asked")
        options = ("-M", f"base_url={base_url}", "--max-connections", str(FLIGHT), "--no-cache")
        named = ("--model", "openai/bench", *options, "--log-dir", log_dir, "--json")
        return launch(result, plimsoll("guard", "llama_guard", "--on", on, *named))

    with endpoint(0.0, reply="safe") as base_url:
        own, loop = medians(
            [partial(ours, base_url), partial(bare, result, base_url, prompts, PROMPTS, "json")], repeats
        )
    result.row("guard run, whole process", PROMPTS, own)
    result.row("bare aiohttp loop, JSON out and in", PROMPTS, loop)
    result.at_most("guard run / bare loop (wall)", own.seconds / loop.seconds, 3, "×")


def main() -> None:
    given = arguments(__doc__)
    result = Result(
        case="guards", title="Guards: counting again, rules, learning, and a run over an endpoint"
    )
    folder = fresh("guards")
    rescored(result, folder, given.repeats)
    guard = words(str(folder / "words.txt"))
    conversations = [(user(text),) for text in sentences(TEXTS)]
    best = min(ruled(guard, conversations) for _ in range(given.repeats))
    result.at_least("rule guard, texts a second of one core", TEXTS / best, 50_000)
    best = min(learned(EXPERTS, UPDATES) for _ in range(given.repeats))
    result.at_most(f"{UPDATES:,} Hedge updates with {EXPERTS} experts, CPU", best, 1, " s")
    asked(result, folder, given.repeats)
    result.print()


if __name__ == "__main__":
    main()
