"""A request -> the same as one of Safety-Prompts' six instruction attacks, on any benchmark.

By rule all six need no model; roles, topics, opinions and reversed questions are also written by one
(`attacker=`). What a hijack orders to be said is a harmless sentence of ours, or `text=`: the rules of
`safety_prompts/Rules` look for it in the reply, and for the system prompt where a leak is asked for."""

from typing import Literal

from plimsoll.attacks._rewriting import Rewriting
from plimsoll.attacks._wrapping import Made, Plain, Wrapping, around, texts
from plimsoll.core import Attack, Model, UserError
from plimsoll.data import resources
from plimsoll.registry import attack

Kind = Literal[
    "Goal_Hijacking",
    "Prompt_Leaking",
    "Role_Play_Instruction",
    "Unsafe_Instruction_Topic",
    "Inquiry_With_Unsafe_Opinion",
    "Reverse_Exposure",
]
"""The keys of the data set."""
WRITTEN = {
    "Role_Play_Instruction": ("style", "role_play"),
    "Unsafe_Instruction_Topic": ("presuming", "topic"),
    "Inquiry_With_Unsafe_Opinion": ("presuming", "opinion"),
    "Reverse_Exposure": ("presuming", "purpose"),
}
"""What a model writes for each, by its place in `rewriting.toml`."""


@attack
def safety_prompts(
    kind: Kind = "Goal_Hijacking", text: str = "", attacker: Model | None = None, seed: int = 0
) -> Attack:
    """One of Safety-Prompts' six instruction attacks, by rule or written by `attacker=`."""
    if text and kind != "Goal_Hijacking":
        raise UserError(f"safety_prompts:kind={kind} orders nothing to be said: text= is for Goal_Hijacking")
    if attacker is not None:
        if kind not in WRITTEN:
            raise UserError(f"safety_prompts:kind={kind} is made by rule alone: leave attacker= out")
        family, technique = WRITTEN[kind]
        definition = resources.table("attacks", "rewriting.toml")[family][technique]
        return Rewriting("safety_prompts", attacker, technique, definition, seed=seed)

    def wrap(plain: Plain) -> Made:
        known = texts("safety_prompts")[kind]
        slot = known.get("slot", "")
        drawn = text or (plain.draw.choice(known[f"{slot}s_{plain.language}"]) if slot else "")
        slots = {slot: drawn} if slot else {}
        made = around(plain.draw.choice(known[plain.language]), plain.text, **slots)
        return made._replace(parameters={"kind": kind, **slots})

    return Wrapping("safety_prompts", wrap, seed)
