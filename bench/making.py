"""A repair by name -> the repaired model's folder below `bench/work/made`, made once and kept."""

from pathlib import Path

from bench.measure import Result, launch, plimsoll
from bench.questions import WORK

MADE = WORK / "made"


def made(result: Result, name: str, spec: str, *models: str, on: Path | None = None) -> Path:
    """The folder of a repair; it is made where it is not there, which stands in the table then."""
    out = MADE / name
    words = ["realign", spec, *models, "--out", str(out)]
    command = plimsoll(*words, *(("--on", str(on)) if on else ()))
    if not out.exists():
        result.row(f"plimsoll realign {spec}", 1, launch(result, command))
    return out
