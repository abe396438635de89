"""The name of a table -> what it turns into what."""

import tomllib
from functools import cache
from importlib.resources import files


def table(name: str) -> dict[str, str]:
    """One table of `tables.toml`."""
    return _tables()[name]


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("plimsoll.text.codecs") / "tables.toml").read_text(encoding="utf-8"))
