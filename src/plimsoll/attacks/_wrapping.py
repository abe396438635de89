"""The last user message, word for word, -> the same within a text or a conversation around it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from plimsoll.attacks._turns import spoken, turns_of
from plimsoll.core import (
    Attempt,
    ByRule,
    Message,
    Need,
    Sample,
    Transcript,
    UserError,
    assistant,
    replace,
    user,
)
from plimsoll.data import resources
from plimsoll.text.codecs.drawing import drawing
from plimsoll.text.templates import Template, read_template

SLOT = re.compile(
    r"\{request\}|\{query\}|\[INSERT PROMPT HERE\]|<question>|(?<!\{)\{\{\s*prompt\s*\}\}(?!\})"
)
"""Where a published template says that the request goes: as here, in EasyJailbreak, RED-EVAL, MultiJail."""
VERSION = 1
"""Rises whenever what a wrapper makes of a sample changes."""


class Plain(NamedTuple):
    """What a wrapper is given."""

    text: str
    language: str
    """`zh` or `en`: the one that the wrapper speaks to this sample."""
    draw: Random


class Made(NamedTuple):
    """What a wrapper makes of it."""

    messages: tuple[Message, ...]
    """They take the place of the sample's last message."""
    whole: bool = True
    """Whether the request can be read out of them again."""
    parameters: Mapping[str, Any] = {}
    """What was drawn."""
    applies: bool = True


@dataclass(frozen=True)
class Wrapping(ByRule):
    """Puts the last user message into something else."""

    name: str
    wrap: Callable[[Plain], Made]
    seed: int = 0
    needs: frozenset[Need] = field(default=frozenset())
    read: Callable[[str], str] | None = None
    """A reply -> what of it answers the request; the raw one stays in the responses."""

    def variants(self, sample: Sample) -> tuple[Sample]:
        """The one variant; the plain request is kept for the judges."""
        before, last, after = turns_of(sample.messages)
        request, trail = sample.request or last.text, (*sample.trail, self.name)
        plain = Plain(last.text, spoken(sample.language), drawing(f"{self.seed}:{sample.id}"))
        made = self.wrap(plain) if last.text.strip() else None
        if made is None or not made.applies:
            nothing = Attempt(attack=self.name, validity="not_applicable")
            return (replace(sample, request=request, trail=trail, attempt=nothing),)
        turns = list(made.messages)
        # Pictures and whatever else the message holds stay with the turn that ends the conversation.
        asked = next(place for place in reversed(range(len(turns))) if turns[place].role == "user")
        turns[asked] = replace(last, text=turns[asked].text)
        attempt = Attempt(
            attack=self.name,
            validity="valid" if made.whole else "invalid",
            parameters={
                "version": VERSION,
                "seed": self.seed,
                **made.parameters,
                **_span(turns, last.text),
            },
        )
        messages = (*before, *turns, *after)
        return (replace(sample, request=request, trail=trail, messages=messages, attempt=attempt),)

    async def restore(self, sample: Sample, transcript: Transcript) -> Transcript:
        """Take the answer out of the form that the wrapper asked for, where it asked for one."""
        answer = self.read(transcript.reply) if self.read else transcript.reply
        if answer == transcript.reply:
            return transcript
        return replace(transcript, messages=(*transcript.messages[:-1], assistant(answer)))


def around(template: str, text: str, **slots: str) -> Made:
    """One user turn: a template with `{request}` and other slots in braces."""
    before, after = _halves(template, *slots.items())
    return Made((user(f"{before}{text}{after}"),))


@lru_cache
def _halves(template: str, *slots: tuple[str, str]) -> tuple[str, str]:
    """What stands before and after the request. Raises `UserError`."""
    for slot, value in slots:
        template = template.replace(f"{{{slot}}}", value)
    pieces = template.split("{request}")
    if len(pieces) != 2:
        raise UserError(
            f"a template holds the slot {{request}} {len(pieces) - 1} times: it must hold it once"
        )
    return pieces[0], pieces[1]


def library_of(name: str, file: str) -> dict[str, tuple[Template, str]]:
    """Templates of a `.txt` file or of a folder of them, by name, with checksums. Raises `UserError`."""
    place = Path(file).expanduser()
    paths = sorted(place.glob("*.txt")) if place.is_dir() else [place]
    if not paths:
        raise UserError(f"{name}: {file} holds no .txt file")
    return {path.name: read_template(str(path), SLOT, "{request}") for path in paths}


def texts(name: str) -> Mapping[str, Any]:
    """A file of templates beside the code."""
    return resources.table("attacks", f"{name}.toml")


def _span(turns: Sequence[Message], text: str) -> dict[str, Any]:
    for place, turn in enumerate(turns):
        if text and (start := turn.text.find(text)) >= 0:
            return {"turn": place, "span": [start, start + len(text)]}
    return {}
