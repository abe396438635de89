"""Stored replies -> a model that gives them again: `replay/<run folder or file.jsonl>`.

A request carries no sample id, so replies are found by what was asked. A run folder brings that
along (`records.jsonl`); a file of one's own holds a row per reply with `prompt` (or
`prompt_sha256`, over the prompt's UTF-8) and `response`, and `epoch` where a prompt was asked more
than once. Replies that are known only by sample id are scored by `plimsoll score --predictions`.
"""

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import ClassVar, NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, Message, ModelError, Need, Request, Response, UserError, decoding, files
from plimsoll.models._prompts import excerpt, last_user_text, prompt_text
from plimsoll.registry import model

RECORDS = "records.jsonl"


class Key(NamedTuple):
    """What was asked, and which draw of it."""

    prompt: bytes
    draw: int


class Replay:
    """A model that says what was said before."""

    offers: ClassVar[frozenset[Need]] = frozenset({"images", "tools", "prefill", "logprobs"})
    """Whatever was given to the model that it repeats."""

    def __init__(self, replies: Mapping[Key, Response], *, name: str = "replay", revision: str = "") -> None:
        """Replies by the digest of the conversation that they answer; see `key_of`."""
        self.replies = replies
        self.name = name
        self.revision = revision

    async def generate(self, request: Request) -> Response:
        """Give the stored reply, or a `ModelError` that names the prompt that has none."""
        asked = prompt_text(request.messages), last_user_text(request.messages)
        for text in asked:
            found = self.replies.get(key_of(text, request.draw))
            if found is not None:
                return found
        epoch = f" in epoch {request.draw}" if request.draw else ""
        raise ModelError(f"{self.name} holds no reply to {excerpt(asked[1] or asked[0])!r}{epoch}")

    async def close(self) -> None:
        """Nothing to let go of."""


@model
def replay(model_id: str = "") -> Replay:
    """A run folder or a JSONL file of prompts and replies, as a model."""
    path = Path(model_id)
    path = path / RECORDS if path.is_dir() else path
    if not model_id or not path.is_file():
        raise UserError(f"replay finds no file {model_id!r}: write replay/RUN_FOLDER or replay/FILE.jsonl")
    if path.suffix == ".json":
        raise UserError(
            f"{path} knows its replies by sample id, and a request carries none: "
            "score it by plimsoll score --predictions, or give JSON lines with prompt and response"
        )
    replies, digest = _read(path)
    return Replay(replies, name=f"replay/{model_id}", revision=digest)


def key_of(prompt: str, draw: int = 0) -> Key:
    """The key of a conversation's text (messages joined by a blank line)."""
    return Key(sha256(prompt.encode("utf-8", "surrogatepass")).digest(), draw)


class _Row(Struct, frozen=True):
    prompt: str | None = None
    prompt_sha256: str | None = None
    response: str | None = None
    text: str | None = None
    epoch: int = 0


class _Asked(Struct, frozen=True):
    messages: tuple[Message, ...]


class _Told(Struct, frozen=True):
    responses: tuple[Response, ...] = ()


class _Record(Struct, frozen=True):
    sample: _Asked
    transcript: _Told | None = None
    epoch: int = 0


_ROW, _RECORD = decoding.Decoder(_Row), decoding.Decoder(_Record)


class _Stored(NamedTuple):
    replies: Mapping[Key, Response]
    digest: str


def _read(path: Path) -> _Stored:
    replies: dict[Key, Response] = {}
    digest = sha256()
    with files.opened(path) as lines:
        for number, line in enumerate(lines, 1):
            digest.update(line)
            # What a killed run was about to write.
            if path.name == RECORDS and not line.endswith(b"\n"):
                break
            if line.strip():
                replies.update(_entries(path, number, line.removeprefix(BOM_UTF8)))
    return _Stored(replies, digest.hexdigest()[:16])


def _entries(path: Path, number: int, line: bytes) -> Iterable[tuple[Key, Response]]:
    try:
        return list(_recorded(line) if path.name == RECORDS else _written(line))
    except (msgspec.DecodeError, UnicodeError, ValueError) as error:
        raise DataError(f"{path}, line {number}: {error}") from None


def _recorded(line: bytes) -> Iterator[tuple[Key, Response]]:
    record = _RECORD.decode(line)
    if record.transcript is not None and record.transcript.responses:
        # Later replies of a dialogue answer conversations that the record does not spell out.
        yield key_of(prompt_text(record.sample.messages), record.epoch), record.transcript.responses[0]


def _written(line: bytes) -> Iterator[tuple[Key, Response]]:
    row = _ROW.decode(line)
    said = row.response if row.response is not None else row.text
    if said is None:
        raise ValueError("the row has neither response nor text")
    yield _key_in(row), Response(text=said)


def _key_in(row: _Row) -> Key:
    if row.prompt is not None:
        return key_of(row.prompt, row.epoch)
    if row.prompt_sha256 is None:
        raise ValueError("the row has neither prompt nor prompt_sha256, by which a request finds its reply")
    return Key(bytes.fromhex(row.prompt_sha256), row.epoch)
