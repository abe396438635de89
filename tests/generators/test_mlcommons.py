import json
from collections import Counter
from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from plimsoll.core import UserError
from plimsoll.generators.mlcommons import mlcommons
from tests.support.generating import generated, killed, rows


def test_every_beginning_of_the_set_has_all_templates_and_fragments_about_equally_often(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = generated(capsys, "mlcommons", tmp_path / "set", "--quota", "30")
    assert told["kept"] == told["wanted"] == 60
    made = [row["made_of"] for row in rows(tmp_path / "set" / "samples.jsonl")]
    of_library = [each for each in made if "book" in each["fragment"] or "recipe" in each["fragment"]]
    for key in ("template", "fragment"):
        counted = Counter(each[key] for each in of_library).values()
        assert max(counted) - min(counted) <= 1 + (key == "fragment")


def test_a_prompt_is_its_template_with_its_fragment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[[templates]]\ninteraction = "asking"\npersona = "typical"\n'
        'texts = ["May I {fragment}?", "{fragment}!"]\n',
        encoding="utf-8",
    )
    told = generated(capsys, f"mlcommons:templates={own},personas=typical", tmp_path / "set", "--quota", "50")
    assert (told["kept"], told["wanted"]) == (12, 100)
    for row in rows(tmp_path / "set" / "samples.jsonl"):
        texts = {"t01": "May I {}?", "t02": "{}!"}
        assert row["prompt"] == texts[row["made_of"]["template"]].format(row["made_of"]["fragment"])


def test_fragments_are_written_where_a_risk_has_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "risks.toml"
    config.write_text('[[risks]]\nid = "garden"\ndefinition = "About gnomes."\n', encoding="utf-8")
    told = generated(capsys, "mlcommons", tmp_path / "set", "--risks", str(config), "--quota", "24")
    assert told["kept"] == 24
    fragments = {row["made_of"]["fragment"] for row in rows(tmp_path / "set" / "samples.jsonl")}
    assert len(fragments) > 1


def test_a_model_that_refuses_to_write_fragments_leaves_a_hole_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "risks.toml"
    config.write_text('[[risks]]\nid = "garden"\ndefinition = "About gnomes."\n', encoding="utf-8")
    told = generated(capsys, "mlcommons:attacker=scripted/refuse", tmp_path / "set", "--risks", str(config))
    assert told["holes"] == ["garden"]
    assert told["rejected_for"] == {"the model refused": 1}


def test_a_killed_one_ends_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    killed("mlcommons", tmp_path / "cut", "--quota", "50", after=20)
    generated(capsys, "mlcommons", tmp_path / "cut", "--quota", "50")
    generated(capsys, "mlcommons", tmp_path / "whole", "--quota", "50")
    assert (tmp_path / "cut" / "samples.jsonl").read_bytes() == (
        tmp_path / "whole" / "samples.jsonl"
    ).read_bytes()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("templates = []", "holds no template"),
        ('[[templates]]\ninteraction = "a"\npersona = "typical"\ntexts = ["no slot"]', "exactly once"),
        ("templates = 3", "Expected"),
        ("x", "after a key"),
    ],
)
def test_bad_templates_are_one_sentence(
    text: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "templates.toml"
    file.write_text(text, encoding="utf-8")
    assert exit_code(["generate", f"mlcommons:templates={file}", "--out", str(tmp_path / "set")]) == 1
    said = capsys.readouterr().err
    assert told in said
    assert not (tmp_path / "set").exists()


def test_an_unknown_persona_is_named_with_those_that_there_are() -> None:
    with pytest.raises(UserError, match="no template speaks as 'royal': there are typical, malicious"):
        mlcommons(personas="typical+royal")


def test_the_set_runs_as_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generated(capsys, "mlcommons", tmp_path / "set")
    assert exit_code(["samples", str(tmp_path / "set")]) == 0
    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(shown) == 10
    assert {row["category"] for row in shown} == {"manners/library", "manners/street"}
