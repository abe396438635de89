"""A conversation -> the verdict of Aegis 1.0 (Ghosh et al. 2024): thirteen categories, Llama Guard 1's form.

`Needs Caution` is no harm by itself. Two readings give two guards: `defensive` takes it for unsafe,
`permissive` for safe. Where ours differs: several codes are read, by the numbering that was sent; what is
not read is unparsed, where a known client calls it safe.
"""

from dataclasses import replace
from typing import Literal

from plimsoll.core import Model
from plimsoll.guards._reading import Reading
from plimsoll.guards.asking import Asked, EachCategory, Way
from plimsoll.guards.llama_guard import wording
from plimsoll.guards.policies import packaged, plain, policy_of, table
from plimsoll.registry import guard

Mode = Literal["defensive", "permissive"]
CAUTION = "needscaution"


def permissive(reading: Reading) -> Reading:
    """Safe where nothing but `Needs Caution` was found; it is never a category that was hit."""
    hit = tuple(each for each in reading.categories if not plain(each.name).startswith(CAUTION))
    only_caution = reading.unsafe and bool(reading.categories) and not hit and not reading.unknown
    return reading._replace(unsafe=reading.unsafe and not only_caution, categories=hit)


def defensive(reading: Reading) -> Reading:
    """Unsafe where `Needs Caution` was found too; it is never a category that was hit."""
    hit = tuple(each for each in reading.categories if not plain(each.name).startswith(CAUTION))
    return reading._replace(categories=hit)


@guard
def aegis(
    model: Model, mode: Mode = "defensive", *, policy: str = "", way: Way = "chat", each: bool = False
) -> Asked | EachCategory:
    """Aegis 1.0, defensive or permissive, or any model in its form.

    Args:
        model: What is asked: LlamaGuard-7b with one of the two adapters, or any other.
        mode: Whether `Needs Caution` counts as unsafe (`defensive`) or safe (`permissive`).
        policy: Categories instead of its own: a taxonomy, or a TOML or CSV file.
        way: As of llama_guard.
        each: Ask of every category alone, for a score by category.
    """
    chosen = policy_of(policy, packaged(table("aegis")))
    overrule = permissive if mode == "permissive" else defensive
    asked = Asked("aegis", replace(wording(1), version=1), chosen, model, way, overrule, mode)
    return EachCategory(asked) if each else asked
