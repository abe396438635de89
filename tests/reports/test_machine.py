import json
import re
from pathlib import Path

from plimsoll.core import Estimate
from plimsoll.reports import machine
from plimsoll.run.keep.manifest import Manifest, Summary
from tests.support.runs import records_of, view_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats" / "report.md"


def test_every_key_is_there_even_at_its_default() -> None:
    report = json.loads(machine.render(view_of(records_of(4))))

    assert [*report] == ["format", "unread", "headline", "categories", "pooled", "weights", "run", "summary"]
    assert {*report["run"]} == {*Manifest.__struct_fields__}
    assert {*report["summary"]} == {*Summary.__struct_fields__}
    assert {*report["summary"]["estimates"][0]} == {*Estimate.__struct_fields__, "sound"}


def test_every_key_is_documented() -> None:
    documented = {*re.findall(r"`(\w+)`", DOCUMENT.read_text("utf-8"))}
    report = machine.report(view_of(records_of(4)))
    keys = {*report, *report["headline"][0], *report["run"], *report["summary"]}

    assert keys <= documented


def test_a_row_says_how_the_result_stands_against_guessing() -> None:
    report = machine.report(view_of(records_of(30)))
    (whole,) = report["headline"]

    assert whole["against_random"] == "above"
    assert abs(whole["random_baseline"] - 0.35971) < 1e-4
    assert len(report["categories"]) == 14
    assert {row["language"] for row in report["categories"]} == {"zh", "en"}
