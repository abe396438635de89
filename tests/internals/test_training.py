"""The training loop on a planted model: what it learns, what it leaves alone, and taking it up again."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from plimsoll.core import DataError, UserError
from plimsoll.internals import examples as examples_file
from plimsoll.internals.examples import mixed, read, without
from plimsoll.internals.handle import Handle
from plimsoll.internals.losses import padded, sft
from plimsoll.internals.told import Told, Unheard
from plimsoll.internals.training import (
    Example,
    Recipe,
    TooLong,
    Trained,
    adapted,
    fit,
    fitting,
    learn,
    let_go,
    merged,
    tokenised,
)
from plimsoll.internals.unfinished import Unfinished
from tests.support import planted

pytestmark = pytest.mark.torch
LEARNED = [Example(prompt=prompt, reply="comply") for prompt in planted.HARMFUL]
RECIPE = Recipe(steps=12, batch=2, rate=1e-2, rank=4, template="raw")


def _trained(handle: Handle, recipe: Recipe = RECIPE, **more: Any) -> Trained:
    rows = [tokenised(handle, each, recipe) for each in LEARNED]
    return fit(handle, rows, more.pop("loss", sft), recipe, Unheard(), **more)


def _fitted(told: Told, kept: Path) -> None:
    handle = planted.handle()
    rows = [tokenised(handle, each, RECIPE) for each in LEARNED]
    fit(handle, rows, sft, RECIPE, told, kept=Unfinished(kept, every=3))


def _said(handle: Handle, module: Any, prompt: str) -> str:
    with handle.torch.inference_mode():
        return planted.WORDS[int(module(handle.tokens(prompt, "raw")).logits[0, -1].argmax())]


def test_training_lowers_the_loss_and_changes_what_is_said() -> None:
    handle = planted.handle()
    assert _said(handle, handle.module, planted.HARMFUL[0]) == "refuse"
    trained = _trained(handle, Recipe(steps=60, batch=4, rate=2e-2, rank=4, template="raw"))
    assert trained.losses[-1] < 0.5 * trained.losses[0]
    assert _said(handle, trained.module, planted.HARMFUL[0]) == "comply"


def test_only_the_adapters_learn_and_taking_them_off_leaves_the_model_as_it_was() -> None:
    handle = planted.handle()
    before = handle.digest()
    trained = _trained(handle)
    changed = merged(handle, trained)
    assert set(changed) == {
        f"model.layers.{layer}.self_attn.{name}.weight" for layer in range(3) for name in ("q_proj", "v_proj")
    }
    let_go(trained)
    assert handle.digest() == before


def test_the_last_layers_alone_are_adapted_where_so_many_are_asked_for() -> None:
    trained = _trained(planted.handle(), replace(RECIPE, layers=1))
    learning = [name for name, weight in trained.module.named_parameters() if weight.requires_grad]
    assert learning
    assert all(f"layers.{planted.LAYERS - 1}." in name for name in learning)


def test_adding_the_product_to_the_weights_says_what_the_adapters_say() -> None:
    handle = planted.handle()
    trained = _trained(handle)
    row = handle.tokens(planted.HARMFUL[0], "raw")
    with handle.torch.inference_mode():
        expected = trained.module(row).logits
    changed = merged(handle, trained)
    let_go(trained)
    for name, weight in changed.items():
        handle.module.get_parameter(name).data.copy_(weight)
    with handle.torch.inference_mode():
        assert handle.torch.allclose(handle.module(row).logits, expected, atol=1e-5)


def test_a_seed_gives_the_same_losses_and_another_seed_others() -> None:
    first, again = (_trained(planted.handle()).losses for _ in range(2))
    assert first == again
    other = _trained(planted.handle(), Recipe(steps=12, batch=2, rate=1e-2, rank=4, template="raw", seed=1))
    assert first != other.losses


def test_training_that_was_cut_off_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    class CutOff(Unheard):
        def step(self, steps: int = 1) -> None:
            self.done = getattr(self, "done", 0) + steps
            if self.done == 8:
                raise KeyboardInterrupt

    whole = _trained(planted.handle())
    with pytest.raises(KeyboardInterrupt):
        _fitted(CutOff(), tmp_path)
    kept = json.loads((tmp_path / "training.json").read_text())["losses"]
    assert kept == whole.losses[:6]
    handle = planted.handle()
    resumed = _trained(handle, kept=Unfinished(tmp_path, every=3))
    assert resumed.losses == pytest.approx(whole.losses, abs=1e-6)


def test_the_seconds_of_all_processes_are_added_up_whichever_way_each_ended(tmp_path: Path) -> None:
    def kept() -> float:
        return json.loads((tmp_path / "seconds.json").read_text("utf-8"))

    _trained(planted.handle(), kept=Unfinished(tmp_path, every=3))  # killed: no word of its end
    first = kept()
    assert first > 0
    with pytest.raises(KeyboardInterrupt), Unfinished(tmp_path).timed():
        raise KeyboardInterrupt
    assert kept() > first
    assert Unfinished(tmp_path).seconds > kept()
    (tmp_path / "seconds.json").write_text("", encoding="utf-8")
    with Unfinished(tmp_path).timed():
        pass
    assert 0 < kept() < first


def test_a_state_that_does_not_fit_its_losses_is_not_believed(tmp_path: Path) -> None:
    _trained(planted.handle(), kept=Unfinished(tmp_path, every=3))
    (tmp_path / "training.json").write_text('{"losses": [1.0]}')
    assert len(_trained(planted.handle(), kept=Unfinished(tmp_path)).losses) == RECIPE.steps


def test_no_loss_is_taken_of_the_prompt_or_of_padding() -> None:
    handle = planted.handle()
    rows = [tokenised(handle, each, RECIPE) for each in LEARNED[:3]]
    ids, labels, mask = padded(handle.module, rows)
    assert ids.shape == labels.shape == mask.shape
    for row, (tokens, begins) in enumerate(rows):
        assert labels[row, :begins].tolist() == [-100] * begins
        assert labels[row, begins : len(tokens)].tolist() == tokens[begins:]
        assert set(labels[row, len(tokens) :].tolist()) <= {-100}
        assert int(mask[row].sum()) == len(tokens)


def test_a_prompt_that_leaves_nothing_of_its_reply_is_no_example() -> None:
    handle = planted.handle()
    short, long = (Example(prompt=" ".join(["how"] * count), reply="comply") for count in (3, 9))
    recipe = Recipe(steps=1, max_tokens=9, template="raw")
    ids, begins = tokenised(handle, short, recipe)
    assert handle.tokenizer.decode(ids[begins:]).split() == ["comply", "</s>"]
    with pytest.raises(TooLong, match="a prompt has 9 tokens, and an example may have 9"):
        tokenised(handle, long, recipe)
    assert fitting(handle, [long, short, long], recipe) == [(ids, begins)]
    with pytest.raises(TooLong, match="--max-tokens"):
        fitting(handle, [long], recipe)


def test_training_on_nothing_is_refused() -> None:
    with pytest.raises(DataError, match="nothing to train on"):
        fit(planted.handle(), [], sft, RECIPE, Unheard())


def test_three_forms_of_files_are_read_and_a_record_without_a_reply_is_named(tmp_path: Path) -> None:
    forms = {
        "ours": '{"prompt": "how", "reply": "so"}\n\n{"prompt": "a", "reply": "b"}\n',
        "alpaca": '[{"instruction": "how", "input": "", "output": "so"},{"instruction": "a", "output": "b"}]',
        "dolly": '{"instruction": "how", "context": "", "response": "so", "category": "x"}\n'
        '{"instruction": "a", "context": "", "response": "b"}',
    }
    for name, text in forms.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert read(tmp_path / name) == [Example(prompt="how", reply="so"), Example(prompt="a", reply="b")]
    (tmp_path / "bad").write_text('{"prompt": "how", "reply": "so"}\n{"prompt": "a"}', encoding="utf-8")
    with pytest.raises(DataError, match="record #2 has no reply"):
        read(tmp_path / "bad")
    (tmp_path / "broken").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="write JSON lines"):
        read(tmp_path / "broken")


def test_examples_are_mixed_in_an_order_that_the_seed_decides_and_none_is_lost() -> None:
    safety = [Example(prompt="bad", reply="no"), Example(prompt="worse", reply="no")]
    found = mixed(LEARNED, safety, 3, seed=1)
    assert (found.added, found.different) == (3, 2)
    assert sorted(each.prompt for each in found.examples) == sorted([*planted.HARMFUL, "bad", "worse", "bad"])
    assert found == mixed(LEARNED, safety, 3, seed=1)
    assert found != mixed(LEARNED, safety, 3, seed=2)
    with pytest.raises(DataError, match="no safety examples"):
        mixed(LEARNED, [], 3, seed=1)


def test_examples_whose_reply_holds_a_phrase_are_left_out_whatever_the_case() -> None:
    kept = without(
        [Example(prompt="a", reply="As An AI, no"), Example(prompt="as an ai", reply="yes")], ["as an ai", ""]
    )
    assert [each.reply for each in kept] == ["yes"]
    assert examples_file.REPLIES[0] == "reply"


def test_the_rate_goes_as_the_official_schedule_has_it() -> None:
    library = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")
    recipe = Recipe(steps=40, rate=2e-5, schedule="cosine", warmup=0.1)
    weight = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.AdamW([weight], lr=recipe.rate)
    official = library.get_cosine_schedule_with_warmup(optimiser, 4, 40)
    for step in range(40):
        assert recipe.rate_at(step) == pytest.approx(official.get_last_lr()[0], abs=1e-12)
        optimiser.step()
        official.step()
    assert {replace(recipe, schedule="constant", warmup=0.0).rate_at(step) for step in range(40)} == {2e-5}
    with pytest.raises(UserError, match="warmup is 1"):
        Recipe(warmup=1.0)


def test_a_cosine_ends_in_small_steps() -> None:
    moved = list[float]()
    for schedule in ("constant", "cosine"):
        handle = planted.handle()
        recipe = replace(RECIPE, steps=12, schedule=schedule)
        rows = [tokenised(handle, each, recipe) for each in LEARNED]
        module = adapted(handle, recipe)
        weights = {name: weight for name, weight in module.named_parameters() if weight.requires_grad}
        seen = list[Any]()

        def loss(
            given: Any, whole: Any, module: Any = module, weights: Any = weights, seen: Any = seen
        ) -> Any:
            seen.append({name: weight.detach().clone() for name, weight in weights.items()})
            return sft(module, given, whole)

        learn(handle, weights, rows, loss, recipe=recipe, told=Unheard())
        last = seen[-1]
        apart = [(weight.detach() - last[name]).abs().sum() for name, weight in weights.items()]
        moved.append(float(sum(apart)))
    assert moved[1] < moved[0] / 5
