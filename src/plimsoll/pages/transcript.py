"""Sample and transcript -> turns: what was said, thought, shown and called, the same for every view."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from math import exp
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct, field

from plimsoll.core import Image, Message, Response, Sample, ToolCall, Transcript, decoding, replace
from plimsoll.data.changes import CHANGES, Change
from plimsoll.data.numbered import BRANCHES, TURNS, left_of, numbers_of
from plimsoll.text.thoughts import split

SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp")
"""Pictures that pages show; others may hold scripts or make a browser ask for more."""
Bytes = Callable[[Image], bytes]
"""Where the bytes of a picture are; empty where they are not at hand."""


class Picture(NamedTuple):
    """A picture as a page shows it, without asking the network."""

    source: str
    """A `data:` address; empty where the bytes are not at hand or are of no kind that is shown."""
    words: str
    """What it is, in words for everybody."""


class Call(NamedTuple):
    """A tool that the model called."""

    name: str
    arguments: str
    """As indented JSON."""


class Likely(NamedTuple):
    """A token with its probability."""

    text: str
    share: float

    @property
    def shade(self) -> int:
        """How sure the model was of it, from 0 to 4."""
        return int(min(0.999, self.share) * 5)


class Turn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message of a conversation; short names in JSON, because a page may hold tens of thousands."""

    role: str = field(name="r")
    text: str = field(default="", name="t")
    thought: str = field(default="", name="h")
    pictures: tuple[Picture, ...] = field(default=(), name="p")
    calls: tuple[Call, ...] = field(default=(), name="c")
    answers: str = field(default="", name="a")
    """For role `tool`: the tool whose result this is."""
    beside: str = field(default="", name="b")
    """The same in its other form: a request before it was rewritten, a reply before it was decoded."""
    failed: bool = field(default=False, name="e")
    """For role `tool`: the call failed, and the text says how."""
    changed: tuple[str, ...] = field(default=(), name="d")
    """For role `tool`: what the call changed in its world, a place a line."""
    notes: tuple[str, ...] = field(default=(), name="n")
    """What was done to the call on its way."""
    tokens: tuple[Likely, ...] = field(default=(), name="k")
    """The reply token by token, where log-probabilities were given."""
    shared: str = ""
    """A beginning that other prompts have too, such as worked examples; not in `text`."""
    prefix: int = field(default=-1, name="x")
    """The number of that beginning, where a page holds these apart."""
    left: int = 0
    """Characters that were cut off."""
    number: str = field(default="", name="m")
    """By which judges cite the turn, `T4`; empty where turns bear no numbers."""
    taken_back: bool = field(default=False, name="y")
    """Whether it belongs to a branch that was left."""

    @property
    def empty(self) -> bool:
        """Whether nothing at all was said or done."""
        return not (self.text or self.shared or self.pictures or self.calls)


def at_hand(image: Image) -> bytes:
    """The bytes that a picture carries itself."""
    try:
        return base64.b64decode(image.data, validate=True)
    except (binascii.Error, ValueError):
        return b""


def asked(sample: Sample, of: Bytes = at_hand) -> list[Turn]:
    """What is put to the model; a request that was rewritten stands beside its last message."""
    made = turns(sample.messages, of)
    if sample.request and not any(sample.request.strip() in message.text for message in sample.messages):
        last = max((n for n, turn in enumerate(made) if turn.role == "user"), default=len(made) - 1)
        made[last : last + 1] = [replace(turn, beside=sample.request) for turn in made[last : last + 1]]
    return made


def answered(
    transcript: Transcript | None, before: Sequence[Message] = (), of: Bytes = at_hand
) -> list[Turn]:
    """What came after the question, whose messages are `before`: replies, tools and their results."""
    if transcript is None:
        return []
    said = transcript.messages or tuple(each.message for each in transcript.responses)
    given = _given(said, transcript.responses)
    back = left_of(transcript)
    shown, changed = zip(said, turns(said, of, before), strict=True), _changes(transcript)
    made = [replace(turn, changed=changed.get(message.call_id, ())) for message, turn in shown]
    named = zip(made, numbers_of(transcript), strict=False)
    made = [replace(turn, number=f"T{number}") for turn, number in named] or made
    made = [_with(turn, given.get(place, [])) for place, turn in enumerate(made)]
    left = [
        replace(turn, number=f"T{number}", taken_back=True)
        for number, turn in zip(back, turns(tuple(back.values()), of, (*before, *said)), strict=True)
    ]
    return sorted((*made, *left), key=lambda turn: int(turn.number[1:])) if left else made


def stood(transcript: Transcript | None) -> str:
    """What else happened, as JSON: without what the turns tell already."""
    if transcript is None:
        return ""
    told = {CHANGES, *((TURNS, BRANCHES) if left_of(transcript) else ())}
    return as_json({key: value for key, value in transcript.state.items() if key not in told})


def cut(turn: Turn, most: int) -> Turn:
    """The turn with no text longer than that."""
    texts = (turn.text, turn.thought, turn.beside)
    left = sum(max(0, len(text) - most) for text in (*texts, *(call.arguments for call in turn.calls)))
    text, thought, beside = (text[:most] for text in texts)
    calls = tuple(Call(call.name[:most], call.arguments[:most]) for call in turn.calls)
    return replace(
        turn, text=text, thought=thought, beside=beside, calls=calls, shared=turn.shared[-most:], left=left
    )


def beside_key(turn: Turn) -> str:
    """The words that say what the other form is."""
    return "item.given" if turn.role == "assistant" else "item.plain"


def picture(image: Image, of: Bytes = at_hand) -> Picture:
    """A picture as a page shows it."""
    body = of(image)
    shown = bool(body) and image.media_type in SHOWN
    source = f"data:{image.media_type};base64,{base64.b64encode(body).decode()}" if shown else ""
    size = f"{len(body) / 1000:,.1f} kB" if body else image.url
    return Picture(source, " · ".join(filter(None, (image.media_type, size))))


def attempted(sample: Sample) -> str:
    """How an attack came to a sample, in one line; nothing where none did."""
    found = sample.attempt
    if found is None:
        return ""
    cost = "" if found.cost is None else f"${found.cost:.4f}"
    parts = (found.attack, found.variant, f"{found.queries:,} ↔" if found.queries else "", cost)
    return " · ".join(filter(None, (*parts, "" if found.validity == "unchecked" else found.validity)))


def hidden_options(sample: Sample) -> tuple[str, ...]:
    """The options, where the prompt does not show them."""
    text = sample.messages[-1].text if sample.messages else ""
    return () if all(choice.strip() in text for choice in sample.choices) else sample.choices


def as_json(values: Mapping[str, Any]) -> str:
    """Arguments of a call, or a state, as a reader wants them."""
    return json.dumps(values, ensure_ascii=False, indent=1, default=str) if values else ""


def turns(messages: Sequence[Message], of: Bytes = at_hand, before: Sequence[Message] = ()) -> list[Turn]:
    """Messages as turns; those before them name the tools that are answered."""
    names = {call.id: call.name for message in (*before, *messages) for call in message.calls}
    return [_turn(message, of, names) for message in messages]


def _turn(message: Message, of: Bytes, names: Mapping[str, str]) -> Turn:
    modelled = message.role == "assistant"
    thought, text = split(message.text, message.thought) if modelled else (message.thought, message.text)
    return Turn(
        role=message.role,
        text=text,
        thought=thought.strip(),
        pictures=tuple(picture(image, of) for image in message.images),
        calls=tuple(_call(call) for call in message.calls),
        answers=names.get(message.call_id, message.call_id),
        failed=message.error,
    )


def _with(turn: Turn, given: Sequence[Response]) -> Turn:
    """The turn with what the responses behind it say beyond its own message."""
    texts = [each.text for each in given if each.text.strip()]
    thoughts = [each.thought for each in given if each.thought and each.thought.strip() not in turn.thought]
    said = f"{turn.thought}\n{turn.text}"
    other = any(part.strip() not in said for text in texts for part in split(text))
    return replace(
        turn,
        thought="\n\n".join(filter(None, (*thoughts, turn.thought))),
        beside="\n\n".join(texts) if other else "",
        notes=tuple(note for each in given for note in each.notes),
        tokens=tuple(
            Likely(token.text, round(exp(token.logprob), 4)) for each in given for token in each.tokens
        ),
    )


def _changes(transcript: Transcript) -> dict[str, tuple[str, ...]]:
    """Id of a call -> what it did to its world, where an agent's elicitation says so."""
    try:
        found = decoding.converted(transcript.state.get(CHANGES, {}), dict[str, list[Change]])
    except msgspec.ValidationError:
        return {}
    return {key: tuple(change.line for change in made) for key, made in found.items() if key}


def _call(call: ToolCall) -> Call:
    return Call(call.name, as_json(call.arguments))


def _given(said: Sequence[Message], responses: Sequence[Response]) -> dict[int, list[Response]]:
    """The responses behind each of the model's turns, counted from the end: the first has what is left."""
    places = [place for place, message in enumerate(said) if message.role == "assistant"]
    found: dict[int, list[Response]] = {place: [] for place in places}
    back = 1
    for response in reversed(responses):
        if places:
            found[places[max(0, len(places) - back)]].insert(0, response)
        back += 1 + sum(step.role == "assistant" for step in response.steps)
    return found
