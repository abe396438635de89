"""Templates and words of a room -> pages of a server; everything is escaped, and hidden text shows."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import urlencode

from plimsoll import __version__
from plimsoll.core import MissingExtra, decoding
from plimsoll.core.hidden import visible
from plimsoll.pages.frame import ICON, Around, framed
from plimsoll.pages.markup import Said
from plimsoll.pages.transcript import beside_key
from plimsoll.pages.words import Language, category, interval, percent
from plimsoll.words import translated

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.requests import Request
    from starlette.responses import Response

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
SHARED = ("page.css", "theme.js")
COOKIE = "plimsoll_language"
YEAR = 31_536_000
LANGUAGES: tuple[Language, ...] = ("en", "zh")


class Asset(NamedTuple):
    """A file that pages ask for, with a name that changes when it does."""

    body: bytes
    media_type: str
    digest: str


@cache
def assets(room: str) -> Mapping[str, Asset]:
    """The style and script that all pages share, the mark, and what lies in the room's folder `static`."""
    common, own = files("plimsoll.pages").joinpath("static"), files(room).joinpath("static")
    found = {name: common.joinpath(name).read_bytes() for name in SHARED} | {"icon.svg": ICON.encode()}
    found |= {path.name: path.read_bytes() for path in own.iterdir()}
    return {
        name: Asset(body, TYPES[name.rpartition(".")[2]], hashlib.sha256(body).hexdigest()[:12])
        for name, body in found.items()
        if name.rpartition(".")[2] in TYPES
    }


def asset_of(room: str) -> Callable[["Request"], "Response"]:
    """The endpoint for the room's styles, scripts and pictures."""
    from starlette.responses import Response

    def asset(request: "Request") -> "Response":
        found = assets(room).get(request.path_params["name"])
        if found is None:
            return Response("", 404)
        keep = {"cache-control": f"public, max-age={YEAR}, immutable"}
        return Response(found.body, media_type=found.media_type, headers=keep)

    return asset


@cache
def table(room: str) -> Mapping[str, Mapping[str, str]]:
    """The words of a room (`words.toml`) over those of all pages, by key and language."""
    own, common = (
        decoding.toml(files(where).joinpath("words.toml").read_text("utf-8"))
        for where in (room, "plimsoll.pages")
    )
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
        if f"{kind}.{value}" in table(self.room):
            return self.say(f"{kind}.{value}")
        return category(value, self.language) if kind == "category" and value else value

    def told(self, english: str) -> str:
        """What the program says in English, in the language of the page."""
        return translated(english, self.language)


@dataclass(frozen=True)
class Served:
    """Addresses of a room's pages on a server, seen from one request."""

    room: str
    path: str
    query: Sequence[tuple[str, str]] = field(default=())
    policy: str = ""
    """A Content-Security-Policy for the page itself, where no server sends one."""

    def asset(self, name: str) -> str:
        """A style, script or picture."""
        return f"/static/{name}?{assets(self.room)[name].digest}"

    def home(self) -> str:
        """The first page."""
        return "/"

    def spoken(self, language: Language) -> str:
        """The page at hand in another language."""
        kept = [(name, value) for name, value in self.query if name != "lang"]
        return f"{self.path}?{urlencode([*kept, ('lang', language)])}"


def draw(template: str, speech: Speech, at: Served, foot: str, *, banner: Said = "", **parts: Any) -> str:
    """A page of a room; `foot` is the key of what it says at the foot."""
    from markupsafe import Markup

    def whole(title: Markup, nav: Markup, main: Markup, kind: Markup, more: Markup) -> Markup:
        around = Around(
            language=speech.language,
            links=_links(speech.room, at),
            home=_attribute(at.home()),
            nav=f"{nav}{_switch(speech, at)}",
            foot=f"{Markup.escape(speech.say(foot, __version__))}{more}",
            banner=banner,
            policy=at.policy,
        )
        return Markup(framed(str(title), str(main), around, kind=str(kind)))

    common = {
        "say": speech.say,
        "named": speech.named,
        "told": speech.told,
        "language": speech.language,
        "at": at,
    }
    return environment(speech.room).get_template(template).render(framed=whole, **common, **parts)


def _links(room: str, at: Served) -> str:
    own = [name for name in assets(room) if name not in (*SHARED, "icon.svg")]
    styles = [name for name in (*SHARED, *own) if name.endswith(".css")]
    scripts = [name for name in own if name.endswith(".js")]
    return "\n".join([
        f'<link rel="icon" href="{_attribute(at.asset("icon.svg"))}" type="image/svg+xml">',
        *(f'<link rel="stylesheet" href="{_attribute(at.asset(name))}">' for name in styles),
        f'<script src="{_attribute(at.asset("theme.js"))}"></script>',
        *(f'<script src="{_attribute(at.asset(name))}" defer></script>' for name in scripts),
    ])  # fmt: skip


def _switch(speech: Speech, at: Served) -> str:
    other: Language = "en" if speech.language == "zh" else "zh"
    tag = "zh-Hans" if other == "zh" else "en"
    address = _attribute(at.spoken(other))
    words = speech.say("language")
    return f'<a class="plain" href="{address}" lang="{tag}" rel="alternate" hreflang="{other}">{words}</a>'


def _attribute(address: str) -> str:
    from markupsafe import escape

    return str(escape(address))


@cache
def environment(room: str) -> "Environment":
    """The room's templates, and those of all rooms. Raises `MissingExtra` where Jinja is not installed."""
    try:
        from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise MissingExtra("a server of pages", "view") from error
    package, _, name = room.rpartition(".")
    made = Environment(
        loader=ChoiceLoader(
            [
                PackageLoader(package, f"{name}/templates"),
                PackageLoader("plimsoll.pages", "templates"),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"percent": percent, "count": count, "bounds": _bounds, "beside_key": beside_key}
    return made


def warm(room: str) -> None:
    """Read the room's templates and words before the first request waits for them."""
    table(room)
    for name in environment(room).list_templates():
        environment(room).get_template(name)


def shown(value: Any) -> Any:
    """What a template may print: nothing for `None`, text with its hidden characters made visible."""
    if value is None:
        return ""
    # Markup has made its text visible already; str only, no subclass of it.
    return visible(value) if type(value) is str else value


def safe(text: str) -> Any:
    """HTML that this package made, and escaped, itself."""
    from markupsafe import Markup

    return Markup(text)


def count(number: int) -> str:
    """A number of things, with thousands set apart."""
    return f"{number:,}"


def heard(request: "Request") -> Language:
    """The language asked for, else the one kept, else the better of what the browser accepts."""
    accepted = request.headers.get("accept-language", "")
    return chosen(request.query_params.get("lang", ""), accepted, request.cookies.get(COOKIE, ""))


def remembered(request: "Request", response: "Response") -> "Response":
    """The response, which keeps a language that was asked for."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        response.set_cookie(COOKIE, asked, max_age=YEAR, httponly=True, samesite="lax")
    return response


def chosen(asked: str, accepted: str, kept: str = "") -> Language:
    """The first language known here of: the one asked for, the one kept, those accepted."""
    wanted = [asked, kept, *(part.strip()[:2].lower() for part in accepted.split(","))]
    return "zh" if next((word for word in wanted if word in LANGUAGES), "en") == "zh" else "en"


def _bounds(estimate: "_Bounded") -> str:
    return interval(estimate.low, estimate.high)


class _Bounded(Protocol):
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
