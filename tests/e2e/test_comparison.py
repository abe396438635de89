"""Comparing, gating, stopping early and signing, through the command line."""

import json
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.pairs import answers, run_of
from tests.support.shell import Finished, plimsoll

STARTER = "safetybench:split=starter,language=both"
signing = pytest.mark.skipif(find_spec("cryptography") is None, reason="the extra 'sign' is not installed")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    folder = tmp_path_factory.mktemp("compare")
    names: list[str] = []
    for model in ("scripted/letter-A", "scripted/letter-B"):
        done = plimsoll(folder, "run", STARTER, "--model", model, "--log-dir", "logs", "--json")
        assert done.code == 0, done.err
        names.append(done.last_json["run"])
    return folder, names[0], names[1]


def test_compare_shows_the_difference_and_what_it_can_see(runs: tuple[Path, str, str]) -> None:
    folder, before, after = runs
    done = plimsoll(folder, "compare", before, after, COLUMNS="80")
    assert done.code == 0, done.err
    assert "What changed, by category" in done.out
    assert "Languages against each other" in done.out
    assert "Detectable" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_compare_prints_everything_as_json(runs: tuple[Path, str, str]) -> None:
    folder, before, after = runs
    (found,) = plimsoll(folder, "compare", before, after, "--json").last_json["comparisons"]
    assert found["shared"] == 224
    assert found["differences"][0]["clusters"] == 112
    assert found["differences"][0]["draws"] == 10_000
    assert {each["category"] for each in found["parity"]} >= {"", "OFF", "PP"}
    assert len(found["flips"]) == sum(found["differences"][0][way] for way in ("gained", "lost"))


def test_compare_writes_a_page_that_holds_the_flips(runs: tuple[Path, str, str]) -> None:
    folder, before, after = runs
    done = plimsoll(folder, "compare", before, after, "--html", "page.html", "--language", "zh")
    assert done.code == 0, done.err
    page = (folder / "page.html").read_text("utf-8")
    assert '<html lang="zh-Hans">' in page
    assert "src=" not in page.partition("<body>")[0]
    assert "default-src 'none'" in page


def test_one_run_is_no_comparison(runs: tuple[Path, str, str]) -> None:
    folder, before, _ = runs
    done = plimsoll(folder, "compare", before)
    assert (done.code, "two runs or more" in done.err) == (2, True)


def gated(folder: Path, *more: str) -> Finished:
    return plimsoll(folder, "gate", "after", "--baseline", "before", *more)


def test_the_gate_exits_with_three_and_writes_for_machines(tmp_path: Path) -> None:
    run_of(tmp_path / "before", answers([1.0] * 300))
    run_of(tmp_path / "after", answers([0.0] * 30 + [1.0] * 270))
    done = gated(tmp_path, "--max-drop", "0.02", "--junit", "gate.xml", "--sarif", "gate.sarif")
    assert done.code == 3
    assert "gate failed" in done.out
    assert ElementTree.parse(tmp_path / "gate.xml").getroot().get("failures") == "2"
    results = json.loads((tmp_path / "gate.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert [result["level"] for result in results] == ["none", "error", "error"]
    address = results[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert address == "after/summary.json"
    assert gated(tmp_path, "--max-drop", "0.2").code == 0
    assert not gated(tmp_path, "--max-drop", "0.02", "--json").last_json["passed"]


def test_a_run_stops_when_it_is_known_and_says_so(tmp_path: Path) -> None:
    done = plimsoll(
        tmp_path, "run", STARTER, "--model", "scripted/random", "--until", "better-than=95%", "--json",
        "--max-connections", "5",
    )  # fmt: skip
    assert done.code == 0, done.err
    found = done.last_json
    assert found["records"] + found["saved"] == 224
    assert found["saved"] > 100
    assert "below 95%" in found["reason"]
    again = plimsoll(tmp_path, "report", found["run"])
    assert "answers saved" in again.out


def test_a_wish_that_cannot_be_read_stops_before_the_first_call(tmp_path: Path) -> None:
    done = plimsoll(tmp_path, "run", STARTER, "--model", "scripted/random", "--until", "soon")
    assert (done.code, "cannot be read" in done.err) == (2, True)
    assert not (tmp_path / "logs").exists()


@signing
def test_a_run_is_signed_and_a_changed_byte_is_named(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", answers([1.0, 0.0, 1.0]))
    home = {"PLIMSOLL_CONFIG": str(tmp_path / "config")}
    signed = plimsoll(tmp_path, "sign", "run", **home)
    assert signed.code == 0, signed.err
    public = next(line.split()[-1] for line in signed.out.splitlines() if line.startswith("public key"))
    assert (tmp_path / "config" / "signing.key").stat().st_mode & 0o777 == 0o600
    assert plimsoll(tmp_path, "verify", "run", "--key", public).code == 0
    assert plimsoll(tmp_path, "verify", "run", **home).code == 0

    body = run.records_path.read_bytes()
    run.records_path.write_bytes(body.replace(b'"id":"1"', b'"id":"7"'))
    found = plimsoll(tmp_path, "verify", "run", "--key", public)
    assert found.code == 1
    assert "line 2 was changed: the record of sample '7'" in found.out


@signing
def test_a_seal_of_a_stranger_is_told_from_one_of_a_key_that_was_named(tmp_path: Path) -> None:
    run_of(tmp_path / "run", answers([1.0]))
    plimsoll(tmp_path, "sign", "run", "--key", "theirs.pem")
    ours = plimsoll(tmp_path, "sign", "run", PLIMSOLL_CONFIG=str(tmp_path / "ours"))
    public = next(line.split()[-1] for line in ours.out.splitlines() if line.startswith("public key"))
    plimsoll(tmp_path, "sign", "run", "--key", "theirs.pem")
    assert plimsoll(tmp_path, "verify", "run", "--key", public).code == 1
    alone = plimsoll(tmp_path, "verify", "run", PLIMSOLL_CONFIG=str(tmp_path / "none"))
    assert alone.code == 0
    assert "not a key you named" in alone.out
