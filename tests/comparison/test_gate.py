import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from plimsoll.comparison.compare import compare
from plimsoll.comparison.differences import Settings
from plimsoll.comparison.gate import Gate, gate, shown
from plimsoll.comparison.several import gates
from plimsoll.core import UserError, replace
from plimsoll.reports import comparison_ci
from tests.support.pairs import Asked, answers, two_runs

LEVELS = {"none", "note", "warning", "error"}
KINDS = {"notApplicable", "pass", "fail", "review", "open", "informational"}


def held(
    tmp_path: Path, before: list[Asked], after: list[Asked], max_drop: float = 0.02, **more: object
) -> Gate:
    (found,) = compare(two_runs(tmp_path, before, after, **more), settings=Settings(draws=200))
    return gate(found, max_drop)


def dropped(share: float, n: int = 400) -> list[Asked]:
    return answers([float(place >= share * n) for place in range(n)])


def test_a_significant_drop_beyond_the_line_fails_and_names_what_was_lost(tmp_path: Path) -> None:
    found = held(tmp_path, dropped(0), dropped(0.05))
    assert not found.passed
    scored, whole, category = found.checks
    assert (scored.status, whole.status, category.status) == ("passed", "failed", "failed")
    assert [flip.id for flip in whole.lost] == [str(n) for n in range(10)]


def test_a_drop_within_the_line_passes_however_significant(tmp_path: Path) -> None:
    assert held(tmp_path, dropped(0), dropped(0.05), max_drop=0.06).passed


def test_a_drop_that_may_be_chance_passes(tmp_path: Path) -> None:
    assert held(tmp_path, dropped(0, 40), dropped(0.1, 40)).passed


def test_a_gain_passes(tmp_path: Path) -> None:
    assert held(tmp_path, dropped(0.2), dropped(0)).passed


def test_more_attacks_that_succeed_are_a_regression(tmp_path: Path) -> None:
    assert not held(tmp_path, dropped(0.2), dropped(0), higher_is_safer=False).passed
    assert held(tmp_path / "other", dropped(0), dropped(0.2), higher_is_safer=False).passed


def test_a_category_that_falls_is_seen_though_the_whole_rises(tmp_path: Path) -> None:
    before = [Asked(f"{c}{n}", float(c == "a"), category=c) for c in "ab" for n in range(100)]
    after = [Asked(f"{c}{n}", float(c == "b" or n >= 15), category=c) for c in "ab" for n in range(100)]
    found = held(tmp_path, before, after)
    assert {check.name: check.status for check in found.checks} == {
        "scored": "passed", "whole": "passed", "category a": "failed", "category b": "passed",
    }  # fmt: skip


def test_a_gate_never_passes_on_answers_that_were_not_scored(tmp_path: Path) -> None:
    found = held(tmp_path, answers([1.0] * 50), answers([None] * 10 + [1.0] * 40))
    assert found.checks[0].status == "failed"
    assert not found.passed


def test_a_gate_that_cannot_see_the_allowed_drop_says_so(tmp_path: Path) -> None:
    found = held(tmp_path, dropped(0, 40), dropped(0.1, 40), max_drop=0.01)
    assert any("passing says little" in warning for warning in found.warnings)


def test_junit_has_a_case_per_check_and_counts_its_failures(tmp_path: Path) -> None:
    found = held(tmp_path, dropped(0), dropped(0.05), max_drop=0.0)
    root = ElementTree.fromstring(comparison_ci.junit(found))
    (suite,) = root
    cases = suite.findall("testcase")
    assert root.tag == "testsuites"
    assert suite.get("tests") == root.get("tests") == str(len(cases)) == "3"
    assert suite.get("failures") == str(len(suite.findall("testcase/failure"))) == "2"
    assert all(case.get("name") and case.get("classname") for case in cases)


def test_junit_survives_hostile_names(tmp_path: Path) -> None:
    name = "a<b>&\"'\x00\x1b]]>\ud800"
    found = held(tmp_path, [Asked("1", 1.0)], [Asked("1", 0.0)])
    dirty = Gate(comparison=found.comparison, max_drop=0.0, level=0.05, checks=found.checks, warnings=(name,))
    root = ElementTree.fromstring(comparison_ci.junit(dirty).encode("utf-8"))
    assert "a<b>&" in (root.findtext("testsuite/system-err") or "")


def test_sarif_says_what_the_standard_asks_for(tmp_path: Path) -> None:
    found = held(tmp_path, dropped(0), dropped(0.05))
    log = json.loads(comparison_ci.sarif(found, "1.0"))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "Plimsoll"
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    assert all(rule["shortDescription"]["text"] for rule in driver["rules"])
    assert isinstance(run["invocations"][0]["executionSuccessful"], bool)
    for result in run["results"]:
        assert result["message"]["text"]
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["kind"] in KINDS
        assert result["level"] in LEVELS
        # Section 3.27.10: what is no failure has the level none.
        assert (result["kind"] == "fail") == (result["level"] != "none")
        for place in [*result["locations"], *result.get("relatedLocations", [])]:
            physical = place["physicalLocation"]
            assert physical["artifactLocation"]["uri"].startswith("file:///")
            assert physical.get("region", {"startLine": 1})["startLine"] >= 1
    failed = [result for result in run["results"] if result["kind"] == "fail"]
    assert len({place["id"] for place in failed[0]["relatedLocations"]}) == 10


def test_a_lost_question_is_found_at_the_line_that_sarif_names(tmp_path: Path) -> None:
    found = held(tmp_path, dropped(0), dropped(0.05))
    log = json.loads(comparison_ci.sarif(found, "1.0"))
    place = log["runs"][0]["results"][1]["relatedLocations"][3]
    line = place["physicalLocation"]["region"]["startLine"]
    lines = (tmp_path / "after" / "records.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lines[line - 1])["sample"]["id"] == place["message"]["text"].partition(":")[0]


def test_twelve_questions_that_fall_from_half_to_a_twelfth_fail_by_default(tmp_path: Path) -> None:
    before = [Asked(str(n), float(n < 6), category="abc"[n % 3]) for n in range(12)]
    after = [Asked(str(n), float(n < 1), category="abc"[n % 3]) for n in range(12)]
    found = held(tmp_path, before, after, max_drop=0.0)
    assert not found.passed
    assert "passing says little" in found.warnings[-1]


def test_a_gate_says_where_nothing_could_fail(tmp_path: Path) -> None:
    found = held(tmp_path, answers([1.0, 1.0]), answers([0.0, 0.0]), max_drop=0.0)
    assert found.passed
    assert "no loss could fail here: passing says nothing" in found.warnings[-1]
    assert found.checks[1].sees is None


def test_a_gate_over_many_questions_has_nothing_to_warn_of(tmp_path: Path) -> None:
    found = held(tmp_path, dropped(0.1), dropped(0.1))
    assert found.passed
    assert found.warnings == ()
    whole = found.checks[1]
    assert whole.sees is not None
    assert 0.02 < whole.sees < 0.07
    assert f"losses from {100 * whole.sees:.1f} points on are seen" in whole.message


def test_a_loss_of_just_what_is_allowed_passes(tmp_path: Path) -> None:
    found = held(tmp_path, dropped(0), dropped(0.0225), max_drop=0.02)
    assert found.passed
    assert found.checks[1].p > 0.3


def test_a_run_must_show_that_it_lost_less(tmp_path: Path) -> None:
    (same,) = compare(two_runs(tmp_path / "same", dropped(0), dropped(0)), settings=Settings(draws=200))
    (few,) = compare(two_runs(tmp_path / "few", dropped(0, 40), dropped(0, 40)), settings=Settings(draws=200))
    assert shown(same, 0.02).passed
    assert not shown(few, 0.02).passed
    assert gate(few, 0.02).passed
    assert "that less was lost must be shown" in shown(few, 0.02).checks[1].message
    with pytest.raises(UserError, match="needs a --max-drop above 0"):
        shown(same, 0.0)


def test_benchmarks_of_a_suite_share_the_chance_of_error(tmp_path: Path) -> None:
    pairs = [
        compare(
            two_runs(tmp_path / str(n), dropped(0, 200), dropped(drop, 200)), settings=Settings(draws=200)
        )[0]
        for n, drop in enumerate((0.025, 0.15, 0.0, 0.0))
    ]
    alone = gate(pairs[0], 0.0)
    together = gates(pairs, 0.0, 0.05)
    assert not alone.passed
    assert [each.passed for each in together] == [True, False, True, True]
    assert together[1].level == 0.05 / 4
    assert together[0].level == 0.05 / 3


def test_a_suite_is_one_file_for_machines(tmp_path: Path) -> None:
    found = held(tmp_path, dropped(0), dropped(0.05))
    root = ElementTree.fromstring(comparison_ci.junit(found, found))
    assert (root.get("tests"), len(root)) == ("6", 2)
    assert len(json.loads(comparison_ci.sarif([found, found], "1.0"))["runs"]) == 2


def test_two_checks_share_no_fingerprint_and_it_holds_no_name(tmp_path: Path) -> None:
    """Attack: `x/y` of `z` and `x` of `y/z`, or a name that commands a terminal."""
    found = held(tmp_path, dropped(0), dropped(0.05))
    comparison = found.comparison
    prints: set[str] = set()
    for benchmark, model in (("x/y", "z"), ("x", "y/z"), ("x", "y\x1b[2J")):
        other = replace(comparison, benchmark=benchmark, after=replace(comparison.after, model=model))
        made = Gate(comparison=other, max_drop=0.0, level=0.05, checks=found.checks, warnings=())
        (run,) = json.loads(comparison_ci.sarif(made, "1.0"))["runs"]
        prints |= {each["partialFingerprints"]["check/v2"] for each in run["results"]}
    assert len(prints) == 3 * len(found.checks)
    assert all(len(each) == 32 and each.isalnum() for each in prints)


@pytest.mark.parametrize("drop", [0.1, 0.3])
def test_nine_epochs_of_the_same_answers_make_a_gate_no_surer_and_ask_for_no_more_questions(
    tmp_path: Path, drop: float
) -> None:
    def asked(often: int, lost: float) -> list[Asked]:
        return [
            Asked(f"q{n}", float(n >= lost * 20), category="ab"[n % 2], epoch=epoch)
            for epoch in range(often)
            for n in range(20)
        ]

    once, often = (held(tmp_path / str(n), asked(n, 0), asked(n, drop)) for n in (1, 9))
    assert [(check.status, check.p, check.sees) for check in often.checks] == [
        (check.status, pytest.approx(check.p), pytest.approx(check.sees)) for check in once.checks
    ]
    for alone, repeated in zip(once.comparison.differences, often.comparison.differences, strict=True):
        assert (repeated.low, repeated.high, repeated.p) == pytest.approx((alone.low, alone.high, alone.p))
        assert repeated.detectable == pytest.approx(alone.detectable)
        assert repeated.needed == alone.needed
