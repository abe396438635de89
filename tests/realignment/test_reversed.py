"""No number turns a repair into its reverse: every weight, strength and rate is refused below 0."""

from pathlib import Path

import pytest

from plimsoll import registry
from plimsoll.benchmarks.dro.carrying import least_expected
from plimsoll.cli import exit_code
from plimsoll.core import UserError
from plimsoll.internals import arithmetic
from plimsoll.internals.training import seeded
from tests.support import planted
from tests.support.repairing import METHODS

pytestmark = pytest.mark.torch

NUMBERS = [
    (part.name, argument.name)
    for part in registry.parts("realignment")
    for argument in part.options
    if "float" in argument.kind
]


def test_every_repair_with_numbers_is_held_to_this() -> None:
    assert {"resta", "ties", "dare", "dro_vpt", "red_eval", "somf"} <= {method for method, _ in NUMBERS}
    assert {method for method, _ in NUMBERS} <= set(METHODS)


@pytest.mark.parametrize("number", ["-1", "-1e-9", "nan", "inf", "-inf"])
@pytest.mark.parametrize(("method", "name"), NUMBERS)
def test_a_number_that_would_turn_a_repair_round_or_is_none_is_refused(
    method: str, name: str, number: str
) -> None:
    with pytest.raises(UserError):
        registry.build("realignment", f"{method}:{name}={number}")


def test_subtracting_what_makes_a_model_safe_is_refused_in_one_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = ["realign", "resta:weight=-1.0", "tuned", "safe", "unsafe", "--out", str(tmp_path / "out")]
    assert exit_code(asked) == 2
    assert "resta: weight is -1; it must be 0 or more: below 0 it would take safety away" in (
        capfd.readouterr().err
    )


@pytest.mark.parametrize("spec", ["sft:rate=1e39", "dro:rate=1e39", "dro:pairs=-1", "dro_vpt:pairs=-1"])
def test_numbers_that_would_end_in_the_middle_of_the_work_are_refused_before_it(spec: str) -> None:
    with pytest.raises(UserError, match="it must be"):
        registry.build("realignment", spec)


@pytest.mark.parametrize("seed", [-(1 << 70), -1, 0, 1 << 70])
def test_every_whole_number_is_a_seed(seed: int) -> None:
    held = planted.handle()

    def drawn() -> float:
        with seeded(held, seed):
            return float(held.torch.rand(1))

    assert drawn() == drawn()
    assert arithmetic.drawn(seed, 1.0)(held.torch.zeros(3)) in range(3)


def test_new_tokens_never_get_more_than_all_of_the_probability() -> None:
    held = planted.handle()
    logits = held.logits(held.torch.zeros(1, planted.HIDDEN))
    token, leak = least_expected(held, held.torch.zeros(1, planted.HIDDEN), range(100))
    share = 100 * float(logits.detach().softmax(-1)[0, token])
    assert leak == pytest.approx(share / (1 + share))
    assert leak < 1
