"""Two subjects, one that always refuses and one that always complies, before every benchmark and judge.

A number that both get alike is known to tell nothing; one that tells them apart is never called blind. A
judging model is shown what either says, in whatever language, so that its verdicts may differ.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import pytest

from plimsoll import registry
from plimsoll.core import Benchmark, Judge, Record, Request, Response, Sample, Transcript, UserError, replace
from plimsoll.models.scripted import Scripted
from plimsoll.run.ask import plan
from plimsoll.run.keep.manifest import ALIKE, Extremes
from plimsoll.run.spec import RunSpec
from plimsoll.run.work import engine, sight
from plimsoll.text.refusals import refuses
from tests.support.benchmarks import SMALL, SPECS, made
from tests.support.conformance import NEEDED
from tests.support.counting import always

NEEDS = {"cascade", "classifier", "guarded", "jury", "rubric"}
"""Judges that are made of other judges, or of files."""
JUDGES = [part for part in registry.parts("judges") if part.name not in NEEDS]
BY_RULES = [part for part in JUDGES if not any(argument.kind == "Model" for argument in part.arguments)]
BY_MODEL = [part for part in JUDGES if part not in BY_RULES]
TELLING = 0.2
"""So far apart on every sample, two subjects are never called alike on a draw of them."""


ASKED_OF = {"labsafety": "labsafety_scenarios", "simplesafetytests": "simplesafetytests"}
"""Benchmarks whose questions a judge is meant for, where their names differ."""
SEVERAL = ("ailuminate", "multijail", "prompts", "safety_prompts", "xstest")
"""Benchmarks in which every judge is tried, beside its own: five languages, and plain requests."""
FEW = 8
"""Samples of a language that every judge is tried on."""


@cache
def by_judge(spec: str, judge: str) -> Benchmark:
    """A benchmark, by its own judges or by another one."""
    if not judge:
        return made(spec)
    made(spec)  # skips where its questions are not at hand
    return plan.build_benchmark(RunSpec(benchmark=spec, model="", judges=(judge,)))


async def answered(benchmark: Benchmark, samples: Iterable[Sample], *, complies: bool) -> list[Record]:
    """Every question, answered by one of the subjects in the question's language."""
    records: list[Record] = []
    for sample in samples:
        said = sight.replies().get(sample.language.partition("-")[0]) or sight.replies()["en"]
        text = said.complies if complies else said.refuses
        if complies and (sample.choices or sample.target in sight.LETTERS):
            text = "(A)"
        transcript = await benchmark.elicitation.elicit(sample, always(text))
        records.append(await engine.judged(Record(sample=sample, transcript=transcript), benchmark.judges))
    return records


def headline(benchmark: Benchmark, records: Sequence[Record]) -> float | None:
    tallies = [metric() for metric in benchmark.metrics]
    for record in records:
        for tally in tallies:
            tally.add(record)
    found = (e.value for e in engine.summed_up(tallies) if e.name == benchmark.headline and not e.group)
    return next(found, None)


def by_language(benchmark: Benchmark, samples: Sequence[Sample]) -> Iterator[tuple[str, float, float]]:
    """What both subjects get for the headline over all samples, in each of the benchmark's languages."""
    for language in dict.fromkeys(sample.language for sample in samples):
        spoken = [sample for sample in samples if sample.language == language]
        values = [
            headline(benchmark, asyncio.run(answered(benchmark, spoken, complies=complies)))
            for complies in (False, True)
        ]
        if None not in values:
            yield language, values[0] or 0.0, values[1] or 0.0


def known(benchmark: Benchmark, samples: Sequence[Sample]) -> list[Extremes]:
    """What a run says of itself."""
    drawn = sight.Drawn()
    for sample in samples:
        drawn.add(sample)
    return list(asyncio.run(sight.extremes(drawn.samples(), benchmark)))


def hold_what_a_run_says(benchmark: Benchmark, samples: Sequence[Sample]) -> None:
    found = known(benchmark, samples)
    if getattr(benchmark.elicitation, "acts", False):
        assert found == [], "subjects that only speak say nothing of what agents do"
        return
    whole = next((each for each in found if not each.group), None)
    spoken = {each.group["language"]: each for each in found if [*each.group] == ["language"]}
    for language, refused, complied in by_language(benchmark, samples):
        said = spoken.get(language, whole)
        assert said is not None, f"{language}: nothing is said of {refused} and {complied}"
        if abs(refused - complied) < ALIKE / 2:
            assert said.alike, f"{language}: {refused} and {complied} are alike, and {said} says otherwise"
        if abs(refused - complied) > TELLING:
            assert not said.alike, f"{language}: {refused} and {complied} differ, and {said} says otherwise"


@pytest.mark.parametrize("spec", SPECS)
def test_a_benchmark_knows_in_each_language_whether_its_headline_can_tell(spec: str) -> None:
    hold_what_a_run_says(made(spec), list(made(spec).samples()))


@pytest.mark.parametrize("part", BY_RULES, ids=lambda part: part.name)
def test_a_judge_by_rules_is_known_not_to_tell_where_it_cannot(part: registry.Part) -> None:
    name = part.name.partition("/")[0].partition("_strings")[0]
    for specs in (SMALL[each] for each in {ASKED_OF.get(name, name), *SEVERAL} & SMALL.keys()):
        try:
            benchmark = by_judge(specs[0], part.name)
        except UserError:
            continue
        hold_what_a_run_says(benchmark, few(specs[0]))


@pytest.mark.parametrize("language", sight.replies())
def test_every_language_has_a_refusal_and_an_answer_that_are_read_as_such(language: str) -> None:
    said = sight.replies()[language]
    assert refuses(said.refuses)
    assert not refuses(said.complies)


def test_the_languages_of_all_benchmarks_are_spoken() -> None:
    spoken = {sample.language.partition("-")[0] for spec in SPECS for sample in made(spec).samples()}
    assert spoken <= sight.replies().keys()


@cache
def few(spec: str) -> list[Sample]:
    """Some samples of every language."""
    samples = list(made(spec).samples())
    languages = dict.fromkeys(sample.language for sample in samples)
    return [s for each in languages for s in [s for s in samples if s.language == each][:FEW]]


class Heard:
    """A judging model that writes down what it is shown, and says the same to everything."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.model = Scripted(self._answer, revision="heard")

    def _answer(self, request: Request) -> str:
        self.shown.append("\n".join(message.text for message in request.messages))
        return "safe"


def questions_for(part: registry.Part) -> list[Sample]:
    """Questions that a judge is meant for, or plain requests."""
    name = part.name.partition("/")[0]
    specs = SMALL.get(ASKED_OF.get(name, name), ("xstest:split=starter",))
    return [sample for spec in specs for sample in list(made(spec).samples())[:30]]


@pytest.mark.parametrize("part", BY_MODEL, ids=lambda part: part.name)
def test_a_judging_model_is_shown_in_every_language_what_a_complying_subject_says(
    part: registry.Part,
) -> None:
    if part.name in NEEDED:
        pytest.skip(NEEDED[part.name])
    heard = Heard()
    models = [each for each in part.arguments if each.kind == "Model"]
    judge: Judge = part.factory(
        **{each.name: heard.model for each in models if each.required or each is models[0]}
    )

    def shown(sample: Sample, text: str) -> str:
        heard.shown.clear()
        asyncio.run(judge.judge(sample, Transcript(responses=(Response(text=text),))))
        return "\n".join(heard.shown)

    plain = sight.replies()["en"].complies
    asked = next((sample for sample in questions_for(part) if shown(sample, plain)), None)
    if asked is None:
        pytest.skip("none of the questions at hand is put to its model")
    for language, said in sight.replies().items():
        sample = replace(asked, language=language)
        seen, declined = shown(sample, said.complies), shown(sample, said.refuses)
        assert said.complies in seen, f"{language}: the answer is not shown"
        assert seen != declined, f"{language}: a refusal and an answer are shown alike"
