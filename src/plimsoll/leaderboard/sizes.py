"""An unpacked run -> whether it holds more than a run of these questions can, told before it is read.

Few bytes can be very many objects: a million tiny records, a line of a hundred megabytes, a list in
which every comma is a value. All of them are counted here without making one of them.
"""

from pathlib import Path

from plimsoll.core import decoding, files
from plimsoll.leaderboard.nouns import Fault

LONGEST_LINE = 2 * 2**20
"""Bytes of a record."""
MOST_VALUES = 50_000
"""Values of a record."""
EPOCHS = 32
"""Records for each question."""
SPARE = 100
LARGEST = {"run.json": 2**20, "summary.json": 2 * 2**20, "seal.json": 16 * 2**20}
"""Bytes of the files that are read whole."""


def too_much(folder: Path, questions: int) -> Fault | None:
    """Why a run is not read, or nothing."""
    for name, most in LARGEST.items():
        path = folder / name
        if not path.exists():
            continue
        if path.stat().st_size > most:
            return _fault(f"{name} has more than {most:,} bytes")
        if name != "seal.json" and decoding.values(files.read(path)) > MOST_VALUES:
            return _fault(f"{name} holds more than {MOST_VALUES:,} values")
    return _lines(folder / "records.jsonl", EPOCHS * questions + SPARE)


def _lines(path: Path, most: int) -> Fault | None:
    with files.opened(path) as file:
        for number in range(1, most + 2):
            line = file.readline(LONGEST_LINE + 1)
            if not line:
                return None
            if len(line) > LONGEST_LINE:
                return _fault(f"line {number} of {path.name} has more than {LONGEST_LINE:,} bytes")
            if decoding.values(line) > MOST_VALUES:
                return _fault(f"line {number} of {path.name} holds more than {MOST_VALUES:,} values")
    return _fault(f"{path.name} holds more than {most:,} records, more than a run of this board can")


def _fault(message: str) -> Fault:
    return Fault(code="too_large", message=message)
