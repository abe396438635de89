import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from plimsoll.models import _transformers_kept as kept
from plimsoll.models._local_files import embedded
from plimsoll.models._transformers_load import load, source
from tests.support.tiny import write_tiny

pytestmark = pytest.mark.torch
START: list[Any] = []
"""What the processes wait at until both are there."""


def read(folder: Path) -> tuple[Any, Any]:
    loaded = load(source(str(folder), ""), dtype="float32", device="cpu")
    return loaded.module, loaded.tokenizer


def weights(module: Any) -> dict[str, list[float]]:
    return {name: weight.flatten().tolist() for name, weight in module.state_dict().items()}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.fixture
def tiny(tmp_path: Path) -> tuple[Any, Any]:
    return read(write_tiny(tmp_path / "tiny"))


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLIMSOLL_CACHE", str(tmp_path / "cache"))
    return kept.weights_folder()


def test_what_is_kept_is_read_back_the_same(tiny: tuple[Any, Any], shelf: Path) -> None:
    folder = shelf / "file-float32-5-1"
    assert not kept.is_whole(folder)
    kept.keep(folder, *tiny)
    assert kept.is_whole(folder)
    module, tokenizer = read(folder)
    assert weights(module) == weights(tiny[0])
    assert tokenizer("(A 中文")["input_ids"] == tiny[1]("(A 中文")["input_ids"]
    assert names(shelf) == {folder.name}


def test_weights_that_are_changed_in_memory_stay_as_they_were_on_disk(
    tiny: tuple[Any, Any], shelf: Path
) -> None:
    import torch

    folder = shelf / "file-float32-5-1"
    kept.keep(folder, *tiny)
    module, _ = read(folder)
    with torch.no_grad():
        for weight in module.parameters():
            weight.zero_()
    assert weights(read(folder)[0]) == weights(tiny[0])


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "unsealed"])
def test_a_damaged_folder_is_noticed_and_made_anew(tiny: tuple[Any, Any], shelf: Path, damage: str) -> None:
    folder = shelf / "file-float32-5-1"
    kept.keep(folder, *tiny)
    file = folder / "model.safetensors"
    body = file.read_bytes()
    match damage:
        case "cut":
            file.write_bytes(body[:-8])
        case "changed":
            file.write_bytes(body[:100] + b"!" + body[101:])
        case "foreign":
            (folder / "added_tokens.json").write_text("{}")
        case _:
            (folder / kept.SEAL).unlink()
    assert not kept.is_whole(folder)
    kept.drop(folder)
    assert names(shelf) == set()
    kept.keep(folder, *tiny)
    assert kept.is_whole(folder)


def wait_at(line: Any) -> None:
    """Where a process waits for the other one."""
    START.append(line)


def keep_again(tiny: Path, folder: Path) -> bool:
    module, tokenizer = read(tiny)
    START[0].wait()
    kept.keep(folder, module, tokenizer)
    return kept.is_whole(folder)


@pytest.mark.slow
def test_processes_that_keep_the_same_at_once_do_not_clash(tmp_path: Path, shelf: Path) -> None:
    tiny, folder = write_tiny(tmp_path / "tiny"), shelf / "file-float32-5-1"
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, context, initializer=wait_at, initargs=(context.Barrier(2),)) as pool:
        done = [pool.submit(keep_again, tiny, folder) for _ in range(2)]
        assert [one.result() for one in done] == [True, True]
    assert names(shelf) == {folder.name}


def test_nothing_is_kept_where_nothing_can_be_written(tiny: tuple[Any, Any], tmp_path: Path) -> None:
    (tmp_path / "closed").write_text("a file, not a folder")
    folder = tmp_path / "closed" / "weights" / "file-float32-5-1"
    kept.keep(folder, *tiny)
    kept.drop(folder)
    assert not kept.is_whole(folder)


def test_a_large_model_is_not_kept(
    tiny: tuple[Any, Any], shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "LARGEST", 1000)
    kept.keep(shelf / "file-float32-5-1", *tiny)
    assert names(shelf) == set()


def test_leftovers_and_other_versions_go_when_new_weights_are_kept(
    tiny: tuple[Any, Any], shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stay = {"file-bfloat16-4-1", "other-float32-4-1", f"{kept.UNFINISHED}young"}
    for name in {*stay, "file-float32-4-1"}:
        (shelf / name).mkdir(parents=True)
    kept.keep(shelf / "file-float32-5-1", *tiny)
    assert names(shelf) == {*stay, "file-float32-5-1"}
    monkeypatch.setattr(kept, "OLD", -1)
    kept.keep(shelf / "file-float32-6-1", *tiny)
    assert names(shelf) == {*stay, "file-float32-6-1"} - {f"{kept.UNFINISHED}young"}


@pytest.mark.llm
@pytest.mark.slow
def test_a_file_is_dequantised_once_and_silently(shelf: Path, capfd: pytest.CaptureFixture[str]) -> None:
    found = source("", "")
    first = load(found, dtype="float32", device="cpu")
    (folder,) = shelf.iterdir()
    assert folder == kept.place(embedded(), "float32", folder.name.split("-")[2])
    made = (folder / "model.safetensors").stat().st_mtime_ns
    second = load(found, dtype="float32", device="cpu")
    assert (folder / "model.safetensors").stat().st_mtime_ns == made
    before, after = first.module.state_dict(), second.module.state_dict()
    assert before.keys() == after.keys()
    assert all(bool((before[name] == after[name]).all()) for name in before)
    assert second.defaults.to_dict() == first.defaults.to_dict()
    assert second.tokenizer.chat_template == first.tokenizer.chat_template
    (folder / "config.json").write_text("{}")
    load(found, dtype="float32", device="cpu")
    assert kept.is_whole(folder)
    assert capfd.readouterr() == ("", "")
