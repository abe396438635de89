"""The name of a table -> what it turns into what."""

from functools import cache
from importlib.resources import files

from plimsoll.core import decoding


def table(name: str) -> dict[str, str]:
    """One table of `tables.toml`."""
    return _tables()[name]


@cache
def _tables() -> dict[str, dict[str, str]]:
    return decoding.toml((files("plimsoll.text.codecs") / "tables.toml").read_text(encoding="utf-8"))
