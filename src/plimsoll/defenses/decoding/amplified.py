"""An aligned model and its base -> the aligned model with its alignment made stronger as it decodes.

log p = log p_base + w (log p_aligned - log p_base), token by token: emulated fine-tuning (Mitchell et al.
2024), which "Emulated Disalignment" (ACL 2024) turns round with w < 0. A weight of 1 is the aligned model
itself, above 1 what alignment changed is changed further; both models read the conversation in a template
of their own and share what is generated. Needs the weights of both, with one vocabulary.

It is another model than the one it is put before, and stands below the cache: letters are weighed by the
same distribution as texts are written with.
"""

import asyncio
from dataclasses import dataclass
from itertools import islice
from math import inf
from threading import Lock
from typing import Any, ClassVar

from plimsoll.core import (
    Finish,
    Message,
    Model,
    ModelError,
    Need,
    Request,
    Response,
    Usage,
    UserError,
    WhiteBox,
    Wrapped,
    whitebox,
)
from plimsoll.internals.arithmetic import Pair, Reader, combined, continued, drawn, likeliest
from plimsoll.internals.handle import Handle, Template, handle, same_vocabulary
from plimsoll.registry import defense

MOST = 1024
"""Tokens of a reply where the request sets no limit."""
_ONE_AT_A_TIME = Lock()


@defense
@dataclass(frozen=True)
class Amplified(Wrapped):
    """What alignment changed about a model's next tokens, made stronger as it decodes; its base is named.

    Args:
        base: The model that this one was aligned from, with its weights at hand and the same vocabulary.
        weight: 1 is the model as it is; 0 its base.
        base_template: How the base is asked.
    """

    base: Model
    weight: float = 1.5
    base_template: Template = "chat"
    needs: ClassVar[frozenset[Need]] = frozenset({"weights"})

    def __post_init__(self) -> None:
        if not 0 <= self.weight < inf:
            raise UserError(
                f"amplified: weight is {self.weight:g}; it must be 0 or more: below 0 alignment would be "
                "undone"
            )
        weights_of(self.base)

    @property
    def revision(self) -> str:
        """The model's own, its base's, and how they are put together."""
        said = f"{self.weight!r}, {self.base_template}"
        return f"{self.inner.revision}+amplified({said}, {self.base.revision})"

    async def generate(self, request: Request) -> Response:
        """Write or weigh by the combined distribution."""
        if request.tools or any(message.images for message in request.messages):
            raise ModelError("amplified takes texts alone: neither tools nor images")
        return await asyncio.to_thread(self._answer, request)

    def _answer(self, request: Request) -> Response:
        with _ONE_AT_A_TIME:
            aligned, base = handle(weights_of(self.inner)), handle(weights_of(self.base))
            same_vocabulary(aligned, base)
            prompts = (_read(aligned, request, "chat"), _read(base, request, self.base_template))
            if request.continuations:
                return self._weigh(aligned, base, prompts, request)
            return self._write(aligned, base, prompts, request)

    def _write(
        self, aligned: Handle, base: Handle, prompts: tuple[list[int], list[int]], request: Request
    ) -> Response:
        wanted = request.sampling
        own, other = Reader(aligned, prompts[0]), Reader(base, prompts[1])
        seed = (wanted.seed or 0) + request.draw
        plainly = drawn(seed, wanted.temperature, wanted.top_p or 1.0) if wanted.temperature else likeliest
        made: list[int] = []

        def choose(logprobs: Any) -> int:
            if len(made) < (wanted.min_tokens or 0):
                logprobs = logprobs.clone()
                logprobs[list(aligned.ends)] = float("-inf")
            return plainly(logprobs)

        text, finish = "", "length"
        pairs = (Pair(tuned=own, reference=other, weight=self.weight),)
        for token in islice(continued(other, pairs, choose, aligned.ends), wanted.max_tokens or MOST):
            if token in aligned.ends:
                finish = "stop"
                break
            made.append(token)
            text = aligned.tokenizer.decode(made, skip_special_tokens=True)
            if found := [text.index(each) for each in wanted.stop if each in text]:
                text, finish = text[: min(found)], "stop"
                break
        return _told(text, finish, prompts[0], len(made))

    def _weigh(
        self, aligned: Handle, base: Handle, prompts: tuple[list[int], list[int]], request: Request
    ) -> Response:
        numbers = tuple(self._likelihood(aligned, base, prompts, text) for text in request.continuations)
        return Response(
            text=request.continuations[numbers.index(max(numbers))],
            loglikelihoods=numbers,
            means="loglikelihood",
            usage=Usage(input_tokens=len(prompts[0])),
        )

    def _likelihood(
        self, aligned: Handle, base: Handle, prompts: tuple[list[int], list[int]], text: str
    ) -> float:
        row: list[int] = aligned.tokenizer(text, add_special_tokens=False)["input_ids"]
        own, other = (
            Reader(held, prompt).next(row) for held, prompt in zip((aligned, base), prompts, strict=True)
        )
        found = combined(other[:-1], [(self.weight, own[:-1], other[:-1])])
        return float(found[range(len(row)), row].sum())


def weights_of(model: Model) -> WhiteBox:
    """The model with its weights. Raises `UserError` where they are not at hand."""
    found = whitebox(model)
    if found is None:
        raise UserError(f"amplified needs the weights of both models at hand; {model.name} has none")
    return found


def _told(text: str, finish: Finish, prompt: list[int], tokens: int) -> Response:
    return Response(text=text, finish=finish, usage=Usage(input_tokens=len(prompt), output_tokens=tokens))


def _read(held: Handle, request: Request, template: Template) -> list[int]:
    """Token ids of a conversation with its open end, in a template of the model's."""
    begun = "".join(turn.text for turn in request.messages[-1:] if turn.role == "assistant")
    turns = request.messages[:-1] if begun else request.messages
    tokenizer: Any = held.tokenizer
    if request.template != "raw" and template == "chat" and tokenizer.chat_template:
        chat = [{"role": turn.role, "content": turn.text} for turn in turns]
        text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True) + begun
        return list(tokenizer(text, add_special_tokens=False)["input_ids"])
    return list(tokenizer("\n\n".join(map(_text, turns)) + begun)["input_ids"])


def _text(message: Message) -> str:
    return message.text
