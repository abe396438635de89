"""The extras of the package, and what of them is not installed here."""

import re
from importlib.metadata import PackageNotFoundError, distribution, requires

import pytest

from plimsoll.core.extras import DISTRIBUTION

_OWN = re.compile(rf"{DISTRIBUTION}\[([\w,]+)\]")


def wanted(extra: str) -> list[str]:
    """The distributions that an extra names."""
    marked = [
        line for line in requires(DISTRIBUTION) or () if re.search(rf"extra == ['\"]{extra}['\"]", line)
    ]
    found = [re.split(r"[\s<>=!~;]", line, maxsplit=1)[0] for line in marked]
    inner = [each for name in found if (own := _OWN.fullmatch(name)) for each in own[1].split(",")]
    plain = [name.partition("[")[0] for name in found if not _OWN.fullmatch(name)]
    return [*plain, *(each for name in inner for each in wanted(name))]


def absent(extra: str) -> list[str]:
    """Those that are not installed."""
    return [name for name in wanted(extra) if not installed(name)]


def need(extra: str) -> None:
    """Skip the test where the extra is not installed."""
    if lacking := absent(extra):
        pytest.skip(f"needs the extra {extra}: {', '.join(lacking)} not installed")


def installed(name: str) -> bool:
    """Whether a distribution is there."""
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
