"""Mixtures of two planted models: one refuses on a word, the other does not."""

from typing import Any

import pytest

from plimsoll import registry
from plimsoll.core import Analysed, Finding, UserError
from plimsoll.internals.handle import Handle
from plimsoll.internals.told import Unheard
from plimsoll.whitebox import blend, sweeping
from plimsoll.whitebox.anchors import Anchors
from tests.support import planted

pytestmark = pytest.mark.torch
ANCHORS = Anchors(harmful=planted.HARMFUL, harmless=planted.HARMLESS, paired=True)


@pytest.fixture
def pair() -> tuple[Handle, Handle]:
    return planted.handle(heads=()), planted.handle()  # handles are models with weights, too


def _analysed(pair: tuple[Handle, Handle], **more: Any) -> Analysed:
    made = blend.blend(points=5, refusal="refuse", compliance="comply", template="raw", **more)
    models: Any = pair  # handles hold what is needed of a model
    return made.analyse(models, ANCHORS, Unheard())


def _column(found: Analysed, name: str) -> list[Finding]:
    return [each for each in found.findings if each.name == name]


def test_the_ends_are_the_models_and_the_way_between_is_monotone(pair: tuple[Handle, Handle]) -> None:
    digests = [held.digest() for held in pair]
    found = _analysed(pair, questions=0)
    margins = [each.value for each in _column(found, "refusal_margin_harmful")]
    ends = [_margin(held) for held in pair]
    assert (margins[0], margins[-1]) == pytest.approx(ends, abs=1e-6)
    assert margins == sorted(margins)
    assert _column(found, "kl_tuned")[0].value == pytest.approx(0, abs=1e-9)
    assert _column(found, "kl_safe")[-1].value == pytest.approx(0, abs=1e-9)
    assert [held.digest() for held in pair] == digests, "the weights are what they were, bit for bit"


def _margin(held: Handle) -> float:
    rows = [held.ids(prompt, "raw") for prompt in planted.HARMFUL]
    apart = [blend.likelihood(held, row, "refuse") - blend.likelihood(held, row, "comply") for row in rows]
    return sum(apart) / len(apart)


def test_a_share_of_a_half_is_the_mean_of_the_weights(pair: tuple[Handle, Handle]) -> None:
    tuned, safe = pair
    name = "model.layers.1.self_attn.o_proj.weight"
    one, other = (held.module.get_parameter(name).detach().clone() for held in pair)
    with blend.mixed(tuned, safe, 0.5):
        assert tuned.module.get_parameter(name).equal((one * 0.5) + other * 0.5)


def test_a_share_is_on_the_front_only_where_no_other_beats_it() -> None:
    def seen(share: float, harmful: float, harmless: float) -> sweeping.Seen:
        values = {"harmful": [harmful, -1.0], "harmless": [harmless, -1.0]}
        return sweeping.Seen(at=share, declines=values, right=[True], told=None)

    given = [seen(0.0, -1, -1), seen(0.5, 1, -1), seen(1.0, 1, 1)]
    assert sweeping.front(given) == [0.5]
    assert sweeping.front([given[0], given[2]]) == [0.0, 1.0]


def test_use_is_the_share_of_letters_that_are_right(pair: tuple[Handle, Handle]) -> None:
    first, second = map(planted.lettered, pair)
    found = _column(_analysed((first, second), questions=6), "letters_right")
    assert [each.n for each in found] == [6] * 5
    assert all(each.low is not None and each.low <= each.value for each in found)


def test_what_cannot_be_mixed_is_refused(pair: tuple[Handle, Handle]) -> None:
    other = planted.handle(kv_heads=planted.HEADS)
    with pytest.raises(UserError, match="different sizes"):
        _analysed((pair[0], other))
    with pytest.raises(UserError, match="points is 1"):
        registry.build("whitebox", "blend:points=1")
    with pytest.raises(UserError, match="no multiple-choice question"):
        _analysed(pair, use="simplesafetytests:split=starter")
