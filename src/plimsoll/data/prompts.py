"""Rows of a data set, official or our own -> samples, made one at a time while they are asked.

Our own starter sets lie in `benchmarks/<slug>/starter.toml`: a few mild prompts for each category, so
that every benchmark runs where its official data are not at hand. Their numbers are comparable with
nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from plimsoll.core import Message, Sample, decoding, system, user
from plimsoll.data import resources

STARTER = (
    "Starter set of Plimsoll's own writing, not the official prompts: mild, small, "
    "and its numbers are not comparable with published ones."
)


class Prompt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A prompt with what is needed to ask and judge it."""

    id: str
    text: str
    category: str
    language: str = "en"
    pair: str = ""
    """The same key marks the same prompt in another language or condition."""
    request: str = ""
    """The plain request, where `text` wraps it."""
    target: str | None = None
    system: str = ""
    turns: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = {}


class _Starter(Struct, frozen=True, forbid_unknown_fields=True):
    prompt: tuple[Prompt, ...]


@dataclass(frozen=True)
class PromptSet:
    """Prompts with the checksums of the files that they come from."""

    prompts: tuple[Prompt, ...]
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()


def starter(slug: str) -> PromptSet:
    """Our own small set for a benchmark."""
    place = ("benchmarks", slug, "starter.toml")
    rows = decoding.converted(resources.table(*place), _Starter).prompt
    return PromptSet(rows, resources.stamp(*place), (STARTER,))


def sample_of(prompt: Prompt) -> Sample:
    """The plainest way to ask: one user turn, under its system text where it has one."""
    said: tuple[Message, ...] = (user(prompt.text),)
    return Sample(
        id=prompt.id,
        messages=(system(prompt.system), *said) if prompt.system else said,
        target=prompt.target,
        request=prompt.request,
        turns=prompt.turns,
        category=prompt.category,
        language=prompt.language,
        pair=prompt.pair,
        metadata=prompt.metadata,
    )


@dataclass(frozen=True)
class Samples:
    """Prompts as samples; sized, and built anew each time they are asked for."""

    prompts: Sequence[Prompt]
    build: Callable[[Prompt], Sample] = sample_of

    def __len__(self) -> int:
        return len(self.prompts)

    def __iter__(self) -> Iterator[Sample]:
        return map(self.build, self.prompts)
