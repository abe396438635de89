"""Model -> the same model, told by reserved signs who speaks: the system, the user, or mere data.

The idea is that of StruQ (Chen et al., 2024) and of the instruction hierarchy (Wallace et al., 2024), for
models that were not trained on it: (1) the rule of ranks joins the system prompt, (2) signs that are
reserved are taken out of all that users and tools say, (3) each of their messages is set between them.
"""

import re
from dataclasses import dataclass

from plimsoll.core import Message, Request, Response, Wrapped, replace
from plimsoll.defenses._wording import spoken, with_rule, words
from plimsoll.registry import defense

USER, TOOL, END = "[[USER]]", "[[DATA]]", "[[END]]"
_RESERVED = re.compile(r"\[\[\s*/?\s*(?:system|user|data|end)\s*\]\]", re.IGNORECASE)


@defense
@dataclass(frozen=True)
class Hierarchy(Wrapped):
    """States system over user over data, and sets what each says between signs that nobody else can write."""

    async def generate(self, request: Request) -> Response:
        """Ask with ranks stated and texts set apart."""
        rule = words("hierarchy")[f"rule_{spoken(request.messages)}"]
        rule = rule.replace("{user}", USER).replace("{tool}", TOOL).replace("{end}", END)
        messages = with_rule(tuple(map(_apart, request.messages)), rule)
        return await self.inner.generate(replace(request, messages=messages))


def _apart(message: Message) -> Message:
    if message.role not in ("user", "tool"):
        return message
    begin = USER if message.role == "user" else TOOL
    return replace(message, text=f"{begin}\n{without_reserved(message.text)}\n{END}")


def without_reserved(text: str) -> str:
    """The text without reserved signs, those that appear when others are taken out included."""
    while (rest := _RESERVED.sub("", text)) != text:
        text = rest
    return text
