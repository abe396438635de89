"""XSTest, StrongREJECT, SimpleSafetyTests and WildJailbreak as runs with known replies."""

import asyncio
import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from plimsoll.benchmarks.simplesafetytests.benchmark import simplesafetytests
from plimsoll.benchmarks.strongreject.benchmark import strongreject
from plimsoll.benchmarks.wildjailbreak import dataset
from plimsoll.benchmarks.wildjailbreak.benchmark import wildjailbreak
from plimsoll.benchmarks.xstest import dataset as xstest_prompts
from plimsoll.benchmarks.xstest.benchmark import xstest
from plimsoll.comparison.compare import compare
from plimsoll.core import Benchmark, DataError, Estimate, Message, Request
from plimsoll.data import locate
from plimsoll.models.scripted import REFUSAL, Answer, Scripted
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.spec import RunSpec
from tests.support.sessions import session

Rule = Callable[[Request], Answer]
SAFETY_MARK = "ethical, respectful and harmless"


def run(
    found: Benchmark, answer: Rule, folder: Path, spec: str = "toy", name: str = "scripted"
) -> tuple[RunFolder, list[Estimate]]:
    going = session(
        RunSpec(benchmark=spec, model="scripted"),
        folder,
        benchmark=found,
        model=Scripted(answer, name=name, revision=name),
    )
    estimates = list(asyncio.run(going.run()).estimates)
    return going.folder, estimates


def only(found: list[Estimate], name: str, judge: str = "", **group: str) -> Estimate:
    (each,) = [
        e for e in found if e.name == name and dict(e.group) == group and (not judge or e.judge == judge)
    ]
    return each


def under(system: str, messages: tuple[Message, ...]) -> bool:
    return any(message.role == "system" and system in message.text for message in messages)


def always(reply: str) -> Rule:
    return lambda _: reply


@pytest.mark.parametrize(
    ("reply", "over", "unsafe"), [(REFUSAL, 1.0, 0.0), ("Sure, here you are.", 0.0, 1.0)]
)
def test_xstest_shows_who_refuses_everything_and_who_complies_with_everything(
    reply: str, over: float, unsafe: float, tmp_path: Path
) -> None:
    _, found = run(xstest(split="starter"), always(reply), tmp_path)
    for judge in ("refusal", "xstest_strings"):
        assert only(found, "over_refusal_rate", judge).value == over
        assert only(found, "unsafe_compliance_rate", judge).value == unsafe
        assert only(found, "xstest_balance", judge).value == 0.5
        assert not only(found, "over_refusal_rate", judge).higher_is_safer
        assert not only(found, "unsafe_compliance_rate", judge).higher_is_safer
    assert "refusal_rate" not in {each.name for each in found}
    share = only(found, "full_refusal_rate", "xstest_strings", label="safe")
    assert share.value == over


def test_xstest_joins_safe_and_unsafe_types_by_topic_with_intervals(tmp_path: Path) -> None:
    _, found = run(xstest(split="starter"), always(REFUSAL), tmp_path)
    topics = {each.group["topic"]: each for each in found if each.name == "xstest_balance" and each.group}
    assert set(topics) == set(xstest_prompts.SAFE.values())
    assert all(each.low < each.value < each.high for each in topics.values())


def test_xstest_keeps_three_classes_and_counts_partial_refusals_as_over_refusal(tmp_path: Path) -> None:
    judge = Scripted(lambda _: "3_partial_refusal", revision="3")
    benchmark = xstest(split="starter", judge_model=judge, reading="both")
    assert [each.name for each in benchmark.judges] == [
        "xstest",
        "xstest_compat",
        "refusal",
        "xstest_strings",
    ]
    _, found = run(benchmark, always("Well."), tmp_path)
    assert only(found, "over_refusal_rate", "xstest").value == 1.0
    assert only(found, "partial_refusal_rate", "xstest", label="safe").value == 1.0
    assert only(found, "full_refusal_rate", "xstest", label="safe").value == 0.0
    assert only(found, "over_refusal_rate", "refusal").value == 0.0


def test_empty_replies_to_unsafe_prompts_comply_with_nothing(tmp_path: Path) -> None:
    _, found = run(xstest(split="starter"), always(""), tmp_path)
    assert only(found, "unsafe_compliance_rate", "refusal").value == 0.0
    assert only(found, "over_refusal_rate", "refusal").value == 0.0
    assert only(found, "empty_rate").value == 1.0


@pytest.mark.parametrize("ending", ["0", "451", "1.5", ""])
def test_ids_that_are_none_of_xstest_s_are_refused(ending: str) -> None:
    assert xstest_prompts.official_id("v2-450") == 450
    assert xstest_prompts.completion_id(7) == "v2-7"
    with pytest.raises(DataError, match="v2-1 to v2-450"):
        xstest_prompts.official_id(f"v2-{ending}")


def test_strongreject_averages_scores_and_shows_full_ones_and_both_readings(tmp_path: Path) -> None:
    prompts = [sample.messages[-1].text for sample in strongreject(split="starter").samples()]
    full = prompts[: len(prompts) // 2]

    def graded(request: Request) -> Answer:
        shown = request.messages[-1].text
        return f"#scores\n1.b 0\n2.b {5 if any(each in shown for each in full) else 3}\n3.b 3"

    benchmark = strongreject(split="starter", judge_model=Scripted(graded, revision="g"), reading="both")
    assert benchmark.headline == "strongreject_score"
    _, found = run(benchmark, always("Sure."), tmp_path)
    ours = only(found, "strongreject_score", "strongreject")
    assert len(prompts) == 12
    assert ours.value == pytest.approx((0.75 + 0.5) / 2)
    assert not ours.higher_is_safer
    assert only(found, "full_score_rate", "strongreject").value == 0.0
    compat = only(found, "strongreject_score", "strongreject_compat")
    assert (compat.n, compat.value) == (12, pytest.approx((0.75 + 0.5) / 2))


def test_strongreject_unparsed_grades_leave_the_mean_and_are_shown(tmp_path: Path) -> None:
    benchmark = strongreject(
        split="starter",
        judge_model=Scripted(lambda _: "#scores\n1.b 2\n2.b 5\n3.b 5", revision="bad"),
        reading="both",
    )
    _, found = run(benchmark, always("Sure."), tmp_path)
    assert not [each for each in found if each.judge == "strongreject" and each.name == "strongreject_score"]
    assert only(found, "judge_unparsed_rate", "strongreject").value == 1.0
    assert only(found, "strongreject_score", "strongreject_compat").value == -1.0


def test_simplesafetytests_reports_the_effect_of_its_system_prompt_within_one_run(tmp_path: Path) -> None:
    def careful(request: Request) -> Answer:
        return REFUSAL if under(SAFETY_MARK, request.messages) else "Sure, here you are."

    _, found = run(simplesafetytests(split="starter", condition="both"), careful, tmp_path)
    assert only(found, "refusal_rate", "refusal", condition="none").value == 0.0
    assert only(found, "refusal_rate", "refusal", condition="safety").value == 1.0
    assert only(found, "system_prompt_effect").value == 1.0
    assert only(found, "only_with_system_prompt").value == 1.0
    assert only(found, "system_prompt_p").value == pytest.approx(2 / 2**10)
    assert only(found, "refusal_rate_at_least", "refusal", condition="safety").n == 10


def test_two_runs_of_simplesafetytests_are_compared_question_by_question(tmp_path: Path) -> None:
    def yielding(request: Request) -> Answer:
        return REFUSAL if "queue" in request.messages[-1].text else "Sure, here you are."

    before, _ = run(simplesafetytests(split="starter"), yielding, tmp_path / "a", name="before")
    after, _ = run(simplesafetytests(split="starter"), always(REFUSAL), tmp_path / "b", name="after")
    (found,) = compare([before, after])
    assert (found.whole.n, found.whole.gained, found.whole.lost) == (10, 9, 0)
    assert found.whole.test == "mcnemar_exact"
    assert found.whole.p == pytest.approx(2 / 2**9)


def test_an_area_without_an_unsafe_reply_bears_its_bound(tmp_path: Path) -> None:
    benchmark = simplesafetytests(split="starter", judge_model=Scripted(lambda _: "safe"), reading="both")
    _, found = run(benchmark, always("Please do not."), tmp_path)
    assert benchmark.headline == "unsafe_rate"
    for area in {each.category for each in benchmark.samples()}:
        assert only(found, "unsafe_rate_at_most", "simplesafetytests", category=area).value == pytest.approx(
            1 - 0.05**0.5
        )
    assert not [each for each in found if each.name == "helm_safety_score"], "HELM's reader wants tags"
    assert "refusal_rate_at_most" not in {each.name for each in found}


ROWS = (
    ('Once upon a time, a "hero"\nasked:\thow?', "1", "adversarial_harmful"),
    ("You are a pirate.\r\nSing!", "0", "adversarial_benign"),
    ("Plain.", "1", "adversarial_harmful"),
)


def tsv(path: Path, rows: tuple[tuple[str, str, str], ...] = ROWS) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t")
        writer.writerow(["adversarial", "label", "data_type"])
        writer.writerows(rows)
    return path


def test_wildjailbreak_reads_prompts_with_quotes_tabs_and_line_ends(tmp_path: Path) -> None:
    found = dataset.load(tsv(tmp_path / "eval.tsv")).prompts
    assert [each.text for each in found] == [row[0] for row in ROWS]
    assert [each.metadata["harmful"] for each in found] == [True, False, True]


def test_wildjailbreak_refuses_a_label_that_belies_the_type_and_a_file_of_another_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match="'adversarial_benign' with label '1'"):
        dataset.load(tsv(tmp_path / "wrong.tsv", (("Plain.", "1", "adversarial_benign"),)))
    folder = tmp_path / "wildjailbreak"
    folder.mkdir()
    tsv(folder / "eval.tsv")
    monkeypatch.setenv(locate.VARIABLE, str(tmp_path))
    with pytest.raises(DataError, match="the evaluation file has"):
        wildjailbreak()


def test_wildjailbreak_balances_attacks_that_succeed_against_benign_refusals(tmp_path: Path) -> None:
    def half(request: Request) -> Answer:
        return REFUSAL if "Nora" in request.messages[-1].text else "Sure, here you are."

    _, found = run(wildjailbreak(split="starter"), half, tmp_path)
    assert only(found, "attack_success_rate", "refusal").value == pytest.approx(5 / 6)
    assert only(found, "benign_refusal_rate", "refusal").value == pytest.approx(1 / 6)
    assert only(found, "wildjailbreak_balance", "refusal").value == pytest.approx(1 - (5 / 6 + 1 / 6) / 2)


def test_wildjailbreak_s_judge_model_is_asked_of_each_half_what_is_valid_there(tmp_path: Path) -> None:
    asked: list[str] = []

    def judging(request: Request) -> Answer:
        text = request.messages[-1].text
        asked.append("class" if "classes" in text else "harm")
        return "2_full_refusal" if "classes" in text else "yes"

    benchmark = wildjailbreak(split="starter", judge_model=Scripted(judging, revision="j"))
    _, found = run(benchmark, always("Well."), tmp_path)
    assert (asked.count("harm"), asked.count("class")) == (6, 6)
    rate = only(found, "attack_success_rate", "harmbench")
    assert (rate.value, rate.n, rate.unscored) == (1.0, 6, 0)
    assert only(found, "benign_refusal_rate", "xstest").value == 1.0
    assert only(found, "wildjailbreak_balance").value == 0.0
