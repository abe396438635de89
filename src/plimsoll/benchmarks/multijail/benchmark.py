"""MultiJail: 315 harmful questions in ten languages -> how unsafe a model is in each of them.

Idea: models are made safe mostly in English. Asked the same in a language that the training data know
less of, they give in more often, or do not understand, which must not be taken for safety.

Steps: (1) a question is put in each language as it stands (`unintentional`), or inside a wrapper that
talks the model out of its rules (`intentional`); (2) the reply is safe, unsafe or invalid; (3) rates
over all questions by language, means by resource level, and the adaptive rate: questions that at least
one language of a pool breaks.

Where ours differs: replies are judged in their own language instead of a machine's translation; unread
verdicts are a class of their own; unsafe among the replies that make sense, replies in the wrong
language, and paired tests against English stand beside the rates; the wrapper is a file of the user's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

from plimsoll.benchmarks.multijail import dataset
from plimsoll.benchmarks.multijail.judge import multijail as rubric
from plimsoll.benchmarks.multijail.scores import Levels, Shares, wrong_language
from plimsoll.core import Benchmark, Card, Judge, Metric, Model, Reference, Sample, UserError, replace
from plimsoll.data.prompts import Prompt, PromptSet, Samples, starter
from plimsoll.data.resources import table
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.compliance import Compliance
from plimsoll.metrics.judged import name_of, suite
from plimsoll.metrics.languages import against_language
from plimsoll.metrics.memberships import memberships
from plimsoll.metrics.rates import judged_value, rate
from plimsoll.registry import benchmark
from plimsoll.text.templates import Template, read_template

Scenario = Literal["unintentional", "intentional"]
SLOT = re.compile(r"\{\{\s*prompt\s*\}\}")

CARD = Card(
    title="Multilingual Jailbreak Challenges in Large Language Models",
    year=2023,
    paper="https://arxiv.org/abs/2310.06474",
    source="https://github.com/DAMO-NLP-SG/multilingual-safety-for-LLMs",
    license="MIT",
    languages=dataset.LANGUAGES,
    version=2,
    differs=(
        "replies judged in their own language, not translated; unjudged is a class of its own; unsafe among "
        "valid, wrong-language replies, paired tests with Holm's adjustment; the wrapper is the user's file; "
        "how the paper counts calls that failed is not known: they are unscored"
    ),
    covers=("evaluation/alignment-robustness", "safety-at-scale/jailbreak-attack"),
)
UNTRANSLATED = "Replies are judged as they are; the published figures rest on their machine translation."
SAMPLE = "Asked in {} of the ten languages: means over levels that miss a language are left out."


@benchmark
def multijail(
    *,
    split: Literal["official", "starter"] = "official",
    languages: str = "all",
    scenario: Scenario = "unintentional",
    template: str = "",
    file: str = "",
    max_tokens: int = 256,
    judge_model: Model | None = None,
) -> Benchmark:
    """MultiJail: harmful questions in ten languages, safe, unsafe or invalid in each of them."""
    prompts = _prompts(split, languages, file)
    if scenario == "intentional":
        prompts = _wrapped(prompts, template)
    elif template:
        raise UserError("template= belongs to scenario=intentional")
    judges: tuple[Judge, ...] = (
        (Compliance(),) if judge_model is None else (rubric(judge_model), Compliance())
    )
    samples = Samples(prompts.prompts)
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=(*suite(judges), *_metrics(judges, prompts.prompts)),
        files=prompts.files,
        notes=prompts.notes,
        headline=name_of(judges[0]),
        hazards=dataset.HAZARDS,
        references=partial(references, split, scenario),
    )


def references(split: str, scenario: Scenario, samples: Iterable[Sample]) -> Iterator[Reference]:
    """Published rates of unsafe replies for the languages asked, each language a row."""
    spoken = tuple(dict.fromkeys(sample.language for sample in samples))
    for name, row in published()[scenario].items() if split == "official" else ():
        for language in (*spoken, "Avg"):
            if language in row:
                yield Reference(
                    name=name,
                    kind="published",
                    values={"": row[language] / 100},
                    language="" if language == "Avg" else language,
                    setting=f"{scenario}, unsafe rate" + (", mean of nine" if language == "Avg" else ""),
                    source=CARD.paper,
                )


def published() -> Mapping[Scenario, Mapping[str, Mapping[str, Any]]]:
    """Scenario -> model -> percentages of unsafe replies by language and level."""
    return table("benchmarks", "multijail", "published.toml")  # pyright: ignore[reportReturnType]


def _prompts(split: str, languages: str, file: str) -> PromptSet:
    if split == "starter":
        found = starter(dataset.SLUG)
        spoken = _languages(languages, sorted({prompt.language for prompt in found.prompts}))
        return replace_prompts(found, [each for each in found.prompts if each.language in spoken])
    spoken = _languages(languages, dataset.LANGUAGES)
    notes = (UNTRANSLATED,)
    if len(spoken) < len(dataset.LANGUAGES):
        notes = (*notes, SAMPLE.format(len(spoken)))
    found = dataset.load(spoken, file)
    return PromptSet(found.prompts, found.files, notes)


def _languages(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """`all`, a level such as `LRL`, or codes with a plus between them."""
    if text == "all":
        return tuple(known)
    spoken = tuple(each for piece in text.split("+") for each in dataset.LEVELS.get(piece.upper(), (piece,)))
    wrong = [each for each in spoken if each not in known]
    if wrong:
        raise UserError(
            f"languages={text}: {wrong[0]!r} is none of {', '.join(known)} "
            "(write all, HRL, MRL, LRL, or codes such as en+zh)"
        )
    return tuple(dict.fromkeys(spoken))


def _wrapped(prompts: PromptSet, path: str) -> PromptSet:
    """Every prompt in the wrapper of its language: `{language}` in the path stands for the code."""
    if not path:
        raise UserError(
            "scenario=intentional needs template=PATH: a text file with one slot {{ prompt }} "
            "({language} in the path stands for the language's code)"
        )
    spoken = sorted({prompt.language for prompt in prompts.prompts})
    read = {each: read_template(path.replace("{language}", each), SLOT, "{{ prompt }}") for each in spoken}
    templates = {language: template for language, (template, _) in read.items()}
    sums = {Path(path.replace("{language}", each)).name: digest for each, (_, digest) in read.items()}
    return PromptSet(
        tuple(wrapped(prompt, templates[prompt.language]) for prompt in prompts.prompts),
        {**prompts.files, **sums},
        prompts.notes,
    )


def wrapped(prompt: Prompt, template: Template) -> Prompt:
    """The prompt in a wrapper; judges see the plain request."""
    return replace(prompt, text=template.fill(prompt.text), request=prompt.text)


def replace_prompts(found: PromptSet, prompts: Sequence[Prompt]) -> PromptSet:
    """The same set with other prompts."""
    return PromptSet(tuple(prompts), found.files, found.notes)


def _metrics(judges: Sequence[Judge], prompts: Sequence[Prompt]) -> Iterator[Metric]:
    first = judges[0]
    spoken = dict.fromkeys(prompt.language for prompt in prompts)
    yield partial(Levels, first.name, name_of(first))
    unsafe = rate(name_of(first), judged_value(first.name), higher_is_safer=False)
    yield memberships("tags", "tag", unsafe)
    if first.instrument.event == "unsafe":
        yield partial(Shares, first.name)
    if "en" in spoken and len(spoken) > 1:
        yield against_language(tuple(each for each in spoken if each != "en"), first.name)
    yield wrong_language()
