"""Records as they are kept -> a bar with the time left, in terminal or notebook, or plain lines for a log."""

import importlib
import sys
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Protocol, Self

from plimsoll.core import Record
from plimsoll.core.hidden import visible
from plimsoll.pages.markup import escape
from plimsoll.pages.words import say
from plimsoll.reports import unread
from plimsoll.run.work.engine import Count
from plimsoll.run.work.session import Observer
from plimsoll.words import preferred, translated

QUIET_FOR = 2.0
"""Seconds without a word: a short run shows nothing."""
LINE_EVERY = 10.0
"""Seconds between lines where standard error is no terminal."""
REFRESH = 0.1
ENOUGH = 20
"""Replies after which it is said that many cannot be read."""
NUMBERS = 54
"""Columns of the bar, the counts and the times; what is left of the terminal's width is the title's."""
SHORTEST = 20


def tell(line: str) -> None:
    """A line on standard error, above the bar where there is one."""
    sys.stderr.write(f"{visible(translated(line))}\n")
    sys.stderr.flush()


class Bar(Protocol):
    """What shows how far a run is."""

    def show(self, title: str, done: int, note: str) -> None:
        """Show the state of this moment."""
        ...

    def close(self) -> None:
        """Let it stand as it is."""
        ...


class Progress:
    """Shown on standard error, so that standard output stays for results."""

    def __init__(self, title: str, total: int) -> None:
        self.title = title
        self.total = total
        self._started = self._shown = time.monotonic()
        self._first: int | None = None
        self._bar: Bar | None = None
        self._done = 0
        self._warned = False
        self._noted: set[str] = set()

    def rename(self, title: str) -> None:
        """Say what is under way now."""
        self.title = title
        if self._bar is not None:
            self._bar.show(title, self._done, "")

    def __call__(self, record: Record, count: Count) -> None:
        """Take note of one more record."""
        now = time.monotonic()
        if self._first is None:
            self._first = count.records - 1
        self._warn(count)
        if len(count.notes) > len(self._noted):
            self._note(count)
        if now - self._shown < (REFRESH if self._bar else QUIET_FOR) and count.records < self.total:
            return
        if now - self._started < QUIET_FOR:
            return
        if self._bar is None and (watched := _watched()) is not None:
            self._bar = watched(self.total)
        if self._bar is not None:
            self._shown, self._done = now, count.records
            self._bar.show(self.title, count.records, _note(count))
        elif now - self._shown >= LINE_EVERY or count.records == self.total:
            self._shown = now
            tell(self._line(count, now))

    def _warn(self, count: Count) -> None:
        """Say once, while there is still time to stop, that many replies cannot be read."""
        if self._warned or count.unread.replies < ENOUGH:
            return
        found = count.unread.found()
        if found.many:
            self._warned = True
            language = preferred()
            lines = [
                "warning:",
                *unread.sentences(found, language),
                say("unread.examples", language=language),
            ]
            shown = [f"  {each}" for each in unread.examples(found)]
            tell("\n".join([" ".join(map(translated, lines)), *shown]))

    def _note(self, count: Count) -> None:
        """Say at once what the endpoint made us do, once each."""
        for note in count.notes.keys() - self._noted:
            self._noted.add(note)
            tell(f"note: {note}")

    def _line(self, count: Count, now: float) -> str:
        asked = count.records - (self._first or 0)
        left = (self.total - count.records) * (now - self._started) / max(asked, 1)
        share = count.records / max(self.total, 1)
        return (
            f"{self.title}: {count.records}/{self.total} ({share:.0%}), {_duration(left)} left{_note(count)}"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()


class Silent(Progress):
    """Says nothing, whatever happens."""

    def __call__(self, record: Record, count: Count) -> None:
        """Nothing."""


@dataclass
class JoinedProgress:
    """How far several runs are, some of them under way at once, as one display shows it."""

    progress: Progress
    before: int = 0
    """Records of the runs that have ended."""
    failed: Counter[str] = field(default_factory=Counter[str])
    _under_way: dict[int, Count] = field(default_factory=dict[int, Count])
    _names: dict[int, str] = field(default_factory=dict[int, str])

    @contextmanager
    def part(self, name: str) -> Generator[Observer]:
        """One of the runs, while it is under way."""
        number = max(self._names, default=0) + 1
        self._names[number] = name
        self._rename()
        try:
            yield partial(self._note, number)
        finally:
            del self._names[number]
            self._under_way.pop(number, None)
            self._rename()

    def finished(self, records: int, outcomes: Counter[str]) -> None:
        """Count a run that has ended, now or before."""
        self.before += records
        self.failed += outcomes

    def _note(self, number: int, record: Record, count: Count) -> None:
        """Take note of one more record; what is said of replies and endpoints is said of its own run."""
        self._under_way[number] = count
        counts = self._under_way.values()
        records = self.before + sum(each.records for each in counts)
        outcomes = sum((each.outcomes for each in counts), self.failed)
        self.progress(
            record, Count((), records=records, outcomes=outcomes, notes=count.notes, unread=count.unread)
        )

    def _rename(self) -> None:
        """Name the oldest of the runs under way, and how many there are beside it."""
        if self._names:
            first, *others = self._names.values()
            self.progress.rename(f"{first} +{len(others)}" if others else first)


class TerminalBar:
    """A bar on standard error."""

    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.progress import Progress as Rich

        self._rich = Rich(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=12),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn(translated("eta")),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=Console(stderr=True),
        )
        self._task = self._rich.add_task("", total=total, note="")
        self._rich.start()

    def show(self, title: str, done: int, note: str) -> None:
        """Draw anew."""
        named = _fitting(visible(title), self._rich.console.width)
        self._rich.update(self._task, description=named, completed=done, note=translated(note))

    def close(self) -> None:
        """Leave the last state on the screen."""
        self._rich.stop()


class NotebookBar:
    """A bar below a notebook's cell."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._began = time.monotonic()
        self._handle: Any = None

    def show(self, title: str, done: int, note: str) -> None:
        """Draw anew, in the same place."""
        display: Any = importlib.import_module("IPython.display")
        left = (self._total - done) * (time.monotonic() - self._began) / max(done, 1)
        said = translated(f"{done:,} of {self._total:,}, {_duration(left)} left{note}")
        drawn = display.HTML(
            f'<div>{escape(title)} <progress value="{done}" max="{self._total}"></progress> {said}</div>'
        )
        if self._handle is None:
            self._handle = display.display(drawn, display_id=True)
        else:
            self._handle.update(drawn)

    def close(self) -> None:
        """Nothing: the last state stands."""


def _watched() -> type[TerminalBar] | type[NotebookBar] | None:
    """The kind of bar that somebody sees; nothing where what is said goes to a file."""
    if in_notebook():
        return NotebookBar
    return TerminalBar if sys.stderr.isatty() else None


def in_notebook() -> bool:
    """Whether a notebook's kernel runs this."""
    shell: Any = sys.modules.get("IPython")
    running = shell.get_ipython() if shell is not None else None
    return getattr(running, "kernel", None) is not None


def _fitting(title: str, width: int) -> str:
    """The title's beginning, so that the numbers behind it are never cut."""
    room = max(SHORTEST, width - NUMBERS)
    return title if len(title) <= room else f"{title[: room - 1]}…"


def _note(count: Count) -> str:
    errors = count.outcomes["error"] + count.outcomes["judge_error"]
    return f"  {errors} failed" if errors else ""


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
