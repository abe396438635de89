"""Labels that raters give <-> a file of JSON lines, whole at any moment: what was taken is on disk.

The file is a label pack from the start (`docs/formats/labels.md`): lines that nobody labelled yet have
no labels. Every change is read, made and written under a lock, so that two raters may work at once.
"""

import os
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from plimsoll.core import PlimsollError, UserError, did_you_mean, files, lock, replace
from plimsoll.data import rows
from plimsoll.labels import own

VALUES = (1.0, 0.0, 0.5, None)
"""Yes, no, not sure; passed over."""


class Line(own.Row, frozen=True, kw_only=True, omit_defaults=True):
    """A line of a pack, with how it was drawn."""

    seed: int = 0
    of: int = 0
    """How many replies it was drawn from."""
    left_out: tuple[str, ...] = ()
    """Categories that policy kept out of the draw."""
    closed: bool = False
    """Whether the raters have seen each other's labels."""


class Closed(PlimsollError):
    """A label came after the raters had seen each other's."""


@dataclass(frozen=True)
class Sheet:
    """A file of drawn lines."""

    path: Path

    def lines(self) -> list[Line]:
        """Every line, as the file is now."""
        return rows.read_jsonl(self.path, Line)

    def label(self, place: int, rater: str, value: float | None) -> None:
        """Take a label; it is on disk when this returns. Raises `Closed`."""

        def labelled(line: Line) -> Line:
            return replace(line, labels={**line.labels, rater: value})

        self._change(place, labelled)

    def unlabel(self, place: int, rater: str) -> None:
        """Take a label back, as if it had never been given. Raises `Closed`."""

        self._change(place, lambda line: _without(line, rater))

    def settle(self, place: int, value: float | None) -> None:
        """Write down what the raters agreed on; `None` opens the question again."""
        with self._locked():
            lines = self.lines()
            lines[place] = replace(lines[place], settled=value)
            self._write(lines)

    def close(self) -> None:
        """Take no label from now on: the raters are about to see each other's."""
        with self._locked():
            lines = self.lines()
            if not all(line.closed for line in lines):
                self._write([replace(line, closed=True) for line in lines])

    def drop(self, rater: str) -> int:
        """Take all labels of a rater out who gave up; returns how many. Raises `UserError`."""
        with self._locked():
            lines = self.lines()
            known = raters(lines)
            if rater not in known:
                said = ", ".join(known) or "nobody"
                raise UserError(
                    f"{self.path} holds no label of {rater!r}{did_you_mean(rater, known)} ({said})"
                )
            self._write([_without(line, rater) for line in lines])
            return done(lines, rater)

    def make(self, lines: Iterable[Line]) -> None:
        """Write the drawn lines, unless another process was quicker."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        with self._locked():
            if not self.path.exists():
                self._write(list(lines))

    def _change(self, place: int, made: Callable[[Line], Line]) -> None:
        with self._locked():
            lines = self.lines()
            if lines[place].closed:
                raise Closed("the labels have been compared: they cannot be changed any more")
            lines[place] = made(lines[place])
            self._write(lines)

    @contextmanager
    def _locked(self) -> Generator[None]:
        # The folder is locked, for the file is replaced at every change.
        with lock.waited_for(self.path.parent):
            yield

    def _write(self, lines: Iterable[Line]) -> None:
        encode = msgspec.json.Encoder().encode
        try:
            with files.writing(self.path) as file:
                file.writelines(encode(line) + b"\n" for line in lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from error


def opened(path: Path, run: str) -> Sheet:
    """The sheet of a run that was drawn before. Raises `UserError` where it is of another run."""
    pack = own.read(path)
    sheet = Sheet(path)
    if any(line.run != run for line in sheet.lines()):
        raise UserError(f"{path} does not hold a draw of this run ({run}): give another --output")
    if pack.scale != "binary":
        raise UserError(f"{path} holds {pack.scale} labels, here people are asked yes or no")
    return sheet


def raters(lines: Iterable[Line]) -> list[str]:
    """Everybody who gave a label, in the order in which they appear."""
    return list(dict.fromkeys(rater for line in lines for rater in line.labels))


def done(lines: Iterable[Line], rater: str) -> int:
    """How many lines a rater labelled or passed over."""
    return sum(rater in line.labels for line in lines)


def progress(lines: list[Line]) -> Mapping[str, int]:
    """How far each rater is."""
    return {rater: done(lines, rater) for rater in raters(lines)}


def comparable(lines: list[Line]) -> bool:
    """Whether there are two raters and all are through: only then may they see each other's labels."""
    far = progress(lines)
    return len(far) > 1 and min(far.values()) == len(lines)


def next_open(lines: list[Line], rater: str, after: int = -1) -> int | None:
    """The next line that the rater has not labelled, from the start again behind the last."""
    places = [*range(after + 1, len(lines)), *range(after + 1)]
    return next((place for place in places if rater not in lines[place].labels), None)


def _without(line: Line, rater: str) -> Line:
    return replace(line, labels={who: value for who, value in line.labels.items() if who != rater})


def _unwritable(path: Path, error: OSError) -> UserError:
    return UserError(f"{path} cannot be written: {error.strerror or error} (--output names another file)")
