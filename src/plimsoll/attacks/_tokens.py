"""A file of tokens -> those that can stand for letters: one a line, or the vocabulary of a tokenizer."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import msgspec

from plimsoll.core import UserError, decoding, files

FEWEST, SHORTEST = 26, 2
"""Tokens for an alphabet; characters of one, so that no sign of a text is taken for it."""
BEGINS = "Ġ▁"
"""How tokenizers mark the token that begins a word."""


def tokens_of(name: str, file: str) -> tuple[str, ...]:
    """Tokens made of letters alone, in the order of the file, each once. Raises `UserError`."""
    try:
        content = files.read(Path(file).expanduser()).decode("utf-8-sig")
    except OSError as error:
        raise UserError(f"{name}: {file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UserError(f"{name}: {file} is not in UTF-8") from None
    words = (each.strip().lstrip(BEGINS).lower() for each in _listed(content))
    found = tuple(dict.fromkeys(word for word in words if len(word) >= SHORTEST and word.isalpha()))
    if len(found) < FEWEST:
        raise UserError(f"{name}: {file} holds {len(found)} tokens of letters: an alphabet takes {FEWEST}")
    return found


def _listed(content: str) -> Iterable[str]:
    """The lines; of JSON its list, its keys (`vocab.json`), or those of a `tokenizer.json`."""
    try:
        found: Any = decoding.decode(content)
    except (msgspec.DecodeError, RecursionError):
        return content.splitlines()
    if isinstance(found, dict):
        whole = cast("dict[str, Any]", found)
        model = whole.get("model")
        found = cast("dict[str, Any]", model).get("vocab", whole) if isinstance(model, dict) else whole
    if not isinstance(found, dict | list):
        return content.splitlines()
    # Some vocabularies are lists of pairs of a token and its likelihood.
    return [each if isinstance(each, str) else str(each[0]) for each in cast("list[Any]", found) if each]
