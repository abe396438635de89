"""Requests that a generation put to models -> their replies, each on disk before it is used.

Who generates anew asks the same things in the same order; what was answered before is read here and not
asked again. So a generation that was killed goes on as if it had not been, wherever it was cut off.
"""

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, Request, Response, Wrapped, decoding, files, replace
from plimsoll.run.keep.cache import key_of


class Reply(Struct, frozen=True, kw_only=True):
    """One call, as its line says."""

    key: str
    model: str
    request: Request
    response: Response


_reply = decoding.Decoder(Reply)


@dataclass
class Replies:
    """The journal of replies; a line that a kill cut off is taken away."""

    path: Path
    known: dict[str, Response] = field(default_factory=dict[str, Response])
    """By key, what was answered before."""

    def take_up(self) -> None:
        """Read what an earlier process kept. Raises `DataError` where the file is damaged."""
        if not self.path.exists():
            return
        *lines, cut = files.read(self.path).split(b"\n")
        try:
            for each in map(_reply.decode, lines):
                self.known[each.key] = each.response
        except msgspec.DecodeError as error:
            raise DataError(f"{self.path}: {error}: generate into another folder") from None
        if cut:
            files.write(self.path, (line + b"\n" for line in lines))

    def keep(self, reply: Reply) -> None:
        """Add a reply."""
        files.append(self.path, msgspec.json.encode(reply) + b"\n")
        self.known[reply.key] = reply.response


@dataclass(frozen=True)
class Recorded(Wrapped):
    """A model whose replies are kept."""

    replies: Replies

    async def generate(self, request: Request) -> Response:
        """The reply of before, or that of the model."""
        key = key_of(f"{self.name}|{self.revision}", request).hex()
        if key in self.replies.known:
            return self.replies.known[key]
        response = writable(await self.inner.generate(request))
        self.replies.keep(Reply(key=key, model=self.name, request=request, response=response))
        return response


def writable(response: Response) -> Response:
    """The response without lone surrogates, which no file can hold, so that it reads alike ever after."""
    text, thought = (
        each.encode("utf-8", "replace").decode("utf-8") for each in (response.text, response.thought)
    )
    return replace(response, text=text, thought=thought)
