"""What goes to a model and what comes back."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from plimsoll.core.message import Message, Tool, ToolCall

Means = Literal["loglikelihood", "first_token", "generation"]
"""How a model weighed the continuations of a request: by their log-likelihood, by the
log-probabilities reported for its first answering token, or not at all (text only)."""

Template = Literal["auto", "raw"]
"""How messages become text: as the model is made for, or one after the other as they stand."""

Finish = Literal["stop", "length", "blocked", "tool_calls"]


class Sampling(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How tokens are drawn. `None` leaves the choice to the model's own default."""

    max_tokens: int | None = None
    min_tokens: int | None = None
    """Tokens before which the reply may not end, for models at hand; endpoints know no such thing."""
    temperature: float | None = 0.0
    top_p: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    thinking: bool | None = None
    """`False` asks models that can for an answer without a thought, as judges are asked; what cannot
    goes on thinking."""


class Request(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call to a model. Equal requests to the same revision may share a cached response."""

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    tools: tuple[Tool, ...] = ()
    continuations: tuple[str, ...] = ()
    """Texts to weigh against each other as the beginning of the reply. A model answers with
    `Response.loglikelihoods` when it can, and with text otherwise."""
    logprobs: int = 0
    """With how many of the likeliest tokens each token of the reply is wanted (`Response.tokens`); 0 for
    the text alone. Endpoints grant twenty at most."""
    schema: Mapping[str, Any] = {}
    """JSON schema that the reply must fit. Endpoints that can hold a model to it do; others ask in
    words, so the reply is always parsed with care."""
    template: Template = "auto"
    """`raw` gives models at hand the texts alone, whatever chat template they carry. What a user sets
    for the model (`-M template=`) comes first; endpoints have a template of their own."""
    draw: int = 0
    """Which independent draw of the same request this is (the epoch)."""


class Usage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a call cost."""

    input_tokens: int = 0
    cached_tokens: int = 0
    """Those of `input_tokens` that were not evaluated again (shared prefix)."""
    output_tokens: int = 0
    seconds: float = 0.0
    calls: int = 0
    """How many calls it sums up, where defenses stand around the model: theirs to it and to others. 0 for
    the one call of a model without any."""


class Token(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One token of a reply with its log-probability."""

    text: str
    logprob: float
    """Natural logarithm, at most 0."""
    rivals: Mapping[str, float] = {}
    """Log-probabilities of the likeliest other tokens at this place, likeliest first."""


class Response(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model's reply."""

    text: str = ""
    thought: str = ""
    """Reasoning that the endpoint reports apart from the answer."""
    sealed: str = ""
    """What the endpoint needs to take its thought back: a signature, or the thought encrypted."""
    calls: tuple[ToolCall, ...] = ()
    steps: tuple[Message, ...] = ()
    """What came before the text inside a model that has tools of its own, as it reports it: its calls,
    and their results."""
    loglikelihoods: tuple[float, ...] = ()
    """One per continuation, natural logarithm, finite; empty when the model cannot weigh them."""
    means: Means = "generation"
    finish: Finish = "stop"
    usage: Usage = Usage()
    tokens: tuple[Token, ...] = ()
    """The reply token by token, where log-probabilities were asked for and given: as the model has them,
    before temperature and the nucleus change them."""
    notes: tuple[str, ...] = ()
    """What a layer or the endpoint did to the call that a reader must know: dropped a parameter,
    blocked it, cut it."""

    @property
    def message(self) -> Message:
        """The response as a turn of the conversation, with all that the endpoint needs to take it back."""
        return Message(
            role="assistant", text=self.text, calls=self.calls, thought=self.thought, sealed=self.sealed
        )


class Transcript(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an elicitation brought to light about one sample."""

    responses: tuple[Response, ...] = ()
    """Every response, as the model gave it, in order."""
    messages: tuple[Message, ...] = ()
    """The conversation after the sample's own messages, where it is more or other than the
    responses' texts: dialogues, tool results, decoded replies."""
    state: Mapping[str, Any] = {}
    """What else happened: an environment's state, shots dropped, the request's shape."""

    @property
    def reply(self) -> str:
        """The last thing the model said, as judges read it; what a tool says is none of it."""
        if self.messages:
            spoken = (message.text for message in reversed(self.messages) if message.role != "tool")
            return next(spoken, "")
        return self.responses[-1].text if self.responses else ""
