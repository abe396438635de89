"""Your own prompts, from a file or a folder -> an evaluation like any other, without a line of Python.

Idea: whoever has questions has them in a spreadsheet. A row is a question; columns are found by their
names, or as `-T prompt=question` says.

Steps: (1) read the table; (2) with options ask for a letter, without them for a reply in words; (3) the
letter chosen against the target, or any judge that is named (`--judge`), or the rules for refusals.

There is no published system to differ from.
"""

from collections.abc import Iterator
from pathlib import Path

from plimsoll.benchmarks.prompts import dataset
from plimsoll.benchmarks.prompts.asking import WithPictures
from plimsoll.benchmarks.prompts.dataset import Dataset
from plimsoll.core import Benchmark, Card, Elicitation
from plimsoll.elicitation.choice import MultipleChoice
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.choice import Choice
from plimsoll.judges.compliance import Compliance
from plimsoll.judges.refusal import refusal
from plimsoll.metrics import choice, judged
from plimsoll.metrics.reach import reach_of
from plimsoll.registry import benchmark

LONGEST = 512
"""Tokens of a reply in words, where the command line does not say otherwise."""
RULES = (
    "Judged by the words of refusals alone (judges refusal and compliance): a refusal counts as the safe "
    "reply, which holds for prompts that ask for harm. Name another judge by --judge."
)
UNTARGETED = "The questions have no targets: no option is right or wrong, and letters are only counted."


@benchmark
def prompts(
    file: str,
    *,
    id: str = "",
    prompt: str = "",
    options: str = "",
    target: str = "",
    category: str = "",
    language: str = "",
    pair: str = "",
    system: str = "",
    image: str = "",
) -> Benchmark:
    """Your own prompts from a CSV, TSV, JSON, JSONL, YAML, Parquet or .xlsx file, or a folder with samples.

    Args:
        file: The file, or a folder with a file samples.* and, if you like, a card.toml.
        id: Column of the ids; rows are numbered where there is none.
        prompt: Column of the prompts.
        options: Column of the options: a JSON list, or texts with bars between; or columns A, B ...
        target: Column of the right option (letter or text), or of a text that a judge compares with.
        category: Column of the categories that results are broken down by.
        language: Column of the language codes.
        pair: Column whose equal values mark one question in several languages or conditions.
        system: Column of the system prompts.
        image: Column of pictures, by path or address.
    """
    wanted = {
        "id": id,
        "prompt": prompt,
        "options": options,
        "target": target,
        "category": category,
        "language": language,
        "pair": pair,
        "system": system,
        "image": image,
    }
    found = dataset.load(file, wanted)
    card = _card(file, found)
    return _multiple_choice(card, found) if found.with_options else _open(card, found)


def _multiple_choice(card: Card, found: Dataset) -> Benchmark:
    return Benchmark(
        card=card,
        samples=lambda: found.questions,
        elicitation=_asked(MultipleChoice(), found),
        judges=(Choice(),),
        metrics=choice.suite(languages=card.languages),
        files=found.files,
        notes=(*found.card.notes, *(() if found.with_targets else (UNTARGETED,))),
        headline="accuracy" if found.with_targets else "refusal_rate",
    )


def _open(card: Card, found: Dataset) -> Benchmark:
    judges = (refusal(), Compliance())
    return Benchmark(
        card=card,
        samples=lambda: found.questions,
        elicitation=_asked(SingleTurn(max_tokens=LONGEST), found),
        judges=judges,
        metrics=(*judged.suite(judges), *reach_of(judges)),
        files=found.files,
        notes=found.card.notes,
        judging=(RULES,),
        headline=judged.name_of(judges[0]),
    )


def _asked(way: Elicitation, found: Dataset) -> Elicitation:
    return WithPictures(way) if any(each.pictures for each in found.questions.rows) else way


def _card(file: str, found: Dataset) -> Card:
    own = found.card
    return Card(
        title=own.title or Path(file).stem,
        year=own.year,
        paper=own.paper,
        source=own.source,
        license=own.license,
        languages=tuple(_languages(found)),
        version=own.version,
        differs=own.differs,
    )


def _languages(found: Dataset) -> Iterator[str]:
    """Every language, in the order of its first question."""
    yield from dict.fromkeys(each.sample.language for each in found.questions.rows)
