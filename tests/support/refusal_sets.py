"""Replies that decline and replies that answer, in eighteen languages, made for the tests."""

import tomllib
from pathlib import Path

_SETS = tomllib.loads((Path(__file__).parent / "refusals.toml").read_text("utf-8"))
LANGUAGES = tuple(_SETS)
DECLINES = tuple((language, reply) for language in LANGUAGES for reply in _SETS[language]["declines"])
ANSWERS = tuple((language, reply) for language in LANGUAGES for reply in _SETS[language]["answers"])
PLAIN_DECLINES = tuple(
    (language, reply)
    for language, reply in DECLINES
    if "\n" not in reply and not set(reply) & set('"“”「」*_<>#&')
)
"""Those in one line and without any marks."""
