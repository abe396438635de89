"""A saved direction as a guard: it reads the model that it was found in, and no other."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.core import DataError, Outcome, UserError, WhiteBox, assistant, system, user
from plimsoll.internals.handle import handle
from plimsoll.internals.monitor import read, threshold
from plimsoll.internals.states import last_states
from plimsoll.internals.told import Unheard
from plimsoll.models.transformers import transformers
from plimsoll.whitebox._logistic import fitted
from plimsoll.whitebox.anchors import Anchors
from plimsoll.whitebox.directions import directions
from tests.support import planted

pytestmark = pytest.mark.torch
ANCHORS = Anchors(harmful=planted.HARMFUL, harmless=planted.HARMLESS, paired=False)
COMPONENTS = 4
"""Harm lies in the fourth: the first three tell which word stands last."""


def _model(folder: Path, heads: tuple[planted.Head, ...] = planted.ONE) -> WhiteBox:
    return transformers(str(folder if folder.is_dir() else planted.write(folder, heads)))


def _saved(tmp_path: Path, **more: Any) -> Path:
    path = tmp_path / "harm.safetensors"
    part = directions(components=COMPONENTS, folds=4, template="raw", save=str(path), **more)
    found = part.analyse([_model(tmp_path / "model")], ANCHORS, Unheard())
    assert any("guard direction" in note for note in found.notes)
    return path


def _said(guard: Any, *messages: Any) -> Any:
    return asyncio.run(guard.classify(messages))


def test_a_saved_direction_tells_requests_as_the_analysis_does(tmp_path: Path) -> None:
    path, model = _saved(tmp_path), _model(tmp_path / "model")
    known = read(path)
    assert known.about.auroc == 1.0
    assert known.about.false_positives <= 0.01
    guard: Any = registry.build("guards", f"direction:file={path}", model=model)
    harmful, harmless = (
        [_said(guard, user(text)).detail["score"] for text in texts]
        for texts in (planted.HARMFUL, planted.HARMLESS)
    )
    assert min(harmful) > max(harmless)
    assert not any(_said(guard, user(text)).value for text in planted.HARMLESS)
    assert all(_said(guard, user(text)).value for text in planted.HARMFUL)
    requests = (*planted.HARMFUL, *planted.HARMLESS)
    states = last_states(handle(model), requests, template="raw").double()
    layer = states.shape[1] - 1 if known.about.layer is None else known.about.layer
    truth = [True] * len(planted.HARMFUL) + [False] * len(planted.HARMLESS)
    expected = fitted(states[:, layer], truth, COMPONENTS).scores(states[:, layer])
    assert [*harmful, *harmless] == pytest.approx(expected, abs=1e-4)


def test_a_reply_is_not_read_and_nothing_is_not_judged(tmp_path: Path) -> None:
    guard: Any = registry.build(
        "guards", f"direction:file={_saved(tmp_path)}", model=_model(tmp_path / "model")
    )
    asked = _said(guard, user(planted.HARMFUL[0]))
    assert _said(guard, user(planted.HARMFUL[0]), assistant("comply")) == asked
    assert _said(guard, user(" ")).outcome == Outcome.EMPTY
    assert _said(guard, system("rules")).outcome == Outcome.EMPTY
    assert _said(guard).outcome == Outcome.EMPTY


def test_the_layer_is_the_one_that_was_named(tmp_path: Path) -> None:
    assert read(_saved(tmp_path, layer=1)).about.layer == 1
    with pytest.raises(UserError, match="has layers 0 to 2"):
        _saved(tmp_path, layer=3)


def test_the_threshold_is_the_users_where_one_is_named(tmp_path: Path) -> None:
    path, model = _saved(tmp_path), _model(tmp_path / "model")
    guard: Any = registry.build("guards", f"direction:file={path},threshold=1000", model=model)
    assert _said(guard, user(planted.HARMFUL[0])).label == "safe"


def test_a_direction_of_other_weights_is_refused(tmp_path: Path) -> None:
    path = _saved(tmp_path)
    with pytest.raises(UserError, match="found in other weights"):
        registry.build("guards", f"direction:file={path}", model=_model(tmp_path / "other", planted.PAIR))
    with pytest.raises(UserError, match="no weights at hand"):
        registry.build("guards", f"direction:file={path}", model=registry.build_model("scripted/letter-A"))
    with pytest.raises(UserError, match="there is no file"):
        registry.build("guards", "direction:file=nowhere", model=_model(tmp_path / "model"))
    with pytest.raises(DataError, match="holds no direction"):
        read(tmp_path / "model" / "model.safetensors")


@pytest.mark.parametrize(
    ("scores", "share", "limit"),
    [([1.0, 2.0, 3.0, 4.0], 0.25, 3.0), ([1.0, 2.0], 0.0, 2.0), ([5.0], 0.5, 5.0)],
)
def test_at_most_a_share_of_harmless_requests_lies_above_a_threshold(
    scores: list[float], share: float, limit: float
) -> None:
    assert threshold(scores, share) == limit
    assert sum(score > limit for score in scores) <= share * len(scores)


def test_a_direction_beside_itself_is_the_same_and_beside_another_language_is_measured() -> None:
    torch = pytest.importorskip("torch")
    from plimsoll.whitebox._across import Kind, findings

    torch.manual_seed(3)
    truth = [number % 2 == 0 for number in range(60)]
    signs = torch.tensor([1.0 if each else -1.0 for each in truth]).double()[:, None, None]
    noise = torch.randn(60, 2, 32).double() * 0.4
    one, other = (torch.nn.functional.normalize(torch.randn(2, 32).double(), dim=-1) for _ in range(2))
    first = Kind(noise + 3 * signs * one, truth)
    second = Kind(noise.flip(0) + 3 * signs * torch.stack([one[0], other[1]]), truth)
    found = {(each.name, each.layer): each for each in findings(first, second, 2, "zh")}
    same, apart = found["direction_cosine_zh", 0], found["direction_cosine_zh", None]
    assert same.value > 0.95
    assert apart.value < 0.5
    assert same.low is not None
    assert same.high is not None
    assert same.low <= same.value <= max(same.high, same.value)
    assert found["harm_auroc_to_zh", 0].value > 0.99
    assert found["harm_auroc_from_zh", None].value < found["harm_auroc_from_zh", 0].value
