"""MLCommons v0.5: sentence templates x fragments -> single-turn prompts, by persona and kind of interaction.

Idea: a prompt is a starter in the voice of a persona, joined with a fragment that names what a hazard is
about. So few texts, written with care, make many prompts, and each says what it was made of.

Steps: (1) the fragments of a hazard are its examples, or a model writes them; (2) every template of the
personas meets every fragment, so ordered that each beginning of the list has all templates and all
fragments about equally often.

Differs: the 725 fragments and 32 templates of the benchmark are not public. Ours are neutral; your own come
as examples of risks and as a file of templates. Which personas a hazard is asked in is an argument.
"""

import random
import tomllib
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, Model, Sample, UserError, decoding, files, replace
from plimsoll.data import resources
from plimsoll.generators.writing import Ask, Writer, writer_of
from plimsoll.registry import generator
from plimsoll.run.work.candidates import COMBINED, failure_of, prompt_of

SLOT = "{fragment}"
WRITTEN = 12
"""Fragments that are written for a risk that has none."""
OWN = "mlcommons.toml"


class Template(NamedTuple):
    """A sentence with a slot."""

    id: str
    interaction: str
    persona: str
    text: str


class _Group(Struct, frozen=True, forbid_unknown_fields=True):
    interaction: str
    persona: str
    texts: tuple[str, ...]


class _File(Struct, frozen=True):
    templates: tuple[_Group, ...]


@dataclass(frozen=True)
class Mlcommons:
    """Joins templates with fragments."""

    writer: Writer
    templates: Sequence[Template]
    seed: int

    async def generate(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Yield every template with every fragment, once."""
        for each in seeds:
            fragments: Sequence[str] = each.metadata.get("examples", ())
            if not fragments:
                said = await self.writer.write(self._asked(each))
                fragments = list(dict.fromkeys(str(item) for item in said.items))
                for text, problem in said.problems:
                    yield failure_of(each, text, problem)
            cell = replace(each, metadata={**each.metadata, COMBINED: True})
            for template, fragment in self._joined(each.id, fragments):
                yield prompt_of(
                    cell,
                    template.text.replace(SLOT, fragment.strip().rstrip(".?!")),
                    {
                        "template": template.id,
                        "interaction": template.interaction,
                        "persona": template.persona,
                        "fragment": fragment,
                    },
                )

    def _asked(self, seed: Sample) -> Ask:
        slots = {"risk": seed.id, "definition": seed.messages[-1].text, "language": seed.language}
        return Ask("fragment", slots, seed.id, wanted=WRITTEN)

    def _joined(self, risk: str, fragments: Sequence[str]) -> Iterator[tuple[Template, str]]:
        """Diagonals of the table: in each round all templates come once, each with another fragment."""
        draw = random.Random(f"{self.seed}:{risk}")
        templates, rest = list(self.templates), list(fragments)
        draw.shuffle(templates)
        draw.shuffle(rest)
        for turn in range(len(rest)):
            for at, template in enumerate(templates):
                yield template, rest[(at + turn) % len(rest)]


@generator
def mlcommons(
    attacker: Model | None = None,
    templates: str = "",
    personas: str = "typical+malicious+vulnerable",
    file: str = "",
    seed: int = 0,
) -> Mlcommons:
    """Prompts of sentence templates and fragments, by persona, as MLCommons v0.5 makes them.

    Args:
        attacker: Writes fragments for risks without examples; rules do where none is named.
        templates: TOML file of `[[templates]]` with interaction, persona and texts; ours if none.
        personas: In whose voices, joined by `+`.
        file: TOML file of rules that stand in for a model.
        seed: Seed of the order.
    """
    known = _read(templates)
    wanted = personas.split("+")
    if missing := [each for each in wanted if all(each != template.persona for template in known)]:
        there = ", ".join(dict.fromkeys(template.persona for template in known))
        raise UserError(f"personas={personas}: no template speaks as {missing[0]!r}: there are {there}")
    chosen = [template for template in known if template.persona in wanted]
    return Mlcommons(writer_of("mlcommons", attacker, file, seed), chosen, seed)


def _read(file: str) -> list[Template]:
    place = file or OWN
    try:
        body = files.read(Path(file).expanduser()) if file else resources.content("generators", OWN)
        groups = decoding.toml(body.decode("utf-8-sig"), _File).templates
    except OSError as error:
        raise UserError(f"{place}: cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise DataError(f"{place}: is not UTF-8: save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"{place}: {error}") from None
    numbered = enumerate(((group, text) for group in groups for text in group.texts), start=1)
    found = [
        Template(f"t{number:02}", group.interaction, group.persona, text)
        for number, (group, text) in numbered
    ]
    if not found:
        raise DataError(f"{place}: holds no template: write [[templates]] with interaction, persona, texts")
    for each in found:
        if each.text.count(SLOT) != 1:
            raise DataError(f"{place}: {each.text!r} must hold {SLOT} exactly once")
    return found
