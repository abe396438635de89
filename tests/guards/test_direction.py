"""A saved direction as a guard: it reads the model that it was found in, and no other."""

import asyncio
from pathlib import Path
from random import Random
from statistics import NormalDist
from typing import Any

import msgspec
import pytest

from plimsoll import registry
from plimsoll.core import DataError, Outcome, UserError, WhiteBox, assistant, system, user
from plimsoll.internals.handle import handle
from plimsoll.internals.monitor import About, enough, limit, read
from plimsoll.internals.states import last_states
from plimsoll.internals.told import Unheard
from plimsoll.models.transformers import transformers
from plimsoll.stats.scored import auroc
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
        [_said(guard, user(text)).detail["log_odds"] for text in texts]
        for texts in (planted.HARMFUL, planted.HARMLESS)
    )
    assert min(harmful) > max(harmless)
    assert not any(_said(guard, user(text)).value for text in planted.HARMLESS)
    assert all(_said(guard, user(text)).value for text in planted.HARMFUL)
    for text in (*planted.HARMFUL, *planted.HARMLESS):
        said = _said(guard, user(text))
        assert 0 <= said.detail["score"] <= 1, "guards that are mixed all say a chance"
        assert (said.detail["score"] >= 0.5) == bool(said.value)
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


def test_a_direction_beside_itself_is_the_same_and_beside_another_language_is_measured() -> None:
    torch = pytest.importorskip("torch")
    from plimsoll.whitebox._across import Kind, findings

    torch.manual_seed(3)
    truth = [number % 2 == 0 for number in range(60)]
    signs = torch.tensor([1.0 if each else -1.0 for each in truth]).double()[:, None, None]
    noise = torch.randn(60, 2, 32).double() * 0.4
    one, other = (torch.nn.functional.normalize(torch.randn(2, 32).double(), dim=-1) for _ in range(2))
    here, there = ([f"{language} {number}" for number in range(60)] for language in ("en", "zh"))
    first = Kind(noise + 3 * signs * one, truth, here)
    second = Kind(noise.flip(0) + 3 * signs * torch.stack([one[0], other[1]]), truth, there)
    found = {(each.name, each.layer): each for each in findings(first, second, 2, "zh")}
    same, apart = found["direction_cosine_zh", 0], found["direction_cosine_zh", None]
    assert same.value > 0.95
    assert apart.value < 0.5
    assert same.low is not None
    assert same.high is not None
    assert same.low <= same.value <= max(same.high, same.value)
    assert found["harm_auroc_to_zh", 0].value > 0.99
    assert found["harm_auroc_from_zh", None].value < found["harm_auroc_from_zh", 0].value


@pytest.mark.parametrize("n", [5, 20, 98, 99, 100, 150, 199, 400])
def test_new_harmless_requests_pass_a_limit_no_more_often_than_is_promised(n: int) -> None:
    random = Random(n)
    passed = list[float]()
    found = limit([0.0] * n, 0.01)
    for _ in range(1500):
        found = limit([random.gauss(0, 1) for _ in range(n)], 0.01)
        passed.append(NormalDist().cdf(-found.score))
    share = sum(passed) / len(passed)
    spread = (sum((each - share) ** 2 for each in passed) / len(passed) ** 2) ** 0.5
    assert share <= found.promised + 3 * spread
    assert share >= found.promised - 4 * spread, "no more is given away than has to be"
    assert (found.promised <= 0.01) == (n >= enough(0.01)) == (n >= 99)


@pytest.mark.parametrize("kinds", [20, 40, 110])
def test_a_saved_threshold_keeps_its_promise_on_new_requests(kinds: int) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(kinds)
    truth = [True] * kinds + [False] * kinds
    promised, found = limit([0.0] * kinds, 0.01).promised, list[float]()
    part = directions(components=4, folds=5)
    for _ in range(60):
        direction = torch.nn.functional.normalize(torch.randn(24).double(), dim=0)

        def drawn(count: int, sign: float, direction: Any = direction) -> Any:
            return torch.randn(count, 24).double() + sign * direction

        layers = [torch.cat([drawn(kinds, 1.0), drawn(kinds, -1.0)]) for _ in range(3)]
        scores = [part.held_out(states, truth) for states in layers]
        best = max(range(3), key=lambda layer: auroc(truth, scores[layer]) or 0)
        line = fitted(layers[best], truth, 4)
        score = limit(scores[best][kinds:], 0.01).score
        fresh = line.scores(drawn(2000, -1.0))
        found.append(sum(each > score for each in fresh) / len(fresh))
    mean = sum(found) / len(found)
    spread = (sum((each - mean) ** 2 for each in found) / len(found) ** 2) ** 0.5
    assert mean <= promised + 3 * spread


def test_too_few_requests_are_said_not_to_promise_what_is_wished(tmp_path: Path) -> None:
    path = tmp_path / "harm.safetensors"
    part = directions(components=COMPONENTS, folds=4, template="raw", save=str(path))
    found = part.analyse([_model(tmp_path / "model")], ANCHORS, Unheard())
    assert read(path).about.promised == pytest.approx(1 / 5)
    assert any("4 cannot promise 1%, which takes 99" in note for note in found.notes)


def test_a_file_of_an_earlier_version_promises_nothing(tmp_path: Path) -> None:
    known = msgspec.json.decode(msgspec.json.encode(read(_saved(tmp_path)).about))
    del known["promised"]
    assert msgspec.convert(known, About).promised is None
