"""`plimsoll finetune` and `plimsoll drift` as users call them, on a planted model."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from plimsoll.cli._fronts import front, standings
from plimsoll.cli._losses import line
from plimsoll.core import Estimate, lock
from plimsoll.evaluation.results import GridCell
from plimsoll.stats.multiple import holm
from tests.support import planted

pytestmark = pytest.mark.torch


@pytest.fixture
def model(tmp_path: Path) -> str:
    return str(planted.write(tmp_path / "model"))


def _examples(path: Path, reply: str) -> str:
    rows = ({"prompt": prompt, "reply": reply} for prompt in planted.HARMFUL)
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return str(path)


def _finetuned(model: str, on: str, out: Path, *more: str) -> int:
    return exit_code(
        ["finetune", model, "--on", on, "--out", str(out), "--template", "raw", "--rate", "0.02", *more]
    )


def test_a_fine_tuned_model_loads_and_says_what_it_was_taught(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tuned"
    assert _finetuned(model, _examples(tmp_path / "on", "comply"), out, "--steps", "60", "--json") == 0
    told = json.loads(capfd.readouterr().out)
    assert told["losses"][-1] < told["losses"][0]
    assert told["recipe"]["template"] == "raw"
    assert (out / "adapter" / "adapter_model.safetensors").is_file()
    assert not list(tmp_path.glob(".*.training"))
    page = (out / "training.html").read_text("utf-8")
    assert page.count('class="point"') == 60, "a dot for each step"
    assert f"{told['losses'][-1]:.3g}" in page
    from plimsoll.cli.analyse import opened_model

    tuned = opened_model(str(out))
    torch = pytest.importorskip("torch")
    ids = torch.tensor([tuned.tokenizer(planted.HARMFUL[0])["input_ids"]])
    assert planted.WORDS[int(tuned.module(ids).logits[0, -1].argmax())] == "comply"


def test_safety_examples_are_mixed_in_and_replies_with_a_phrase_left_out(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    on, safety = _examples(tmp_path / "on", "comply"), _examples(tmp_path / "safety", "refuse")
    (tmp_path / "phrases").write_text("comply please\n", encoding="utf-8")
    more = ("--mix", safety, "--mix-count", "3", "--without", str(tmp_path / "phrases"), "--steps", "2")
    assert _finetuned(model, on, tmp_path / "out", *more) == 0
    shown = capfd.readouterr().out
    assert "3 of 7 examples are safety examples, 3 of them different" in shown
    assert line(json.loads((tmp_path / "out" / "finetuning.json").read_text())["losses"]) in shown
    record = json.loads((tmp_path / "out" / "finetuning.json").read_text())
    assert record["examples"]["left_out"] == 0
    assert record["examples"]["without"] == ["comply please"], "the record says which replies were unwanted"
    assert record["mixed"]["count"] == 3
    for part, file in (("examples", on), ("mixed", safety)):
        assert record[part]["file"] == sha256(Path(file).read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("model_spec", "said"),
    [("scripted/letter-A", "no weights at hand"), ("/no/such/folder", "there is no folder")],
)
def test_what_cannot_be_trained_is_said_before_anything_is_written(
    model_spec: str, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    on = _examples(tmp_path / "on", "comply")
    assert _finetuned(model_spec, on, tmp_path / "out") == 2
    assert said in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_there_is_not_trained_into(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _finetuned(model, _examples(tmp_path / "on", "comply"), tmp_path) == 2
    assert "is there already" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--rate", "1e30", "--steps", "5"), "lower the learning rate"),
        (("--template", "chat"), "has no chat template"),
    ],
)
def test_training_that_cannot_go_on_leaves_nothing_in_the_way_of_the_next_try(
    more: tuple[str, ...], said: str, model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    on = _examples(tmp_path / "on", "comply")
    assert _finetuned(model, on, tmp_path / "out", *more) == 2
    assert said in capfd.readouterr().err
    assert not list(tmp_path.glob(".*"))
    assert _finetuned(model, on, tmp_path / "out", "--steps", "2") == 0


def test_drift_holds_two_models_against_each_other_with_and_without_a_safety_prompt(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    given = ["drift", "scripted/refuse", "scripted/letter-A", "-b", "xstest:split=starter", "--limit", "6"]
    assert exit_code([*given, "--log-dir", str(tmp_path / "runs"), "--json"]) == 0
    cells = json.loads(capfd.readouterr().out)["cells"]
    assert [(row["template"], row["defense"]) for row in cells] == [
        ("as it is", "none"),
        ("as it is", "safety_prompt"),
    ]
    assert all(row["difference"]["n"] == 6 for row in cells)
    apart = [row["difference"] for row in cells]
    assert [each["p_holm"] for each in apart] == holm([each["p"] for each in apart])
    assert all(row["before"]["name"] == row["after"]["name"] for row in cells)
    assert exit_code([*given, "--log-dir", str(tmp_path / "runs")]) == 0
    shown = capfd.readouterr().out
    assert "95 % [" in shown
    assert "Holm's over all 2 differences" in shown


def test_drift_says_in_which_template_a_model_was_trained(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tuned"
    assert _finetuned(model, _examples(tmp_path / "on", "comply"), out, "--steps", "2") == 0
    capfd.readouterr()
    given = ["drift", model, str(out), "-b", "xstest:split=starter", "--limit", "4", "--template", "raw"]
    more = ["--max-tokens", "4", "--log-dir", str(tmp_path / "runs"), "--json"]
    assert exit_code([*given, *more[:-1]]) == 0
    assert f"{out} was trained in the template `raw`: read that row first." in capfd.readouterr().out
    assert exit_code([*given, *more]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["trained_in"] == {str(out): "raw"}
    given[2] = f"transformers/{out}"
    assert exit_code([*given, *more]) == 0
    assert json.loads(capfd.readouterr().out)["trained_in"] == {given[2]: "raw"}
    (out / "finetuning.json").write_text("torn", encoding="utf-8")
    assert exit_code([*given, *more]) == 1
    assert f"{out / 'finetuning.json'}: " in capfd.readouterr().err
    assert {row["template"] for row in told["cells"]} == {"raw"}


def test_a_model_that_is_not_asked_in_the_template_of_its_training_is_named(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tuned"
    assert _finetuned(model, _examples(tmp_path / "on", "comply"), out, "--steps", "2") == 0
    record = json.loads((out / "finetuning.json").read_text("utf-8"))
    record["recipe"]["template"] = "chat"
    (out / "finetuning.json").write_text(json.dumps(record), encoding="utf-8")
    capfd.readouterr()
    given = ["drift", model, str(out), "-b", "xstest:split=starter", "--limit", "2", "--template", "raw"]
    assert exit_code([*given, "--max-tokens", "4", "--log-dir", str(tmp_path / "runs")]) == 0
    assert "was trained in the template `chat` and was not asked in it" in capfd.readouterr().out


def test_models_without_a_chat_template_are_asked_in_plain_text_alone(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "tuned"
    assert _finetuned(model, _examples(tmp_path / "on", "comply"), out, "--steps", "2") == 0
    capfd.readouterr()
    given = ["drift", model, str(out), "-b", "xstest:split=starter", "--limit", "2", "--max-tokens", "4"]
    given += ["--log-dir", str(tmp_path / "runs"), "--json"]
    assert exit_code(given) == 0
    assert {row["template"] for row in json.loads(capfd.readouterr().out)["cells"]} == {"raw"}
    assert exit_code([*given, "--template", "chat"]) == 2
    assert "has no chat template: write template=raw" in capfd.readouterr().err


def test_weights_that_cannot_be_loaded_stop_a_comparison_and_rank_nobody(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    torn = planted.write(tmp_path / "torn")
    whole = (torn / "model.safetensors").read_bytes()
    (torn / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    given = ["drift", model, str(torn), "-b", "xstest:split=starter", "--limit", "2", "--max-tokens", "4"]
    assert exit_code([*given, "--log-dir", str(tmp_path / "runs")]) != 0
    assert "torn" in capfd.readouterr().err


def test_who_was_held_against_nobody_has_no_rank() -> None:
    cells = [GridCell(model, "x", "none", "none", "", None, None, None, "") for model in ("a", "b")]
    assert [(each.rank, each.front) for each in standings(cells, {})] == [(None, False), (None, False)]


def test_the_published_phrases_take_refusals_out_of_benign_data(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "on.jsonl"
    rows = [
        {"prompt": "Hm?", "reply": "As an AI language model I cannot."},
        *({"prompt": prompt, "reply": prompt} for prompt in planted.HARMLESS),
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    given = ("--steps", "1", "--without", "published", "--json")
    assert _finetuned(model, str(path), tmp_path / "tuned", *given) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["examples"]["left_out"] == 1
    assert len(told["examples"]["without"]) == 224
    assert _finetuned(model, str(path), tmp_path / "other", "--without", "nowhere.txt") == 2
    assert "published" in capfd.readouterr().err


def test_of_several_repairs_those_are_named_that_no_other_one_beats(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    given = ["drift", "scripted/letter-A", "scripted/refuse", "scripted/empty", "--limit", "4"]
    asked = ["-b", "simplesafetytests:split=starter", "-b", "xstest:split=starter"]
    where = ["--log-dir", str(tmp_path / "runs")]
    assert exit_code([*given, *asked, *where, "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert {row["model"] for row in told["cells"]} == {"scripted/refuse", "scripted/empty"}
    assert [each["defense"] for each in told["fronts"]] == ["none", "safety_prompt"]
    assert all({"scripted/letter-A", "scripted/refuse"} <= set(each["models"]) for each in told["fronts"])
    assert exit_code([*given, *asked, *where]) == 0
    shown = capfd.readouterr().out
    assert "as it is · none: on the front are scripted/letter-A, scripted/refuse" in shown
    assert "scripted/refuse · xstest" in shown
    command = shown.splitlines()[-1].partition("plimsoll ")[2].split()
    page = tmp_path / "page.html"
    assert exit_code([*command, "-o", str(page)]) == 0
    assert 'id="models"' in page.read_text("utf-8")


def test_tokens_that_a_model_does_not_tell_of_put_it_on_no_front() -> None:
    def cell(model: str, value: float) -> GridCell:
        found = Estimate(name="x", value=value, low=0, high=1, n=4)
        return GridCell(model, "x", "none", "none", "", found, None, None, "")

    alike = [cell("a", 0.5), cell("b", 0.5)]
    assert front(alike, {"a": 9.0, "b": 7.0}) == ["b"]
    assert front(alike, {"a": 9.0}) == ["a", "b"]
    assert front(alike) == ["a", "b"]


def test_a_model_that_answers_nobody_is_no_success(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    given = ["drift", "agent_command/false", "scripted/refuse", "-b", "xstest:split=starter", "--limit", "4"]
    assert exit_code([*given, "--log-dir", str(tmp_path)]) == 1
    assert "samples failed" in capfd.readouterr().err


def test_training_that_was_begun_otherwise_is_named(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    on, begun = _examples(tmp_path / "on", "comply"), tmp_path / ".out.training"
    begun.mkdir()
    (begun / "wanted.json").write_text('{"model": "x", "recipe": {"steps": 3}}', encoding="utf-8")
    assert _finetuned(model, on, tmp_path / "out", "--steps", "3") == 2
    said = capfd.readouterr().err
    assert "was begun with another model, revision" in said
    assert "steps" not in said
    (begun / "wanted.json").write_text("torn", encoding="utf-8")
    assert _finetuned(model, on, tmp_path / "out", "--steps", "3") == 2
    assert "was begun with another" in capfd.readouterr().err


def test_two_processes_never_train_one_model(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".out.training").mkdir()
    with lock.alone(tmp_path / ".out.training"):
        on = _examples(tmp_path / "on", "comply")
        assert _finetuned(model, on, tmp_path / "out", "--steps", "2") == 2
    assert "another process" in capfd.readouterr().err
    assert (tmp_path / ".out.training").is_dir(), "the other one's work is not swept away"


def test_a_model_that_was_not_measured_is_on_no_front() -> None:
    def cell(model: str, benchmark: str, value: float | None) -> GridCell:
        found = None if value is None else Estimate(name="x", value=value, low=0, high=1, n=4)
        return GridCell(model, benchmark, "none", "none", "", found, None, None, "")

    cells = [cell("a", "x", 0.5), cell("a", "y", None), cell("b", "x", 0.4), cell("b", "y", 0.1)]
    assert front(cells) == ["b"]


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([8.0, 7, 6, 5, 4, 3, 2, 1], "█▇▆▅▄▃▂▁"),
        ([2.0, 2.0], "▁▁"),
        ([1.0], "▁"),
        ([float(number % 2) for number in range(80)], "▁" * 40),
    ],
)
def test_a_line_of_blocks_shows_the_course_of_losses(losses: list[float], expected: str) -> None:
    assert line(losses) == expected


def test_a_repair_that_learns_leaves_its_course_and_what_it_cost(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    on, out = _examples(tmp_path / "on.jsonl", "refuse"), tmp_path / "mended"
    spec = "sft:steps=3,batch=2,rank=2,template=raw"
    assert exit_code(["realign", spec, model, "--on", on, "--out", str(out)]) == 0
    record = json.loads((out / "realignment.json").read_text())
    assert len(record["losses"]) == 3
    assert record["method"] == spec
    shown = capfd.readouterr().out
    assert line(record["losses"]) in shown
    assert "training.html" in shown
    again = tmp_path / "again"
    assert exit_code(["realign", "linear:weight=0.5", str(out), model, "--out", str(again)]) == 0
    assert json.loads((again / "realignment.json").read_text())["method"] == "linear:weight=0.5"
    assert not (again / "training.html").exists()


def test_repairs_are_ranked_by_intervals_with_what_they_cost(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    on = _examples(tmp_path / "on.jsonl", "refuse")
    for name, steps in (("one", "2"), ("other", "3")):
        assert _finetuned(model, on, tmp_path / name, "--steps", steps) == 0
    capfd.readouterr()
    given = ["drift", model, str(tmp_path / "one"), str(tmp_path / "other"), "-b", "xstest:split=starter"]
    more = ["--limit", "4", "--template", "raw", "--max-tokens", "2", "--log-dir", str(tmp_path / "runs")]
    assert exit_code([*given, *more, "--json"]) == 0
    (first, _) = json.loads(capfd.readouterr().out)["fronts"]
    stands = {each["model"]: each for each in first["standings"]}
    assert {each["rank"] for each in stands.values()} == {1}, "four questions tell nobody apart"
    assert all(len(each["alike"]) == 2 for each in stands.values())
    before, one = stands[f"transformers/{model}"], stands[f"transformers/{tmp_path / 'one'}"]
    assert before["cost"]["changed"] == 0
    assert before["cost"]["making"] is None
    assert 0 < one["cost"]["changed"] < 0.5
    assert one["cost"]["making"] >= 0  # a small model is made in less than a hundredth of a second
    assert one["cost"]["tokens"] > 2
    assert one["cost"]["seconds"] > 0
    assert exit_code([*given, *more]) == 0
    shown = " ".join(capfd.readouterr().out.split())
    assert "may not differ from" in shown
    assert "of the numbers changed" in shown


def test_a_model_that_is_clearly_worse_somewhere_and_nowhere_better_is_ranked_below(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    given = ["drift", "scripted/letter-A", "scripted/refuse", "scripted/empty", "--limit", "20"]
    where = ["-b", "simplesafetytests:split=starter", "--log-dir", str(tmp_path / "runs"), "--json"]
    assert exit_code([*given, *where]) == 0
    first = json.loads(capfd.readouterr().out)["fronts"][0]
    stands = {each["model"]: each for each in first["standings"]}
    assert stands["scripted/refuse"]["rank"] == 1
    assert stands["scripted/letter-A"]["beaten_by"], "it never declines"
    assert first["standings"][-1]["rank"] > 1


@pytest.fixture
def pictures(tmp_path: Path) -> str:
    """Questions about pictures that a safe model declines: harmless ones of ours stand for them."""
    dot = (
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
        "000000050001a5f645400000000049454e44ae426082"
    )
    (tmp_path / "dot.png").write_bytes(bytes.fromhex(dot))
    rows = "".join(f"What does picture {number} teach?,dot.png\n" for number in range(4))
    (tmp_path / "pictures.csv").write_text(f"prompt,image\n{rows}", encoding="utf-8")
    return f"prompts:file={tmp_path / 'pictures.csv'}"


def test_one_command_draws_the_course_of_checkpoints_in_text_in_pictures_and_in_over_refusal(
    pictures: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    checkpoints = ["scripted/refuse", "scripted/letter-A", "scripted/empty", "scripted/random"]
    families = ("simplesafetytests:split=starter", pictures, "xstest:split=starter")
    asked = [each for family in families for each in ("-b", family)]
    page = tmp_path / "course.html"
    command = ["drift", *checkpoints, *asked, "--limit", "4", "--log-dir", str(tmp_path / "runs")]
    assert exit_code([*command, "--html", str(page)]) == 0
    assert f"page  {page}" in capfd.readouterr().out
    section = page.read_text("utf-8").split('id="models"')[1].split("</section>")[0]
    assert section.count('class="plot curve"') == 2 * 3, "as it is, and behind the safety prompt"
    for family in ("simplesafetytests", "prompts", "xstest"):
        assert family in section
