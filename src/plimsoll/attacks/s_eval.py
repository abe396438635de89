"""A request -> the same as one of S-Eval's ten attacks, on any benchmark and in its own language.

S-Eval's English attacks are translations of Chinese ones, and many are damaged by it: here each is made
out of the request itself. Template sets and demonstrations come from files of the user's (`file=`); what
S-Eval has a model write is written by `attacker=`, and where a rule does it too, by rule."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

from plimsoll.attacks import code, examples, injection, roleplay, steering, style
from plimsoll.attacks._choosing import Drawn, needed
from plimsoll.attacks._transform import Transform
from plimsoll.core import Attack, Model, UserError
from plimsoll.registry import attack
from plimsoll.text.codecs import letters, radix

Kind = Literal[
    "positive_induction",
    "reverse_induction",
    "code_injection",
    "instruction_jailbreak",
    "goal_hijacking",
    "instruction_encryption",
    "deepinception",
    "in_context_attack",
    "chain_of_utterances",
    "compositional_instructions",
]
"""The categories of its attack files."""
OFFSETS = range(1, 10)
"""Of S-Eval's Caesar cipher."""
OF_MODELS = frozenset({"reverse_induction", "compositional_instructions"})
OF_FILES = frozenset({"instruction_jailbreak", "in_context_attack", "chain_of_utterances"})


@attack
def s_eval(
    kind: Kind = "positive_induction", attacker: Model | None = None, file: str = "", seed: int = 0
) -> Attack:
    """One of S-Eval's ten attacks; some take templates or demonstrations (`file=`) or a writing model."""
    if attacker is not None and kind not in OF_MODELS:
        raise UserError(f"s_eval:kind={kind} is made by rule: leave attacker= out")
    if file and kind not in OF_FILES:
        raise UserError(f"s_eval:kind={kind} takes no file")
    if kind == "instruction_jailbreak" and not file:
        raise UserError(
            "s_eval:kind=instruction_jailbreak needs file=FOLDER: published templates are not shipped"
        )
    return Drawn("s_eval", _made(kind, attacker, file, seed), seed)


def _made(kind: Kind, attacker: Model | None, file: str, seed: int) -> tuple[Attack, ...]:
    if kind == "instruction_encryption":
        return _ciphers()
    if kind == "compositional_instructions":
        return (style.story(needed(attacker, f"s_eval:kind={kind}"), "novel", seed),)
    if kind == "reverse_induction" and attacker is not None:
        return (style.presuming(attacker, "purpose", seed),)
    by_rule: Mapping[str, Callable[[], Attack]] = {
        "positive_induction": steering.opener,
        "reverse_induction": partial(roleplay.purpose, seed=seed),
        "code_injection": partial(code.assembly, seed=seed),
        "instruction_jailbreak": partial(roleplay.library, file, seed),
        "goal_hijacking": partial(injection.goal_hijack, seed),
        "deepinception": roleplay.deep_inception,
        "in_context_attack": partial(examples.in_context, turns=False, file=file, seed=seed),
        "chain_of_utterances": partial(examples.chain_of_utterances, file),
    }
    return (by_rule[kind](),)


def _ciphers() -> tuple[Attack, ...]:
    """A third each in URL encoding, Base64 and Caesar's cipher, as in S-Eval's files."""
    caesar = [Transform("encoding/caesar", letters.shifted(each, "shift"), "decode") for each in OFFSETS]
    url = Transform("encoding/url", radix.in_url("/"), "decode")
    base64 = Transform("encoding/base64", radix.in_base64("std"), "decode")
    return (*(len(OFFSETS) * [url]), *(len(OFFSETS) * [base64]), *caesar)
