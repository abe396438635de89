import json
from pathlib import Path
from xml.etree import ElementTree

from plimsoll.comparison.compare import compare
from plimsoll.comparison.differences import Settings
from plimsoll.comparison.gate import Gate, gate
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
