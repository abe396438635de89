"""A conversation -> WildGuard's verdict (Han et al. 2024): harmful request, refusal, harmful reply?

The last turn decides which of the answers counts; the others are kept beside it. It knows no categories.
"""

from collections.abc import Sequence

from plimsoll.core import Model, Response
from plimsoll.guards import _first_token
from plimsoll.guards._reading import Reading, keyed
from plimsoll.guards.asking import Asked, Turn, Way, Wording, filled
from plimsoll.guards.policies import Policy, table
from plimsoll.registry import guard

TABLE = table("wildguard")
KEYS = {"User": "Harmful request", "Agent": "Harmful response"}
REFUSAL = "Response refusal"
NONE = Policy("", (), "S")


def prompt(turns: Sequence[Turn], policy: Policy) -> str:
    """Request and reply; no reply where the request is judged."""
    return exchange(TABLE["prompt"], turns)


def exchange(text: str, turns: Sequence[Turn], nothing: str = "") -> str:
    """The last request with the reply to it, in a text's slots."""
    users = [turn.text for turn in turns if turn.role == "User"]
    reply = turns[-1].text if turns[-1].role == "Agent" else nothing
    return filled(text, {"{user}": users[-1] if users else "", "{agent}": reply})


def read(text: str, policy: Policy, role: str) -> Reading | None:
    """The answer about the turn that is judged."""
    said = {key: keyed(text, key, ("yes", "no", "n/a")) for key in (*KEYS.values(), REFUSAL)}
    word = said[KEYS[role]]
    if word not in ("yes", "no"):
        return None
    return Reading(word == "yes", also={key: value for key, value in said.items() if value})


def score(response: Response, role: str) -> float | None:
    """The chance of `yes` behind the question about the turn."""
    return _first_token.chance(response.tokens, "yes", "no", after=f"{KEYS[role]}:")


@guard
def wildguard(model: Model, *, way: Way = "chat") -> Asked:
    """WildGuard, or any model in its form: request, refusal and reply answered by yes or no.

    Args:
        model: What is asked.
        way: As of llama_guard; `choice` weighs no against yes.
    """
    wording = Wording(
        prompt=prompt, read=read, score=score, wrap=TABLE["wrap"], max_tokens=32, continuations=("no", "yes")
    )
    return Asked("wildguard", wording, NONE, model, way)
