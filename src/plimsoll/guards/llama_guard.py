"""A conversation -> Llama Guard's verdict (Inan et al. 2023), versions 1 to 4, under its own or any policy.

The policy is part of the prompt: task, numbered categories, conversation, form of the answer. The model says
`safe`, or `unsafe` and codes. How sure it is stands in the first token. Where ours differs: what is neither
is unparsed, codes are read by the numbering that was sent and kept with their taxonomy, and a blank before
the answer decides nothing. Version 4 is its text side: images are not shown to it.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal

from plimsoll.core import Model, Response
from plimsoll.guards import _first_token
from plimsoll.guards._reading import Reading, by_line
from plimsoll.guards.asking import Asked, EachCategory, Turn, Way, Wording
from plimsoll.guards.policies import Policy, packaged, policy_of, table
from plimsoll.registry import guard

Version = Literal[1, 2, 3, 4]
NEWEST = 4
TABLE = table("llama_guard")


def prompt(ending: str, turns: Sequence[Turn], policy: Policy) -> str:
    """The cookbook's prompt, byte for byte, without the marks around it."""
    said: Mapping[str, Any] = TABLE
    whole = said["skeleton"] + said[ending]
    return (
        whole.replace("{categories}", categories(policy))
        .replace("{role}", turns[-1].role)
        .replace("{conversation}", "\n\n".join(f"{role}: {text}" for role, text in turns))
    )


def prompt_alone(turns: Sequence[Turn], policy: Policy) -> str:
    """The prompt as version 4's own template renders it: without the blank line above."""
    return prompt("last", turns, policy).removeprefix("\n")


def categories(policy: Policy) -> str:
    """A line for each category, with what it covers below."""
    return "\n".join(
        f"{code}: {each.name if each.name.rstrip().endswith('.') else f'{each.name}.'}"
        + (f"\n{each.text}" if each.text else "")
        for code, each in policy.numbered()
    )


def read(text: str, policy: Policy, role: str) -> Reading | None:
    """The verdict in the first line."""
    return by_line(text, policy)


def score(response: Response, role: str) -> float | None:
    """The chance of `unsafe` at the first word."""
    return _first_token.chance(response.tokens, "unsafe", "safe")


def wording(version: int) -> Wording:
    """The form of a version."""
    shown = prompt_alone if version == NEWEST else partial(prompt, "first" if version == 1 else "last")
    return Wording(prompt=shown, read=read, score=score, wrap=TABLE["wrap"][str(version)])


@guard
def llama_guard(
    model: Model, version: Version = 3, *, policy: str = "", way: Way = "chat", each: bool = False
) -> Asked | EachCategory:
    """Llama Guard 1, 2, 3 or 4 (text), or any model in its form.

    Args:
        model: What is asked, such as `openai/meta-llama/Llama-Guard-3-8B`.
        version: Whose prompt and categories.
        policy: Categories instead of its own: a taxonomy (plimsoll taxonomy), or a TOML or CSV file.
        way: `chat`; `raw` for a model at hand; `turns` where the endpoint's own template makes the prompt;
            `choice` to weigh safe against unsafe.
        each: Ask of every category alone, for a score by category.
    """
    chosen = policy_of(policy, packaged(TABLE[str(version)]))
    asked = Asked("llama_guard", wording(version), chosen, model, way)
    return EachCategory(asked) if each else asked
