"""Texts -> a page that needs nothing else: styles and scripts by their digest, JSON that stays JSON."""

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from plimsoll.pages.markup import escape

UNSAFE = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)
"""What must not stand as it is inside a script element."""
LOGO = (
    '<svg class="logo" viewBox="-20 -14 40 28" width="34" height="24" aria-hidden="true">'
    '<circle r="10.5"/><line x1="-19" x2="19" y1="0" y2="0"/></svg>'
)
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 -16 32 32"><g fill="none" stroke="#1f6a9c" '
    'stroke-width="3.5"><circle r="9.5"/><path d="M-15 0h30"/></g></svg>'
)


def unbroken(sentence: str) -> str:
    """Escaped, with numbers kept on one line."""
    return re.sub(r"[\d.,]+(?:–[\d.,]*\d| %)", r'<span class="nb">\g<0></span>', escape(sentence))


def inert(text: str) -> str:
    """JSON that no parser of HTML or script can mistake for anything else."""
    return text.translate(UNSAFE)


def fill(template: str, **parts: str) -> str:
    """One pass, so that what is filled in is never filled in again."""
    return re.sub(r"\{(\w+)\}", lambda found: parts[found[1]], template)


@cache
def resource(name: str, room: str = "plimsoll.pages") -> str:
    """A file of a room, of this one where none is named."""
    return files(room).joinpath(name).read_text("utf-8").strip()


def hashed(text: str) -> str:
    """A text's digest, as a content security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
