"""A request -> the same in one of SORRY-Bench's twenty linguistic mutations, on any benchmark.

Styles, persuasion and translations are written by a model (`attacker=`). Ciphers stand in SORRY-Bench's
frame: one English turn that names the cipher, shows its alphabet and three examples, then the payload.
Replies in cipher are decoded, and translated ones translated back, before they are judged."""

from typing import Literal

from plimsoll.attacks._choosing import needed
from plimsoll.attacks._rewriting import Rewriting
from plimsoll.attacks._transform import Transform
from plimsoll.attacks.languages import into_language
from plimsoll.core import Attack, Model
from plimsoll.data import resources
from plimsoll.registry import attack
from plimsoll.text.codecs import letters, radix, signs

Mutation = Literal[
    "question",
    "slang",
    "uncommon_dialects",
    "technical_terms",
    "role_play",
    "misspellings",
    "logical_appeal",
    "authority_endorsement",
    "misrepresentation",
    "evidence-based_persuasion",
    "expert_endorsement",
    "ascii",
    "caesar",
    "morse",
    "atbash",
    "translate-ml",
    "translate-ta",
    "translate-mr",
    "translate-zh-cn",
    "translate-fr",
]
"""The data set's `prompt_style`."""
OURS = {"uncommon_dialects": "dialect", "technical_terms": "technical", "zh-cn": "zh"}
"""Its names where ours are others."""
CIPHERS = {
    "ascii": lambda: radix.in_codes(10, " "),
    "caesar": lambda: letters.shifted(3, "keep"),
    "morse": signs.morse,
    "atbash": letters.atbash,
}


@attack
def sorry_bench(mutation: Mutation = "caesar", attacker: Model | None = None, seed: int = 0) -> Attack:
    """One of SORRY-Bench's twenty mutations; all but the four ciphers need `attacker=`."""
    if mutation in CIPHERS:
        return Transform("sorry_bench", CIPHERS[mutation](), "taught", seed)
    model = needed(attacker, f"sorry_bench:mutation={mutation}")
    if mutation.startswith("translate-"):
        language = mutation.removeprefix("translate-")
        return into_language("sorry_bench", model, OURS.get(language, language), seed=seed)
    known = resources.table("attacks", "rewriting.toml")
    technique = OURS.get(mutation, mutation.replace("-", "_"))
    definition = known["style"].get(technique) or known["persuasion"][technique]
    return Rewriting("sorry_bench", model, technique, definition, seed=seed)
