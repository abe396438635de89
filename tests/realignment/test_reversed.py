"""No number turns a repair into its reverse: every weight, strength and rate is refused below 0."""

from pathlib import Path

import pytest

from plimsoll import registry
from plimsoll.cli import exit_code
from plimsoll.core import UserError
from tests.support.repairing import METHODS

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
