"""Conversations with everything in them: pictures, thoughts, calls of tools, what failed, attacks."""

import base64
import struct
import zlib
from collections.abc import Sequence
from typing import Any

from plimsoll.core import (
    Attempt,
    Image,
    Message,
    Record,
    Response,
    Sample,
    Token,
    ToolCall,
    Transcript,
    Verdict,
    assistant,
    user,
)


def png(width: int = 120, height: int = 80) -> bytes:
    """A small picture: a slope from blue to green."""
    rows = b"".join(
        b"\0" + b"".join(bytes((30, 255 * x // width, 255 * y // height)) for x in range(width))
        for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


PIXELS = base64.b64encode(png()).decode()
SEEN = Image(media_type="image/png", data=PIXELS)
REMOTE = Image(media_type="image/png", url="https://example.org/cat.png")
SCRIPTED = Image(media_type="image/svg+xml", data=base64.b64encode(b"<svg onload='alert(1)'/>").decode())
LOOKED_UP = ToolCall(id="c1", name="look_up", arguments={"name": "Ann", "deep": [1, 2]})
WORKED = (
    Message(role="assistant", calls=(LOOKED_UP,), thought="I need her address."),
    Message(role="tool", text="no such person", call_id="c1", error=True),
    assistant("I could not find her."),
)
LOOK = Message(role="user", text="Look.", images=(SEEN, REMOTE, SCRIPTED))


def asked_of(*messages: Message, **more: Any) -> Sample:
    """A question."""
    return Sample(id="q1", messages=messages, **more)


def record(*said: Message, responses: Sequence[Response] = (), sample: Sample | None = None) -> Record:
    """A question with pictures, and what was said after it."""
    return Record(
        sample=sample or asked_of(LOOK),
        transcript=Transcript(responses=tuple(responses), messages=said, state={"balance": 3}),
        verdicts={"refusal": Verdict(label="compliance", value=0.0)},
    )


def attacked() -> Record:
    """A question that an attack rewrote, and a reply that was decoded; token by token."""
    tokens = tuple(Token(text=text, logprob=-n / 2) for n, text in enumerate(("Ab", ",", " gunax", "f.")))
    sample = Sample(
        id="q2",
        messages=(user("Ubj?"),),
        request="How?",
        trail=("encoding/rot13",),
        attempt=Attempt(attack="encoding/rot13", variant="1", queries=12, validity="valid"),
    )
    given = Response(text="Ab, gunaxf.", tokens=tokens, notes=("temperature was dropped",))
    return record(assistant("No, thanks."), responses=(given,), sample=sample)
