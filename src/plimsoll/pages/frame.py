"""The content of a page -> the page: the one frame around all of them, and files that need nothing else."""

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import quote

from plimsoll import __version__
from plimsoll.core.hidden import escaped
from plimsoll.pages.markup import Key, Markup, Said, escape, key, spoken
from plimsoll.pages.words import Language, of_categories, words

STARTER: Key = key("starter")
"""The banner of pages whose numbers come from a starter set."""
UNSAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
"""What must not stand as it is inside a script element."""
LOGO = (
    '<svg class="logo" viewBox="-20 -14 40 28" width="34" height="24" aria-hidden="true">'
    '<circle r="10.5"/><line x1="-19" x2="19" y1="0" y2="0"/></svg>'
)
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 -16 32 32"><g fill="none" stroke="#1f6a9c" '
    'stroke-width="3.5"><circle r="9.5"/><path d="M-15 0h30"/></g></svg>'
)


class Around(NamedTuple):
    """What a file or a server puts around the content of its pages, as HTML."""

    language: Language
    links: str
    """Styles, scripts and the icon."""
    home: str
    """Where the mark leads."""
    nav: str
    """What stands at the right of the top: at least the way to the other language."""
    foot: str
    banner: Said = ""
    """What a reader must know before any number, such as that a starter set was asked."""
    policy: str = ""
    """A Content-Security-Policy, where no server sends one."""
    tail: str = ""
    """What comes last, such as data and scripts."""


def framed(title: str, main: str, around: Around, *, kind: str = "") -> str:
    """The whole page; title and content are HTML."""
    markup = Markup(around.language)
    # A server says both in its headers; a policy of no referrer at all would hide where its forms come from.
    policy = around.policy and (
        f'\n<meta http-equiv="Content-Security-Policy" content="{around.policy}">'
        '\n<meta name="referrer" content="no-referrer">'
    )
    return fill(
        resource("frame.html"),
        language="zh-Hans" if around.language == "zh" else "en",
        policy=policy,
        title=title,
        links=around.links,
        skip=markup.said(key("skip.main")),
        home=around.home,
        logo=LOGO,
        nav=around.nav,
        theme=markup.label(key("theme")),
        banner=around.banner and "\n" + markup.said(around.banner, "p", **{"class": "banner"}),
        kind=kind,
        main=main,
        foot=around.foot,
        tail=around.tail,
    )


def alone(
    title: str,
    main: str,
    markup: Markup,
    *,
    data: str = "null",
    categories: Sequence[str] = (),
    home: str = "#main",
    banner: Said = "",
) -> str:
    """A page that needs nothing else; `data` is JSON for the table of items, of these categories."""
    style = resource("static/page.css")
    script = resource("static/theme.js") + "\n" + resource("static/table.js")
    spoken_in: tuple[Language, ...] = ("en", "zh")
    told = {each: {**words(each), **of_categories(categories, each)} for each in spoken_in}
    said = inert(json.dumps(told, ensure_ascii=False))
    around = Around(
        language=markup.language,
        policy=f"default-src 'none'; style-src '{hashed(style)}'; script-src '{hashed(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'",
        links=f'<link rel="icon" href="data:image/svg+xml,{quote(ICON)}">\n<style>{style}</style>',
        home=home,
        banner=banner,
        nav=f'<button id="language" type="button"{markup.label(key("language.switch"))}>'
        f"{markup.said(key('language'))}</button>",
        foot=markup.said(key("foot", __version__)),
        tail=f'<script type="application/json" id="words">{said}</script>\n'
        f'<script type="application/json" id="data">{inert(data)}</script>\n<script>{script}</script>',
    )
    return framed(escape(title), main, around)


def answer(sentence: Said) -> str:
    """A sentence that says the result, in the page's language of the moment."""
    english, chinese = (spoken(sentence, language) for language in ("en", "zh"))
    return (
        f'<p class="answer"><span class="only-en" lang="en">{unbroken(english)}</span>'
        f'<span class="only-zh" lang="zh-Hans">{unbroken(chinese)}</span></p>'
    )


def unbroken(sentence: str) -> str:
    """Escaped, with numbers and intervals kept on one line."""
    return re.sub(
        r"[−+]?[\d.,]+(?:[–…][−+]?[\d.,]*\d| %)", r'<span class="nb">\g<0></span>', escape(sentence)
    )


def inert(text: str) -> str:
    """JSON that no parser of HTML or script can mistake for anything else."""
    return escaped(text).translate(UNSAFE)


def fill(template: str, **parts: str) -> str:
    """One pass, so that what is filled in is never filled in again."""
    return re.sub(r"\{(\w+)\}", lambda found: parts[found[1]], template)


@cache
def resource(name: str) -> str:
    """A file of this room."""
    return files("plimsoll.pages").joinpath(name).read_text("utf-8").strip()


def hashed(text: str) -> str:
    """A text's digest, as a content security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
