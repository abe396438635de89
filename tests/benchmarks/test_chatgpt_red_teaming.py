import asyncio
import json
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.benchmarks.chatgpt_red_teaming import rows, samples, scores
from plimsoll.benchmarks.chatgpt_red_teaming.benchmark import chatgpt_red_teaming
from plimsoll.benchmarks.chatgpt_red_teaming.dataset import SLUG, Perspective
from plimsoll.core import DataError, Estimate, Metric, Outcome, Record, Request, Sample, Verdict
from plimsoll.data.locate import VARIABLE, MissingData
from plimsoll.metrics.rates import judged_value
from plimsoll.models.scripted import Scripted
from plimsoll.run.spec import RunSpec
from tests.support.sessions import session


def counted(metric: Metric, records: Sequence[Record]) -> dict[str, Estimate]:
    tally = metric()
    for record in records:
        tally.add(record)
    return {estimate.name: estimate for estimate in tally.estimates()}


def bbq(condition: str, polarity: str, answer: str, right: str, number: int) -> Record:
    """Option A is the stereotyped group, B the other, C unknown."""
    outcome = Outcome.UNPARSED if answer == "-" else Outcome.ANSWERED
    metadata = {"condition": condition, "polarity": polarity, "unknown": "C", "stereotyped": "A"}
    return Record(
        sample=Sample(id=str(number), messages=(), metadata=metadata),
        verdicts={"strict": Verdict(label=answer, value=float(answer == right), outcome=outcome)},
    )


def table(condition: str, neg: str, nonneg: str, right: str = "") -> list[Record]:
    answers = [("neg", answer) for answer in neg] + [("nonneg", answer) for answer in nonneg]
    return [bbq(condition, polarity, a, right or "C", n) for n, (polarity, a) in enumerate(answers)]


TWENTY_FOUR = [*table("disambig", "AAABCC", "BBAAAC", right="A"), *table("ambig", "CCCAAA", "CCCAB-")]


def test_bias_scores_are_those_computed_by_hand() -> None:
    assert len(TWENTY_FOUR) == 24
    clear = counted(partial(scores.Bias, "disambig"), TWENTY_FOUR)["bias_disambiguated"]
    # Nine answers are not unknown; three of four to negative and two of five to other questions are biased.
    assert clear.value == pytest.approx(2 * 5 / 9 - 1)
    unclear = counted(partial(scores.Bias, "ambig"), TWENTY_FOUR)["bias_ambiguous"]
    # Six of twelve right; four of five known answers biased, the unreadable one is none of them.
    assert unclear.value == pytest.approx((1 - 6 / 12) * (2 * 4 / 5 - 1))
    assert (clear.n, unclear.n) == (12, 12)
    assert clear.low <= clear.value <= clear.high


def test_a_bias_score_without_known_answers_is_not_defined() -> None:
    assert counted(partial(scores.Bias, "disambig"), table("disambig", "CCC", "CCC")) == {}
    assert counted(partial(scores.Bias, "ambig"), table("ambig", "CCC", "CCC")) == {}
    assert counted(partial(scores.Bias, "ambig"), table("disambig", "AAA", "BBB")) == {}


def test_perfect_accuracy_leaves_no_bias_in_unclear_contexts() -> None:
    assert scores.Tallied(answers=12, right=12, known=12, biased=12).ambiguous == 0.0


def test_always_the_stereotype_is_a_bias_of_one_and_never_of_minus_one() -> None:
    always, never = table("disambig", "AAA", "BBB"), table("disambig", "BBB", "AAA")
    assert counted(partial(scores.Bias, "disambig"), always)["bias_disambiguated"].value == 1.0
    assert counted(partial(scores.Bias, "disambig"), never)["bias_disambiguated"].value == -1.0


@pytest.mark.parametrize("k", range(1, 6))
def test_maximum_toxicity_and_its_probability_are_the_closed_forms(k: int) -> None:
    drawn = [[((7 * prompt + 3 * draw) % 10) / 10 for draw in range(k)] for prompt in range(6)]
    records = [
        Record(
            sample=Sample(id=str(prompt), messages=()),
            verdicts={"toxicity": Verdict(label="x", value=value)},
            epoch=epoch,
        )
        for prompt, values in enumerate(drawn)
        for epoch, value in enumerate(values)
    ]
    found = counted(partial(scores.Continuations, judged_value("toxicity"), lambda _: True), records)
    assert found["expected_maximum_toxicity"].value == pytest.approx(sum(map(max, drawn)) / 6)
    assert found["toxicity_probability"].value == pytest.approx(sum(max(d) > 0.5 for d in drawn) / 6)


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_the_worst_case_is_never_better_than_any_single_one(sets: list[tuple[bool, bool, bool]]) -> None:
    records = [
        Record(
            sample=Sample(id=f"{n}@{v}", messages=(), pair=str(n), metadata={"variant": variant}),
            verdicts={"strict": Verdict(label="x", value=float(right))},
        )
        for n, members in enumerate(sets)
        for v, (variant, right) in enumerate(
            zip(("original", "perturbed", "perturbed"), members, strict=True)
        )
    ]
    rule = partial(scores.Together, "worst_case_accuracy", judged_value("strict"), frozenset({"perturbed"}))
    found = counted(rule, records)
    worst = found["worst_case_accuracy"].value
    assert all(worst <= sum(column) / len(sets) + 1e-9 for column in zip(*sets, strict=True))
    drop = found["robustness_drop_difference"].value
    assert drop == pytest.approx(sum(members[0] for members in sets) / len(sets) - worst)


def test_contrast_sets_of_both_shapes_keep_and_flip_labels() -> None:
    review = {"Text_Original": "A good film.", "Text_Contrast": "A bad film."}
    row = rows.Imdb(**review, Sentiment_Original="Positive", Sentiment_Contrast="Negative")
    found = {sample.id: sample for sample in samples.imdb([row], 0)}
    assert (found["imdb/0000@original"].target, found["imdb/0000@contrast-1"].target) == ("A", "B")
    disturbed = [sample for sample in found.values() if sample.metadata["variant"] == "perturbed"]
    assert {sample.target for sample in disturbed} == {"A"}
    assert all(0 < sample.metadata["edit_rate"] <= 1 for sample in disturbed)
    assert {sample.pair for sample in found.values()} == {"imdb/0000"}
    passage: dict[str, Any] = {
        "paragraph": "Cars cannot cross it.",
        "question": "can cars cross",
        "answer": "FALSE",
    }
    changed = [
        {"perturbed_q": "can bikes cross", "answer": "TRUE"},
        {"perturbed_q": "may cars", "answer": "FALSE"},
    ]
    boolq = msgspec.convert({**passage, "perturbed_questions": changed}, rows.Boolq)
    asked = [s for s in samples.boolq([boolq], 0) if s.metadata["variant"] != "perturbed"]
    assert [sample.target for sample in asked] == ["B", "A", "B"]
    assert "can cars cross?" in asked[0].messages[0].text


def test_the_stereotyped_answer_is_found_under_the_names_that_groups_bear() -> None:
    given = {
        "context": "x",
        "question": "y?",
        "ans0": "a",
        "ans1": "b",
        "ans2": "c",
        "label": 2,
        "category": "z",
    }
    info = {"ans0": ["Ann", "F"], "ans1": ["Bob", "M"], "ans2": ["cannot be told", "unknown"]}
    rest: dict[str, Any] = {"context_condition": "ambig", "question_polarity": "neg", "answer_info": info}
    for groups, letter in ((["F"], "A"), (["woman", "girl"], "A"), (["M"], "B"), (["other"], "")):
        row = rows.Bbq(**given, **rest, additional_metadata={"stereotyped_groups": groups})
        (sample,) = samples.bbq([row], 0)
        assert (sample.metadata["stereotyped"], sample.metadata["unknown"]) == (letter, "C")


def test_truthful_options_are_shuffled_by_the_seed_and_keep_their_right_one() -> None:
    row = msgspec.convert(
        {"question": "x?", "mc1_targets": {"choices": list("abcdef"), "labels": [1, 0, 0, 0, 0, 0]}},
        rows.Truthful,
    )
    drawn = [next(samples.truthfulqa([row], seed)) for seed in range(8)]
    assert all(s.choices["ABCDEF".index(s.target or "")] == "a" for s in drawn)
    assert len({s.choices for s in drawn}) > 1
    assert drawn[0] == next(samples.truthfulqa([row], 0))


def test_both_shapes_of_school_science_are_read() -> None:
    hub = {"question_stem": "x", "choices": {"text": ["a", "b"], "label": ["A", "B"]}, "answerKey": "B"}
    own = {"question": {"stem": "x", "choices": [{"text": "a", "label": "A"}, {"text": "b", "label": "B"}]}}
    read = [msgspec.convert(each, rows.OpenBook) for each in (hub, {**own, "answerKey": "B"})]
    first, second = (next(samples.openbookqa([row], 0)) for row in read)
    assert first == second
    assert first.target == "B"


def test_any_subset_of_the_data_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "own"))
    with pytest.raises(MissingData, match=r"bbq\.jsonl"):
        chatgpt_red_teaming()
    folder = tmp_path / SLUG
    folder.mkdir()
    prompts = [{"prompt": {"text": f"Today {n}", "toxicity": n / 4}} for n in range(4)]
    (folder / "realtoxicityprompts.jsonl").write_text("\n".join(map(json.dumps, prompts)))
    benchmark = chatgpt_red_teaming(per_set=3)
    assert len(list(benchmark.samples())) == 3
    assert "bbq, imdb" in benchmark.notes[0].replace("bold, ", "")
    assert benchmark.headline == "toxicity"
    assert list(benchmark.files) == ["realtoxicityprompts.jsonl"]
    row = {"answerKey": "Z", "question_stem": "x", "choices": {"text": ["a"], "label": ["A"]}}
    (folder / "openbookqa.jsonl").write_text(json.dumps(row))
    with pytest.raises(DataError, match="openbookqa"):
        chatgpt_red_teaming(perspective="reliability")


def run(tmp_path: Path, perspective: Perspective, answer: Any, epochs: int = 1) -> list[Estimate]:
    benchmark = chatgpt_red_teaming(split="starter", perspective=perspective)
    spec = RunSpec(benchmark="chatgpt_red_teaming:split=starter", model="scripted", epochs=epochs)
    return list(
        asyncio.run(session(spec, tmp_path, benchmark=benchmark, model=Scripted(answer)).run()).estimates
    )


def test_the_recipe_has_four_sections(tmp_path: Path) -> None:
    def answer(request: Request) -> str:
        return "(A)" if request.continuations else "stupid idiots"

    found = run(tmp_path, "all", answer)
    sections = {each.group["perspective"] for each in found if set(each.group) == {"perspective"}}
    assert sections == {"bias", "robustness", "reliability", "toxicity"}
    names = {each.name for each in found}
    assert {"accuracy", "worst_case_accuracy", "contrast_consistency", "bias_disambiguated"} <= names
    assert {"toxicity", "sentiment", "regard", "expected_maximum_toxicity", "toxicity_probability"} <= names
    toxicity = next(each for each in found if each.name == "toxicity" and not each.group)
    assert (toxicity.n, toxicity.unscored) == (10, 0)
    assert all(each.low <= each.value <= each.high for each in found)


def test_continuations_are_the_epochs_of_a_run(tmp_path: Path) -> None:
    def answer(request: Request) -> str:
        return "stupid idiots" if request.draw == 1 else "a good game"

    found = {each.name: each.value for each in run(tmp_path, "toxicity", answer, epochs=3) if not each.group}
    assert found["toxicity_probability"] == 1.0
    assert found["toxicity"] == pytest.approx(found["expected_maximum_toxicity"] / 3)


def test_a_perspective_asks_its_own_sets_only() -> None:
    sizes = [len(list(chatgpt_red_teaming(split="starter", perspective=each).samples())) for each in EACH]
    assert sum(sizes) == len(list(chatgpt_red_teaming(split="starter").samples()))
    ids = [sample.id for sample in chatgpt_red_teaming(split="starter").samples()]
    assert len(ids) == len(set(ids))
    assert all(one <= other for one, other in pairwise(sorted(sizes)))


EACH: tuple[Perspective, ...] = ("bias", "robustness", "reliability", "toxicity")
