"""A function of one's own -> a model: text in, text out."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property

from plimsoll.core import Message, Request, Response
from plimsoll.run.ask.own import fingerprint

Says = Callable[[str], str | Awaitable[str]]
"""Prompt -> reply, at once or awaited."""


@dataclass(frozen=True)
class Function:
    """A model that is a function; what is not a coroutine runs in a thread, so that nobody waits for it."""

    says: Says

    @property
    def __name__(self) -> str:
        """The function's."""
        return getattr(self.says, "__name__", type(self.says).__name__)

    @property
    def name(self) -> str:
        """`own/` and the function's name."""
        return f"own/{self.__name__.strip('<>')}"

    @cached_property
    def revision(self) -> str:
        """A hash over the function's source and what it holds."""
        return fingerprint(self.says)

    async def generate(self, request: Request) -> Response:
        """Call the function with the conversation as text."""
        prompt = text_of(request.messages)
        if inspect.iscoroutinefunction(self.says):
            return Response(text=await self.says(prompt))
        said = await asyncio.to_thread(self.says, prompt)
        return Response(text=await said if inspect.isawaitable(said) else said)

    async def close(self) -> None:
        """Nothing to let go of."""


def text_of(messages: tuple[Message, ...]) -> str:
    """A lone message as it stands; several with their roles before them."""
    if len(messages) == 1:
        return messages[0].text
    return "\n\n".join(f"{message.role}: {message.text}" for message in messages)
