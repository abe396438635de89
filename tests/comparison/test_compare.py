import random
from math import comb
from pathlib import Path

import pytest

from plimsoll.comparison.compare import compare
from plimsoll.comparison.differences import Settings
from plimsoll.comparison.nouns import Comparison
from plimsoll.core import DataError, UserError, replace
from plimsoll.run.keep.manifest import CardEntry, Extremes
from plimsoll.stats.paired import newcombe_paired
from tests.support.pairs import Asked, answers, run_of, two_runs

QUICK = Settings(draws=2000)


def compared(tmp_path: Path, before: list[Asked], after: list[Asked], **more: object) -> Comparison:
    (found,) = compare(two_runs(tmp_path, before, after, **more), settings=QUICK)
    return found


def test_the_whole_is_paired_with_the_exact_test_and_newcombe_s_interval(tmp_path: Path) -> None:
    before = answers([1.0] * 60 + [0.0] * 40)
    after = answers([0.0] * 12 + [1.0] * 48 + [1.0] * 3 + [0.0] * 37)
    whole = compared(tmp_path, before, after).whole

    assert (whole.n, whole.clusters, whole.gained, whole.lost) == (100, 100, 3, 12)
    assert whole.difference == pytest.approx(-0.09)
    assert (whole.low, whole.high) == pytest.approx(newcombe_paired(48, 3, 12, 37))
    assert whole.p == pytest.approx(2 * sum(comb(15, k) for k in range(4)) / 2**15)
    assert whole.test == "mcnemar_exact"
    assert whole.bootstrap_low == pytest.approx(whole.low, abs=0.02)


def test_only_the_samples_that_the_headline_is_about_are_compared(tmp_path: Path) -> None:
    before = [Asked("1", 1.0, template="benign"), Asked("2", 0.0, template="harmful")]
    after = [Asked("1", 0.0, template="benign"), Asked("2", 1.0, template="harmful")]
    found = compared(tmp_path, before, after, scope={"template": "benign"})
    assert (found.shared, found.whole.difference) == (1, -1.0)


def test_alike_runs_are_not_told_apart(tmp_path: Path) -> None:
    same = answers([1.0, 0.0] * 50)
    found = compared(tmp_path, same, same)
    assert (found.whole.p, found.whole.difference) == (1.0, 0.0)
    assert found.flips == ()
    assert found.whole.low < 0 < found.whole.high
    assert found.warnings == ()
    assert found.whole.detectable is None


def test_epochs_of_a_question_are_one_cluster(tmp_path: Path) -> None:
    draw = random.Random(1)
    fates = [(float(draw.random() < 0.6), float(draw.random() < 0.7)) for _ in range(80)]
    ten = [
        [Asked(str(n), fate[side], epoch=e) for n, fate in enumerate(fates) for e in range(10)]
        for side in (0, 1)
    ]
    one = [[Asked(str(n), fate[side]) for n, fate in enumerate(fates)] for side in (0, 1)]
    repeated = compared(tmp_path / "ten", *ten).whole
    single = compared(tmp_path / "one", *one).whole

    assert (repeated.n, repeated.clusters) == (800, 80)
    assert repeated.method == "cluster_robust"
    assert repeated.difference == pytest.approx(single.difference)
    # Asking the same ten times teaches nothing new.
    assert repeated.p == pytest.approx(single.p, rel=0.5)
    assert repeated.high - repeated.low == pytest.approx(single.high - single.low, rel=0.15)


def test_questions_of_one_template_are_one_cluster(tmp_path: Path) -> None:
    before = [Asked(str(n), 1.0, template=f"t{n // 5}") for n in range(50)]
    after = [Asked(str(n), float(n >= 10), template=f"t{n // 5}") for n in range(50)]
    whole = compared(tmp_path, before, after).whole
    assert whole.clusters == 10
    assert whole.test == "sign_flip_exact"
    assert whole.p == pytest.approx(0.5)


def test_holm_is_taken_over_the_categories_and_not_over_the_whole(tmp_path: Path) -> None:
    before = [Asked(f"{c}{n}", 1.0, category=c) for c in "abcd" for n in range(40)]
    after = [Asked(f"{c}{n}", float(c != "a" or n >= 8), category=c) for c in "abcd" for n in range(40)]
    found = compared(tmp_path, before, after)
    by_group = {tuple(each.group.values()): each for each in found.differences}
    assert by_group[()].p_adjusted == by_group[()].p
    assert by_group[("a",)].p == pytest.approx(2 / 2**8)
    assert by_group[("a",)].p_adjusted == pytest.approx(8 / 2**8)


def test_languages_are_set_against_each_other_by_pairs(tmp_path: Path) -> None:
    def both(zh: list[float], en: list[float]) -> list[Asked]:
        return [
            *(Asked(f"zh-{n}", v, language="zh", pair=str(n)) for n, v in enumerate(zh)),
            *(Asked(f"en-{n}", v, language="en", pair=str(n)) for n, v in enumerate(en)),
        ]

    before = both([1.0] * 30 + [0.0] * 10, [1.0] * 40)
    after = both([1.0] * 40, [1.0] * 40)
    found = compared(tmp_path, before, after)
    whole = found.parity[0]
    assert whole.languages == ("zh", "en")
    assert (whole.before, whole.after, whole.change) == pytest.approx((-0.25, 0.0, 0.25))
    assert whole.before_p == pytest.approx(2 / 2**10)
    assert whole.p == pytest.approx(2 / 2**10)
    assert [each.group for each in found.differences[:3]] == [{}, {"language": "zh"}, {"language": "en"}]
    assert found.whole.clusters == 40


def test_a_run_of_both_languages_meets_a_run_of_one_by_pairs(tmp_path: Path) -> None:
    both = [Asked(f"{s}-{n}", 1.0, language=s, pair=str(n)) for s in ("zh", "en") for n in range(10)]
    one = [Asked(str(n), 0.0, language="en", pair=str(n)) for n in range(10)]
    found = compared(tmp_path, both, one)
    assert (found.matched_by, found.shared, found.only_before) == ("pair", 10, 10)
    assert any("10 are shared" in warning for warning in found.warnings)


def test_runs_in_different_languages_are_compared_and_warned_about(tmp_path: Path) -> None:
    found = compared(
        tmp_path,
        [Asked(str(n), 1.0, language="zh", pair=str(n)) for n in range(10)],
        [Asked(str(n), 0.0, language="en", pair=str(n)) for n in range(10)],
    )
    assert found.matched_by == "pair across languages"
    assert any("different languages" in warning for warning in found.warnings)


def test_the_overlap_is_used_and_said(tmp_path: Path) -> None:
    found = compared(tmp_path, answers([1.0] * 30), answers([1.0] * 20))
    assert (found.shared, found.only_before, found.only_after) == (20, 10, 0)
    assert "20 are shared and compared, 10 are only in the first run" in found.warnings[0]


def test_what_was_not_scored_is_left_out_on_both_sides(tmp_path: Path) -> None:
    found = compared(tmp_path, answers([1.0, None, 1.0, 1.0]), answers([0.0, 0.0, None, 1.0]))
    assert (found.shared, found.unscored, found.whole.lost) == (2, 2, 1)
    assert any("not sound" in warning for warning in found.warnings)


def test_runs_without_a_common_question_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no scored question in common"):
        compared(tmp_path, answers([1.0]), [Asked("other", 1.0)])


def test_the_lonely_run_of_a_benchmark_is_refused(tmp_path: Path) -> None:
    one = run_of(tmp_path / "one", answers([1.0]))
    other = run_of(tmp_path / "other", answers([1.0]), benchmark="sums")
    with pytest.raises(UserError, match="only one run of toy"):
        compare([one, other])


def test_each_run_is_held_against_the_first_of_its_benchmark(tmp_path: Path) -> None:
    runs = [run_of(tmp_path / name, answers([1.0, 0.0])) for name in "abc"]
    runs += [run_of(tmp_path / name, answers([1.0]), benchmark="sums:size=1") for name in "xy"]
    found = compare(runs, settings=QUICK)
    assert [(each.before.id, each.after.id) for each in found] == [("a", "b"), ("a", "c"), ("x", "y")]


def test_another_version_other_data_and_other_prompts_are_warned_about(tmp_path: Path) -> None:
    one = run_of(tmp_path / "one", answers([1.0, 0.0]), files={"test.json": "aa"})
    other = run_of(
        tmp_path / "other",
        answers([1.0, 0.0], prompt="asked otherwise"),
        files={"test.json": "bb"},
        card=CardEntry(title="Toy", version=2),
        system_prompt="Be careful.",
        status="interrupted",
    )
    (found,) = compare([one, other], settings=QUICK)
    text = "\n".join(found.warnings)
    for part in (
        "versions differ: 1 and 2",
        "test.json",
        "2 of 2 questions",
        "system prompts",
        "not finished",
    ):
        assert part in text


def test_a_lower_rate_is_the_better_one_where_the_metric_says_so(tmp_path: Path) -> None:
    found = compared(tmp_path, answers([0.0] * 20), answers([1.0] * 20), higher_is_safer=False)
    assert found.metric == "attack_success_rate"
    assert found.loss(found.whole) == 1.0


def test_flips_name_the_question_both_answers_and_their_lines(tmp_path: Path) -> None:
    found = compared(tmp_path, answers([1.0, 0.0, 1.0]), answers([1.0, 1.0, 0.0]))
    up, down = found.flips
    assert (up.id, up.before_label, up.after_label, up.after_line) == ("1", "B", "A", 2)
    assert (down.id, down.before, down.after) == ("2", 1.0, 0.0)


def test_a_judge_that_neither_run_has_is_refused(tmp_path: Path) -> None:
    runs = two_runs(tmp_path, answers([1.0]), answers([1.0]))
    with pytest.raises(UserError, match="no verdict of a judge called 'x'"):
        compare(runs, judge="x")


def test_a_damaged_line_is_named_and_a_torn_one_is_left_out(tmp_path: Path) -> None:
    one, other = two_runs(tmp_path, answers([1.0, 0.0]), answers([1.0, 0.0]))
    with other.records_path.open("ab") as file:
        file.write(b'{"sample":')
    assert compare([one, other], settings=QUICK)[0].shared == 2
    with other.records_path.open("ab") as file:
        file.write(b"\n")
    with pytest.raises(DataError, match="line 3"):
        compare([one, other])


def test_the_same_seed_gives_the_same_numbers(tmp_path: Path) -> None:
    runs = two_runs(tmp_path, answers([1.0, 0.0, 1.0] * 20), answers([0.0, 0.0, 1.0] * 20))
    assert compare(runs, settings=QUICK) == compare(runs, settings=QUICK)


def test_a_difference_of_a_number_that_cannot_tell_is_said_to_say_nothing(tmp_path: Path) -> None:
    runs = two_runs(tmp_path, answers([1.0] * 20), answers([0.0] * 20))
    for complies, told in ((1.0, True), (0.0, False)):
        summary = runs[1].summary()
        assert summary is not None
        runs[1].write_summary(replace(summary, extremes=(Extremes(refuses=1.0, complies=complies),)))
        (found,) = compare(runs, settings=QUICK)
        assert any("cannot tell a model that always refuses" in each for each in found.warnings) == told
