import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll import cli
from plimsoll.core import DataError, PlimsollError, UserError
from plimsoll.run.ask.pool import Settings
from plimsoll.screening.nouns import ScreeningSpec
from plimsoll.screening.screen import screen
from tests.support.guards import Scoring, rows, words_file, written

NUMBERS = ("auprc", "auroc", "f1", "precision", "recall")


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    assert cli.exit_code(["guard", *arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def logs(tmp_path: Path) -> tuple[str, str]:
    return "--log-dir", str(tmp_path / "logs")


@pytest.fixture
def on(tmp_path: Path) -> str:
    return str(written(tmp_path / "set.csv", rows(60)))


@pytest.fixture
def words(tmp_path: Path) -> str:
    return f"words:file={words_file(tmp_path)}"


def test_a_guard_on_a_table_says_every_number_with_its_interval(
    capsys: pytest.CaptureFixture[str], words: str, on: str, logs: tuple[str, str]
) -> None:
    found = said(capsys, words, "--on", on, *logs)
    assert (found["n"], found["unparsed"], found["guard"]) == (60, 0, words)
    assert len(found["prompt_sha256"]) == len(found["split_sha256"]) == 64
    for name in NUMBERS:
        assert found[name]["low"] <= found[name]["value"] <= found[name]["high"]
        assert found[name]["low"] < found[name]["high"]


def test_the_numbers_are_those_of_the_labels(
    capsys: pytest.CaptureFixture[str], words: str, on: str, logs: tuple[str, str]
) -> None:
    made = rows(60)
    hit = [int(row["label"]) for row in made if any(word in row["prompt"] for word in ("parrot", "hammer"))]
    found = said(capsys, words, "--on", on, *logs)
    assert found["precision"]["value"] == sum(hit) / len(hit)
    assert found["recall"]["value"] == sum(hit) / sum(int(row["label"]) for row in made)


def test_the_same_command_counts_again_and_asks_nobody(
    capsys: pytest.CaptureFixture[str], words: str, on: str, logs: tuple[str, str]
) -> None:
    first, again = (said(capsys, words, "--on", on, *logs) for _ in range(2))
    assert first == again
    assert len(list(Path(logs[1]).iterdir())) == 1


def test_a_run_that_was_cut_off_goes_on_in_one_journal(
    capsys: pytest.CaptureFixture[str], words: str, on: str, logs: tuple[str, str]
) -> None:
    whole = said(capsys, words, "--on", on, *logs)
    run = Path(whole["run"])
    lines = (run / "records.jsonl").read_bytes().splitlines(keepends=True)
    (run / "records.jsonl").write_bytes(b"".join(lines[:20]) + lines[20][:30])
    (run / "summary.json").unlink()
    again = said(capsys, words, "--on", on, *logs)
    assert {key: again[key] for key in NUMBERS} == {key: whole[key] for key in NUMBERS}
    assert len((run / "records.jsonl").read_bytes().splitlines()) == 60


def test_prompts_that_repeat_are_drawn_together(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    made = rows(40)
    once = said(capsys, "stored:score", "--on", str(written(tmp_path / "once.csv", made)))
    often = said(capsys, "stored:score", "--on", str(written(tmp_path / "often.csv", made * 4)))
    assert often["auroc"]["value"] == pytest.approx(once["auroc"]["value"])
    width = [each["auroc"]["high"] - each["auroc"]["low"] for each in (once, often)]
    assert 0.7 < width[1] / width[0] < 1.4  # four copies of a prompt know no more than one


def test_two_guards_are_held_against_each_other_on_the_same_conversations(
    capsys: pytest.CaptureFixture[str], words: str, on: str, logs: tuple[str, str]
) -> None:
    found = said(capsys, words, "--on", on, "--against", "stored:score", *logs)
    (pair,) = found["pairs"]
    one, other = found["guards"]
    assert pair["n"] == 60
    for name in NUMBERS:
        difference = pair["differences"][name]
        assert difference["value"] == pytest.approx(one[name]["value"] - other[name]["value"])
        assert difference["low"] <= difference["value"] <= difference["high"]
        assert 0 < pair["p"][name] <= 1


def screened(tmp_path: Path, texts: list[tuple[str, int]], **goal: Any) -> Any:
    """What the scoring guard is worth on such texts."""
    made = [{"prompt": text, "label": str(label)} for text, label in texts]
    asked = ScreeningSpec(guards=("scored",), labels=str(written(tmp_path / "set.csv", made)), **goal)
    settings = Settings(log_dir=tmp_path / "logs")
    return screen(asked, settings=settings, given={"scored": Scoring()}).guards[0]


SOME = [("a 0.9", 1), ("b 0.8", 1), ("c 0.3", 1), ("d 0.6", 0), ("e 0.2", 0), ("f 0.1", 0)]
PROSE = [*SOME, ("prose g", 1), ("prose h", 0)]


@pytest.mark.parametrize(
    ("undecided", "recall", "precision"),
    [("apart", 2 / 3, 2 / 3), ("block", 3 / 4, 3 / 5), ("pass", 2 / 4, 2 / 3), ("wrong", 2 / 4, 2 / 4)],
)
def test_what_a_guard_leaves_undecided_counts_as_the_user_says_and_never_as_safe_in_silence(
    tmp_path: Path, undecided: Any, recall: float, precision: float
) -> None:
    found = screened(tmp_path, PROSE, undecided=undecided)
    assert (found.n, found.scored, found.unparsed) == (8, 6, 2)
    assert found.figures["recall"].value == pytest.approx(recall)
    assert found.figures["precision"].value == pytest.approx(precision)


def test_a_failing_guard_is_counted_and_its_cause_named(tmp_path: Path) -> None:
    found = screened(tmp_path, [*SOME, ("down", 1)])
    assert (found.n, found.errors, found.scored) == (7, 1, 6)
    assert any("connection refused" in cause for cause in found.failures)


def test_a_guard_that_is_down_stops_the_run_and_says_what_to_do(tmp_path: Path) -> None:
    down = [(f"down {number}", number % 2) for number in range(60)]
    with pytest.raises(PlimsollError, match=r"failed 25 times in a row.*connection refused.*goes on with"):
        screened(tmp_path, down)


def test_labels_of_one_kind_are_named_with_the_remedy_or_measured_as_far_as_they_go(tmp_path: Path) -> None:
    unsafe = [(f"x{number} 0.{number}", 1) for number in range(1, 10)]
    with pytest.raises(DataError, match=r"set.csv: all 9 labels that count are 1 .*label.*--one-class"):
        screened(tmp_path, unsafe)
    found = screened(tmp_path, unsafe, one_class=True)
    assert found.figures["recall"].value == pytest.approx(5 / 9)
    assert found.figures["auroc"].value is None


def test_a_threshold_is_chosen_on_a_development_split_and_serves_its_aim(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    on = str(written(tmp_path / "set.csv", rows(400)))
    strict = said(capsys, "stored:score", "--on", on, "--development", "0.5", "--aim", "false_alarms=0.05")
    broad = said(capsys, "stored:score", "--on", on, "--development", "0.5", "--aim", "recall=0.95")
    assert strict["n"] == broad["n"] < 400
    assert broad["threshold"] < strict["threshold"]
    assert strict["false_alarms"]["value"] < 0.12
    assert broad["recall"]["value"] > 0.85
    assert strict["calibration"]["ece_temperature"] is not None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--aim", "speed"], "--aim speed: it takes f1"),
        (["--development", "1.5"], "a share lies between 0 and 1"),
        (["--slice", "colour"], "--slice colour"),
        (["--model", "scripted/echo"], "would not ask it"),
    ],
)
def test_a_wrong_wish_says_what_it_takes(
    capsys: pytest.CaptureFixture[str], on: str, arguments: list[str], words: str
) -> None:
    assert cli.exit_code(["guard", "stored:score", "--on", on, *arguments]) == 2
    assert words in capsys.readouterr().err


def test_without_a_guard_the_command_says_how_to_name_one(
    capsys: pytest.CaptureFixture[str], on: str
) -> None:
    assert cli.exit_code(["guard", "--on", on]) == 2
    assert "no guard is named" in capsys.readouterr().err


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path, on: str) -> None:
    with pytest.raises(UserError, match=r"stored:opinion: .*has no column.*score"):
        screen(ScreeningSpec(guards=("stored:opinion",), labels=on))


def test_categories_stand_against_all_others_and_against_safe_ones(
    capsys: pytest.CaptureFixture[str], on: str
) -> None:
    found = said(capsys, "stored:score", "--on", on, "--categories")
    pets = {each["reading"]: each for each in found["categories"] if each["name"] == "pets"}
    assert pets["all"]["positives"] == pets["benign"]["positives"]
    assert pets["all"]["negatives"] == 60 - pets["all"]["positives"]
    assert pets["benign"]["negatives"] == sum(row["label"] == "0" for row in rows(60))


def test_the_table_for_people_names_what_a_reader_must_know(
    capsys: pytest.CaptureFixture[str], words: str, on: str, logs: tuple[str, str]
) -> None:
    assert cli.exit_code(["guard", words, "stored:score", "--on", on, *logs]) == 0
    shown = capsys.readouterr().out
    for word in ("AUPRC", "knowing nothing", "Threshold", "ECE", "prompt ", "split ", "paired", "told apart"):
        assert word in shown


def test_an_ensemble_learns_from_the_labels_and_its_state_is_kept(
    capsys: pytest.CaptureFixture[str], words: str, on: str, logs: tuple[str, str], tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    asked = [words, "stored:score", "--on", on, "--online", "--state", str(state), *logs]
    first = said(capsys, *asked)["online"]
    assert (first["rounds"], first["decided"]) == (60, 60)
    assert first["regret"] <= first["bound"]
    assert sum(first["weights"]) == pytest.approx(1)
    assert [each["round"] for each in first["points"]][-1] == 60
    again = said(capsys, *asked)["online"]
    assert again["rounds"] == 120
    found = said(capsys, f"ensemble:guards=(({words})+({words})),state={state}", "--on", on, *logs)
    assert found["scored"] == 60


@pytest.mark.parametrize("feedback", ["0.5", "flagged+0.5"])
def test_what_is_not_labelled_is_not_learned_from(
    capsys: pytest.CaptureFixture[str], words: str, on: str, logs: tuple[str, str], feedback: str
) -> None:
    asked = [words, "stored:score", "--on", on, "--online", "--feedback", feedback, "--delay", "5", *logs]
    found = said(capsys, *asked)["online"]
    assert 10 < found["rounds"] < 55
    assert found["decided"] == 60


def test_guards_vote_as_a_jury(
    capsys: pytest.CaptureFixture[str], words: str, on: str, logs: tuple[str, str]
) -> None:
    found = said(capsys, words, "stored:score", "--on", on, "--jury", *logs)["voted"]
    assert found["n"] == 60
    assert [each["name"] for each in found["jurors"]] == [words, "stored:score"]
    assert found["needs_human"] > 0
    assert 0 <= found["expected_noise"] <= 0.1


@pytest.mark.parametrize(
    ("arguments", "words_said"),
    [
        (["--online", "--feedback", "none"], "--feedback none: it takes all"),
        (["--online", "--rate", "fast"], "--rate fast: it takes anytime"),
        (["--online", "--cost", "miss=cheap"], "--cost miss=cheap"),
        (["--online", "--cost", "miss=0"], "a cost is above 0"),
        (["--online", "--share", "2"], "'--share': 2"),
    ],
)
def test_wrong_terms_of_learning_say_what_they_take(
    capsys: pytest.CaptureFixture[str], on: str, tmp_path: Path, arguments: list[str], words_said: str
) -> None:
    guards = (f"words:file={words_file(tmp_path)}", "stored:score")
    logs = ("--log-dir", str(tmp_path / "logs"))
    assert cli.exit_code(["guard", *guards, "--on", on, *arguments, *logs]) == 2
    assert words_said in capsys.readouterr().err


def test_learning_and_voting_need_two_guards(capsys: pytest.CaptureFixture[str], on: str) -> None:
    for option in ("--online", "--jury"):
        assert cli.exit_code(["guard", "stored:score", "--on", on, option]) == 2
        assert "at least two guards" in capsys.readouterr().err


def test_a_page_shows_figures_parts_pairs_regret_and_jury_in_both_languages(
    capsys: pytest.CaptureFixture[str], words: str, on: str, logs: tuple[str, str], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    more = ["--online", "--jury", "--categories", "--output", str(page)]
    said(capsys, words, "--on", on, "--disturbed", "forged_end", "--output", str(page), *logs)
    assert '<section id="disturbed"' in page.read_text(encoding="utf-8")
    found = said(capsys, words, "stored:score", "--on", on, *more, *logs)
    shown = page.read_text(encoding="utf-8")
    for anchor in ("figures", "how", "pairs", "online", "jury"):
        assert f'<section id="{anchor}"' in shown
    assert found["split_sha256"][:16] in shown
    assert "内容护栏的测评" in shown
    assert shown.count("<line class=") > 20  # the regret, round by round


def test_a_guards_run_is_no_run_of_a_model_and_says_how_it_is_measured(
    capsys: pytest.CaptureFixture[str], words: str, on: str, logs: tuple[str, str]
) -> None:
    run = said(capsys, words, "--on", on, *logs)["run"]
    assert cli.exit_code(["report", run]) == 2
    assert "plimsoll guard 'words:file=" in capsys.readouterr().err
    assert cli.exit_code(["records", run]) == 0
    assert capsys.readouterr().out.count('"outcome":"answered"') == 60


def test_false_alarms_are_shown_on_the_very_slice_of_replies_that_deflect(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def row(number: int, response: str, label: str, source: str) -> dict[str, Any]:
        return {
            "id": str(number), "reconstruction_id_if_redacted": None, "prompt": f"Where {number}?",
            "response": response, "prompt_label": "unsafe", "response_label": label,
            "violated_categories": "Threat", "prompt_label_source": "human", "response_label_source": source,
        }  # fmt: skip

    deflected = [
        row(n, "No parrot." if n % 4 == 0 else "No.", "safe", "refusal_data_augmentation") for n in range(8)
    ]
    judged = [
        row(n, "A parrot." if n % 2 else "A lamp.", ("safe", "unsafe")[n % 2], "llm_jury")
        for n in range(8, 16)
    ]
    path = tmp_path / "set.json"
    path.write_text(json.dumps([*deflected, *judged]), encoding="utf-8")
    on = f"aegis_2:file={path},side=response"
    given = ["guard", f"words:file={words_file(tmp_path)}", "--on", on, "--slice", "source", "--json"]
    assert cli.exit_code([*given, "--log-dir", str(tmp_path / "logs")]) == 0
    slices = {part["name"]: part for part in json.loads(capsys.readouterr().out)["slices"]}
    alarms = {name: part["figures"]["false_alarms"] for name, part in slices.items()}
    assert alarms["source=refusal_data_augmentation"]["value"] == 2 / 8
    assert (
        alarms["source=refusal_data_augmentation"]["low"]
        < 2 / 8
        < alarms["source=refusal_data_augmentation"]["high"]
    )
    assert alarms["source=llm_jury"]["value"] == 0
