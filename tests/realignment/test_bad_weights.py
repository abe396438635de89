"""Weights that cannot be used, for every repair: one sentence before the work, and nothing left behind."""

import json
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import exit_code
from plimsoll.core import UserError
from plimsoll.internals import memory
from plimsoll.internals.checkpoint import INDEX, Checkpoint
from plimsoll.internals.stored import tensors
from plimsoll.realignment.repairs import MORE
from tests.support import planted
from tests.support.repairing import KINDS, LEARNING, METHODS, specs, takes, write_rows
from tests.support.tiny import CHAT

pytestmark = pytest.mark.torch
NAME = "model.norm.weight"


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Three models of one kind, hardly apart."""
    found = [planted.write(tmp_path / name, template=CHAT) for name in ("one", "two", "three")]
    for place, folder in enumerate(found):
        _weights(folder, lambda held, place=place: held["lm_head.weight"].add_(0.01 * place))
    return found


def _weights(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    from safetensors.torch import load_file, save_file

    held = load_file(folder / "model.safetensors")
    change(held)
    save_file(held, folder / "model.safetensors", {"format": "pt"})


def _repaired(method: str, folders: list[Path], tmp_path: Path) -> int:
    on = write_rows(tmp_path / "on.jsonl", method)
    given = [str(folder) for folder in folders[: len(takes(method))]]
    spec = specs(1, 2)[method]
    return exit_code(["realign", spec, *given, "--on", str(on), "--out", str(tmp_path / "new" / "out")])


def _nothing_left(tmp_path: Path) -> bool:
    return not (tmp_path / "new").exists() or not list((tmp_path / "new").iterdir())


def _with_nan(folder: Path) -> None:
    _weights(folder, lambda held: held[NAME].__setitem__(0, math.nan))


def _cut(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def _pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def _without_settings(folder: Path) -> None:
    (folder / "config.json").write_text("{", encoding="utf-8")


def _grown(folder: Path) -> None:
    """A file that says it is larger than any disk, and is as long as it says, without taking room."""
    path = folder / "model.safetensors"
    numbers = (1 << 42) // planted.HIDDEN // 4
    header = {NAME: {"dtype": "F32", "shape": [numbers, planted.HIDDEN], "data_offsets": [0, 1 << 42]}}
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    try:
        os.truncate(path, 8 + len(text) + (1 << 42))
    except OSError:
        pytest.skip("this file system has no files with holes of that size")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_with_nan, f"{NAME} of "),
        (_cut, "model.safetensors: "),
        (_pickled, "holds no model.safetensors"),
        (_without_settings, "config.json"),
        (_grown, " GB are needed"),
    ],
)
def test_weights_that_cannot_be_used_are_told_in_one_sentence(
    spoil: Callable[[Path], None],
    said: str,
    *,
    method: str,
    folders: list[Path],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    spoil(folders[0])
    assert _repaired(method, folders, tmp_path) != 0
    told = capfd.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert _nothing_left(tmp_path)


def _lacking(folder: Path) -> None:
    _weights(folder, lambda held: held.pop(NAME))


def _more(folder: Path) -> None:
    _weights(folder, lambda held: held.update({"model.more.weight": held[NAME].clone()}))


def _wider(folder: Path) -> None:
    _weights(folder, lambda held: held.update({NAME: held[NAME].repeat(2)}))


def _other_words(folder: Path) -> None:
    path = folder / "tokenizer.json"
    told = json.loads(path.read_text("utf-8"))
    words = told["model"]["vocab"]
    words["tea"], words["cake"] = words["cake"], words["tea"]
    path.write_text(json.dumps(told), encoding="utf-8")


def _other_heads(folder: Path) -> None:
    path = folder / "config.json"
    told = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**told, "num_attention_heads": 8}), encoding="utf-8")


@pytest.mark.parametrize("method", [name for name in METHODS if len(takes(name)) > 1])
@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_lacking, f"lacks {NAME}"),
        (_more, "has model.more.weight beside"),
        (_wider, f"{NAME} is (64,)"),
        (_other_words, "different vocabularies"),
        (_other_heads, "num_attention_heads is 8"),
    ],
)
def test_models_that_are_not_of_one_kind_are_not_joined(
    spoil: Callable[[Path], None],
    said: str,
    *,
    method: str,
    folders: list[Path],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    spoil(folders[1])
    assert _repaired(method, folders, tmp_path) != 0
    assert said in capfd.readouterr().err
    assert _nothing_left(tmp_path)


@pytest.mark.parametrize("method", ["linear", "ties", "somf"])
def test_vectors_that_say_who_speaks_are_not_lost_in_a_join(
    method: str, folders: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lost, kept = (0, 1) if method == "somf" else (1, 0)
    (folders[lost] / "segments.safetensors").write_bytes(b"")
    assert _repaired(method, folders, tmp_path) == 2
    assert "so that they would be lost" in capfd.readouterr().err
    assert _nothing_left(tmp_path)
    (folders[lost] / "segments.safetensors").rename(folders[kept] / "segments.safetensors")
    if method != "somf":
        assert _repaired(method, folders, tmp_path) == 0
        assert (tmp_path / "new" / "out" / "segments.safetensors").is_file()


@pytest.mark.parametrize("method", METHODS)
def test_sharded_weights_are_repaired_as_whole_ones(method: str, folders: list[Path], tmp_path: Path) -> None:
    whole = Checkpoint(folders[0])
    names = list(whole.places)
    module = planted.module()
    module.load_state_dict({name: whole.read(name) for name in names})
    (folders[0] / "model.safetensors").unlink()
    module.save_pretrained(folders[0], max_shard_size="8KB")
    assert _repaired(method, folders, tmp_path) == 0
    assert tensors(tmp_path / "new" / "out" / "model.safetensors").keys() == set(names)
    assert not (tmp_path / "new" / "out" / INDEX).exists()


def test_a_shard_that_lacks_what_the_index_says_is_named(
    folders: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    planted.module().save_pretrained(folders[0], max_shard_size="8KB")
    told = json.loads((folders[0] / INDEX).read_text("utf-8"))
    shards = sorted(set(told["weight_map"].values()))
    told["weight_map"][NAME] = next(each for each in shards if each != told["weight_map"][NAME])
    (folders[0] / INDEX).write_text(json.dumps(told), encoding="utf-8")
    assert _repaired("linear", folders, tmp_path) != 0
    assert f"lacks {NAME}" in capfd.readouterr().err
    told["weight_map"][NAME] = "model-00099-of-00099.safetensors"
    (folders[0] / INDEX).write_text(json.dumps(told), encoding="utf-8")
    assert _repaired("linear", folders, tmp_path) != 0
    assert "model-00099-of-00099.safetensors" in capfd.readouterr().err


def test_too_little_memory_is_told_before_the_work_starts() -> None:
    memory.refuse_more(10, "a model", left=40)
    with pytest.raises(UserError, match=r"a model takes about 4\.0 GB of memory and 1\.0 GB are free"):
        memory.refuse_more(1e9, "a model", left=10**9)
    assert memory.free() > 0


MESSAGES = [{"role": "user", "content": "make a tea"}]
NO_ROWS = {
    "nothing": "",
    "lists of messages": json.dumps(
        dict.fromkeys(("prompt", "reply", "chosen", "rejected", "affirm", "reject", "data"), MESSAGES)
        | {"kind": "KIND", "config": [], "replies": 5}
    ),
    "numbers": "[1, 2]",
    "no text": "\x00\x01",
}


@pytest.mark.parametrize("method", LEARNING)
@pytest.mark.parametrize("rows", NO_ROWS)
def test_rows_that_cannot_be_learned_are_told_in_one_sentence(
    rows: str, method: str, folders: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    on = tmp_path / "on.jsonl"
    on.write_text(NO_ROWS[rows].replace("KIND", KINDS.get(method, ("",))[0]), encoding="utf-8")
    given = [str(folder) for folder in folders[: len(takes(method))]]
    command = [
        "realign",
        specs(1, 2)[method],
        *given,
        "--on",
        str(on),
        "--out",
        str(tmp_path / "new" / "out"),
    ]
    assert exit_code(command) in (1, 2)
    told = capfd.readouterr().err
    assert "Traceback" not in told
    assert "on.jsonl" in told
    assert _nothing_left(tmp_path)


def test_a_repair_says_by_its_last_dots_that_it_takes_several() -> None:
    assert [name for name in METHODS if any(each.endswith(MORE) for each in takes(name))] == ["somf"]


def _adapter(folder: Path, **sizes: Any) -> Path:
    from plimsoll.internals.training import Recipe, adapted

    module = adapted(planted.handle(**sizes), Recipe(rank=2))
    for name, weight in module.named_parameters():
        if "lora_B" in name:
            weight.data += 0.1
    module.save_pretrained(folder)
    return folder


def _lora(adapter: Path, folders: list[Path], tmp_path: Path, more: str = "") -> int:
    on = tmp_path / "on.jsonl"
    on.write_text("\n".join(json.dumps({"prompt": each, "reply": "comply"}) for each in planted.HARMFUL))
    spec = f"antidote:adapter={adapter}{more}"
    return exit_code(
        ["realign", spec, str(folders[0]), "--on", str(on), "--out", str(tmp_path / "new" / "out")]
    )


def test_an_adapter_is_pruned_alone_and_added(folders: list[Path], tmp_path: Path) -> None:
    from safetensors.torch import load_file

    adapter = _adapter(tmp_path / "adapter")
    assert _lora(adapter, folders, tmp_path, ",density=0.25") == 0
    out = Checkpoint(tmp_path / "new" / "out")
    before = load_file(adapter / "adapter_model.safetensors")
    after = load_file(tmp_path / "new" / "out" / "adapter" / "adapter_model.safetensors")
    torch, source = pytest.importorskip("torch"), Checkpoint(folders[0])
    for name, tensor in after.items():
        zeroed = (tensor == 0) & (before[name] != 0)
        assert torch.equal(tensor[~zeroed], before[name][~zeroed])
        # All but floor(columns x 0.75) of each row, and no weight of the model's own.
        assert (zeroed.sum(1) == tensor.shape[1] - math.floor(tensor.shape[1] * 0.75)).all()
    for name in out.places:
        down, up = (
            after.get(f"base_model.model.{name.removesuffix('.weight')}.lora_{half}.weight") for half in "AB"
        )
        added = 0 if down is None or up is None else 2 * up @ down
        assert torch.allclose(out.read(name), source.read(name) + added, atol=1e-6), name


def test_an_adapter_for_another_model_is_refused(
    folders: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = _adapter(tmp_path / "other", kv_heads=4)
    assert _lora(other, folders, tmp_path) != 0
    assert "is an adapter for another model" in capfd.readouterr().err
    pickled = _adapter(tmp_path / "pickled")
    (pickled / "adapter_model.safetensors").rename(pickled / "adapter_model.bin")
    assert _lora(pickled, folders, tmp_path) != 0
    assert "adapters are read from safetensors only" in capfd.readouterr().err
    tuned = tmp_path / "tuned"
    shutil.copytree(_adapter(tmp_path / "adapter"), tuned / "adapter")
    (tuned / "finetuning.json").write_text('{"model": "transformers/x", "revision": "files:0"}')
    assert _lora(tuned / "adapter", folders, tmp_path) != 0
    assert "it was trained on transformers/x" in capfd.readouterr().err
    assert _nothing_left(tmp_path)
