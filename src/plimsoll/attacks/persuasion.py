"""A request -> the same request with one of forty ways of persuading people, written by a model.

The techniques are those of the persuasion taxonomy of Zeng et al. (2024, "How Johnny Can Persuade LLMs");
the definitions are in our words."""

from plimsoll.attacks._rewriting import Rewriting
from plimsoll.core import Model, UserError, did_you_mean
from plimsoll.data import resources
from plimsoll.registry import attack


@attack
def persuasion(attacker: Model, technique: str = "logical_appeal", seed: int = 0) -> Rewriting:
    """One technique, by its name: evidence_based_persuasion, expert_endorsement, time_pressure ..."""
    known = resources.table("attacks", "rewriting.toml")["persuasion"]
    if technique not in known:
        raise UserError(
            f"persuasion: there is no technique {technique!r}{did_you_mean(technique, known)}; "
            f"it is one of {', '.join(known)}"
        )
    return Rewriting("persuasion", attacker, technique, known[technique], seed=seed)
