"""Model -> the same model, which is guarded against instructions that somebody hid in what its tools return.

Results are told by their role or, where an agent calls tools in its text, by how they begin. Delimiters and
the repeated request are those of AgentDojo's pipelines (Debenedetti et al., 2024), with marks that a result
cannot guess; the tool filter asks the model once which tools a request needs, before it has read anything.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from plimsoll.core import Guard, Message, Request, Response, Sampling, Wrapped, replace, user
from plimsoll.defenses._wording import spoken, with_rule, words
from plimsoll.defenses.filters._checking import Guarding, Undecided, noted
from plimsoll.registry import defense

BEGINNINGS = ("<tool_response>", "Observation:")
"""Of results in agents' texts (`elicitation/styles.py`)."""
FILTERING = 128
"""Tokens for the names of tools."""


@defense
@dataclass(frozen=True)
class Delimited(Wrapped):
    """Puts every tool result between marks that it cannot guess, and says that nothing there is an order."""

    async def generate(self, request: Request) -> Response:
        """Ask with the results marked."""
        if not any(map(is_result, request.messages)):
            return await self.inner.generate(request)
        mark = _mark(request.messages)
        rule = words("results")[f"delimited_{spoken(request.messages)}"].replace("{mark}", mark)
        marked = _with_results(request.messages, lambda text: f"{mark}\n{text}\n{mark}")
        return await self.inner.generate(replace(request, messages=with_rule(marked, rule)))


@defense
@dataclass(frozen=True)
class Repeated(Wrapped):
    """Says the user's request again after every tool result."""

    async def generate(self, request: Request) -> Response:
        """Ask with the request at the end, where the last word was a tool's."""
        messages = request.messages
        if not messages or not is_result(messages[-1]):
            return await self.inner.generate(request)
        told = words("results")[f"repeated_{spoken(messages)}"].replace("{request}", _request(messages))
        if messages[-1].role == "tool":
            return await self.inner.generate(replace(request, messages=(*messages, user(told))))
        *before, last = messages
        again = replace(last, text=f"{last.text}\n\n{told}")
        return await self.inner.generate(replace(request, messages=(*before, again)))


@defense
@dataclass(frozen=True)
class Withheld(Wrapped):
    """Has a guard read every tool result, and leaves out those that it finds unsafe."""

    guard: Guard
    undecided: Undecided = "block"

    async def generate(self, request: Request) -> Response:
        """Ask with the results that the guard lets through."""
        guarding, notes = Guarding(self.guard, self.undecided), list[str]()
        kept: list[Message] = []
        for message in request.messages:
            if is_result(message) and message.text.strip():
                found = await guarding.request((user(message.text),))
                notes += found.notes
                if found.held:
                    message = replace(message, text=_withheld(message.text))  # noqa: PLW2901
            kept.append(message)
        response = await self.inner.generate(replace(request, messages=tuple(kept)))
        return noted(response, tuple(dict.fromkeys(notes)))


@defense
@dataclass(frozen=True)
class ToolFilter(Wrapped):
    """Asks the model which tools the request needs, and offers it no others; all where it names none."""

    async def generate(self, request: Request) -> Response:
        """Ask with the tools that are needed."""
        if len(request.tools) < 2:
            return await self.inner.generate(request)
        named = await self._named(request)
        kept = tuple(tool for tool in request.tools if tool.name in named) or request.tools
        response = await self.inner.generate(replace(request, tools=kept))
        left = len(request.tools) - len(kept)
        return noted(response, (f"{left} of {len(request.tools)} tools were not offered",) if left else ())

    async def _named(self, request: Request) -> set[str]:
        """The names of tools in the model's answer, which hangs on request and tools alone."""
        listed = "\n".join(f"{tool.name}: {tool.description}" for tool in request.tools)
        told = words("results")[f"filtered_{spoken(request.messages)}"]
        text = told.replace("{tools}", listed).replace("{request}", _request(request.messages))
        sampling = Sampling(max_tokens=FILTERING, temperature=0.0)
        answer = await self.inner.generate(Request(messages=(user(text),), sampling=sampling))
        return set(re.findall(r"[\w.-]+", answer.text))


def is_result(message: Message) -> bool:
    """Whether a message is what a tool returned."""
    return message.role == "tool" or (message.role == "user" and message.text.startswith(BEGINNINGS))


def _with_results(messages: Sequence[Message], change: Callable[[str], str]) -> tuple[Message, ...]:
    return tuple(
        replace(message, text=change(message.text)) if is_result(message) else message for message in messages
    )


def _request(messages: Sequence[Message]) -> str:
    """The last thing that the user, and no tool, said."""
    said = (m.text for m in reversed(messages) if m.role == "user" and not is_result(m))
    return next(said, "")


def _mark(messages: Sequence[Message]) -> str:
    said = "\0".join(message.text for message in messages)
    return f"<<{sha256(said.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}>>"


def _withheld(text: str) -> str:
    """What stands in the place of a result; in text styles the frame around it stays."""
    told = "[the result was withheld: a guard found it unsafe]"
    if text.startswith(BEGINNINGS[0]):
        return f"{BEGINNINGS[0]}\n{json.dumps(told)}\n</tool_response>"
    return f"{BEGINNINGS[1]} {told}" if text.startswith(BEGINNINGS[1]) else told
