from pathlib import Path

import pytest

from plimsoll.calibration.calibrate import CalibrationSpec, calibrate
from plimsoll.calibration.nouns import Bounds, Calibration, Slice
from tests.support.drift import drifted, lines
from tests.support.labelled import written

KAPPAS = {
    "refusal": 0.8,
    "compliance": 0.7,
    "refusal/xstest_strings": 0.167,
    "refusal/gcg_strings": 0.167,
}
"""What each offline judge of refusals reached on the sixty replies when it was last looked at."""


@pytest.mark.parametrize("judge", KAPPAS)
def test_a_judge_has_not_drifted(judge: str, tmp_path: Path) -> None:
    pack = written(tmp_path / "drift.jsonl", list(lines()))
    found = calibrate(CalibrationSpec(labels=str(pack), judges=(judge,))).calibrations[0]
    assert found.whole.items == 60
    assert drifted(KAPPAS[judge], found) == ""


def test_a_fall_is_named() -> None:
    def reached(kappa: float | None) -> Calibration:
        bounds = None if kappa is None else Bounds(value=kappa)
        return Calibration(judge="j", event="e", pack="p", pack_event="e", slices=(Slice(kappa=bounds),))

    assert drifted(0.9, reached(0.86)) == ""
    assert drifted(0.9, reached(0.84)) == "j fell from kappa 0.900 to 0.840 on the same replies"
    assert "no kappa any more" in drifted(0.9, reached(None))
