"""S-Eval's generation: a risk's definition and examples -> base prompts, written by a model one at a time.

Idea: a risk configuration tells a testing model what to write; selection decides what stays. A new risk is
a new leaf, and what was generated for the others stays as it is.

Steps: (1) one seed for each leaf; (2) the model writes a prompt from definition and examples; (3) the
selection that all generators share keeps or rejects it, and logs why.

Differs: the published testing model was fine-tuned and is not released, so any model writes; the official
instruction is not published, ours is in `s_eval.toml`.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from itertools import count

from plimsoll.core import Model, Request, Sample, Sampling, decoding, replace, system, user
from plimsoll.data import resources
from plimsoll.registry import generator
from plimsoll.text.refusals import refuses
from plimsoll.text.thoughts import split


@dataclass(frozen=True)
class SEval:
    """Has a model write prompts; a refusal or garbage is a candidate with its problem said."""

    attacker: Model
    seed: int

    async def generate(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Yield candidates of each seed, one call each and without end: who asks stops."""
        for each in seeds:
            for number in count(each.metadata.get("drawn", 0)):
                reply = await self.attacker.generate(self._asked(each, number))
                said = split(reply.text).answer.strip()
                prompt = _prompt_in(said)
                problem = "" if prompt else _problem(said)
                yield replace(
                    each,
                    messages=(user(prompt or said),),
                    metadata={**each.metadata, "problem": problem},
                )

    def _asked(self, seed: Sample, number: int) -> Request:
        texts = resources.table("generators", "s_eval.toml")
        said: str = texts["user"]
        slots = {
            "risk": seed.id,
            "language": seed.language,
            "definition": seed.messages[-1].text,
            "examples": "\n".join(f"- {text}" for text in seed.metadata.get("examples", ())) or "(none)",
        }
        for slot, value in slots.items():
            said = said.replace(f"{{{slot}}}", value)
        return Request(
            messages=(system(texts["system"]), user(said)),
            sampling=Sampling(temperature=1.0, seed=self.seed + number, max_tokens=512),
            draw=number,
        )


@generator
def s_eval(attacker: Model, seed: int = 0) -> SEval:
    """Prompts that a model writes from a risk's definition and examples, as S-Eval does.

    Args:
        attacker: The model that writes.
        seed: Seed of its draws.
    """
    return SEval(attacker, seed)


def _problem(said: str) -> str:
    if not said:
        return "the model said nothing"
    return "the model refused" if refuses(said) else "the model gave no JSON object with a prompt"


def _prompt_in(said: str) -> str:
    at = said.find("{")
    while at >= 0:
        try:
            value, _ = decoding.beginning(said, at)
        except ValueError:
            at = said.find("{", at + 1)
            continue
        found = value.get("prompt") if isinstance(value, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        return found.strip() if isinstance(found, str) else ""
    return ""
