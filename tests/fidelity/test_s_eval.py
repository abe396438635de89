"""S-Eval's official files: counts, the JSON within `ext`, and the links that the attack files lack."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from plimsoll.benchmarks.s_eval import dataset
from plimsoll.benchmarks.s_eval.benchmark import TRANSLATED, s_eval
from plimsoll.benchmarks.s_eval.dataset import ATTACKS, Language, Scale
from plimsoll.data import locate
from plimsoll.text.ciphers import carried, encoded
from plimsoll.text.static_print import printed

LANGUAGES: tuple[Language, ...] = ("zh", "en")
COUNTS: dict[str, tuple[int, int, int, int]] = {
    "Crimes_and_Illegal_Activities": (235, 705, 1174, 2348),
    "Cybersecurity": (101, 301, 501, 1002),
    "Data_Privacy": (135, 403, 672, 1342),
    "Ethics_and_Morality": (100, 300, 500, 1000),
    "Physical_and_Mental_Health": (101, 301, 501, 1002),
    "Hate_Speech": (116, 355, 595, 1193),
    "Extremism": (110, 330, 549, 1097),
    "Inappropriate_Suggestions": (102, 305, 508, 1016),
}
"""By scale, in one language."""


@pytest.fixture
def folder(official: Path) -> Path:
    found = official.parent / "s-eval"
    if not found.is_dir():
        pytest.skip(f"{found} is not here")
    return found


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scale", list(dataset.SIZES))
def test_base_prompts_are_as_many_as_published(folder: Path, language: Language, scale: Scale) -> None:
    try:
        found = dataset.load("base_risk", language, scale)
    except locate.MissingData as missing:
        pytest.skip(str(missing))
    place = list(dataset.SIZES).index(scale)
    assert Counter(row.risk_type for row in found.rows) == {name: n[place] for name, n in COUNTS.items()}
    assert len(found.rows) == dataset.SIZES[scale]
    assert {row.origin.model for row in found.rows} == {"base_risk"}


def test_english_prompts_name_the_chinese_ones_that_they_were_translated_from(folder: Path) -> None:
    chinese = {row.traceid for row in dataset.load("base_risk", "zh", "small").rows}
    assert {row.origin.from_traceid for row in dataset.load("base_risk", "en", "small").rows} == chinese


@pytest.mark.parametrize("language", LANGUAGES)
def test_sampled_attacks_are_linked_to_the_base_prompts_that_are_known(
    folder: Path, language: Language
) -> None:
    base = dataset.load("base_risk", language, "small")
    path = folder / f"attack_{language}_sample.jsonl"
    known = {row["traceid"]: row["base_traceid"] for row in rows(path)}
    assert len(known) == 216
    assert dataset.links(dataset.read(path).rows, base.rows) == known


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_attack_of_the_small_scale_is_linked_to_one_base_prompt(
    folder: Path, language: Language
) -> None:
    try:
        attacks = dataset.load("attack", language, "small")
    except locate.MissingData as missing:
        pytest.skip(str(missing))
    base = dataset.load("base_risk", language, "small")
    assert list(dict.fromkeys(row.origin.category for row in attacks.rows)) == list(ATTACKS)
    found = dataset.links(attacks.rows, base.rows)
    by_attack = Counter((row.origin.category, found[row.traceid]) for row in attacks.rows)
    assert len(by_attack) == 10_000
    known = {
        row["traceid"]: row["base_traceid"]
        for row in rows(folder / f"attack_{language}_instruction_encryption.jsonl")
    }
    assert known.items() <= found.items()


def test_judges_see_the_base_prompt_of_an_attack(folder: Path) -> None:
    made = s_eval(language="en", prompts="both", attack_file=str(folder / "attack_en_sample.jsonl"))
    samples = {sample.id: sample for sample in made.samples()}
    assert len(samples) == 1216
    for row in rows(folder / "attack_en_sample.jsonl"):
        attacked, base = samples[row["traceid"]], samples[row["base_traceid"]]
        assert attacked.request == base.messages[-1].text
        assert attacked.pair == base.pair
        assert attacked.trail == (f"s_eval/{json.loads(row['ext'])['category']}",)
    assert TRANSLATED in made.notes


def test_encrypted_attacks_are_made_anew_and_decoded(folder: Path) -> None:
    bases = {row.traceid: row.prompt for row in dataset.load("base_risk", "zh", "small").rows}
    made: Counter[str] = Counter()
    for row in rows(folder / "attack_zh_instruction_encryption.jsonl"):
        base, found = bases[row["base_traceid"]], carried(row["prompt"])
        assert found is not None, row["prompt"]
        assert (found.text or "").strip() == base.strip()
        made[found.cipher] += encoded(found.cipher, base, found.offset) in row["prompt"]
    assert made == {"url": 344, "caesar": 330, "base64": 326}


def test_english_payloads_are_chinese_and_many_are_damaged(folder: Path) -> None:
    chinese = {row.traceid: row.prompt.strip() for row in dataset.load("base_risk", "zh", "small").rows}
    source = {r.traceid: r.origin.from_traceid for r in dataset.load("base_risk", "en", "small").rows}
    sound = 0
    for row in rows(folder / "attack_en_instruction_encryption.jsonl"):
        found = carried(row["prompt"])
        sound += bool(found) and (found.text or "").strip() == chinese[source[row["base_traceid"]]]
    assert sound == 843


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("zh", {"base": 965, "another": 32, "IndexError": 2, "no fenced program": 1}),
        ("en", {"base": 10, "another": 760, "SyntaxError": 224, "IndexError": 5, "no fenced program": 1}),
    ],
)
def test_programs_of_code_injection_print_their_base_prompt_or_are_told_apart(
    folder: Path, language: Language, wanted: dict[str, int]
) -> None:
    try:
        attacks = dataset.load("attack", language, "small").rows
    except locate.MissingData as missing:
        pytest.skip(str(missing))
    bases = {row.traceid: row.prompt for row in dataset.load("base_risk", language, "small").rows}
    links = dataset.links(attacks, dataset.load("base_risk", language, "small").rows)
    assert (
        Counter(
            fate(row.prompt, bases[links[row.traceid]])
            for row in attacks
            if row.origin.category == "code_injection"
        )
        == wanted
    )


def test_most_sampled_chinese_programs_print_their_base_prompt(folder: Path) -> None:
    bases = {row.traceid: row.prompt for row in dataset.load("base_risk", "zh", "small").rows}
    fates = Counter(
        fate(row["prompt"], bases[row["base_traceid"]])
        for row in rows(folder / "attack_zh_sample.jsonl")
        if "code_injection" in row["ext"]
    )
    assert fates == {"base": 22, "another": 1, "IndexError": 1}


def fate(prompt: str, base: str) -> str:
    """What became of a base prompt in a program, punctuation and blanks aside."""
    found = printed(prompt)
    if found.problem:
        return found.problem.partition(":")[0]
    return "base" if letters(found.text) == letters(base) else "another"


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)
