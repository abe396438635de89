"""Replies that decline and replies that answer, in eighteen languages, made for the tests."""

import tomllib
from pathlib import Path

_MADE, *_OTHERS = (
    tomllib.loads((Path(__file__).parent / name).read_text("utf-8"))
    for name in (
        "refusals.toml",
        "met_refusals.toml",
        "natural_refusals.toml",
        "world_refusals.toml",
        "fresh_refusals.toml",
        "later_refusals.toml",
        "kin_refusals.toml",
        "more_kin_refusals.toml",
        "blind_refusals.toml",
    )
)
_SETS = (*_MADE.items(), *(item for each in _OTHERS for item in each.items()))
LANGUAGES = tuple(_MADE)
DECLINES = tuple((name.partition("_")[0], reply) for name, both in _SETS for reply in both["declines"])
ANSWERS = tuple((name.partition("_")[0], reply) for name, both in _SETS for reply in both["answers"])
PLAIN_DECLINES = tuple(
    (language, reply)
    for language, reply in DECLINES
    if "\n" not in reply and not set(reply) & set('"“”「」*_<>#&')
)
"""Those in one line and without any marks."""
