"""`Request` -> the body of a text completion, and its reply -> `Response` and log-likelihoods."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import takewhile
from typing import NamedTuple

from msgspec import Struct

from plimsoll.core import Message, Response, Usage, decoding
from plimsoll.models._chat import Alternative, Said, Tokens, finish_of
from plimsoll.models._first_letter import LEAST, Place, Read
from plimsoll.models._http import Trouble


class Logprobs(Struct, frozen=True):
    """Log-probabilities by token; either the old parallel lists or the chat format's rows."""

    tokens: list[str] | None = None
    token_logprobs: list[float | None] | None = None
    top_logprobs: list[dict[str, float | None] | list[Alternative] | None] | None = None
    content: list[Said] | None = None

    def places(self) -> Iterator[Place]:
        """The positions of the reply."""
        if self.content is not None:
            yield from self.content
            return
        tokens = self.tokens or []
        rows = self.top_logprobs or [None] * len(tokens)
        own = self.token_logprobs or [None] * len(tokens)
        for token, value, row in zip(tokens, own, rows, strict=False):
            yield Read(token, partial(_rivals, token, value, row))


def _rivals(
    token: str, value: float | None, row: dict[str, float | None] | list[Alternative] | None
) -> dict[str, float]:
    likely = row if isinstance(row, dict) else {a.token: a.logprob for a in row or ()}
    return {name: x for name, x in ({token: value} | likely).items() if x is not None}


class Choice(Struct, frozen=True):
    """One text, for one prompt."""

    text: str = ""
    index: int = 0
    finish_reason: str | None = None
    logprobs: Logprobs | None = None
    error: Trouble | str | None = None


class TextCompletion(Struct, frozen=True):
    """The reply to a completion request."""

    choices: list[Choice] | None = None
    usage: Tokens | None = None
    error: Trouble | str | None = None


class Texts(NamedTuple):
    """What came back, and what it cost."""

    choices: Sequence[Choice]
    usage: Usage


TEXT_COMPLETION = decoding.Decoder(TextCompletion)


def prompt_of(messages: Sequence[Message]) -> str:
    """The text to be continued: roles are dropped, a trailing assistant message is its end."""
    begun = messages[-1].text if messages and messages[-1].role == "assistant" else ""
    said = messages[:-1] if messages and messages[-1].role == "assistant" else messages
    return "\n\n".join(message.text for message in said) + begun


def lead_of(continuations: Sequence[str]) -> str:
    """What all continuations begin with."""
    columns = zip(*continuations, strict=False)
    lead = "".join(column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns))
    return lead if lead not in continuations else ""


def response_of(choice: Choice, usage: Usage, lead: str = "") -> Response:
    """The reply in our words, with what the prompt already said of it."""
    finish = finish_of(choice.finish_reason)
    return Response(text="" if finish == "blocked" else lead + choice.text, finish=finish, usage=usage)


def echoed(choices: Sequence[Choice], prompt: str, continuations: Sequence[str]) -> tuple[float, ...]:
    """The log-likelihood of each continuation, from replies that repeat the prompt; empty if they do not."""
    ordered = sorted(choices, key=lambda choice: choice.index)
    if len(ordered) != len(continuations):
        return ()
    sums = [_tail(choice, prompt, c) for choice, c in zip(ordered, continuations, strict=True)]
    return tuple(max(LEAST, value) for value in sums if value is not None) if None not in sums else ()


def _tail(choice: Choice, prompt: str, continuation: str) -> float | None:
    """Summed from the end backwards: token texts inside the prompt may be cut characters."""
    logprobs = choice.logprobs
    if logprobs is None or not logprobs.tokens or not logprobs.token_logprobs:
        return None
    if not choice.text.endswith(continuation) and prompt + continuation not in choice.text:
        return None
    rows = list(zip(logprobs.tokens, logprobs.token_logprobs, strict=False))
    beyond = choice.text.rpartition(prompt + continuation)[2] if prompt + continuation in choice.text else ""
    while beyond and rows and beyond.endswith(rows[-1][0]) and rows[-1][0]:
        beyond = beyond[: -len(rows.pop()[0])]
    covered, total = "", 0.0
    while len(covered) < len(continuation):
        if not rows or rows[-1][1] is None:
            return None
        token, value = rows.pop()
        covered, total = token + covered, total + (value or 0.0)
    return total if covered.endswith(continuation) else None
