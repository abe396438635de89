"""XLingEval: health questions in four languages -> how much worse a model is outside English.

Idea: people ask for medical advice in their own language, and get worse answers than in English. The
same questions, translated, are asked in four languages and measured on three axes.

Steps: `verifiability`: a question with a right or a wrong answer, to be called right (Yes) or not (No);
`correctness`: the model answers and a judge compares with the expert in four cases; `consistency`: ten
answers at a temperature, and how alike they are.

Where ours differs: Yes and No are weighed where the model can, which also gives a true area under the
curve; unknown answers count as wrong in a second column; languages are compared question by question;
likeness is counted in the language itself, with no translation, and by words only (no embeddings, no
topic models). Without a judging model, correctness is the overlap with the expert's words, and says so.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, Literal, NamedTuple

from plimsoll.benchmarks.xlingeval import judge as judging
from plimsoll.benchmarks.xlingeval.asking import Repeated, YesNo
from plimsoll.benchmarks.xlingeval.dataset import LANGUAGES, NAMES, SLUG, Dataset, load
from plimsoll.benchmarks.xlingeval.scores import Verifiability, case_value
from plimsoll.core import Benchmark, Card, Elicitation, Judge, Metric, Model, UserError, replace
from plimsoll.data.prompts import STARTER, Prompt, PromptSet, Samples, starter
from plimsoll.data.resources import table
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.metrics.judged import name_of, of_judge, suite
from plimsoll.metrics.languages import against_language
from plimsoll.metrics.rates import breakdown, rate
from plimsoll.registry import benchmark

Axis = Literal["verifiability", "correctness", "consistency"]

CARD = Card(
    title="Better to Ask in English: Cross-Lingual Evaluation of LLMs for Healthcare Queries",
    year=2023,
    paper="https://arxiv.org/abs/2310.13132",
    source="https://github.com/claws-lab/XLingEval",
    license="Apache-2.0",
    languages=tuple(LANGUAGES),
    version=2,
    differs=(
        "Yes and No weighed where the model can; unknown also counted as wrong; paired tests over languages; "
        "likeness in the language itself without translation, embeddings or topic models; no BERTScore"
    ),
    covers=(
        "evaluation/biology-medicine",
        "healthcare/accuracy",
        "healthcare/robustness",
        "healthcare/languages",
    ),
)
NO_JUDGE = (
    "No judging model: correctness is the overlap with the expert's words, which is no measure of truth."
)
BY_SCRIPT = (
    "Likeness counts characters in Chinese, and words with their vowel signs in Hindi; nothing is translated."
)
SAMPLE = "The first forty questions of the table: scores on them are not comparable with published ones."


class _Measure(NamedTuple):
    elicitation: Elicitation
    judges: tuple[Judge, ...]
    metrics: tuple[Metric, ...]
    notes: tuple[str, ...] = ()


@benchmark
def xlingeval(
    *,
    split: Literal["official", "sample", "starter"] = "official",
    dataset: Dataset = "liveqa",
    axis: Axis = "verifiability",
    languages: str = "all",
    repeats: int = 10,
    temperature: float = 0.5,
    reading: Literal["ours", "both"] = "ours",
    file: str = "",
    max_tokens: int = 1000,
    judge_model: Model | None = None,
) -> Benchmark:
    """XLingEval: health answers in four languages: right or wrong, correct, consistent."""
    if repeats < 2:
        raise UserError(f"repeats={repeats}: consistency compares at least 2 answers")
    spoken = _languages(languages)
    asked = _prompts(split, dataset, spoken, file)
    prompts = [
        ask(axis, prompt) for prompt in asked.prompts if axis == "verifiability" or prompt.target == "Yes"
    ]
    others = tuple(each for each in spoken if each != "en")
    measure: Callable[[], _Measure] = {
        "verifiability": lambda: _verifiability(others),
        "correctness": lambda: _correctness(judge_model, reading, max_tokens),
        "consistency": lambda: _consistency(Repeated(repeats, temperature, max_tokens)),
    }[axis]
    found = measure()
    samples = Samples(prompts)
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=found.elicitation,
        judges=found.judges,
        metrics=(*suite(found.judges), *found.metrics),
        files=asked.files,
        notes=(*asked.notes, *found.notes),
        headline=name_of(found.judges[0]),
        measures="utility",
        hazards={prompt.category: "H23" for prompt in prompts},
    )


def ask(axis: Axis, prompt: Prompt) -> Prompt:
    """A row as one axis puts it to the model."""
    answer = str(prompt.metadata["answer"])
    wording = wordings()[axis]
    if axis == "verifiability":
        text = _filled(wording[prompt.language], {"<question>": prompt.text, "<response>": answer})
        # The answer stands in the prompt: once is enough in every record.
        kept = {"question": prompt.metadata["question"]}
        return replace(prompt, system=wordings()["above"][axis], text=text, metadata=kept)
    if axis == "consistency":
        text = _filled(wording[prompt.language], {"<question>": prompt.text})
        return replace(prompt, system=wordings()["above"][axis], text=text, target=None)
    told = wording["system"].replace("<language>", LANGUAGES[prompt.language])
    return replace(prompt, system=told, target=answer)


@cache
def wordings() -> Mapping[str, Any]:
    """The official prompts by axis and language."""
    return table("benchmarks", "xlingeval", "prompts.toml")


def _filled(wording: str, slots: Mapping[str, str]) -> str:
    """The wording with every slot filled once, whatever stands in the texts."""
    for slot, text in slots.items():
        before, _, after = wording.partition(slot)
        if slot == "<question>":
            rest = {name: value for name, value in slots.items() if name != slot}
            return f"{before}{text}{_filled(after, rest)}"
        return f"{before}{text}{after}"
    return wording


def _languages(text: str) -> tuple[str, ...]:
    spoken = tuple(LANGUAGES) if text == "all" else tuple(dict.fromkeys(text.split("+")))
    wrong = [each for each in spoken if each not in LANGUAGES]
    if wrong:
        raise UserError(f"languages={text}: {wrong[0]!r} is none of {', '.join(LANGUAGES)} (or all)")
    return spoken


def _prompts(split: str, dataset: Dataset, spoken: Sequence[str], file: str) -> PromptSet:
    if split == "starter":
        found = starter(SLUG)
        kept = tuple(prompt for prompt in found.prompts if prompt.language in spoken)
        if not kept:
            raise UserError("the starter set of xlingeval is in English, Spanish and Chinese")
        return PromptSet(kept, found.files, (STARTER,))
    table = load(dataset, split, file)
    notes = [SAMPLE] if split == "sample" else []
    if table.skipped:
        notes.append(f"{table.skipped} rows lack a text in some language and are left out.")
    rows = (
        Prompt(
            id=f"{dataset}-{row.number}-{language}",
            text=row.questions[language],
            category=NAMES[dataset],
            language=language,
            pair=f"{dataset}-{row.number}",
            target="Yes" if row.right else "No",
            metadata={"answer": row.answers[language], "question": row.question_id},
        )
        for row in table.rows
        for language in spoken
    )
    return PromptSet(tuple(rows), table.files, tuple(notes))


def _verifiability(others: tuple[str, ...]) -> _Measure:
    judges: tuple[Judge, ...] = (judging.Xlingeval(), judging.Compat())
    metrics: Iterable[Metric] = (partial(Verifiability, judge.name) for judge in judges)
    return _Measure(YesNo(), judges, (*metrics, against_language(others, judges[0].name)))


def _correctness(model: Model | None, reading: str, max_tokens: int) -> _Measure:
    if model is None:
        return _Measure(SingleTurn(max_tokens=max_tokens), (judging.GoldOverlap(),), (), (NO_JUDGE,))
    judges: tuple[Judge, ...] = (judging.case(model), judging.GoldOverlap())
    if reading == "both":
        judges = (*judges, judging.compat_case(model))
    return _Measure(SingleTurn(max_tokens=max_tokens), judges, tuple(_cases(judges[0].name)))


def _cases(judge: str) -> Iterator[Metric]:
    for case in judging.CASES:
        if case != "more":
            share = rate(f"{case}_share", case_value(judge, case), higher_is_safer=False)
            yield of_judge(judge, breakdown(share))
    yield against_language(tuple(each for each in LANGUAGES if each != "en"), judge)


def _consistency(elicitation: Repeated) -> _Measure:
    return _Measure(elicitation, (judging.Consistency(),), (), (BY_SCRIPT,))
