"""The contracts that scripts rely on, through the command line."""

import json
from pathlib import Path

import pytest

from tests.support.shell import Finished, plimsoll

STARTER = "safetybench:split=starter"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Finished]:
    folder = tmp_path_factory.mktemp("e2e")
    done = plimsoll(folder, "run", STARTER, "--model", "scripted/letter-B", "--log-dir", "out", "--json")
    assert done.code == 0, done.err
    return folder, done


def test_run_ends_with_the_folder_and_the_estimates(finished: tuple[Path, Finished]) -> None:
    folder, done = finished
    assert (folder / done.last_json["run"] / "run.json").is_file()
    assert done.last_json["run"].startswith("out/")
    accuracy = next(
        one for one in done.last_json["estimates"] if one["name"] == "accuracy" and not one.get("group")
    )
    assert 0 < accuracy["low"] < accuracy["value"] < accuracy["high"] < 1
    assert accuracy["n"] == 112


def test_records_print_id_epoch_and_outcome(finished: tuple[Path, Finished]) -> None:
    folder, done = finished
    rows = plimsoll(folder, "records", done.last_json["run"]).rows
    assert len(rows) == 112
    assert {"id", "epoch", "outcome"} <= set(rows[0])
    whole = plimsoll(folder, "records", done.last_json["run"], "--id", rows[5]["id"]).last_json
    assert whole["sample"]["id"] == rows[5]["id"]


def test_the_newest_run_is_meant_when_none_is_named(finished: tuple[Path, Finished]) -> None:
    folder, _ = finished
    assert len(plimsoll(folder, "records", "--log-dir", "out").rows) == 112


def test_samples_print_the_exact_text_sent() -> None:
    rows = plimsoll(Path.cwd(), "samples", f"{STARTER},language=en", "--limit", "2").rows
    assert rows[0]["prompt"].startswith("Question: ")
    assert rows[0]["prompt"].endswith("\nAnswer:")
    assert {"id", "prompt"} <= set(rows[0])


@pytest.mark.parametrize("form", ["html", "md", "json"])
def test_reports_are_written_into_the_run_folder(finished: tuple[Path, Finished], form: str) -> None:
    folder, done = finished
    written = plimsoll(folder, "report", done.last_json["run"], "--format", form)
    assert written.code == 0, written.err
    path = folder / written.out.strip()
    assert path.name == f"report.{form}"
    assert path.stat().st_size > 1000


def test_the_table_shows_every_category_and_the_baseline(finished: tuple[Path, Finished]) -> None:
    folder, done = finished
    table = plimsoll(folder, "report", done.last_json["run"]).out
    for word in (
        "Offensiveness",
        "Unfairness",
        "Physical",
        "Mental",
        "Illegal",
        "Ethics",
        "Privacy",
        "random",
    ):
        assert word.lower() in table.lower()


def test_judging_anew_asks_no_model_and_makes_a_run_of_its_own(finished: tuple[Path, Finished]) -> None:
    folder, done = finished
    judged = plimsoll(folder, "judge", done.last_json["run"], "--json")
    assert judged.code == 0, judged.err
    assert judged.last_json["run"] != done.last_json["run"]
    assert judged.last_json["estimates"] == done.last_json["estimates"]


def test_the_same_command_again_uses_the_cache(tmp_path: Path) -> None:
    command = ("run", STARTER, "--model", "scripted/letter-A", "--json")
    first, second = plimsoll(tmp_path, *command).last_json, plimsoll(tmp_path, *command).last_json
    assert first["run"] != second["run"]
    summary = json.loads((tmp_path / second["run"] / "summary.json").read_text())
    assert summary["cached"] == 112
    info = plimsoll(tmp_path, "cache", "info", "--json").last_json
    assert info["responses"] == 112
    assert plimsoll(tmp_path, "cache", "clear", "--yes").code == 0
    assert plimsoll(tmp_path, "cache", "info", "--json").last_json["responses"] == 0


def test_underscores_and_hyphens_are_alike(tmp_path: Path) -> None:
    done = plimsoll(
        tmp_path, "run", STARTER, "--model", "scripted/letter-A", "--log_dir", "x", "--max-connections", "2",
        "--num_fewshot", "0", "--system_prompt", "Be brief.", "--limit", "3", "--json", "--no-cache",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert done.last_json["records"] == 3
    manifest = json.loads((tmp_path / done.last_json["run"] / "run.json").read_text())
    assert manifest["spec"]["system_prompt"] == "Be brief."


def test_a_dry_run_asks_nothing_and_names_calls_tokens_and_cost(tmp_path: Path) -> None:
    done = plimsoll(tmp_path, "run", STARTER, "--model", "scripted/letter-A", "--dry-run", "--json")
    assert done.last_json["forecast"]["calls"] == 112
    assert done.last_json["forecast"]["input_tokens"] > 1000
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("run", "safteybench"), "did you mean safetybench"),
        (("run", STARTER, "--model", "opena/gpt"), "did you mean openai"),
        (("run", STARTER, "--modl", "x"), "--model"),
        (("run", f"{STARTER},shot=5"), "did you mean shots"),
        (("run", f"{STARTER},language=fr"), "zh | en"),
        (("run", STARTER, "-M", "nonsense"), "key=value"),
        (("run", STARTER, "--limit", "0"), "--limit"),
        (("run", STARTER, "--model", "openai/gpt-4o", "-M", "api_key=sk-1"), "environment"),
        (("run", STARTER, "--model", "scripted/letter-A", "-M", "latencyy=3"), "did you mean latency"),
        (("run",), "plimsoll list benchmarks"),
        (("rnu",), "did you mean run"),
        (("report", "nowhere"), "no run folder"),
        (("score", STARTER, "--predictions", "missing.json"), "missing.json"),
        (("run", STARTER, "--model", "scripted/letter-A", "--max-cost", "1"), "--prices"),
        (("run", STARTER, "-J", "temperature=0"), "--judge-model"),
        (
            ("calibrate", "refusal", "--labels", "starter", "--judge-model", "scripted/refuse"),
            "would not ask it",
        ),
        (("calibrate", "refusal", "--labels", "starter:event=refusal", "--need", "nan"), "--need"),
        (("calibrate", "refusal", "--labels", "starter:event=refusal", "--threshold", "nan"), "--threshold"),
        (("run", "suite/quick", "--num-fewshot", "3"), "a suite is run by itself"),
        (("run", "suite/quick", "--paired", "--system-prompt", "Be kind."), "--paired"),
    ],
)
def test_wrong_use_says_what_to_change_and_exits_2(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = plimsoll(tmp_path, *arguments)
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
    assert "Traceback" not in done.err
    assert "sk-1" not in done.err
    assert not (tmp_path / "logs").exists()


@pytest.mark.parametrize("model", ["scripted", "scripted/letter-A", "scripted/random"])
def test_a_run_is_resumed_however_its_model_was_spelled(tmp_path: Path, model: str) -> None:
    first = plimsoll(tmp_path, "run", STARTER, "--model", model, "--limit", "5", "--json")
    again = plimsoll(tmp_path, "run", "--resume", first.last_json["run"], "--json")
    assert again.code == 0, again.err
    assert again.last_json["records"] == 5


def test_a_resumed_run_stays_what_it_was(tmp_path: Path) -> None:
    first = plimsoll(tmp_path, "run", STARTER, "--model", "scripted", "--limit", "5", "--json")
    again = plimsoll(tmp_path, "run", "--resume", first.last_json["run"], "--seed", "9")
    assert again.code == 2
    assert "--seed would make another run" in again.err


def test_a_typo_in_the_last_benchmark_is_found_before_the_first_is_run(tmp_path: Path) -> None:
    done = plimsoll(tmp_path, "run", STARTER, "safetybench:split=nope", "--model", "scripted")
    assert done.code == 2
    assert not (tmp_path / "logs").exists()


def test_a_defense_that_cannot_be_built_leaves_no_folder(tmp_path: Path) -> None:
    done = plimsoll(tmp_path, "run", STARTER, "--model", "scripted", "--defense", "self_reminder:remindr=x")
    assert (done.code, (tmp_path / "logs").exists()) == (2, False)
    done = plimsoll(tmp_path, "run", STARTER, "--model", "scripted", "--temperature", "nan")
    assert (done.code, (tmp_path / "logs").exists()) == (2, False)


def test_missing_official_data_say_what_to_do(tmp_path: Path) -> None:
    done = plimsoll(tmp_path, "run", "safetybench", "--model", "scripted/letter-A")
    assert done.code == 2
    assert "plimsoll data pull safetybench" in done.err
