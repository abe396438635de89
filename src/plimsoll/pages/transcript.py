"""Sample and transcript -> turns: what was said, thought, shown and called, the same for every view."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from plimsoll.core import Image, Message, Response, Sample, ToolCall, Transcript
from plimsoll.pages.words import Language, named, say, visible
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


class Turn(NamedTuple):
    """One message of a conversation."""

    role: str
    text: str
    thought: str = ""
    pictures: tuple[Picture, ...] = ()
    calls: tuple[Call, ...] = ()
    answers: str = ""
    """For role `tool`: the tool whose result this is."""
    beside: str = ""
    """The same in its other form: a request before it was rewritten, a reply before it was decoded."""
    shared: str = ""
    """A beginning that other prompts have too, such as worked examples; not in `text`."""
    left: int = 0
    """Characters that were cut off."""

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
        made[last : last + 1] = [turn._replace(beside=sample.request) for turn in made[last : last + 1]]
    return made


def answered(
    transcript: Transcript | None, before: Sequence[Message] = (), of: Bytes = at_hand
) -> list[Turn]:
    """What came after the question, whose messages are `before`: replies, tools and their results."""
    if transcript is None:
        return []
    if not transcript.messages:
        said = [Message(role="assistant", text=each.text, calls=each.calls) for each in transcript.responses]
        thoughts = {place: each.thought for place, each in enumerate(transcript.responses)}
        return turns(said, of, before, thoughts)
    given = _given(transcript)
    thoughts = {place: "\n\n".join(r.thought for r in found if r.thought) for place, found in given.items()}
    made = turns(transcript.messages, of, before, thoughts)
    for place, found in given.items():
        if any(each.text.strip() not in transcript.messages[place].text for each in found):
            made[place] = made[place]._replace(beside="\n\n".join(each.text for each in found))
    return made


def cut(turn: Turn, most: int) -> Turn:
    """The turn with no text longer than that."""
    texts = (turn.text, turn.thought, turn.beside)
    left = sum(max(0, len(text) - most) for text in texts)
    text, thought, beside = (text[:most] for text in texts)
    return turn._replace(text=text, thought=thought, beside=beside, shared=turn.shared[-most:], left=left)


def as_text(listed: Iterable[Turn], language: Language = "en") -> Iterator[str]:
    """The turns as lines for a terminal."""
    for turn in listed:
        head = " · ".join(filter(None, (named("role", turn.role, language), visible(turn.answers))))
        yield f"── {head} ──"
        for key, text in (("item.thought", turn.thought), ("", turn.shared + turn.text)):
            yield from [f"({say(key, f'{len(text):,}', language=language)})"] if key and text else []
            yield from visible(text).splitlines()
            yield from [""] if key and text else []
        yield from (f"[{visible(picture.words)}]" for picture in turn.pictures)
        yield from (f"→ {visible(call.name)} {visible(call.arguments)}" for call in turn.calls)
        if turn.empty:
            yield say("item.empty_reply", language=language)
        if turn.beside:
            yield f"── {say(beside_key(turn), f'{len(turn.beside):,}', language=language)} ──"
            yield from visible(turn.beside).splitlines()


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


def as_json(values: Mapping[str, Any]) -> str:
    """Arguments of a call, or a state, as a reader wants them."""
    return json.dumps(values, ensure_ascii=False, indent=1, default=str) if values else ""


def turns(
    messages: Sequence[Message],
    of: Bytes = at_hand,
    before: Sequence[Message] = (),
    thoughts: Mapping[int, str] | None = None,
) -> list[Turn]:
    """Messages as turns; `thoughts` are those that an endpoint reported apart, by the message's place."""
    names = {call.id: call.name for message in (*before, *messages) for call in message.calls}
    reported = thoughts or {}
    return [_turn(message, of, names, reported.get(place, "")) for place, message in enumerate(messages)]


def _turn(message: Message, of: Bytes, names: Mapping[str, str], reported: str) -> Turn:
    thought, text = split(message.text, reported) if message.role == "assistant" else ("", message.text)
    return Turn(
        role=message.role,
        text=text,
        thought=thought.strip(),
        pictures=tuple(picture(image, of) for image in message.images),
        calls=tuple(_call(call) for call in message.calls),
        answers=names.get(message.call_id, message.call_id),
    )


def _call(call: ToolCall) -> Call:
    return Call(call.name, as_json(call.arguments))


def _given(transcript: Transcript) -> dict[int, list[Response]]:
    """The responses behind each of the model's turns, counted from the end: the first has what is left."""
    places = [n for n, message in enumerate(transcript.messages) if message.role == "assistant"]
    found: dict[int, list[Response]] = {place: [] for place in places}
    for back, response in enumerate(reversed(transcript.responses)):
        if places:
            found[places[max(0, len(places) - 1 - back)]].insert(0, response)
    return found
