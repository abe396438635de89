"""What rich is to lay out -> the same in the reader's language."""

from typing import TYPE_CHECKING

from plimsoll.words import preferred, translated
from plimsoll.words.wrapping import wrapped

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text


def spoken(renderable: "RenderableType", width: int) -> "RenderableType":
    """Texts, groups and tables, sentence by sentence; what is already in that language stays.

    Lines of prose are broken for that width as Chinese lines are, which rich knows nothing of.
    """
    return renderable if preferred() == "en" else _broken(_spoken(renderable), width)


def _broken(renderable: "RenderableType", width: int) -> "RenderableType":
    from rich.console import Group
    from rich.text import Text

    if isinstance(renderable, Group):
        return Group(*(_broken(each, width) for each in renderable.renderables))
    if isinstance(renderable, Text) and not renderable.spans and renderable.overflow is None:
        lines = (line for each in renderable.plain.split("\n") for line in wrapped(each, width) or [""])
        return Text("\n".join(lines), style=renderable.style)
    return renderable


def _spoken(renderable: "RenderableType") -> "RenderableType":
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from plimsoll.reports.hanging import Hanging

    if isinstance(renderable, str):
        return translated(renderable)
    if isinstance(renderable, Hanging):
        return Hanging(translated(renderable.line))
    if isinstance(renderable, Text):
        return _text(renderable)
    if isinstance(renderable, Group):
        return Group(*map(_spoken, renderable.renderables))
    if isinstance(renderable, Padding):
        inner = renderable
        return Padding(_spoken(inner.renderable), (inner.top, inner.right, inner.bottom, inner.left))
    if isinstance(renderable, Table):
        _speak(renderable)
    return renderable


def _text(text: "Text") -> "Text":
    from rich.text import Text

    said = translated(text.plain)
    return text if said == text.plain else Text(said, style=text.style, overflow=text.overflow)


def _speak(table: "Table") -> None:
    """A table's title, heads and cells, in their place: rich has no other way to them."""
    if table.title is not None:
        table.title = _spoken(table.title)  # pyright: ignore[reportAttributeAccessIssue]
    for column in table.columns:
        column.header = _spoken(column.header)
        column._cells[:] = map(_spoken, column._cells)  # pyright: ignore[reportPrivateUsage]
