"""Templates and words beside a room -> pages on which everything is escaped and hidden characters show."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from plimsoll.core import MissingExtra
from plimsoll.pages.files import ICON
from plimsoll.pages.files import LOGO as MARK
from plimsoll.pages.words import Language, interval, percent, visible

if TYPE_CHECKING:
    from jinja2 import Environment

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


class Asset(NamedTuple):
    """A file that pages ask for, with a name that changes when it does."""

    body: bytes
    media_type: str
    digest: str


@cache
def assets(room: str) -> Mapping[str, Asset]:
    """The style that all pages share, the mark, and what lies in the room's folder `static`, by file name."""
    common = files("plimsoll.pages")
    found = {
        name: common.joinpath("static", name).read_bytes() for name in ("page.css", "pages.css", "theme.js")
    }
    found["icon.svg"] = ICON.encode()
    for path in files(room).joinpath("static").iterdir():
        found[path.name] = path.read_bytes()
    return {
        name: Asset(body, TYPES[name.rpartition(".")[2]], hashlib.sha256(body).hexdigest()[:12])
        for name, body in found.items()
        if name.rpartition(".")[2] in TYPES
    }


@cache
def table(room: str) -> Mapping[str, Mapping[str, str]]:
    """The words of a room (`words.toml`) over those of the reports, by key and language."""
    own = tomllib.loads(files(room).joinpath("words.toml").read_text("utf-8"))
    common = tomllib.loads(files("plimsoll.pages").joinpath("words.toml").read_text("utf-8"))
    return {**common, **own}


@dataclass(frozen=True)
class Speech:
    """What a room's pages say in one language."""

    room: str
    language: Language

    def say(self, key: str, *arguments: object) -> str:
        """The words of a key with `{0}`, `{1}` filled in."""
        text = table(self.room)[key][self.language]
        return re.sub(r"\{(\d)\}", lambda found: str(arguments[int(found[1])]), text)

    def named(self, kind: str, value: str) -> str:
        """The words of `kind.value`, or the bare value where there are none."""
        return self.say(f"{kind}.{value}") if f"{kind}.{value}" in table(self.room) else value


@cache
def environment(room: str) -> "Environment":
    """The room's templates. Raises `MissingExtra` where Jinja is not installed."""
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise MissingExtra("a server of pages", "view") from error
    package, _, name = room.rpartition(".")
    made = Environment(
        loader=PackageLoader(package, f"{name}/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["percent"] = percent
    made.filters["count"] = count
    made.filters["bounds"] = _bounds
    return made


def shown(value: Any) -> Any:
    """What a template may print: nothing for `None`, text with its hidden characters made visible."""
    if value is None:
        return ""
    # Markup has made its text visible already; str only, no subclass of it.
    return visible(value) if type(value) is str else value


def safe(text: str) -> Any:
    """HTML that `reports` made, and escaped, itself."""
    from markupsafe import Markup as Safe

    return Safe(text)


class _Logo:
    """The mark, made where Jinja is at hand."""

    def __html__(self) -> str:
        return MARK


LOGO = _Logo()


def count(number: int) -> str:
    """A number of things, with thousands set apart."""
    return f"{number:,}"


def _bounds(estimate: "_Bounded") -> str:
    return interval(estimate.low, estimate.high)


class _Bounded(Protocol):
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def chosen(asked: str, accepted: str, kept: str = "") -> Language:
    """The language asked for, else the one kept, else the better of what the browser accepts."""
    for word in (asked, kept):
        if word in ("en", "zh"):
            return "zh" if word == "zh" else "en"
    wanted = [part.strip()[:2].lower() for part in accepted.split(",")]
    return _first_known(wanted)


def _first_known(words: Sequence[str]) -> Language:
    return "zh" if next((word for word in words if word in ("en", "zh")), "en") == "zh" else "en"
