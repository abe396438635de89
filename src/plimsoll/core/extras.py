"""The name of an extra -> the line that brings it, for a clone and for an install."""

import json
from importlib.metadata import PackageNotFoundError, distribution

DISTRIBUTION = "plimsoll-eval"
"""Our name on the package index; the import and the command are `plimsoll`."""


def line_for(extra: str) -> str:
    """What to type to have an extra installed."""
    if is_clone():
        return f"uv sync --inexact --extra {extra}"
    return f"pip install '{DISTRIBUTION}[{extra}]'"


def is_clone() -> bool:
    """Whether this is a checkout that one works on, rather than an installed package."""
    try:
        origin = distribution(DISTRIBUTION).read_text("direct_url.json")
    except PackageNotFoundError:
        return False
    return bool(origin and json.loads(origin).get("dir_info", {}).get("editable"))
