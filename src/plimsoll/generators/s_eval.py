"""S-Eval's generation: a risk's definition and examples -> base prompts, written by a model one at a time.

Idea: a risk configuration tells a testing model what to write; selection decides what stays. A new risk is
a new leaf, and what was generated for the others stays as it is.

Steps: (1) one seed for each leaf, its path up to four levels deep; (2) the model writes a prompt from
definition and examples, or another wording of an example (`way=rewrite`); (3) the selection that all
generators share keeps or rejects it, and logs why.

Differs: the published testing model was fine-tuned and is not released, so any model writes; the official
instruction is not published, ours is in `s_eval.toml`. Without a model the rules in that file write.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Literal

from plimsoll.core import Model, Sample
from plimsoll.generators.writing import Ask, Writer, writer_of
from plimsoll.registry import generator
from plimsoll.run.work.candidates import failure_of, prompt_of

NO_EXAMPLE = "(none)"


@dataclass(frozen=True)
class SEval:
    """Has prompts written; a refusal or garbage is a candidate with its problem said."""

    writer: Writer
    way: Literal["write", "rewrite"] = "write"

    async def generate(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Yield candidates of each seed, one call each and without end: who asks stops."""
        for each in seeds:
            for number in count():
                said = await self.writer.write(self._asked(each, number))
                for prompt in said.items:
                    yield prompt_of(each, str(prompt), {"way": self.way})
                for text, problem in said.problems:
                    yield failure_of(each, text, problem)

    def _asked(self, seed: Sample, number: int) -> Ask:
        examples = seed.metadata.get("examples", ())
        slots = {
            "risk": seed.id,
            "language": seed.language,
            "definition": seed.messages[-1].text,
            "examples": "\n".join(f"- {text}" for text in examples) or NO_EXAMPLE,
            "example": examples[number % len(examples)] if examples else seed.messages[-1].text,
        }
        return Ask(self.way, slots, seed.id, number)


@generator
def s_eval(
    attacker: Model | None = None, way: Literal["write", "rewrite"] = "write", file: str = "", seed: int = 0
) -> SEval:
    """Prompts that a model writes from a risk's definition and examples, as S-Eval does.

    Args:
        attacker: The model that writes; rules do where none is named.
        way: Write from the definition, or rewrite the examples.
        file: TOML file of rules that stand in for a model.
        seed: Seed of its draws.
    """
    return SEval(writer_of("s_eval", attacker, file, seed), way)
