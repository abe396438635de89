"""`plimsoll taxonomy` as it is called."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import plimsoll
from plimsoll import registry
from plimsoll.cli import exit_code
from plimsoll.cli.taxonomy import command
from plimsoll.core import PlimsollError
from plimsoll.data.locate import MissingData
from plimsoll.run.ask import suite
from plimsoll.taxonomies.covered import measured

STARTERS = [entry.benchmark for entry in suite.load("suite/starter").run]


def called(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


@pytest.mark.parametrize("spec", STARTERS)
def test_what_is_written_of_a_benchmark_is_what_it_says_itself(spec: str) -> None:
    try:
        built = registry.build("benchmarks", spec)
    except (MissingData, PlimsollError) as error:
        pytest.skip(str(error))
    known = measured().get(spec.partition(":")[0])
    if known is None:
        pytest.skip("not listed: it is built and asked")
    told = set(built.hazards.values()) - {"H00"} if built.measures == "safety" else set()
    assert told <= set(known)


def test_every_gap_of_a_suite_is_named() -> None:
    shown = called("coverage", "suite/starter")
    assert shown.exit_code == 0
    found = json.loads(called("coverage", "suite/starter", "--json").output)
    assert found["gaps"]
    assert all(f"{code} " in shown.output.rpartition("gaps: ")[2] for code in found["gaps"])
    assert found["mapping"]


def test_a_run_is_counted_by_what_was_scored(tmp_path: Path) -> None:
    run = plimsoll.evaluate(
        "simplesafetytests:split=starter", "scripted/refuse", cache=False, log_dir=tmp_path, progress=False
    )
    found = json.loads(called("coverage", str(run.path), "--json").output)
    assert sum(row["items"] for row in found["rows"]) == len(run.records)
    whole = json.loads(called("coverage", str(tmp_path), "--json").output)
    assert whole["rows"] == found["rows"]


def test_csv_and_markdown_have_a_row_for_every_hazard() -> None:
    rows = list(csv.DictReader(io.StringIO(called("coverage", "xstest", "--format", "csv").output)))
    assert len(rows) == 35
    assert {row["status"] for row in rows} == {"gap"}
    assert called("coverage", "xstest", "--format", "md").output.count("\n") == 37


def test_a_fork_is_signed_and_a_changed_letter_is_found(tmp_path: Path) -> None:
    path, key = tmp_path / "acme.json", tmp_path / "key.pem"
    assert called("fork", "acme", "--change", "aegis-2:S16=H14,H15", "-o", str(path)).exit_code == 0
    signed = called("sign", str(path), "--key", str(key))
    public = signed.output.rpartition("public key")[2].strip()
    found = json.loads(called("verify", str(path), "--key", public, "--json").output)
    assert (found["name"], found["trusted"]) == ("acme", True)
    assert "H14 H15" in called("diff", str(path)).output
    assert (
        "16 Financial Crimes"
        in called("convert", "aegis-2:S16", "sorry-bench", "--mapping", str(path)).output
    )
    body = json.loads(path.read_text("utf-8"))
    body["payload"] = body["payload"][:-8] + "AAAA" + body["payload"][-4:]
    path.write_text(json.dumps(body), encoding="utf-8")
    assert exit_code(["taxonomy", "verify", str(path)]) == 1
    assert exit_code(["taxonomy", "show", "aegis-2", "--mapping", str(path)]) == 1


def test_a_scorecard_is_printed_as_a_file_that_can_be_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(called("scorecard").output.replace('"no"', '"yes"'), encoding="utf-8")
    assert json.loads(called("scorecard", str(path), "--json").output)["share"] == 1.0


@pytest.mark.parametrize(
    "arguments",
    [
        ("coverage", "no_such_benchmark"),
        ("coverage", "xstest", "--taxonomy", "nist-ai-600-2"),
        ("coverage", "xstest", "--documented", "W9.9"),
        ("show", "aegis-9"),
        ("convert", "aegis-2:S99", "sorry-bench"),
        ("fork", "x", "--change", "aegis-2"),
        ("verify", "nowhere.json"),
    ],
)
def test_what_is_not_known_is_named_with_a_remedy(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["taxonomy", *arguments]) == 2
    assert capsys.readouterr().err.startswith("plimsoll: ")
