from plimsoll.metrics.judged import JUDGING, REPLIES
from plimsoll.pages.markup import code, joined, spoken
from plimsoll.pages.units import unit
from plimsoll.pages.words import category, knows, metric, named
from plimsoll.taxonomies.crosswalk import hub


def test_every_hazard_of_the_hub_has_a_name_in_both_languages() -> None:
    for hazard in hub():
        assert knows(f"hazard.{hazard}")
        assert named("hazard", hazard) != named("hazard", hazard, "zh")


def test_every_rate_of_a_judge_that_failed_has_a_name() -> None:
    assert [name for name, _ in (*REPLIES, *JUDGING) if not knows(f"metric.{name}")] == []


def test_a_category_that_nobody_named_is_read_as_words() -> None:
    assert category("Negative_Lab_Environment_Impacts") == "Negative Lab Environment Impacts"
    assert category("_") == "_"


def test_a_score_that_may_be_negative_is_no_share() -> None:
    assert unit("bias_ambiguous") == "points"


def test_a_corrected_rate_goes_by_the_name_of_its_rate() -> None:
    assert metric("refusal_rate_corrected") == "Refusals, corrected"
    assert metric("rhyme_rate_corrected", "zh") == "rhyme rate（校正后）"
    assert spoken(code("metric", "refusal_rate_corrected"), "zh") == "拒答率（校正后）"


def test_what_an_estimate_is_about_is_said_in_the_language_of_the_page() -> None:
    about = joined([code("category", "safe_targets"), code("language", "zh"), "refusal"])
    assert spoken(about, "en") == "Safe targets · Chinese · refusal"
    assert spoken(about, "zh") == "安全对象 · 中文 · refusal"
