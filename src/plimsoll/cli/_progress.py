"""Records as they are kept -> a progress bar with the time left, or plain lines where no one watches."""

import sys
import time
from types import TracebackType
from typing import Any, Self

from plimsoll.core import Record
from plimsoll.pages.words import say
from plimsoll.reports import unread
from plimsoll.run.work.engine import Count

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
    print(line, file=sys.stderr, flush=True)


class Progress:
    """Shown on standard error, so that standard output stays for results."""

    def __init__(self, title: str, total: int) -> None:
        self.title = title
        self.total = total
        self._started = self._shown = time.monotonic()
        self._first: int | None = None
        self._bar: Any = None
        self._warned = False
        self._noted: set[str] = set()

    def rename(self, title: str) -> None:
        """Say what is under way now."""
        self.title = title
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], description=_fitting(title, self._bar.console.width))

    def __call__(self, record: Record, count: Count) -> None:
        """Take note of one more record."""
        now = time.monotonic()
        if self._first is None:
            self._first = count.records - 1
        self._warn(count)
        if count.notes.keys() - self._noted:
            self._note(count)
        if now - self._shown < (REFRESH if self._bar else QUIET_FOR) and count.records < self.total:
            return
        if now - self._started < QUIET_FOR:
            return
        if sys.stderr.isatty():
            self._shown = now
            self._draw(count)
        elif now - self._shown >= LINE_EVERY or count.records == self.total:
            self._shown = now
            print(self._line(count, now), file=sys.stderr, flush=True)

    def _warn(self, count: Count) -> None:
        """Say once, while there is still time to stop, that many replies cannot be read."""
        if self._warned or count.unread.replies < ENOUGH:
            return
        found = count.unread.found()
        if found.many:
            self._warned = True
            lines = ["warning:", *unread.sentences(found), say("unread.examples")]
            shown = [f"  {each}" for each in unread.examples(found)]
            print("\n".join([" ".join(lines), *shown]), file=sys.stderr, flush=True)

    def _note(self, count: Count) -> None:
        """Say at once what the endpoint made us do, once each."""
        for note in count.notes.keys() - self._noted:
            self._noted.add(note)
            tell(f"note: {note}")

    def _draw(self, count: Count) -> None:
        if self._bar is None:
            self._bar = _bar(self.title, self.total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=count.records, note=_note(count))

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
            self._bar.stop()


def _bar(title: str, total: int) -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn("{task.description}"),
        BarColumn(bar_width=12),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("eta"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=Console(stderr=True),
    )
    bar.add_task(_fitting(title, bar.console.width), total=total, note="")
    return bar


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
