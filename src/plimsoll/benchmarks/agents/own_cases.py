"""A TOML file of a user's own cases for agents -> cases in the form of ours, held to what cases need."""

import tomllib
from collections import Counter
from pathlib import Path

import msgspec

from plimsoll.benchmarks.agents.dataset import ROOMS, CaseFile, Cases
from plimsoll.core import UserError, decoding, files


def read(path: Path) -> Cases:
    """Cases of a user's own, in the form of ours. Raises `UserError`."""
    try:
        found = decoding.toml(files.read_text(path), CaseFile)
    except OSError as error:
        raise UserError(f"agents/own: {path} cannot be read: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise UserError(
            f"agents/own: {path}: {error}; a case is [[case]] with id, text.en (or another language), and "
            "risk, rules and worlds where it has them"
        ) from None
    twice = [key for key, count in Counter(each.id for each in found.case).items() if count > 1]
    if twice:
        raise UserError(f"agents/own: {path}: two cases have the id {twice[0]!r}")
    for each in found.case:
        if unknown := next((name for name in each.worlds if name not in ROOMS and ":" not in name), ""):
            raise UserError(
                f"agents/own: {path}: {each.id} is played in {unknown!r}: a world is module:Class, or one of "
                f"{', '.join(ROOMS)}"
            )
    languages = dict.fromkeys(language for each in found.case for language in each.text)
    return Cases(found.case, found.system, tuple(languages))
