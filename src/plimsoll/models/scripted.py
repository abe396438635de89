"""Rule, table, queue or function -> replies: the fake model, for tests and dry runs.

`scripted/letter-B` always says `(B)`, `scripted/random` draws one of the request's continuations,
`scripted/refuse`, `scripted/echo` and `scripted/empty` do what they say. The same prompt always
gets the same reply, whatever the order and concurrency of the calls.
"""

import asyncio
import math
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import blake2b

import msgspec

from plimsoll.core import (
    ModelError,
    Need,
    Request,
    Response,
    Token,
    TransientError,
    UserError,
    did_you_mean,
    replace,
)
from plimsoll.models._every_tool import every_tool
from plimsoll.models._prompts import excerpt, last_user_text, looked_up, prompt_text
from plimsoll.registry import model

Answer = str | Response | Exception
"""What a script says: a text, a whole response, or an error to be raised."""

REFUSAL = "I'm sorry, but I can't help with that."
LETTERS = ("(A", "(B", "(C", "(D")
CHOSEN = 0.97
"""Probability that `likelihood=true` gives to the continuation that the reply begins with, and to each
word of a reply."""


class Scripted:
    """A model whose replies are known beforehand."""

    def __init__(
        self,
        answer: Callable[[Request], Answer],
        *,
        name: str = "scripted",
        revision: str = "",
        latency: float = 0.0,
        fail_every: int = 0,
        likelihood: bool = False,
    ) -> None:
        """Answer by a function; `revision` tells functions of one name apart (cache, manifest)."""
        self.answer = answer
        self.name = name
        self.revision = revision or getattr(answer, "__qualname__", "")
        self.latency = latency
        self.likelihood = likelihood
        self.calls = 0
        """How many calls were made, failed ones included."""
        self._faults = _Faults(fail_every) if fail_every else None

    @classmethod
    def from_table(cls, table: Mapping[str, Answer], *, likelihood: bool = False) -> "Scripted":
        """Answer by prompt: the text of the whole conversation or of the user's last message."""
        return cls(
            partial(_from_table, table),
            name="scripted/table",
            revision=_digest(repr(sorted(table.items(), key=lambda row: row[0]))).hex(),
            likelihood=likelihood,
        )

    @classmethod
    def from_queue(cls, replies: Iterable[Answer], *, likelihood: bool = False) -> "Scripted":
        """Answer the first call with the first reply, and so on; a `ModelError` when none is left."""
        waiting = deque(replies)
        return cls(
            partial(_from_queue, waiting),
            name="scripted/queue",
            revision=_digest(repr(list(waiting))).hex(),
            likelihood=likelihood,
        )

    @property
    def offers(self) -> frozenset[Need]:
        """Whatever a script may be told; probabilities where it gives them."""
        told: frozenset[Need] = frozenset({"images", "tools", "prefill"})
        return told.union({"logprobs", "likelihoods"}) if self.likelihood else told

    async def generate(self, request: Request) -> Response:
        """Say what the script says."""
        self.calls += 1
        if self.latency:
            await asyncio.sleep(self.latency)
        if self._faults is not None:
            self._faults.strike(request)
        answer = self.answer(request)
        if isinstance(answer, Exception):
            raise answer
        response = Response(text=answer) if isinstance(answer, str) else answer
        return _weighed(response, request) if self.likelihood else response

    async def close(self) -> None:
        """Nothing to let go of."""


@model
def scripted(
    model_id: str = "random",
    *,
    seed: int = 0,
    latency: float = 0.0,
    fail_every: int = 0,
    likelihood: bool = False,
    text: str | None = None,
) -> Scripted:
    """The fake model: answers by a rule, without a network, a key or weights."""
    rule = (model_id or "random") if text is None else "text"
    if latency < 0 or fail_every < 0:
        raise UserError("latency and fail_every of scripted take 0 or more")
    return Scripted(
        _rule(rule, seed=seed, text=text),
        name=f"scripted/{rule}",
        revision=_revision(rule, seed=seed, text=text, likelihood=likelihood),
        latency=latency,
        fail_every=fail_every,
        likelihood=likelihood,
    )


def _rule(rule: str, *, seed: int, text: str | None) -> Callable[[Request], Answer]:
    fixed = {f"letter-{letter}": f"({letter})" for letter in "ABCD"} | {"refuse": REFUSAL, "empty": ""}
    if text is not None:
        return partial(_fixed, text)
    if rule in fixed:
        return partial(_fixed, fixed[rule])
    if rule == "random":
        return partial(_random, seed)
    if rule == "echo":
        return _echo
    if rule == "tools":
        return every_tool
    known = (*fixed, "random", "echo", "tools")
    raise UserError(
        f"scripted knows no rule {rule!r}{did_you_mean(rule, known)}; it has {', '.join(sorted(known))}"
    )


def _revision(rule: str, *, seed: int, text: str | None, likelihood: bool) -> str:
    pieces = [f"seed={seed}"] if rule == "random" else []
    if text is not None:
        pieces.append(f"text={_digest(text).hex()}")
    if likelihood:
        pieces.append("likelihood")
    return ",".join(pieces) or "1"


def _fixed(text: str, request: Request) -> str:
    return text


def _echo(request: Request) -> str:
    return last_user_text(request.messages)


def _random(seed: int, request: Request) -> str:
    options = request.continuations or LETTERS
    digest = _digest(f"{seed}:{request.draw}:{prompt_text(request.messages)}")
    chosen = options[int.from_bytes(digest, "big") % len(options)]
    return f"{chosen})" if chosen.startswith("(") and not chosen.endswith(")") else chosen


def _from_table(table: Mapping[str, Answer], request: Request) -> Answer:
    found = looked_up(table, request)
    if found is None:
        return ModelError(f"the table has no reply for {excerpt(last_user_text(request.messages))!r}")
    return found


def _from_queue(waiting: deque[Answer], request: Request) -> Answer:
    return waiting.popleft() if waiting else ModelError("the queue of replies is empty")


def _weighed(response: Response, request: Request) -> Response:
    if request.logprobs and not response.tokens:
        words = re.findall(r"\s*\S+|\s+$", response.text)
        told = tuple(Token(text=word, logprob=math.log(CHOSEN)) for word in words)
        response = replace(response, tokens=told)
    continuations = request.continuations
    chosen = next((c for c in continuations if response.text.startswith(c)), None)
    if chosen is None or response.loglikelihoods:
        return response
    rest = math.log((1 - CHOSEN) / max(1, len(continuations) - 1))
    weights = tuple(math.log(CHOSEN) if c == chosen else rest for c in continuations)
    return replace(response, loglikelihoods=weights, means="loglikelihood")


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()


class _Faults:
    """Fails the first attempt at every n-th distinct request; a second attempt succeeds."""

    def __init__(self, every: int) -> None:
        self.every = every
        self.seen: set[int] = set()

    def strike(self, request: Request) -> None:
        """Raise `TransientError` if this request's turn has come."""
        key = hash(msgspec.msgpack.encode(request))
        if key in self.seen:
            return
        self.seen.add(key)
        if len(self.seen) % self.every == 0:
            raise TransientError(f"scripted fault on distinct request {len(self.seen)}")
