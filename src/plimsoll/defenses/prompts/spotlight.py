"""Model -> the same model, which sees where the user's text begins and ends: a hierarchy told by signs.

The three ways are those of Hines et al., "Defending Against Indirect Prompt Injection Attacks With
Spotlighting" (2024): delimiting, marking the spaces, encoding. The wording is our own.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from plimsoll.core import Request, Response, Wrapped, replace
from plimsoll.defenses._wording import spoken, with_rule, with_users, words
from plimsoll.registry import defense

Way = Literal["delimit", "mark", "encode"]
SIGN = "\u02c6"


@defense
@dataclass(frozen=True)
class Spotlight(Wrapped):
    """Sets every user message apart: between marks that it cannot guess, its spaces marked, or in Base64."""

    way: Way = "delimit"

    async def generate(self, request: Request) -> Response:
        """Ask with the user's text set apart."""
        mark = self._mark(request)
        rule = words("spotlight")[f"{self.way}_{spoken(request.messages)}"].replace("{mark}", mark)
        apart = with_users(request.messages, lambda text: _WAYS[self.way](text, mark))
        return await self.inner.generate(replace(request, messages=with_rule(apart, rule)))

    def _mark(self, request: Request) -> str:
        """The sign; between marks it hangs on the text, so that no text can hold its own."""
        if self.way != "delimit":
            return SIGN
        said = "\0".join(message.text for message in request.messages)
        return f"<<{sha256(said.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}>>"


def _delimited(text: str, mark: str) -> str:
    return f"{mark}\n{text}\n{mark}"


def _marked(text: str, mark: str) -> str:
    return re.sub(r"\s", mark, text)


def _encoded(text: str, mark: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode()


_WAYS: Mapping[Way, Callable[[str, str], str]] = {
    "delimit": _delimited,
    "mark": _marked,
    "encode": _encoded,
}
