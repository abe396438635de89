"""What options may say, and what is refused."""

from pathlib import Path

import pytest

from plimsoll.cli import USAGE, _options, exit_code
from plimsoll.core import UserError


def test_an_option_given_twice_is_refused_by_its_name_alone() -> None:
    assert _options.pairs(["seed=1", "base-url=x"], "-M") == {"seed": "1", "base_url": "x"}
    for twice in (["seed=1", "seed=2"], ["base-url=x", "base_url=x"]):
        with pytest.raises(UserError, match=r"^-M (seed|base_url) is given twice: keep one of them$"):
            _options.pairs(twice, "-M")


def test_scoring_refuses_what_the_benchmark_does_not_take(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    predictions = tmp_path / "predictions.json"
    predictions.write_text("{}")
    assert exit_code(["score", "safetybench:lnguage=zh", "--predictions", str(predictions)]) == USAGE
    assert "no argument 'lnguage'; did you mean language?" in capfd.readouterr().err
    arguments = ["score", "safetybench:split=starter,shots=5", "--predictions", str(predictions)]
    assert exit_code(arguments) == USAGE
    assert "split=starter has no official numbers" in capfd.readouterr().err
