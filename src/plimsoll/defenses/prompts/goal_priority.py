"""Model -> the same model, told with each request that safety comes before helpfulness.

The idea is Zhang et al., "Defending Large Language Models Against Jailbreaking Attacks Through Goal
Prioritization" (2024). The wording is our own, without its examples.
"""

from dataclasses import dataclass

from plimsoll.core import Request, Response, Wrapped, replace
from plimsoll.defenses._wording import spoken, with_users, words
from plimsoll.registry import defense


@defense
@dataclass(frozen=True)
class GoalPriority(Wrapped):
    """Puts every user message between two sentences that rank the goals."""

    async def generate(self, request: Request) -> Response:
        """Ask with the goals ranked."""
        before, after = words("goal_priority")[spoken(request.messages)].split("{request}")
        messages = with_users(request.messages, lambda text: f"{before}{text}{after}")
        return await self.inner.generate(replace(request, messages=messages))
