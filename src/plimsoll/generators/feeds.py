"""Files of a user's -> what generators draw on: topics of the day, example prompts with their categories."""

import re
from html import unescape
from pathlib import Path
from typing import NamedTuple

from plimsoll.core import DataError, UserError, decoding, files
from plimsoll.text.expressions import expression

_ITEM = expression(r"<(item|entry)\b.*?</\1>", re.DOTALL)
_TITLE = expression(r"<title\b[^>]*>(.*?)</title>", re.DOTALL)
_CDATA = expression(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_TAG = expression(r"<[^>]*>")


class Example(NamedTuple):
    """A prompt to be retrieved."""

    id: str
    text: str
    categories: tuple[str, ...]
    """Empty where it belongs to any."""


def text_of(file: str, what: str) -> str:
    """The text of a file. Raises `UserError`, `DataError`."""
    try:
        return files.read_text(Path(file).expanduser())
    except OSError as error:
        raise UserError(f"{what} {file}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise DataError(f"{what} {file}: is not UTF-8: save it as UTF-8") from None


def topics(file: str) -> tuple[str, ...]:
    """Headlines: titles of a feed (RSS, Atom), or lines of a text. Raises `UserError`, `DataError`."""
    text = text_of(file, "topics")
    items = [match[0] for match in _ITEM.finditer(text)]
    titles = [title[1] for item in items if (title := _TITLE.search(item))]
    lines = titles if items else [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found = tuple(dict.fromkeys(plain for line in lines if (plain := _plain(line))))
    if not found:
        raise DataError(f"topics {file}: holds no topic: write one a line, or give a feed with items")
    return found


def examples(file: str) -> tuple[Example, ...]:
    """Prompts of a JSON lines file, with `prompt` and, where it is known, `category` and `id`.

    Raises `UserError`, `DataError`.
    """
    found: list[Example] = []
    for number, line in enumerate(text_of(file, "examples").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = decoding.decode(line, dict[str, object])
        except ValueError as error:
            raise DataError(f"examples {file}, line {number}: {error}") from None
        cells = {key.lower(): value for key, value in row.items()}
        prompt = cells.get("prompt")
        if not isinstance(prompt, str) or not prompt.strip():
            raise DataError(f"examples {file}, line {number}: has no prompt: fill it in, or delete the row")
        found.append(Example(str(cells.get("id", number)), prompt, _categories(cells.get("category"))))
    if not found:
        raise DataError(f"examples {file}: holds no prompt: write JSON lines with prompt and category")
    return tuple(found)


def _categories(cell: object) -> tuple[str, ...]:
    if isinstance(cell, list):
        return tuple(str(each) for each in cell)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return (str(cell),) if cell else ()


def _plain(title: str) -> str:
    shown = _CDATA.sub(lambda found: found[1], title)
    return " ".join(unescape(_TAG.sub(" ", shown)).split())
