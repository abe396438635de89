"""A model with routers -> texts whose first tokens are the routed model's, and the others the plain one's.

What is written first decides whether a reply declines (MoGU, as in SafeDecoding): the routed model writes so
many tokens, then the plain one reads the prompt and these anew and goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.core import replace
from plimsoll.internals.routing import Routing
from plimsoll.models._local_weighing import Step
from plimsoll.models._transformers_generation import Asked, Writer, Written, silent, text_of
from plimsoll.models._transformers_weighing import Answer, Weigher


@dataclass(frozen=True, kw_only=True)
class RoutedWriter:
    """Continues texts in two halves."""

    writer: Writer
    routing: Routing

    def write(self, asked: Sequence[Asked]) -> list[Written]:
        """Continue every row."""
        first = self.routing.first
        begun = self.writer.write([row._replace(room=min(row.room, first)) for row in asked]) if first else []
        begun = begun or [Written("", "length", 0)] * len(asked)
        going = [
            place
            for place, (row, half) in enumerate(zip(asked, begun, strict=True))
            if half.finish == "length" and row.room > first
        ]
        with self.routing.off():
            rest = self.writer.write([_after(asked[place], begun[place]) for place in going])
        for place, half in zip(going, rest, strict=True):
            begun[place] = self._joined(asked[place], begun[place], half)
        return begun

    def _joined(self, row: Asked, begun: Written, rest: Written) -> Written:
        ids = (*begun.ids, *rest.ids)
        told = silent(self.writer.loaded) if row.marks else None
        text, last = (text_of(self.writer.loaded, each, told) for each in (ids, rest.ids))
        if rest.finish == "stop":  # a stop may have cut the last token's text
            text = text[: len(text) - len(last) + len(rest.text)]
        stops = [text.find(stop) for stop in row.sampling.stop if stop in text]
        return Written(
            text[: min(stops)] if stops else text,
            "stop" if stops else rest.finish,
            begun.length + rest.length,
            (*begun.tokens, *rest.tokens),
            ids,
        )


def _after(row: Asked, begun: Written) -> Asked:
    """What is left to be written after a beginning."""
    written = len(begun.ids)
    least = row.sampling.min_tokens
    sampling = replace(row.sampling, min_tokens=max(least - written, 0)) if least else row.sampling
    return row._replace(
        tokens=(*row.tokens, *begun.ids), room=row.room - written, seed=row.seed + 1, sampling=sampling
    )


@dataclass(frozen=True, kw_only=True)
class RoutedWeigher:
    """Answers next-token questions in two halves, each with beginnings kept of its own."""

    begins: Weigher
    goes_on: Weigher
    routing: Routing

    def answer(self, steps: Sequence[Step]) -> list[Answer]:
        """Answer every step."""
        early = [step.place < self.routing.first for step in steps]
        begun = self.begins.answer([step for step, first in zip(steps, early, strict=True) if first])
        with self.routing.off():
            rest = self.goes_on.answer([step for step, first in zip(steps, early, strict=True) if not first])
        halves = {True: iter(begun), False: iter(rest)}
        return [next(halves[first]) for first in early]
