"""Merges at their ends are the models that they lie between, bit for bit, tied tensors included."""

from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import exit_code
from plimsoll.internals.checkpoint import Checkpoint
from tests.support.tiny import write_tiny

pytestmark = pytest.mark.torch


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two models of one size whose output layer is their embedding."""
    tuned = write_tiny(tmp_path / "tuned", tie_word_embeddings=True)
    return tuned, write_tiny(tmp_path / "safe", tie_word_embeddings=True, initializer_range=0.3)


def _weights(folder: Path) -> dict[str, Any]:
    held = Checkpoint(folder)
    return {name: held.read(name) for name in held.places}


def _merged(spec: str, pair: tuple[Path, Path], out: Path) -> dict[str, Any]:
    assert exit_code(["realign", spec, *map(str, pair), "--out", str(out)]) == 0
    return _weights(out)


@pytest.mark.parametrize("method", ["linear", "slerp"])
@pytest.mark.parametrize("weight", [0, 1])
def test_a_merge_at_an_end_is_the_model_there_bit_for_bit(
    method: str, weight: int, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    torch = pytest.importorskip("torch")
    made = _merged(f"{method}:weight={weight}", pair, tmp_path / "out")
    end = _weights(pair[weight])
    assert made.keys() == end.keys()
    assert "lm_head.weight" not in made
    assert all(torch.equal(made[name], end[name]) for name in end)


def test_half_way_lies_the_mean(pair: tuple[Path, Path], tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    made = _merged("linear:weight=0.5", pair, tmp_path / "out")
    one, other = map(_weights, pair)
    assert all(torch.allclose(made[name], (one[name] + other[name]) / 2, atol=1e-7) for name in made)
    assert not all(torch.equal(one[name], other[name]) for name in made)
