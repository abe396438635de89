"""Where two checkpoints differ, module by module, beside what matters for safety in each layer."""

from collections.abc import Callable
from pathlib import Path

import pytest

from plimsoll.core import Analysed, Finding, WhiteBox
from plimsoll.internals.told import Unheard
from plimsoll.models.transformers import transformers
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.layers import layers
from plimsoll.whitebox.ships import ships
from tests.support import planted

pytestmark = pytest.mark.torch
ANCHORS = Anchors(harmful=planted.HARMFUL, harmless=planted.HARMLESS, paired=False)


def _of(found: Analysed, name: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.name == name]


@pytest.fixture
def named(tmp_path: Path) -> Callable[..., WhiteBox]:
    def named(heads: tuple[planted.Head, ...]) -> WhiteBox:
        return transformers(str(planted.write(tmp_path / str(len(heads)), heads)))

    return named


def test_every_module_of_every_layer_changes_as_numpy_says(named: Callable[..., WhiteBox]) -> None:
    numpy = pytest.importorskip("numpy")
    one, other = named(planted.ONE), named(planted.PAIR)
    found = layers(template="raw").analyse([one, other], ANCHORS, Unheard())
    before, after = (
        {name: weight.detach().double().numpy() for name, weight in each.module.named_parameters()}
        for each in (one, other)
    )
    parts = {name.split(".")[-2] for name in before if ".layers." in name}
    assert parts == {
        *("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
        *("input_layernorm", "post_attention_layernorm"),
    }
    for part in parts:
        column = _of(found, f"weights_moved_{part}")
        assert [each.layer for each in column] == list(range(planted.LAYERS))
        for each in column:
            (name,) = (name for name in before if f".layers.{each.layer}." in name and f".{part}." in name)
            expected = numpy.linalg.norm(after[name] - before[name]) / numpy.linalg.norm(before[name])
            assert each.value == pytest.approx(float(expected), rel=1e-12, abs=1e-15)
    for each in _of(found, "weights_moved"):
        names = [name for name in before if f".layers.{each.layer}." in name]
        apart = numpy.concatenate([(after[name] - before[name]).ravel() for name in names])
        whole = numpy.concatenate([before[name].ravel() for name in names])
        assert each.value == pytest.approx(
            float(numpy.linalg.norm(apart) / numpy.linalg.norm(whole)), rel=1e-9
        )


def test_the_change_of_layers_is_set_beside_ships_and_directions_with_their_rank_correlation(
    named: Callable[..., WhiteBox],
) -> None:
    stats = pytest.importorskip("scipy.stats")
    models = [named(planted.ONE), named(planted.PAIR)]
    found = layers(template="raw", beside="both").analyse(models, ANCHORS, Unheard())
    moved = [each.value for each in _of(found, "weights_moved")]
    alone = ships(template="raw").analyse(models[:1], ANCHORS, Unheard())
    for name in ("ships", "directions"):
        profile = _of(found, f"mattering_{name}")
        assert [each.layer for each in profile] == list(range(planted.LAYERS))
        if len({each.value for each in profile}) == 1:
            assert not _of(found, f"moved_where_{name}"), "layers that matter alike have no ranks"
            continue
        (told,) = _of(found, f"moved_where_{name}")
        expected = stats.spearmanr(moved, [each.value for each in profile]).statistic
        assert told.value == pytest.approx(expected)
        assert told.n == planted.LAYERS
        assert told.low is not None
        assert told.high is not None
        assert -1 <= told.low <= told.high <= 1
    by_layer = [0.0] * planted.LAYERS
    for each in _of(alone, "ships_specific"):
        by_layer[each.layer or 0] += each.value
    assert [each.value for each in _of(found, "mattering_ships")] == pytest.approx(by_layer)
    assert max(range(planted.LAYERS), key=lambda layer: by_layer[layer]) == planted.ONE[0].layer
    plain = layers(template="raw").analyse(models, ANCHORS, Unheard())
    assert not _of(plain, "mattering_ships")
