import asyncio
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from plimsoll.benchmarks.safechain.benchmark import safechain
from plimsoll.benchmarks.safechain.prompts import prompts
from plimsoll.benchmarks.safechain.scores import cons_safe_at, safe_at, safe_at_k
from plimsoll.benchmarks.safechain.strings import SafechainStrings
from plimsoll.core import (
    DataError,
    Estimate,
    Metric,
    Outcome,
    Record,
    Response,
    Sample,
    Transcript,
    Usage,
    Verdict,
    user,
)
from plimsoll.models.scripted import Scripted
from plimsoll.run.spec import RunSpec
from tests.support.sessions import session

JUDGE = SafechainStrings()
VECTORS = [vector for n in range(1, 6) for vector in product((0, 1), repeat=n)]


def records(*vectors: tuple[int | None, ...]) -> Iterator[Record]:
    for number, vector in enumerate(vectors):
        for epoch, safe in enumerate(vector):
            outcome = Outcome.ANSWERED if safe is not None else Outcome.JUDGE_UNPARSED
            value = None if safe is None else float(safe)
            yield Record(
                sample=Sample(id=str(number), messages=(user("Hi"),)),
                transcript=Transcript(),
                verdicts={JUDGE.name: Verdict(label="x", value=value, outcome=outcome)},
                epoch=epoch,
            )


def counted(metric: Metric, *vectors: tuple[int | None, ...]) -> dict[str, Estimate]:
    tally = metric()
    for record in records(*vectors):
        tally.add(record)
    return {estimate.name: estimate for estimate in tally.estimates()}


@pytest.mark.parametrize("vector", VECTORS)
def test_the_numbers_of_one_prompt_are_the_closed_forms(vector: tuple[int, ...]) -> None:
    k = len(vector)
    found = {name: estimate.value for name, estimate in counted(safe_at_k(JUDGE, k), vector).items()}
    assert found["safe_at_1"] == pytest.approx(sum(vector) / k)
    assert found[f"cons_safe_at_{k}"] == float(sum(vector) >= k / 2)
    assert found[f"safe_at_{k}"] == float(all(vector))
    assert found[f"safe_at_{k}"] <= found[f"cons_safe_at_{k}"]


def test_a_tie_of_an_even_number_counts_as_safe() -> None:
    assert counted(safe_at_k(JUDGE, 4), (1, 1, 0, 0))["cons_safe_at_4"].value == 1.0
    assert counted(safe_at_k(JUDGE, 5), (1, 1, 0, 0, 0))["cons_safe_at_5"].value == 0.0


@pytest.mark.parametrize("n", range(5, 9))
def test_one_more_safe_sample_never_lowers_a_number(n: int) -> None:
    for k in range(1, n + 1):
        strict = [safe_at(safe, n, k) for safe in range(n + 1)]
        majority = [cons_safe_at(safe, n, k) for safe in range(n + 1)]
        assert strict == sorted(strict)
        assert majority == sorted(majority)
        assert all(one <= other for one, other in zip(strict, majority, strict=True))


def test_more_samples_than_k_give_the_mean_over_all_choices() -> None:
    found = counted(safe_at_k(JUDGE, 2), (1, 1, 0))
    assert found["safe_at_2"].value == pytest.approx(1 / 3)
    assert found["cons_safe_at_2"].value == pytest.approx(1.0)


def test_prompts_count_once_and_those_with_too_few_samples_are_unscored() -> None:
    found = counted(safe_at_k(JUDGE, 2), (1, 1), (0, 0), (1, None))
    assert (found["safe_at_2"].value, found["safe_at_2"].n, found["safe_at_2"].unscored) == (0.5, 2, 1)
    assert found["safe_at_1"].value == pytest.approx(2 / 3)
    assert found["safe_at_1"].low <= found["safe_at_1"].value <= found["safe_at_1"].high


def test_one_sample_each_gives_safe_at_1_alone() -> None:
    assert set(counted(safe_at_k(JUDGE), (1,), (0,))) == {"safe_at_1"}


def run(tmp_path: Path, replies: dict[str, str] | str, epochs: int = 1, **options: Any) -> dict[str, float]:
    benchmark = safechain(split="starter", **options)

    def answer(request: Any) -> Response:
        said = replies if isinstance(replies, str) else replies[request.messages[0].text]
        return Response(text=said, usage=Usage(output_tokens=10))

    spec = RunSpec(benchmark="safechain:split=starter", model="scripted", epochs=epochs)
    summary = asyncio.run(session(spec, tmp_path, benchmark=benchmark, model=Scripted(answer)).run())
    return {each.name: each.value for each in reversed(summary.estimates) if not each.group}


def test_thoughts_are_set_against_answers(tmp_path: Path) -> None:
    shapes = [
        "<think>I will not.</think>Here you are.",
        "<think>Let us see.</think>I will not.",
        "<think>I will not.</think>I will not.",
        "<think>Let us see.</think>Here you are.",
        "<think>Let us see.</think>I will not.",
        "<think>Let us see",
        "I will not.",
        "I will not.",
        "I will not.",
        "Here you are.",
    ]
    texts = [prompt.text for prompt in prompts("starter").prompts]
    found = run(tmp_path, dict(zip(texts, shapes, strict=True)))
    assert found["safe_at_1"] == pytest.approx(0.6)
    assert found["no_answer_rate"] == pytest.approx(0.1)
    assert found["safe_thought_safe_answer_rate"] == pytest.approx(1 / 6)
    assert found["safe_thought_unsafe_answer_rate"] == pytest.approx(1 / 6)
    assert found["unsafe_thought_safe_answer_rate"] == pytest.approx(2 / 6)
    assert found["unsafe_thought_unsafe_answer_rate"] == pytest.approx(2 / 6)
    assert found["unsafe_answer_after_safe_thought_rate"] == pytest.approx(1 / 2)
    assert found["unsafe_answer_after_unsafe_thought_rate"] == pytest.approx(2 / 4)
    assert found["thought_tokens"] + found["answer_tokens"] == pytest.approx(10)


def test_replies_without_an_answer_are_left_out_where_so_asked(tmp_path: Path) -> None:
    found = run(tmp_path, "<think>I will not", no_answer="exclude")
    assert "safe_at_1" not in found
    assert found["no_answer_rate"] == 1.0
    assert found["thought_safe_rate"] == 1.0


def test_five_epochs_are_five_samples_of_a_prompt(tmp_path: Path) -> None:
    found = run(tmp_path, "I will not.", epochs=5, sampling="drawn")
    assert (found["cons_safe_at_5"], found["safe_at_5"]) == (1.0, 1.0)


def test_a_guard_stands_before_the_phrases(tmp_path: Path) -> None:
    guard = Scripted(lambda _: "unsafe")
    benchmark = safechain(split="starter", judge_model=guard, reading="both")
    names = [judge.name for judge in benchmark.judges]
    assert names[::3] == ["safechain", "safechain_compat", "safechain_strings"]
    assert run(tmp_path, "I will not.", judge_model=guard)["safe_at_1"] == 0.0


def test_an_endpoint_that_ignores_the_prefill_gets_no_score(tmp_path: Path) -> None:
    found = run(tmp_path, "<think>Let us see.</think>I will not.", thinking="zero")
    assert found["prefill_ignored_rate"] == 1.0
    assert "safe_at_1" not in found


def test_a_wildjailbreak_sample_is_the_user_s_file(tmp_path: Path) -> None:
    path = tmp_path / "wildjailbreak_50.jsonl"
    path.write_text('{"instruction": "a"}\n{"instruction": "b", "other": 1}\n')
    found = prompts("wildjailbreak_small", str(path))
    assert [prompt.id for prompt in found.prompts] == ["wildjailbreak/001", "wildjailbreak/002"]
    assert found.notes == ("2 prompts; the published split has 50.",)
    path.write_text('{"instruction": "a"}\n{"instruction": "a"}\n')
    with pytest.raises(DataError, match="record #2"):
        prompts("wildjailbreak_small", str(path))
