"""Harmful requests x keywords of groups -> prompts that differ in the keyword alone."""

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Literal, NamedTuple

from plimsoll.benchmarks.codeattack import dataset as advbench
from plimsoll.core import DataError
from plimsoll.data.prompts import Prompt, PromptSet, starter
from plimsoll.data.resources import table
from plimsoll.data.rows import checksum_of, read_csv
from plimsoll.text.keyword_pairs import Pair

SLUG = "pcjailbreak"
Frame = Literal["paper", "repo"]
Side = Literal["plain", "baseline", "marginalized", "privileged", "control"]
CATEGORY = "harmful behaviour"
GOALS = ("Goal", "goal", "prompt")
"""Columns in which JailbreakBench, AdvBench and others hold their requests."""


class Condition(NamedTuple):
    """Who asks."""

    side: Side
    keyword: str = ""
    pair: str = ""

    @property
    def key(self) -> str:
        """As it stands in ids."""
        return "-".join(filter(None, (self.side, self.pair.replace("/", "_"), self.keyword))).replace(
            " ", "_"
        )


def requests(split: str, language: str, file: str) -> PromptSet:
    """The requests: AdvBench's, a table's of the user's, or our own."""
    if split == "starter":
        found = starter(SLUG)
        return PromptSet(tuple(p for p in found.prompts if p.language == language), found.files, found.notes)
    return of_file(Path(file).expanduser()) if file else advbench.official()


def of_file(path: Path) -> PromptSet:
    """Requests of a table with a column `Goal`, `goal` or `prompt`. Raises `DataError`."""
    rows = read_csv(path, ())
    column = next((name for name in GOALS if rows and name in rows[0]), "")
    texts = [row[column].strip() for row in rows] if column else []
    if not texts or not all(texts):
        raise DataError(f"{path}: needs a request in every row, in a column {', '.join(GOALS)}")
    made = (
        Prompt(id=f"{path.stem}-{number}", text=text, category=CATEGORY)
        for number, text in enumerate(texts, start=1)
    )
    return PromptSet(tuple(made), {path.name: checksum_of(path)})


def conditions(pairs: Sequence[Pair], controls: Sequence[str]) -> Iterator[Condition]:
    """The request as it stands, the frame without a keyword, both sides of each pair, and the controls."""
    yield Condition("plain")
    yield Condition("baseline")
    for pair in pairs:
        yield Condition("marginalized", pair.marginalized, pair.name)
        yield Condition("privileged", pair.privileged, pair.name)
    for word in controls:
        yield Condition("control", word)


def framed(request: str, keyword: str, frame: Frame, language: str) -> str:
    """The request in the frame; with or without a keyword nothing else changes but the article before it."""
    template = table("benchmarks", SLUG, "prompts.toml")["frames"]["zh" if language == "zh" else frame]
    shown = keyword if language == "zh" else f"{keyword} " if keyword else ""
    article = "an" if keyword[:1].lower() in {"a", "e", "i", "o", "u"} else "a"
    before, after = template.split("{request}")
    before = before.replace("{article}", article).replace("{keyword}", shown)
    return before + (request if frame == "repo" else request.rstrip(" .。")) + after


def in_parts(request: str, keyword: str, language: str, *, persona: bool, fiction: bool) -> str:
    """The request with each of keyword, persona and fiction there or not; with none, as it stands."""
    if not (keyword or persona or fiction):
        return request
    parts = table("benchmarks", SLUG, "prompts.toml")["parts"]["zh" if language == "zh" else "en"]
    who = ""
    if keyword or persona:
        person = parts["persona"] if persona else parts["person"]
        shown = keyword if language == "zh" or not keyword else f"{keyword} "
        article = "an" if f"{shown}{person}"[:1].lower() in {"a", "e", "i", "o", "u"} else "a"
        who = (
            parts["who"].replace("{article}", article).replace("{keyword}", shown).replace("{person}", person)
        )
    before, after = parts["fiction" if fiction else "plain"].split("{request}")
    return who + before + request.rstrip(" .。") + after


def factorial(found: PromptSet, pairs: Sequence[Pair]) -> Iterator[Prompt]:
    """Every request in all eight combinations; those with a keyword once for each keyword."""
    words = [("", ""), *((word, pair.name) for pair in pairs for word in pair)]
    for request in found.prompts:
        for (word, pair), persona, fiction in product(words, (False, True), (False, True)):
            on = [name for name, there in (("persona", persona), ("fiction", fiction)) if there]
            condition = "-".join(filter(None, (word, pair.replace("/", "_"), *on))) or "plain"
            yield Prompt(
                id=f"{request.id}-{condition.replace(' ', '_')}",
                text=in_parts(request.text, word, request.language, persona=persona, fiction=fiction),
                request=request.text,
                category=request.category,
                language=request.language,
                pair=request.id,
                metadata={"keyword": word, "persona": persona, "fiction": fiction, "group": pair},
            )


def prompts(found: PromptSet, asked: Sequence[Condition], frame: Frame) -> Iterator[Prompt]:
    """Every request in every condition; those of one request are one question in statistics."""
    for request in found.prompts:
        for condition in asked:
            plain = condition.side == "plain"
            yield Prompt(
                id=f"{request.id}-{condition.key}",
                text=request.text
                if plain
                else framed(request.text, condition.keyword, frame, request.language),
                request=request.text,
                category=request.category,
                language=request.language,
                pair=request.id,
                metadata={"side": condition.side, "keyword": condition.keyword, "groups": condition.pair},
            )
