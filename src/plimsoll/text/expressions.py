"""A regular expression -> the same, compiled at its first use: readers hold hundreds, a reply needs few."""

import re
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")


class _Expression:
    """Stands where a compiled expression would: its methods are those of the compiled one."""

    __slots__ = (*_METHODS, "flags", "pattern")

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self.pattern, self.flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def expression(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """The expression; a fault in it shows when it is first used."""
    return cast("re.Pattern[str]", _Expression(pattern, int(flags)))
