"""SOMF on planted models: draws by hand, masks of ones, what a mask learns, and what is written."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.cli import exit_code
from plimsoll.core import UserError
from plimsoll.internals import algebra, masks
from plimsoll.internals.checkpoint import Checkpoint
from plimsoll.internals.handle import Handle
from plimsoll.internals.losses import Preferred, dpo
from plimsoll.internals.told import Unheard
from plimsoll.internals.training import Example, Recipe, learn, tokenised
from tests.support import planted

pytestmark = pytest.mark.torch
RECIPE = Recipe(steps=80, batch=8, rate=0.1, template="raw")


def _torch() -> Any:
    return pytest.importorskip("torch")


def test_what_fine_tuning_added_gives_the_fine_tuned_model_back() -> None:
    torch = _torch()
    safe, tuned = torch.randn(50, 50), torch.randn(50, 50)
    again = masks.added(1.0)([{"w": tuned - safe}])["w"] + safe
    assert float(((again - tuned).abs() / tuned.abs().clamp(min=1e-3)).max()) < 1e-3
    assert torch.allclose(again, tuned, rtol=1e-6, atol=1e-6)


def test_relaxed_draws_lie_between_0_and_1_and_are_even_where_nothing_is_learned() -> None:
    torch = _torch()
    torch.manual_seed(0)
    drawn = masks.relaxed(torch.zeros(40_000))
    assert float(drawn.min()) > 0
    assert float(drawn.max()) < 1
    assert float(drawn.mean()) == pytest.approx(0.5, abs=0.01)
    sided = masks.sampled(torch.full((40_000,), 1.5))
    assert float(sided.mean()) == pytest.approx(float(torch.sigmoid(torch.tensor(1.5))), abs=0.01)


def test_gradients_of_masks_are_those_of_finite_differences() -> None:
    torch = _torch()
    vector, target = torch.randn(10, dtype=torch.double), torch.randn(10, dtype=torch.double)

    def loss(logit: Any) -> Any:
        torch.manual_seed(4)
        return (masks.scaled(vector, masks.relaxed(logit)) - target).square().sum()

    at = torch.randn(10, dtype=torch.double, requires_grad=True)
    (found,) = torch.autograd.grad(loss(at), at)
    for place in range(10):
        step = torch.zeros(10, dtype=torch.double)
        step[place] = 1e-5
        expected = (loss(at.detach() + step) - loss(at.detach() - step)) / 2e-5
        assert float(found[place]) == pytest.approx(float(expected), rel=1e-3, abs=1e-6)


def test_a_mask_keeps_the_weight_of_a_tensor_and_an_empty_one_lets_nothing_through() -> None:
    torch = _torch()
    vector = torch.ones(4)
    assert masks.scaled(vector, torch.tensor([1.0, 0, 1, 0])).tolist() == [2, 0, 2, 0]
    assert masks.scaled(vector, torch.zeros(4)).tolist() == [0, 0, 0, 0]


def _two() -> list[dict[str, Any]]:
    torch = _torch()
    torch.manual_seed(1)
    return [{"a": torch.randn(6, 5), "b": torch.randn(7)} for _ in range(2)]


def test_masks_of_ones_give_the_plain_fusion_of_several_tasks() -> None:
    torch = _torch()
    tasks = _two()
    ones = {name: torch.ones_like(each) for name, each in tasks[0].items()}
    masked = [masks.masked(task, ones) for task in tasks]
    plain = masks.added(0.3)(masked)
    assert torch.equal(plain["a"], 0.3 * (tasks[0]["a"] + tasks[1]["a"]))

    flat = [torch.cat([each.flatten() for each in task.values()]).numpy() for task in tasks]
    kept = [algebra.trimmed(each, algebra.least_kept(abs(each), 0.2)) for each in flat]
    expected = 0.4 * algebra.joined(kept, algebra.agreed(kept, algebra.balance(kept)), "sum")
    voted = masks.voted(0.2, 0.4)(masked)
    found = torch.cat([each.flatten() for each in voted.values()])
    assert torch.allclose(found, torch.from_numpy(expected), atol=1e-6)

    torch.manual_seed(9)
    thinned = masks.thinned(0.2, 0.3)(masked)
    torch.manual_seed(9)
    draws = [{name: torch.rand_like(each) >= 0.2 for name, each in task.items()} for task in tasks]
    by_hand = sum(task["b"] * drawn["b"] / 0.8 for task, drawn in zip(tasks, draws, strict=True))
    assert torch.allclose(thinned["b"], 0.3 * by_hand)


@pytest.mark.parametrize(("unit", "shape"), [("weight", (6, 5)), ("row", (6, 1)), ("column", (1, 5))])
def test_a_row_or_a_column_takes_one_logit(unit: masks.Unit, shape: tuple[int, int]) -> None:
    found = masks.logits(_two()[0], unit)
    assert found["a"].shape == shape
    assert found["b"].shape == (7,)


def _states(held: Handle, prompts: Sequence[str]) -> Any:
    with held.torch.inference_mode():
        rows = [held.decoder(held.tokens(each, "raw")).last_hidden_state[0, -1] for each in prompts]
    return held.torch.stack(rows).mean(0)


USEFUL, HARMFUL = planted.WORDS.index("tea"), planted.WORDS.index("comply")


def _spoiled(held: Handle) -> dict[str, Any]:
    """What a fine-tune added: a word on harmless requests (useful), and compliance on others (harmful)."""
    torch = held.torch
    vector = torch.zeros_like(held.module.lm_head.weight)
    vector[USEFUL] = 0.3 * _states(held, planted.HARMLESS)
    vector[HARMFUL] = 0.3 * _states(held, planted.HARMFUL)
    vector[:, planted.CONSTANT] = 0
    return {"lm_head.weight": vector}


def _pairs(held: Handle) -> list[Preferred]:
    def row(prompt: str, reply: str) -> Any:
        return tokenised(held, Example(prompt=prompt, reply=reply), RECIPE)

    safe = [Preferred(row(each, "refuse"), row(each, "comply")) for each in planted.HARMFUL]
    useful = [Preferred(row(each, "tea"), row(each, "bomb")) for each in planted.HARMLESS]
    return [*safe, *useful]


def test_a_learned_mask_tells_harmful_numbers_from_useful_ones() -> None:
    held = planted.handle()
    vector = _spoiled(held)
    fused = masks.Fused(held.module, [vector], masks.logits(vector, "weight"), masks.added(1.0))
    loss = dpo(0.5)
    losses = learn(held, fused.logits, _pairs(held), partial(loss, fused), recipe=RECIPE, told=Unheard())
    assert sum(losses[-5:]) < sum(losses[:5])
    logit, size = fused.logits["lm_head.weight"].detach(), vector["lm_head.weight"].abs()
    numbers = size > 0.1 * size.max()
    useful, harmful = (logit[word][numbers[word]].tolist() for word in (USEFUL, HARMFUL))
    area = sum(a > b for a in useful for b in harmful) / (len(useful) * len(harmful))
    assert area >= 0.9
    assert held.torch.equal(held.module.lm_head.weight, planted.handle().module.lm_head.weight)


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """A safe model, and what a fine-tune made of it."""
    found = {name: planted.write(tmp_path / name) for name in ("safe", "tuned", "other")}
    for name in ("tuned", "other"):
        held = planted.handle()
        held.module.lm_head.weight.data += _spoiled(held)["lm_head.weight"]
        if name == "other":
            held.module.lm_head.weight.data[0] += 0.1
        held.module.save_pretrained(found[name])
    rows = [{"prompt": each, "chosen": "refuse", "rejected": "comply"} for each in planted.HARMFUL]
    rows += [{"prompt": each, "chosen": "tea", "rejected": "bomb"} for each in planted.HARMLESS]
    (tmp_path / "pairs.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return found


def _somf(tmp_path: Path, spec: str, *models: Path) -> int:
    on = ["--on", str(tmp_path / "pairs.jsonl"), "--out", str(tmp_path / "out")]
    return exit_code(["realign", f"somf:{spec}", *map(str, models), *on])


SPEC = "steps=80,batch=8,rate=0.1,beta=0.5,template=raw"


def test_the_fused_model_refuses_again_and_keeps_what_was_useful(
    folders: dict[str, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    torch = _torch()
    assert _somf(tmp_path, SPEC, folders["tuned"], folders["safe"]) == 0
    assert "numbers of 1 tensors are masked" in (told := capfd.readouterr().out)
    assert "logit above 0" in told
    assert "as drawn" in told
    read = {name: Checkpoint(folder).read("lm_head.weight") for name, folder in folders.items()}
    out = Checkpoint(tmp_path / "out")
    made = out.read("lm_head.weight")
    held = planted.handle()
    flagged, plain = (_states(held, each) for each in (planted.HARMFUL, planted.HARMLESS))
    assert float(made[HARMFUL] @ flagged) < float(read["tuned"][HARMFUL] @ flagged)
    assert float(made[USEFUL] @ plain) > float(read["safe"][USEFUL] @ plain)
    for name in out.places:
        if name != "lm_head.weight":
            assert torch.equal(out.read(name), Checkpoint(folders["safe"]).read(name))


@pytest.mark.parametrize("how", ["added", "ties", "dare", "mean"])
def test_several_fine_tunes_share_one_mask(how: str, folders: dict[str, Path], tmp_path: Path) -> None:
    spec = f"{SPEC},how={how},sample_seed=3,unit=column".replace("steps=80", "steps=2")
    assert _somf(tmp_path, spec, folders["tuned"], folders["other"], folders["safe"]) == 0
    assert registry.build_model(f"transformers/{tmp_path / 'out'}").revision


def test_a_model_that_was_not_tuned_leaves_nothing_to_mask(folders: dict[str, Path], tmp_path: Path) -> None:
    assert _somf(tmp_path, SPEC, folders["safe"], folders["safe"]) == 2
    assert not (tmp_path / "out").exists()


def test_somf_takes_one_or_more_fine_tuned_models(
    folders: dict[str, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _somf(tmp_path, SPEC, folders["safe"]) == 2
    assert "takes 2 or more models, tuned..., safe" in capfd.readouterr().err


def test_a_strength_stands_in_place_of_the_published_one() -> None:
    joined = registry.build("realignment", "somf:strength=0.5")._join(1)
    assert joined([{"w": _torch().ones(2)}])["w"].tolist() == [0.5, 0.5]
    with pytest.raises(UserError, match="how"):
        registry.build("realignment", "somf:how=averaging")
