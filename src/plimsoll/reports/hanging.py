"""A note -> lines behind a bullet, broken as its language breaks lines."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

from plimsoll.words.wrapping import wrapped

BULLET = "• "


@dataclass(frozen=True)
class Hanging:
    """A note whose further lines stand under its first word."""

    line: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """The lines, for the width that there is."""
        for number, each in enumerate(wrapped(self.line, options.max_width - len(BULLET))):
            yield Text((" " * len(BULLET) if number else BULLET) + each, overflow="fold")
