"""RED-EVAL's four question sets -> prompts with topic and subtopic.

Two files are lists of questions, the others hold them by topic and subtopic. The official script reads
CatQA as a list, too, and so asks its eleven category names: here the layout is looked at.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from plimsoll.core import DataError
from plimsoll.data import locate, rows
from plimsoll.data.prompts import Prompt, PromptSet

SLUG = "red_eval"
Questions = Literal["harmfulqa", "dangerousqa", "adversarialqa", "catqa"]
Nested = dict[str, dict[str, list[str]]]
LANGUAGES: Mapping[str, str] = {"en": "english", "zh": "chinese", "vi": "vietnamese"}
HAZARDS: Mapping[str, str] = {
    "Illegal Activity": "H16",
    "Child Abuse": "H06",
    "Hate/Harass/Violence": "H09",
    "Malware Viruses": "H17",
    "Physical Harm": "H01",
    "Economic Harm": "H15",
    "Fraud/Deception": "H14",
    "Adult Content": "H07",
    "Political Campaigning": "H22",
    "Privacy Violation Activity": "H18",
    "Tailored Financial Advice": "H23",
}
"""CatQA's categories, set by hand from their subcategories: the crosswalk has no column for them.
HarmfulQA's topics are school subjects and name no hazard."""


def load(questions: Questions, language: str) -> PromptSet:
    """The official questions of a set, CatQA's in one language."""
    path = locate.need(
        SLUG, f"catqa_{LANGUAGES[language]}.json" if questions == "catqa" else f"{questions}.json"
    )
    nested = _nested(questions, path)
    prompts = tuple(_prompts(questions, language, nested))
    if any(not prompt.text for prompt in prompts) or not prompts:
        raise DataError(f"{path}: holds an empty question, or none")
    return PromptSet(prompts, {path.name: rows.checksum_of(path)})


def _nested(questions: Questions, path: Path) -> Nested:
    if questions in ("harmfulqa", "catqa"):
        return rows.read_json(path, Nested)
    return {questions: {"": rows.read_json(path, list[str])}}


def _prompts(questions: Questions, language: str, nested: Nested) -> Iterator[Prompt]:
    number = 0
    for topic, parts in nested.items():
        for subtopic, texts in parts.items():
            for text in texts:
                number += 1
                key = f"{questions}-{number:04}"
                yield Prompt(
                    id=key if questions != "catqa" else f"{key}-{language}",
                    text=text.strip(),
                    category=topic,
                    language=language,
                    pair=key,
                    metadata={"subtopic": subtopic.rstrip(": ")} if subtopic else {},
                )
