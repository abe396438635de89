"""The hub of the crosswalk on labelled prompts: a plain classifier finds it, in one taxonomy and across."""

import csv
import json
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from plimsoll.taxonomies import conversion
from tests.support.guard_data import golden

Words = Mapping[str, float]


def words(text: str) -> Counter[str]:
    return Counter(each.strip(".,?!\"'():;").lower() for each in text.split() if len(each) > 3)


def cosine(one: Words, other: Words) -> float:
    size = math.sqrt(sum(v * v for v in one.values()) * sum(v * v for v in other.values()))
    return sum(value * other.get(word, 0.0) for word, value in one.items()) / size if size else 0.0


def weighed(counts: Words, rarity: Words) -> dict[str, float]:
    return {word: (1 + math.log(count)) * rarity.get(word, 0.0) for word, count in counts.items()}


def hubs_of(taxonomy: str) -> dict[str, tuple[str, ...]]:
    return {each.code: tuple(each.hubs) for each in conversion.categories(taxonomy)}


def prompts() -> list[tuple[str, str]]:
    """AILuminate's demo: hazard and text."""
    path = golden("mlcommons-ai-safety", "ailuminate_demo_en_us.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [(row["hazard"].partition("_")[0], row["prompt_text"]) for row in csv.DictReader(file)]


def classified(learned: Sequence[tuple[str, str]], asked: Sequence[str]) -> list[str]:
    """The class with the nearest mean, by words and their rarity."""
    counts = [words(text) for _, text in learned]
    seen = Counter(word for each in counts for word in each)
    rarity = {word: math.log(len(counts) / number) for word, number in seen.items()}
    means: dict[str, Counter[str]] = defaultdict(Counter)
    for (name, _), each in zip(learned, counts, strict=True):
        means[name].update(each)
    held = {name: weighed(each, rarity) for name, each in means.items()}
    return [max(held, key=lambda name: cosine(weighed(words(text), rarity), held[name])) for text in asked]


def test_prompts_of_one_taxonomy_stay_within_their_hub_far_more_often_than_by_chance() -> None:
    rows, hubs = prompts(), hubs_of("ailuminate")
    assert len(rows) == 1200
    learned, asked = rows[0::2], rows[1::2]
    found = classified(learned, [text for _, text in asked])
    within = sum(hubs[one][0] == hubs[other][0] for (one, _), other in zip(asked, found, strict=True))
    by_chance = sum(hubs[one][0] == hubs[other][0] for one in hubs for other in hubs) / len(hubs) ** 2
    assert (within, len(asked)) == (335, 600)
    assert within / len(asked) > 6 * by_chance


def test_moderation_labels_lead_to_the_hazards_of_another_taxonomy() -> None:
    """Learned on AILuminate, asked on OpenAI's set: the hazards meet at the hub, where no code does."""
    path = golden("guard-bench", "openai_moderation_1680.jsonl")
    theirs, ours = hubs_of("openai-moderation"), hubs_of("ailuminate")
    asked: list[tuple[str, str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        held = [code for code in theirs if row.get(code) == 1]
        if row.get("prompt") and len(held) == 1:
            asked.append((held[0], row["prompt"]))
    found = classified(prompts(), [text for _, text in asked])
    within = sum(
        bool(set(theirs[one]) & set(ours[other])) for (one, _), other in zip(asked, found, strict=True)
    )
    chance = sum(bool(set(theirs[one]) & set(ours[other])) for one, _ in asked for other in ours) / (
        len(asked) * len(ours)
    )
    assert (within, len(asked)) == (110, 338)
    assert within / len(asked) > 4 * chance
