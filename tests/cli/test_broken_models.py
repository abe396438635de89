"""A model's folder that is not as it should be, for every command that works on weights: one sentence."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import exit_code
from tests.support import planted
from tests.support.tiny import CHAT

pytestmark = pytest.mark.torch
NAME = "model.layers.1.self_attn.v_proj.weight"


def _weights(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    from safetensors.torch import load_file, save_file

    held = load_file(folder / "model.safetensors")
    change(held)
    save_file(held, folder / "model.safetensors", {"format": "pt"})


def _config(folder: Path, **settings: Any) -> None:
    path = folder / "config.json"
    told = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**told, **settings}), encoding="utf-8")


def _written(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def _gone(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def _led_nowhere(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors").symlink_to(folder / "nowhere")


def _other_words(folder: Path) -> None:
    """The tokenizer of a larger model."""
    path = folder / "tokenizer.json"
    told = json.loads(path.read_text("utf-8"))
    words = told["model"]["vocab"]
    words |= {f"word{number}": len(words) + number for number in range(20)}
    path.write_text(json.dumps(told), encoding="utf-8")


def _shard_lost(folder: Path) -> None:
    listed = {"weight_map": {NAME: "model-00001-of-00002.safetensors"}, "metadata": {}}
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps(listed), encoding="utf-8")


def _in_eight_bits(folder: Path) -> None:
    import torch

    _weights(folder, lambda held: held.update({NAME: held[NAME].to(torch.float8_e4m3fn)}))


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "nan": (lambda folder: _weights(folder, lambda held: held[NAME].fill_(math.nan)), "NaN"),
    "infinite": (lambda folder: _weights(folder, lambda held: held[NAME][0].fill_(math.inf)), "infinite"),
    "empty weights": (_written("model.safetensors", ""), "model.safetensors"),
    "weights that are text": (_written("model.safetensors", "version https://git-lfs"), "model.safetensors"),
    "weights gone": (_gone("model.safetensors"), "safetensors"),
    "weights that lead nowhere": (_led_nowhere, "safetensors"),
    "pickled": (
        lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"),
        "safetensors",
    ),
    "a tensor gone": (lambda folder: _weights(folder, lambda held: held.pop(NAME)), NAME),
    "a tensor of another shape": (
        lambda folder: _weights(folder, lambda held: held.update({NAME: held[NAME][:1].clone()})),
        "model",
    ),
    "a layer more than it says": (lambda folder: _config(folder, num_hidden_layers=2), "model.layers.2"),
    "a layer less than it says": (lambda folder: _config(folder, num_hidden_layers=4), "model.layers.3"),
    "numbers of eight bits": (_in_eight_bits, "F8_E4M3"),
    "a shard gone": (_shard_lost, "model-00001-of-00002"),
    "settings torn": (_written("config.json", '{"model_type": '), "config.json"),
    "settings that are a list": (_written("config.json", "[]"), "config"),
    "settings of nothing": (_written("config.json", "{}"), "model"),
    "settings of a kind that nobody knows": (lambda folder: _config(folder, model_type="martian"), "martian"),
    "heads that do not divide": (lambda folder: _config(folder, num_attention_heads=0), "model"),
    "settings gone": (_gone("config.json"), "config.json"),
    "tokenizer torn": (_written("tokenizer.json", '{"model": '), "model"),
    "tokenizer of another kind": (_written("tokenizer.json", "[]"), "model"),
    "tokenizer of a larger model": (_other_words, "tokenizer writes token 31"),
}


def _examples(path: Path) -> Path:
    rows = ({"prompt": prompt, "reply": "refuse"} for prompt in planted.HARMFUL)
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def _prompts(path: Path, prompts: tuple[str, ...]) -> Path:
    path.write_text("\n".join(prompts), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return planted.write(tmp_path / "model", template=CHAT)


def _analyse(folder: Path, tmp_path: Path) -> list[str]:
    harmful, harmless = tmp_path / "harmful.txt", tmp_path / "harmless.txt"
    given = [
        "--harmful", str(_prompts(harmful, planted.HARMFUL)),
        "--harmless", str(_prompts(harmless, planted.HARMLESS)),
    ]  # fmt: skip
    return ["analyse", "ships:template=raw", str(folder), *given, "--log-dir", str(tmp_path / "new")]


def _finetune(folder: Path, tmp_path: Path) -> list[str]:
    on, more = _examples(tmp_path / "on.jsonl"), ["--template", "raw", "--steps", "1"]
    return ["finetune", str(folder), "--on", str(on), "--out", str(tmp_path / "new" / "out"), *more]


def _realign(folder: Path, tmp_path: Path) -> list[str]:
    on, spec = _examples(tmp_path / "on.jsonl"), "sft:steps=1,batch=1,template=raw"
    return ["realign", spec, str(folder), "--on", str(on), "--out", str(tmp_path / "new" / "out")]


COMMANDS = {"analyse": _analyse, "finetune": _finetune, "realign": _realign}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_model_that_cannot_be_worked_on_is_told_in_one_sentence_and_nothing_is_left(
    fault: str, command: str, folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spoil, said = FAULTS[fault]
    spoil(folder)
    assert exit_code(COMMANDS[command](folder, tmp_path)) in (1, 2)
    told = capfd.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) <= 2
    left = [path.name for path in (tmp_path / "new").rglob("*") if path.name != "findings"]
    assert left == []


def test_a_prompt_of_which_nothing_is_left_is_told(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    prompts = [str(_prompts(tmp_path / name, ("flag",))) for name in ("harmful.txt", "harmless.txt")]
    command = ["analyse", "attribution:template=raw,refusal=refuse,compliance=comply", str(folder)]
    asked = ["--harmful", prompts[0], "--harmless", prompts[1], "--log-dir", str(tmp_path / "new")]
    assert exit_code([*command, *asked]) == 2
    assert "has no token: write longer ones" in capfd.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_the_same_model_unspoilt_is_worked_on(command: str, folder: Path, tmp_path: Path) -> None:
    assert exit_code(COMMANDS[command](folder, tmp_path)) == 0
