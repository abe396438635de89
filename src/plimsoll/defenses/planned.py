"""Model -> the same model, which plans its calls before it reads any result: planner and executor apart.

The plan is the names of tools, each as often as it may be called, asked for with the user's request and the
tools alone. What tools return is not there when the plan is made, so nothing that is hidden in it can add a
call; arguments are chosen as results come in. A call beyond the plan is taken out of the reply. The plan
hangs on the request and the tools only, so that the response cache keeps it for the whole case.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.core import Message, Request, Response, Sampling, Wrapped, replace, user
from plimsoll.defenses._wording import spoken, words
from plimsoll.defenses.policies import calls_of, kept, made_in
from plimsoll.defenses.results import is_result
from plimsoll.registry import defense

PLANNING = 256
"""Tokens for the plan."""
MOST = 64
"""Calls that a plan may hold."""
_NAME = re.compile(r"[\w.-]+")


@defense
@dataclass(frozen=True)
class Planned(Wrapped):
    """Fixes which tools are called, and how often, before any result is read; drops all other calls."""

    async def generate(self, request: Request) -> Response:
        """Ask, and take out what the plan does not hold."""
        response = await self.inner.generate(request)
        calls = calls_of(response)
        if not calls:
            return response
        before, since = _parts(request.messages)
        left = await self._plan(replace(request, messages=before))
        left.subtract(call.name for call in made_in(since))
        reasons: list[str] = []
        for call in calls:
            reasons.append("" if left[call.name] > 0 else "is not in the plan")
            left[call.name] -= 1
        return kept(response, request, reasons)

    async def _plan(self, request: Request) -> Counter[str]:
        """How often each tool may be called."""
        listed = "\n".join(f"{tool.name}: {tool.description}" for tool in request.tools)
        asked = words("results")[f"planned_{spoken(request.messages)}"].replace("{tools}", listed)
        sampling = Sampling(max_tokens=PLANNING, temperature=0.0)
        messages = (*request.messages, user(asked))
        answer = await self.inner.generate(Request(messages=messages, sampling=sampling))
        named = _NAME.findall(answer.text)
        known = {tool.name for tool in request.tools}
        return Counter([name for name in named if name in known or not known][:MOST])


def _parts(messages: Sequence[Message]) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
    """The conversation up to the user's last words, and what came after them."""
    places = [place for place, each in enumerate(messages) if each.role == "user" and not is_result(each)]
    cut = places[-1] + 1 if places else 0
    return tuple(messages[:cut]), tuple(messages[cut:])
