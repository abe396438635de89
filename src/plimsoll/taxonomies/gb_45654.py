"""The 31 risks of GB/T 45654-2025 in five classes, and the numbers that it asks for: from memory, it says."""

from functools import cache
from importlib.resources import files

from msgspec import Struct

from plimsoll.core import decoding


class Named(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A class of risks."""

    code: str
    en: str
    zh: str


class Risk(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the 31 risks."""

    code: str
    en: str
    zh: str
    hubs: tuple[str, ...]

    @property
    def of(self) -> str:
        """The code of its class."""
        return self.code.rpartition(".")[0]


class Aspect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An aspect of harmless questions that should be answered."""

    en: str
    zh: str


class Standard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"classes": "class"}):
    """The standard as we have it."""

    title: str
    title_zh: str
    source: str
    """Where the numbers are from."""
    checked: str
    """When they were last looked at."""
    numbers: dict[str, float]
    classes: tuple[Named, ...]
    risk: tuple[Risk, ...]
    aspect: tuple[Aspect, ...]


@cache
def standard() -> Standard:
    """The standard's risks and numbers."""
    text = (files("plimsoll.taxonomies") / "gb_45654.toml").read_text(encoding="utf-8")
    return decoding.toml(text, Standard)
