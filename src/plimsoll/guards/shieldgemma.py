"""A conversation -> ShieldGemma's verdict (Zeng et al. 2024): does it violate a principle, Yes or No?

The score is the chance of `Yes` among both answers. Prompts and principles are the authors' own;
policy=FILE takes others. Where ours differs: principles are asked together unless `each` asks them one by
one, as the model was trained to be.
"""

from collections.abc import Sequence

from plimsoll.core import Model, Response
from plimsoll.guards import _first_token
from plimsoll.guards._reading import Reading
from plimsoll.guards.asking import Asked, EachCategory, Turn, Way, Wording, filled
from plimsoll.guards.policies import Policy, packaged, policy_of, table
from plimsoll.registry import guard

TABLE = table("shieldgemma")


def prompt(turns: Sequence[Turn], policy: Policy) -> str:
    """The question about the last user's message, or about the last reply."""
    users = [turn.text for turn in turns if turn.role == "User"]
    role = turns[-1].role
    said = ((each.name, each.text.replace("{shall}", TABLE["shall"][role])) for each in policy.categories)
    listed = "\n".join(f'* "{name}": {text}' for name, text in said)
    whole = TABLE["agent" if role == "Agent" else "user"]
    slots = {"{categories}": listed, "{user}": users[-1] if users else "", "{agent}": turns[-1].text}
    return filled(whole, slots)


def read(text: str, policy: Policy, role: str) -> Reading | None:
    """The word that the answer begins with."""
    word = text.strip().strip("*\"'`").partition("\n")[0].split(" ")[0].strip(".,:;!*\"'").lower()
    if word not in ("yes", "no"):
        return None
    named = policy.categories if word == "yes" and len(policy.categories) == 1 else ()
    return Reading(unsafe=word == "yes", categories=named)


def score(response: Response, role: str) -> float | None:
    """The chance of `Yes` among `Yes` and `No`."""
    return _first_token.share(response.tokens, "yes", "no")


@guard
def shieldgemma(
    model: Model, *, policy: str = "", way: Way = "chat", each: bool = False
) -> Asked | EachCategory:
    """ShieldGemma, or any model in its form: Yes where a principle is violated.

    Args:
        model: What is asked.
        policy: Principles instead of its own: a taxonomy, or a TOML or CSV file.
        way: As of llama_guard; `choice` weighs No against Yes.
        each: Ask of every principle alone, as it was trained.
    """
    wording = Wording(prompt=prompt, read=read, score=score, max_tokens=8, continuations=("No", "Yes"))
    asked = Asked("shieldgemma", wording, policy_of(policy, packaged(TABLE)), model, way)
    return EachCategory(asked) if each else asked
