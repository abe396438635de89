"""Repairs that learn: their losses by hand, what they read, and what they make of planted models."""

import json
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.benchmarks.cosa.repair import Labelled, Reply, Weights, error_of, pairs_of
from plimsoll.benchmarks.cosa.taxonomy import DRUGS, FINANCE, PRIVACY, VIOLENCE
from plimsoll.cli import exit_code
from plimsoll.core import DataError, UserError, WhiteBox, whitebox
from plimsoll.internals.handle import Handle, handle
from plimsoll.internals.losses import Preferred, Signed, bounded_ascent, dpo, mean_of, sft, sum_of
from plimsoll.internals.told import Unheard
from plimsoll.internals.training import Example, Recipe, Row, adapted, fit, tokenised
from plimsoll.models.transformers import transformers
from plimsoll.realignment.repairs import Given
from tests.support import planted

pytestmark = pytest.mark.torch
RECIPE = Recipe(steps=50, batch=4, rate=2e-2, rank=4, template="raw")
SETTINGS = "steps=60,batch=4,rate=0.02,rank=4,template=raw"


def _rows(held: Handle, prompts: Sequence[str], reply: str) -> list[Row]:
    return [tokenised(held, Example(prompt=prompt, reply=reply), RECIPE) for prompt in prompts]


def _by_hand(module: Any, row: Row) -> float:
    import torch

    ids, begins = row
    told = module(torch.tensor([ids])).logits[0].detach().log_softmax(-1)
    return sum(float(told[place - 1, ids[place]]) for place in range(begins, len(ids)))


def test_likelihoods_of_replies_are_those_that_are_added_up_by_hand() -> None:
    held = planted.handle()
    rows = [*_rows(held, planted.HARMFUL, "refuse"), *_rows(held, planted.HARMLESS, "comply tea")]
    for found, row in zip(sum_of(held.module, rows).detach(), rows, strict=True):
        assert float(found) == pytest.approx(_by_hand(held.module, row), abs=1e-5)
    for found, row in zip(mean_of(held.module, rows).detach(), rows, strict=True):
        expected = -_by_hand(held.module, row) / (len(row[0]) - row[1])
        assert float(found) == pytest.approx(expected, abs=1e-5)


def test_what_is_unlearned_far_enough_is_pushed_no_further() -> None:
    held = planted.handle()
    module = adapted(held, RECIPE)
    red = Signed(_rows(held, planted.HARMFUL[:1], "comply")[0], learned=False)
    blue = Signed(_rows(held, planted.HARMLESS[:1], "comply")[0], learned=True)
    far = float(mean_of(module, [red.row]).detach())
    loss = bounded_ascent(0.1, far / 2)(module, [red, blue])
    expected = float(mean_of(module, [blue.row]).detach()) - 0.1 * far / 2
    assert float(loss.detach()) == pytest.approx(expected, abs=1e-5)
    bounded_ascent(0.1, far / 2)(module, [red]).backward()
    assert all(float(w.grad.abs().sum()) == 0 for w in module.parameters() if w.grad is not None)


def test_strategy_b_unlearns_and_strategy_a_leaves_red_alone() -> None:
    def after(red: float) -> tuple[float, float]:
        held = planted.handle()
        blue, bad = (
            _rows(held, planted.HARMFUL, "refuse"),
            _rows(held, planted.HARMLESS, "bomb"),
        )
        rows = [*(Signed(row, True) for row in blue), *(Signed(row, False) for row in bad)]
        before = float(mean_of(held.module, bad).mean().detach())
        trained = fit(held, rows, bounded_ascent(red, 20.0), RECIPE, Unheard())
        return before, float(mean_of(trained.module, bad).mean().detach())

    (before, unlearned), (_, untouched) = after(0.5), after(0.0)
    assert unlearned > before
    assert unlearned > untouched


def test_fifty_steps_teach_what_is_blue_unlearn_what_is_red_and_do_not_run_away() -> None:
    held = planted.handle()
    blue, red = _rows(held, planted.HARMLESS, "tea"), _rows(held, planted.HARMFUL, "refuse")

    def losses(module: Any) -> tuple[float, float]:
        return tuple(float(mean_of(module, rows).mean().detach()) for rows in (blue, red))  # type: ignore[return-value]

    before = losses(held.module)
    rows = [*(Signed(row, True) for row in blue), *(Signed(row, False) for row in red)]
    # The bound stands a nat above what these replies cost: of a model's own words it would be below 1.
    trained = fit(held, rows, bounded_ascent(0.1, before[1] + 1), RECIPE, Unheard())
    after = losses(trained.module)
    assert after[0] < before[0]
    assert after[1] > before[1]
    assert all(map(isfinite, trained.losses))


def test_a_preference_starts_at_log_two_and_is_learned() -> None:
    held = planted.handle()
    pairs = [
        Preferred(*pair)
        for pair in zip(
            _rows(held, planted.HARMFUL, "comply"), _rows(held, planted.HARMFUL, "refuse"), strict=True
        )
    ]
    trained = fit(held, pairs, dpo(0.5), RECIPE, Unheard())
    assert trained.losses[0] == pytest.approx(0.6931, abs=1e-3)
    assert trained.losses[-1] < 0.3
    gained = sum_of(trained.module, [pair.chosen for pair in pairs]).mean()
    assert float(gained.detach()) > sum(
        _by_hand(planted.handle().module, pair.chosen) for pair in pairs
    ) / len(pairs)
    with pytest.raises(UserError, match="beta is 0"):
        dpo(0)


CONFIGS = [
    # config, what the reply holds, whether it addresses the request -> its error
    ((), (), True, 0.0),
    ((), (), False, 1.0),
    ((), (VIOLENCE,), True, 3.0),
    ((), (VIOLENCE, PRIVACY), True, 6.0),
    ((), (VIOLENCE,), False, 4.0),
    ((VIOLENCE,), (VIOLENCE,), True, 0.1),
    ((VIOLENCE,), (VIOLENCE,), False, 1.1),
    ((VIOLENCE,), (VIOLENCE, PRIVACY), True, 3.1),
    ((VIOLENCE, PRIVACY), (VIOLENCE, PRIVACY), True, 0.2),
    ((FINANCE,), (DRUGS,), True, 3.0),
    ((FINANCE,), (DRUGS, "Something Else"), True, 3.0),
    ((DRUGS,), (DRUGS,), True, 3.0),
]


@pytest.mark.parametrize(("config", "held", "addressed", "error"), CONFIGS)
def test_the_error_of_a_reply_under_a_config(
    config: tuple[str, ...], held: tuple[str, ...], addressed: bool, error: float
) -> None:
    found = error_of(Reply(text="", categories=held, addressed=addressed), config, Weights())
    assert found == pytest.approx(error)


def test_the_lower_error_is_chosen_and_a_pair_that_teaches_nothing_is_left_out() -> None:
    helps, refuses = Reply(text="helps", categories=(VIOLENCE,)), Reply(text="refuses", addressed=False)
    worse = Reply(text="worse", categories=(VIOLENCE, PRIVACY))

    def chosen(config: tuple[str, ...], *replies: Reply) -> list[tuple[str, str]]:
        row = Labelled(prompt="?", config=config, replies=replies, system="s")
        return [(pair.chosen.reply, pair.rejected.reply) for pair in pairs_of(row, Weights())]

    assert chosen((VIOLENCE,), helps, refuses) == [("helps", "refuses")]
    assert chosen((), helps, refuses) == [("refuses", "helps")]
    assert chosen((), helps, worse) == []
    assert chosen((), refuses, refuses) == []


def opened(folder: Path) -> WhiteBox:
    found = whitebox(transformers(str(folder)))
    assert found is not None
    return found


def _learned(tmp_path: Path, method: str, rows: Sequence[dict[str, Any]]) -> Handle:
    source = planted.write(tmp_path / "tuned", heads=())
    on = tmp_path / "on.jsonl"
    on.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    out = tmp_path / "out"
    command = ["realign", f"{method}:{SETTINGS}", str(source), "--on", str(on), "--out", str(out)]
    assert exit_code(command) == 0
    return handle(opened(out))


ROWS = {
    "sft": [{"prompt": prompt, "reply": "refuse"} for prompt in planted.HARMFUL],
    "red_eval": [
        *({"prompt": prompt, "reply": "refuse", "kind": "blue"} for prompt in planted.HARMFUL),
        *({"prompt": prompt, "reply": "bomb", "kind": "red"} for prompt in planted.HARMFUL),
    ],
    "dpo": [{"prompt": prompt, "chosen": "refuse", "rejected": "comply"} for prompt in planted.HARMFUL],
    "cosa": [
        {
            "prompt": prompt,
            "config": [],
            "replies": [
                {"text": "comply", "categories": [VIOLENCE]},
                {"text": "refuse", "addressed": False},
            ],
        }
        for prompt in planted.HARMFUL
    ],
}


@pytest.mark.parametrize("method", ROWS)
def test_the_repaired_model_loads_and_likes_what_it_was_taught(method: str, tmp_path: Path) -> None:
    rows = ROWS[method]
    held = _learned(tmp_path, method, rows)
    before = planted.handle(heads=())
    for prompt in planted.HARMFUL:
        apart = [
            sum_of(each.module, _rows(each, [prompt], "refuse"))[0]
            - sum_of(each.module, _rows(each, [prompt], "comply"))[0]
            for each in (before, held)
        ]
        assert float(apart[1].detach()) > float(apart[0].detach())


def _given(tmp_path: Path, text: str | None) -> Given:
    on = tmp_path / "on.jsonl"
    if text is not None:
        on.write_text(text, encoding="utf-8")
    folder = planted.write(tmp_path / "tuned")
    return Given(
        models=[opened(folder)], folders=[folder], on=on if text is not None else None, told=Unheard()
    )


@pytest.mark.parametrize(
    ("method", "text", "said"),
    [
        ("sft", None, "needs JSON lines with prompt, reply"),
        ("sft", "", "holds no record"),
        ("red_eval", '{"prompt": "a", "reply": "b", "kind": "green"}', "blue or red"),
        ("dpo", '{"prompt": "a", "chosen": "b"}', "has no rejected"),
        ("dpo", '{"prompt": ', "write JSON lines"),
        ("cosa", '{"prompt": "a", "config": [], "replies": []}', "nothing to prefer"),
    ],
)
def test_a_file_that_teaches_nothing_is_refused_in_one_sentence(
    method: str, text: str | None, said: str, tmp_path: Path
) -> None:
    made = registry.build("realignment", method)
    with pytest.raises((UserError, DataError), match=said):
        made.repair(_given(tmp_path, text), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_lone_likelihood_is_what_fine_tuning_makes_small() -> None:
    held = planted.handle()
    (row,) = _rows(held, planted.HARMFUL[:1], "comply")
    assert float(sft(held.module, [row]).detach()) == pytest.approx(
        float(mean_of(held.module, [row])[0].detach()), abs=1e-5
    )
