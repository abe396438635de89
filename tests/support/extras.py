"""The extras of the package, and what of them is not installed here."""

import re
from importlib.metadata import PackageNotFoundError, distribution, requires

import pytest


def wanted(extra: str) -> list[str]:
    """The distributions that an extra names."""
    marked = [line for line in requires("plimsoll") or () if re.search(rf"extra == ['\"]{extra}['\"]", line)]
    return [re.split(r"[\s\[<>=!~;]", line, maxsplit=1)[0] for line in marked]


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
