"""Every repair that learns, in a memory that does not hold its batch: the model is the same."""

from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import exit_code
from tests.support import planted
from tests.support.repairing import LEARNING, specs, takes, write_rows
from tests.support.tight import Room, room
from tests.support.tiny import CHAT

pytestmark = pytest.mark.torch
STEPS, BATCH = 2, 4


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two models of one kind, hardly apart."""
    place = tmp_path_factory.mktemp("models")
    found = [planted.write(place / name, template=CHAT) for name in ("tuned", "safe")]
    held = _tensors(found[0])
    held["lm_head.weight"] += 0.01
    from safetensors.torch import save_file

    save_file(held, found[0] / "model.safetensors", {"format": "pt"})
    return found


def _tensors(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return {
        name: held for path in sorted(folder.glob("*.safetensors")) for name, held in load_file(path).items()
    }


def _repaired(method: str, folders: list[Path], out: Path, *, batch: int, numbers: float) -> Room:
    on = write_rows(out.with_suffix(".jsonl"), method, 5)
    given = [str(folder) for folder in folders[: len(takes(method))]]
    with room(numbers) as found:
        command = ["realign", specs(STEPS, batch)[method], *given, "--on", str(on), "--out", str(out)]
        assert exit_code(command) == 0
    return found


@pytest.mark.parametrize("method", LEARNING)
def test_a_repair_in_little_memory_makes_the_same_model(
    method: str, folders: list[Path], tmp_path: Path
) -> None:
    roomy = _repaired(method, folders, tmp_path / "roomy", batch=BATCH, numbers=float("inf"))
    single = _repaired(method, folders, tmp_path / "single", batch=1, numbers=float("inf"))
    numbers = (roomy.most + single.most) / 2
    tight = _repaired(method, folders, tmp_path / "tight", batch=BATCH, numbers=numbers)
    assert tight.refused, "whole batches were tried, and refused"
    before, expected, found = map(_tensors, (folders[0], tmp_path / "roomy", tmp_path / "tight"))
    moved = apart = 0.0
    for name, tensor in expected.items():
        assert found[name].shape == tensor.shape
        apart += float((found[name] - tensor).square().sum())
        if name in before and before[name].shape == tensor.shape:
            moved += float((tensor - before[name]).square().sum())
        else:
            moved += float(tensor.square().sum())
    assert apart**0.5 <= 1e-3 * moved**0.5
