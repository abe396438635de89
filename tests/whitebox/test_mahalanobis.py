"""Distances from clean states: as numpy has them, and what the threshold lets through."""

from typing import Any

import pytest

from plimsoll.core import UserError
from plimsoll.internals.monitor import limit
from plimsoll.internals.told import Unheard
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.mahalanobis import REJECTED, SETS, distances, mahalanobis, measured
from tests.support import planted

pytestmark = pytest.mark.torch
numpy = pytest.importorskip("numpy")


def drawn(size: int, shift: float = 0.0, seed: int = 0) -> Any:
    return numpy.random.default_rng(seed).normal(size=(size, 6)) @ numpy.diag([1, 2, 3, 1, 1, 1]) + shift


def by_numpy(fit: Any, states: Any, shrinkage: float) -> list[float]:
    spread = numpy.cov(fit.T, bias=True)
    ball = numpy.trace(spread) / len(spread) * numpy.eye(len(spread))
    inverse = numpy.linalg.inv((1 - shrinkage) * spread + shrinkage * ball)
    away = states - fit.mean(0)
    return list(numpy.sqrt(numpy.einsum("ij,jk,ik->i", away, inverse, away)))


@pytest.mark.parametrize("shrinkage", [0.01, 0.1, 1.0])
def test_distances_are_those_of_numpy(shrinkage: float) -> None:
    torch = pytest.importorskip("torch")
    fit, states = drawn(40), drawn(25, shift=1.0, seed=1)
    ours = distances(torch.tensor(fit), torch.tensor(states), shrinkage)
    assert ours == pytest.approx(by_numpy(fit, states, shrinkage))


def test_auroc_and_far_are_those_of_numpy_with_a_threshold_from_clean_validation_alone() -> None:
    torch = pytest.importorskip("torch")
    clean, bad = drawn(80), drawn(30, shift=1.5, seed=2)
    found = measured(torch.tensor(clean), torch.tensor(bad), 0.1)
    fit, chosen, left = clean[0::2], clean[1::4], clean[3::4]
    beyond = sorted(by_numpy(fit, chosen, 0.1))[-1]
    ours, theirs = (numpy.array(by_numpy(fit, each, 0.1)) for each in (bad, left))
    assert found.accepted == pytest.approx((ours <= beyond).mean())
    assert found.rejected == pytest.approx((theirs > beyond).mean())
    assert found.auroc == pytest.approx((ours[:, None] > theirs[None]).mean())


@pytest.mark.parametrize("clean", [8, 20, 40, 74, 100, 160])
def test_new_clean_texts_are_rejected_no_oftener_than_the_threshold_promises(clean: int) -> None:
    torch = pytest.importorskip("torch")
    random = numpy.random.default_rng(0)
    rejected = [
        measured(torch.tensor(each), torch.tensor(each[:1]), 0.1).rejected
        for each in random.normal(size=(1_000, clean, 3))
    ]
    promised = limit([0.0] * len(range(clean)[SETS]), REJECTED).promised
    assert numpy.mean(rejected) <= promised + 2.5 * numpy.std(rejected) / 1_000**0.5
    assert (promised <= REJECTED) == (clean >= 74)


def test_what_too_few_texts_promise_is_said_aloud() -> None:
    words = ("how", "to", "make", "a", "cake", "tea", "please")
    texts = tuple(f"{a} {b} {c}" for a in words for b in words for c in words[:2])
    for clean, said in (
        (8, "2 clean texts set the threshold: of new ones 33.3% at most"),
        (74, "5.0% at most"),
    ):
        anchors = Anchors(harmful=texts[:2], harmless=texts[:clean], paired=False)
        found = mahalanobis().analyse([planted.handle()], anchors, Unheard())  # type: ignore[list-item]
        assert any(said in note for note in found.notes)
        assert any("takes 74 clean texts" in note for note in found.notes) == (clean < 74)


def test_texts_with_the_planted_token_are_told_from_others_in_every_layer() -> None:
    words = ("how", "to", "make", "a", "cake", "tea", "please")
    clean = tuple(f"{a} {b} {c}" for a in words for b in words[:2] for c in words[:2])
    bad = tuple(f"{a} flag {b}" for a in words for b in words[:3])
    anchors = Anchors(harmful=bad, harmless=clean, paired=False)
    found = mahalanobis().analyse([planted.handle()], anchors, Unheard())  # type: ignore[list-item]
    means = [each for each in found.findings if each.name == "auroc_mean"]
    assert len(means) == planted.LAYERS + 1
    assert all(each.value > 0.9 for each in means)
    assert all(each.low is not None and each.low < each.value for each in means)


def test_too_few_clean_texts_and_an_odd_shrinkage_are_refused() -> None:
    few = Anchors(harmful=("a",), harmless=("a",) * 7, paired=False)
    with pytest.raises(UserError, match="at least 8"):
        mahalanobis().analyse([planted.handle()], few, Unheard())  # type: ignore[list-item]
    with pytest.raises(UserError, match="shrinkage"):
        mahalanobis(shrinkage=0)
