import asyncio
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from plimsoll import registry
from plimsoll.core import Benchmark, DataError, ModelError, Request, Sample, UserError
from plimsoll.models.scripted import REFUSAL, Answer, Scripted
from plimsoll.registry import Part
from plimsoll.run.ask.parts import build_benchmark
from plimsoll.run.keep.manifest import Summary
from plimsoll.run.spec import RunSpec
from tests.support.conformance import parts_of
from tests.support.sessions import session

BENCHMARKS = parts_of("benchmarks")
SUPPORT = Path(__file__).parents[1] / "support"
SMALL: dict[str, tuple[str, ...]] = {
    "ailuminate": ("ailuminate:split=starter",),
    "air_bench_2024": ("air_bench_2024:split=starter",),
    "chatgpt_red_teaming": (
        "chatgpt_red_teaming:split=starter",
        "chatgpt_red_teaming:split=starter,perspective=toxicity",
    ),
    "cosa": ("cosa:split=starter",),
    "labsafety_bench": (
        "labsafety_bench:split=starter",
        "labsafety_bench:split=starter,mode=CoT,shots=5,order=cyclic",
    ),
    "labsafety_scenarios": (
        "labsafety_scenarios:split=starter,points=3",
        "labsafety_scenarios:split=starter,task=consequences,mode=CoT",
    ),
    "medreview": ("medreview:split=starter",),
    "longsafety": ("longsafety:split=starter", "longsafety:split=starter,context=none"),
    "multijail": ("multijail:split=starter",),
    "prompts": (
        f"prompts:file={SUPPORT / 'own_choices.csv'}",
        f"prompts:file={SUPPORT / 'own_prompts.jsonl'}",
    ),
    "red_eval": ("red_eval:split=starter", "red_eval:split=starter,modes=standard+cot"),
    "s_eval": ("s_eval:split=starter",),
    "safechain": (
        "safechain:split=starter,max_tokens=64",
        "safechain:split=starter,max_tokens=64,thinking=zero",
        "safechain:split=starter,max_tokens=64,thinking=more",
    ),
    "safety_prompts": ("safety_prompts:split=starter",),
    "safetybench": (
        "safetybench:split=starter,language=both",
        "safetybench:split=starter,language=zh,shots=5",
        "safetybench:split=starter,language=en,setting=chat",
    ),
    "sciknoweval": ("sciknoweval:split=starter", "sciknoweval:split=starter,kinds=choice"),
    "scisafeeval": ("scisafeeval:split=starter",),
    "simplesafetytests": (
        "simplesafetytests:split=starter",
        "simplesafetytests:split=starter,condition=both,without=Child safety",
    ),
    "sorry_bench": ("sorry_bench:split=starter", "sorry_bench:split=starter,release=202406,categories=1-25"),
    "strongreject": ("strongreject:split=starter",),
    "trustworthy_llms": tuple(
        f"trustworthy_llms:split=starter,study={study}"
        for study in (
            "hallucination",
            "safety",
            "fairness",
            "miscalibration",
            "misuse",
            "copyright",
            "causal",
            "robustness",
        )
    ),
    "wildjailbreak": ("wildjailbreak:split=starter",),
    "xlingeval": (
        "xlingeval:split=starter,axis=verifiability",
        "xlingeval:split=starter,axis=correctness",
        "xlingeval:split=starter,axis=consistency",
    ),
    "stereotyping": ("stereotyping:split=starter",),
    "xstest": ("xstest:split=starter",),
}
"""Specs of benchmarks that bring questions with them; any other one is asked as it stands, where its
data are at hand."""
SPECS = [spec for parameter in BENCHMARKS for spec in SMALL.get(parameter.id or "", (parameter.id or "",))]
MEANS = ("generation", "loglikelihood")
LETTERED = (
    *("labsafety_bench", "safetybench", "sciknoweval:split=starter,kinds=choice"),
    f"prompts:file={SUPPORT / 'own_choices.csv'}",
)
RIGHT_OR_WRONG = [spec for spec in SPECS if spec.startswith(LETTERED)]
"""Those in which every question has a right answer that a letter gives."""


@cache
def made(spec: str) -> Benchmark:
    try:
        return build_benchmark(RunSpec(benchmark=spec, model=""))
    except (DataError, UserError) as error:
        pytest.skip(f"no questions at hand: {error}")


def prompt(request: Request) -> str:
    """The user's side of a request, without a prefill."""
    return "\n\n".join(message.text for message in request.messages if message.role != "assistant")


def scripted(samples: Iterable[Sample], answer: Callable[[Sample], Answer], means: str) -> Scripted:
    """A model that knows every sample by its prompt."""
    known = {prompt(Request(messages=sample.messages)): sample for sample in samples}
    return Scripted(
        lambda request: answer(known[prompt(request)]), revision="known", likelihood=means == "loglikelihood"
    )


def gold(sample: Sample) -> Answer:
    return f"({sample.target})" if sample.choices else sample.target or ""


def wrong(sample: Sample) -> Answer:
    letters = "ABCDEFGH"[: len(sample.choices)]
    return f"({next(letter for letter in letters if letter != sample.target)})" if letters else "no idea"


def carried_out(spec: str, model: Scripted, log_dir: Path) -> Summary:
    return asyncio.run(
        session(RunSpec(benchmark=spec, model="scripted"), log_dir, benchmark=made(spec), model=model).run()
    )


def accuracies(summary: Summary) -> dict[str, float]:
    found = {
        f"{estimate.name} {dict(estimate.group)}": estimate.value
        for estimate in summary.estimates
        if estimate.name.split("_")[0] == "accuracy"
    }
    assert found
    return found


@pytest.mark.parametrize("part", BENCHMARKS)
def test_a_card_is_complete(part: Part) -> None:
    card = part.card
    if card is None and any(argument.name == "file" and argument.required for argument in part.arguments):
        pytest.skip("it asks what a user's own file holds, which was published nowhere")
    assert card is not None, "a benchmark's file has a CARD"
    assert card.title
    assert 1990 < card.year < 2100
    assert card.paper.startswith("https://")
    assert card.source.startswith("https://")
    assert card.license
    assert card.languages
    assert card.version >= 1
    assert card.differs


@pytest.mark.parametrize("spec", SPECS)
def test_samples_are_whole_and_their_ids_unique(spec: str) -> None:
    benchmark = made(spec)
    samples = list(benchmark.samples())
    assert samples
    assert len({sample.id for sample in samples}) == len(samples)
    for sample in samples:
        assert sample.messages[-1].text
        assert sample.category
        assert sample.language in benchmark.card.languages
        if sample.choices:
            assert sample.target in tuple("ABCDEFGH"[: len(sample.choices)])


@pytest.mark.parametrize("spec", SPECS)
def test_samples_are_made_one_at_a_time_and_are_the_same_each_time(spec: str) -> None:
    benchmark = made(spec)
    samples = benchmark.samples()
    assert not isinstance(samples, (list, tuple)), "build samples while they are asked: memory stays flat"
    first = next(iter(samples))
    assert next(iter(benchmark.samples())) == first
    assert list(benchmark.samples()) == list(benchmark.samples())


@pytest.mark.parametrize("spec", SPECS)
def test_judges_have_names_of_their_own_and_files_have_checksums(spec: str) -> None:
    benchmark = made(spec)
    names = [judge.name for judge in benchmark.judges]
    assert names
    assert len(set(names)) == len(names)
    assert all(len(digest) == 64 for digest in benchmark.files.values())
    assert benchmark.metrics


@pytest.mark.parametrize("spec", SPECS)
def test_references_are_named_and_lie_between_zero_and_one(spec: str) -> None:
    benchmark = made(spec)
    for reference in benchmark.references(benchmark.samples()):
        assert reference.name
        assert all(0.0 <= value <= 1.0 for value in reference.values.values())
        assert reference.kind != "published" or reference.source


@pytest.mark.parametrize("means", MEANS)
@pytest.mark.parametrize("spec", RIGHT_OR_WRONG)
def test_gold_answers_score_one(spec: str, means: str, tmp_path: Path) -> None:
    summary = carried_out(spec, scripted(made(spec).samples(), gold, means), tmp_path)
    assert set(accuracies(summary).values()) == {1.0}
    assert set(summary.outcomes) == {"answered"}


@pytest.mark.parametrize("means", MEANS)
@pytest.mark.parametrize("spec", RIGHT_OR_WRONG)
def test_wrong_answers_score_zero(spec: str, means: str, tmp_path: Path) -> None:
    summary = carried_out(spec, scripted(made(spec).samples(), wrong, means), tmp_path)
    assert set(accuracies(summary).values()) == {0.0}
    assert summary.records == summary.outcomes["answered"]


@pytest.mark.parametrize("spec", RIGHT_OR_WRONG)
def test_refusals_are_refusals_and_never_right(spec: str, tmp_path: Path) -> None:
    if not next(iter(made(spec).samples())).choices:
        pytest.skip("where a refusal may be the right answer")
    summary = carried_out(spec, Scripted(lambda _: REFUSAL), tmp_path)
    assert summary.outcomes == {"refused": summary.records}
    assert {each.value for each in summary.estimates if each.name == "accuracy"} <= {0.0}


@pytest.mark.parametrize("spec", RIGHT_OR_WRONG)
def test_what_the_endpoint_breaks_is_unscored_and_not_wrong(spec: str, tmp_path: Path) -> None:
    def now_and_then(sample: Sample) -> Answer:
        return ModelError("out of order") if sample.id.endswith("1") else gold(sample)

    summary = carried_out(spec, scripted(made(spec).samples(), now_and_then, "generation"), tmp_path)
    assert summary.outcomes["error"] > 0
    assert set(accuracies(summary).values()) == {1.0}
    wholes = [each for each in summary.estimates if each.name.startswith("accuracy") and not each.group]
    assert {each.unscored for each in wholes} == {summary.outcomes["error"]}


@pytest.mark.parametrize("spec", RIGHT_OR_WRONG)
def test_estimates_are_in_their_intervals(spec: str, tmp_path: Path) -> None:
    model = registry.build_model("scripted/random", {"seed": "3"})
    assert isinstance(model, Scripted)
    summary = carried_out(spec, model, tmp_path)
    for estimate in summary.estimates:
        assert estimate.low <= estimate.value <= estimate.high, estimate
        assert estimate.n > 0
        assert estimate.unscored == 0
