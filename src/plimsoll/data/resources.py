"""A place in the package -> the resource file that lies there: prompts, tables, starter sets."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from plimsoll.core import decoding


def content(*place: str) -> bytes:
    """The bytes of a resource, such as `("benchmarks", "xstest", "starter.toml")`."""
    return files("plimsoll").joinpath(*place).read_bytes()


@cache
def table(*place: str) -> Mapping[str, Any]:
    """A TOML resource, read once."""
    return decoding.toml(content(*place).decode("utf-8"))


def stamp(*place: str) -> dict[str, str]:
    """The resource's name and SHA-256, as manifests list files."""
    return {"/".join(place[1:]): sha256(content(*place)).hexdigest()}
