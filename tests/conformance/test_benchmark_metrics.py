"""What the metrics of every benchmark must bear."""

from collections.abc import Callable, Sequence
from functools import cache

import pytest

from plimsoll import registry
from plimsoll.core import Estimate, Record, replace
from plimsoll.models.scripted import REFUSAL, Scripted, scripted
from tests.support.benchmarks import SMALL, SPECS, made
from tests.support.counting import COMPLIES, always, estimates_of, merged_estimates, mixed, records_of

MODELS = {
    "refuse": lambda: always(REFUSAL),
    "comply": lambda: always(COMPLIES),
    "letter-A": lambda: scripted("letter-A"),
    "letter-A by weight": lambda: scripted("letter-A", likelihood=True),
    "random": lambda: scripted("random"),
    "mixed": lambda: Scripted(mixed, revision="mixed"),
}


def alike(one: Sequence[Estimate], other: Sequence[Estimate]) -> None:
    """The same numbers under the same names, whatever their order."""
    first, second = (
        {(e.name, str(sorted(e.group.items())), e.judge): e for e in each} for each in (one, other)
    )
    assert first.keys() == second.keys()
    for key, estimate in first.items():
        fellow = second[key]
        numbers = (estimate.value, estimate.low, estimate.high)
        assert numbers == pytest.approx((fellow.value, fellow.low, fellow.high), rel=1e-9, abs=1e-12), key
        assert (estimate.n, estimate.unscored, estimate.method) == (fellow.n, fellow.unscored, fellow.method)


@cache
def asked(spec: str, model: str) -> list[Record]:
    return records_of(made(spec), MODELS[model]())


def asked_twice(spec: str) -> list[Record]:
    once = asked(spec, "mixed")
    return [replace(record, epoch=epoch) for epoch in range(2) for record in once]


@pytest.mark.parametrize("spec", SPECS)
def test_merged_tallies_say_what_one_tally_says(spec: str) -> None:
    records = asked_twice(spec)
    whole = estimates_of(made(spec).metrics, records)
    alike(whole, merged_estimates(made(spec).metrics, records, lambda place: place % 3))
    alike(whole, merged_estimates(made(spec).metrics, records, lambda place: 2 * place // len(records)))


BY_NUMBER_OF_EPOCHS = ("cons_safe_at_", "safe_at_5")
"""What there is only where a prompt was asked so often."""


def named(estimates: Sequence[Estimate]) -> dict[tuple[str, str, str], Estimate]:
    return {(e.name, str(sorted(e.group.items())), e.judge): e for e in estimates}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("spec", SPECS)
def test_nine_epochs_of_the_same_answers_change_no_interval(spec: str, model: str) -> None:
    once = asked(spec, model)
    often = [replace(record, epoch=epoch) for record in once for epoch in range(9)]
    alone, repeated = (named(estimates_of(made(spec).metrics, records)) for records in (once, often))
    assert {key for key in repeated if not key[0].startswith(BY_NUMBER_OF_EPOCHS)} == alone.keys()
    for key, estimate in alone.items():
        fellow = repeated[key]
        before, after = ((e.value, e.low, e.high) for e in (estimate, fellow))
        assert after == pytest.approx(before, rel=1e-9, abs=1e-9), key


def variant(record: Record, number: int) -> Record:
    """What an attack would have made of a question, answered as the question was."""
    sample = record.sample
    attacked = replace(
        sample, id=f"{sample.id}#{number}", origin=sample.question, trail=(*sample.trail, f"attack/{number}")
    )
    return replace(record, sample=attacked)


def wording(record: Record, number: int) -> Record:
    """The question in other words, answered as it was."""
    sample = record.sample
    return replace(record, sample=replace(sample, id=f"{sample.id}~{number}", pair=sample.cluster))


def translation(record: Record, number: int) -> Record:
    """The question in another language, answered as it was."""
    sample = record.sample
    language = f"{sample.language}-x{number}" if number else sample.language
    twin = replace(sample, id=f"{sample.id}@{language}", pair=sample.cluster, language=language)
    return replace(record, sample=twin)


@pytest.mark.parametrize("repeat", [variant, wording, translation])
@pytest.mark.parametrize("spec", SPECS)
def test_ten_repeats_of_every_question_make_no_interval_narrower(
    spec: str, repeat: Callable[[Record, int], Record]
) -> None:
    once = asked(spec, "mixed")
    alone = named(estimates_of(made(spec).metrics, once))
    repeated = [repeat(record, k) for record in once for k in range(10)]
    shared = alone.keys() & (found := named(estimates_of(made(spec).metrics, repeated))).keys()
    assert shared
    for key in shared:
        estimate, fellow = alone[key], found[key]
        if fellow.value != pytest.approx(estimate.value, abs=1e-9):
            continue  # what a number says of languages may change with them
        assert fellow.high - fellow.low >= (estimate.high - estimate.low) * (1 - 1e-9) - 1e-9, key


def test_every_benchmark_is_held_to_these_rules() -> None:
    """A new one needs questions in the package, or a small form in `tests/support/benchmarks.py`."""
    for part in registry.parts("benchmarks"):
        specs = SMALL.get(part.name, (part.name,))
        assert any(_at_hand(spec) for spec in specs), part.name


def _at_hand(spec: str) -> bool:
    try:
        return bool(made(spec).metrics)
    except pytest.skip.Exception:
        return False


NO_ESTIMATES = ("known", "mcnemar_exact", "permutation", "posterior", "count", "worst category", "v0.5", "v1")
"""How the methods of numbers begin that are no estimates: counts, p-values, probabilities, grades."""


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("spec", SPECS)
def test_no_interval_is_of_no_width(spec: str, model: str) -> None:
    for each in estimates_of(made(spec).metrics, asked(spec, model)):
        assert each.low <= each.value <= each.high
        assert each.low < each.high or each.method.startswith(NO_ESTIMATES), each


@pytest.mark.parametrize("spec", SPECS)
def test_the_headline_is_there_for_hazards(spec: str) -> None:
    """Else a suite's table of hazards leaves the benchmark out without a word."""
    benchmark = made(spec)
    asked_of = {record.sample.category for record in asked(spec, "mixed")} & {*benchmark.hazards}
    found = estimates_of(benchmark.metrics, asked(spec, "mixed"))
    held = {e.group["category"] for e in found if e.name == benchmark.headline and {*e.group} == {"category"}}
    assert not asked_of or asked_of & held
