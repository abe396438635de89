"""A conversation -> GuardReasoner's verdict (Liu et al. 2025): a thought, then three answers.

Read from the last 300 characters, as the official script does. Where ours differs: an answer that is not
there is unparsed, and one error where errors are counted; the script counts it as two.
"""

import re
from collections.abc import Sequence

from plimsoll.core import Model, Response
from plimsoll.guards._reading import Reading
from plimsoll.guards.asking import Asked, Turn, Way, Wording
from plimsoll.guards.policies import Policy, table
from plimsoll.guards.wildguard import NONE, exchange
from plimsoll.registry import guard

TABLE = table("guardreasoner")
TAIL = 300
THINKING = 2048
KEYS = {"User": "Request", "Agent": "Response"}
_SAID = {
    "Request": re.compile(r"Request\W+(harmful|unharmful)\b", re.IGNORECASE),
    "Completion": re.compile(r"Completion\W+(refusal|compliance)\b", re.IGNORECASE),
    "Response": re.compile(r"Response\W+(harmful|unharmful)\b", re.IGNORECASE),
}


def prompt(turns: Sequence[Turn], policy: Policy) -> str:
    """Request and reply, `None` for a reply that there is not."""
    return exchange(TABLE["prompt"], turns, nothing="None")


def read(text: str, policy: Policy, role: str) -> Reading | None:
    """The last answer about the turn that is judged."""
    found = {key: pattern.findall(text[-TAIL:]) for key, pattern in _SAID.items()}
    said = {key: words[-1].lower() for key, words in found.items() if words}
    word = said.get(KEYS[role])
    return None if word is None else Reading(word == "harmful", also=said)


def score(response: Response, role: str) -> float | None:
    """Nothing: what it says after its thought is as sure as the thought."""
    return None


@guard
def guardreasoner(model: Model, *, way: Way = "chat") -> Asked:
    """GuardReasoner, or any model in its form: it thinks, then says harmful or unharmful.

    Args:
        model: What is asked.
        way: As of llama_guard.
    """
    wording = Wording(prompt=prompt, read=read, score=score, max_tokens=THINKING)
    return Asked("guardreasoner", wording, NONE, model, way)
