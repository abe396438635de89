"""The extras of the package, and what of them is not installed here."""

import pytest

from plimsoll.core.extras import lacking


def need(extra: str) -> None:
    """Skip the test where the extra is not installed."""
    if absent := lacking(extra):
        pytest.skip(f"needs the extra {extra}: {', '.join(absent)} not installed")
