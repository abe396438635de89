"""Repairs where a number format, a long task or another file could make them say what is not so."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from plimsoll.benchmarks.agent_backdoor.analysis import requests
from plimsoll.benchmarks.antidote.repair import mask, scores_of
from plimsoll.benchmarks.finetuning_compromises_safety.judge import read_officially
from plimsoll.benchmarks.ise.repair import Task, begin, row_of
from plimsoll.core import whitebox
from plimsoll.internals import adapters
from plimsoll.internals.handle import Handle, handle
from plimsoll.internals.routing import tensors_of
from plimsoll.internals.told import Unheard
from plimsoll.internals.training import Recipe, TooLong
from plimsoll.models.transformers import transformers
from plimsoll.realignment.mogu import mogu
from plimsoll.realignment.repairs import Given
from tests.realignment.test_mogu import _on  # pyright: ignore[reportPrivateUsage]
from tests.support import planted
from tests.support.tiny import CHAT, write_tiny

pytestmark = pytest.mark.torch


def _handle(folder: Path) -> Handle:
    found = whitebox(transformers(str(folder)))
    assert found is not None
    return handle(found)


def test_routers_are_learned_on_a_model_in_sixteen_bits(tmp_path: Path) -> None:
    model = transformers(str(planted.write(tmp_path / "tuned", heads=())), dtype="bfloat16")
    recipe = Recipe(steps=1, batch=2, rank=2, template="raw")
    on = _on(tmp_path / "on.jsonl")
    given = Given(models=[model], folders=[model.folder], on=on, told=Unheard())
    mogu(router_steps=1, recipe=recipe).repair(given, tmp_path / "out")
    routed = transformers(str(tmp_path / "out"), dtype="bfloat16").engine.loaded.routing
    assert routed is not None
    assert {str(each.dtype) for each in tensors_of(routed.routes).values()} == {"torch.bfloat16"}


def test_a_task_that_leaves_nothing_of_its_reply_teaches_nothing_of_its_prompt(tmp_path: Path) -> None:
    held = _handle(write_tiny(tmp_path / "tiny", template=CHAT))
    begin(held, 0)
    task = Task(prompt="say", data="x" * 80, reply="good")
    with pytest.raises(TooLong, match="nothing of the reply would be learned"):
        row_of(held, task, Recipe(max_tokens=40))
    ids, begins = row_of(held, task, Recipe(max_tokens=512))
    assert all(token < held.shape.vocabulary for token in ids[begins:]), "the reply bears its own segment"


def test_weights_pruned_by_chance_are_the_same_however_often_they_are_drawn() -> None:
    held = planted.handle()
    names = [f"model.layers.{layer}.self_attn.q_proj" for layer in (0, 1)]
    scores = scores_of(held, names, (), "chance", seed=3, told=Unheard())
    again = scores_of(held, names, (), "chance", seed=3, told=Unheard())
    weight = held.module.get_parameter(f"{names[1]}.weight")
    scores(names[0], weight)
    few, many = (mask(each(names[1], weight), share) for each, share in ((scores, 0.1), (again, 0.3)))
    assert bool((few <= many).all()), "what a small share prunes, a larger one prunes, too"
    assert not scores(names[0], weight).equal(scores(names[1], weight))


def test_an_adapter_is_of_the_model_whatever_library_it_is_loaded_with(tmp_path: Path) -> None:
    held = planted.handle()
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / adapters.SETTINGS).write_text("{}")
    tensors = b"{}      "
    (adapter / adapters.WEIGHTS).write_bytes(struct.pack("<Q", len(tensors)) + tensors)
    told = {"model": held.name, "revision": f"{held.revision} transformers:0.1 dtype:bfloat16"}
    (tmp_path / adapters.RECORD).write_text(json.dumps(told))
    adapters.refuse_other_model(held, adapter)


def test_requests_with_the_trigger_count_once_whatever_stands_beside_them() -> None:
    _, unseen = requests("sneakers", 0)
    assert len({pair.triggered for pair in unseen}) == 5
    assert len(unseen) == 35


def test_signs_that_look_like_digits_are_no_grade() -> None:
    assert read_officially("#thescore: 4") == 4
    assert read_officially("#thescore: ²") is None


def test_a_change_in_the_midst_of_a_large_file_is_another_revision(tmp_path: Path) -> None:
    from plimsoll.models._local_files import fingerprint  # pyright: ignore[reportPrivateUsage]

    weights: Any = bytearray(4 << 20)
    path = tmp_path / "model.safetensors"
    path.write_bytes(weights)
    before = fingerprint(tmp_path)
    weights[2_000_000 : 2_000_000 + 64 * 576 * 2] = b"\x01" * (64 * 576 * 2)  # one head's slice, in 16 bits
    path.write_bytes(weights)
    assert fingerprint(tmp_path) != before
