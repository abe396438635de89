"""A text -> the leaves of intent, domain and impact that it falls under, as a model says.

What a model answers is held to the closed vocabulary: an answer with anything else in it is no answer.
"""

import msgspec
from msgspec import Struct

from plimsoll.core import Model, Request, Sampling, decoding, user
from plimsoll.taxonomies.scientific import axes
from plimsoll.text.thoughts import split

PROMPT = """Tag a text about science by three axes. Name every leaf that fits; an axis may have none.

{leaves}

Answer with one JSON object and nothing else, such as {{"science": true, "A": ["A3"], "B": ["B1"], "C": []}}. Where the text is not about science: {{"science": false, "A": [], "B": [], "C": []}}.

The text:
{text}"""  # noqa: E501


class Tags(Struct, frozen=True, forbid_unknown_fields=True):
    """What a model answers."""

    science: bool
    A: tuple[str, ...] = ()
    B: tuple[str, ...] = ()
    C: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The leaves in order; none where it is not about science."""
        return tuple(sorted({*self.A, *self.B, *self.C})) if self.science else ()


async def tagged(text: str, model: Model) -> Tags | None:
    """The tags that a model gives; nothing where its answer is not in the vocabulary."""
    leaves = "\n".join(f"{leaf.code}: {leaf.en}" for leaf in axes().leaf)
    asked = PROMPT.format(leaves=leaves, text=text)
    sampling = Sampling(max_tokens=200, temperature=0.0, thinking=False)
    reply = await model.generate(Request(messages=(user(asked),), sampling=sampling))
    return read(split(reply.text).answer)


def read(said: str) -> Tags | None:
    """The tags in a reply; nothing where there are none, or others than the axes have."""
    at = said.find("{")
    if at < 0:
        return None
    try:
        value, _ = decoding.beginning(said, at)
        found = decoding.converted(value, Tags)
    except (ValueError, msgspec.ValidationError):
        return None
    known = {leaf.code for leaf in axes().leaf}
    fits = all(code in known and code[0] == axis for axis in "ABC" for code in getattr(found, axis))
    return found if fits and (found.science or not any((found.A, found.B, found.C))) else None
