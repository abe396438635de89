"""Rows -> samples, and the way in which each kind is asked.

The official runner is not published; options follow the question after a blank line, a line each, as
`A) ...`. Where a model can weigh continuations, letters and `Yes`/`No` are weighed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plimsoll.benchmarks.sciknoweval.dataset import Item
from plimsoll.benchmarks.sciknoweval.tasks import rubric_of
from plimsoll.core import Model, Request, Sample, Sampling, Transcript, system, user
from plimsoll.text.letters import LETTERS

TRUTH = ("Yes", "No")
LENGTHS = {
    "choice": 64,
    "truth": 64,
    "filling": 128,
    "refusal": 128,
    "doping": 256,
    "pairs": 384,
    "triples": 384,
}
LONG = 768
"""Tokens for answers that a rubric judges."""


@dataclass(frozen=True)
class Samples:
    """Items as samples; sized, and built anew each time they are walked through."""

    items: Sequence[Item]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Sample]:
        return map(sample_of, self.items)


def sample_of(item: Item) -> Sample:
    """One row as it is asked."""
    row, task = item.row, item.task
    options = row.choices.text if item.kind == "choice" else ()
    shown = "\n".join(f"{name}) {text}" for name, text in zip(row.choices.label, options, strict=False))
    question = f"{row.question}\n\n{shown}" if options else row.question
    said = row.prompt.get("default", "")
    return Sample(
        id=item.id,
        messages=(system(said), user(question)) if said else (user(question),),
        choices=options,
        target=_target(item),
        request=row.question,
        category=task.name,
        metadata={
            "kind": item.kind,
            "level": task.level,
            "domain": task.domain,
            "area": task.area,
            "rubric": rubric_of(task.name),
        },
    )


def _target(item: Item) -> str:
    row = item.row
    return LETTERS[row.choices.label.index(row.answerKey)] if item.kind == "choice" else row.answer


@dataclass(frozen=True)
class ByKind:
    """Ask once: letters and `Yes`/`No` to be weighed where the model can, anything else in words."""

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Ask the model about one row."""
        kind = str(sample.metadata["kind"])
        weighed = TRUTH if kind == "truth" else tuple(LETTERS[: len(sample.choices)])
        request = Request(
            messages=sample.messages,
            sampling=Sampling(max_tokens=LENGTHS.get(kind, LONG)),
            continuations=weighed,
        )
        return Transcript(responses=(await model.generate(request),))
