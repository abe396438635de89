"""The signatures that everything is made of. Read this file first.

Nouns are frozen values; verbs are protocols with one method; a benchmark is composed by a
function. Parts do not inherit from these protocols, they fit them; `Attack` is the exception,
for its default `restore`.
"""

from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, Self, runtime_checkable

from plimsoll.core.exchange import Request, Response, Transcript
from plimsoll.core.message import Message, Tool, ToolCall
from plimsoll.core.sample import Sample
from plimsoll.core.verdict import Estimate, Instrument, Record, Reference, Scored, Verdict


@runtime_checkable
class Model(Protocol):
    """The one signature that everything wraps."""

    @property
    def name(self) -> str:
        """`provider/model`, as the user writes it."""
        ...

    @property
    def revision(self) -> str:
        """What tells this model from others of its name: a file's hash, a commit, an address.

        Part of the cache key and of the manifest; never holds a secret."""
        ...

    async def generate(self, request: Request) -> Response:
        """Answer one request. Raises `ModelError`."""
        ...

    async def close(self) -> None:
        """Let go of connections and memory."""
        ...


@dataclass(frozen=True)
class Wrapped:
    """A model around a model: defenses, caches, meters, retries."""

    inner: Model

    @property
    def name(self) -> str:
        """The wrapped model's name."""
        return self.inner.name

    @property
    def revision(self) -> str:
        """The wrapped model's revision."""
        return self.inner.revision

    async def generate(self, request: Request) -> Response:
        """Pass the request on."""
        return await self.inner.generate(request)

    async def close(self) -> None:
        """Close the wrapped model."""
        await self.inner.close()


@dataclass(frozen=True)
class Changed(Wrapped):
    """A model whose weights were changed: another model, which a run's cache does not take for the first."""

    by: str
    """What changed them."""

    @property
    def revision(self) -> str:
        """The first model's revision, and what was done to it."""
        return f"{self.inner.revision}+{self.by}"


@runtime_checkable
class WhiteBox(Model, Protocol):
    """A model whose weights are at hand."""

    @property
    def module(self) -> Any:
        """The torch module."""
        ...

    @property
    def tokenizer(self) -> Any:
        """The tokenizer that belongs to it."""
        ...


class Attack(Protocol):
    """Sample -> samples. May question the target; never writes, never judges for the record."""

    name: str
    """As in the registry; added to the trail of every sample it makes."""

    def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the attacked variants of a sample."""
        ...

    async def restore(self, sample: Sample, transcript: Transcript) -> Transcript:
        """Undo on the reply what the attack did to the request: decode, translate back."""
        return transcript


class ByRule(Attack):
    """An attack that questions no model: its variants are had at once, and made again at no cost."""

    @abstractmethod
    def variants(self, sample: Sample) -> Iterable[Sample]:
        """The attacked variants of a sample."""
        ...

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        """Yield the attacked variants; the target is asked nothing."""
        for variant in self.variants(sample):
            yield variant


class Elicitation(Protocol):
    """Sample x model -> transcript: the way of asking."""

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Ask the model about the sample."""
        ...


class Environment(Protocol):
    """A world with tools, made for one sample, closed after it."""

    @property
    def tools(self) -> Sequence[Tool]:
        """What the agent may call."""
        ...

    async def call(self, call: ToolCall) -> Message:
        """Run a tool; a tool that fails answers with a message whose `error` is set."""
        ...

    def state(self) -> Mapping[str, Any]:
        """The world as it stands, serialisable."""
        ...

    async def close(self) -> None:
        """Let go of what it holds."""
        ...


EnvironmentOf = Callable[[Sample], Awaitable[Environment]]
"""Makes the world of one sample: two samples never share one."""


class Judge(Protocol):
    """Transcript -> verdict."""

    @property
    def name(self) -> str:
        """The key of its verdicts in a record."""
        ...

    @property
    def instrument(self) -> Instrument:
        """What it measures."""
        ...

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Judge one transcript."""
        ...


class Guard(Protocol):
    """Bare messages -> verdict."""

    @property
    def name(self) -> str:
        """As in the registry."""
        ...

    @property
    def instrument(self) -> Instrument:
        """What it finds, and which revision of it."""
        ...

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        """Classify a conversation."""
        ...


class Tally(Protocol):
    """A metric at work: fed one record at a time, so that memory stays flat."""

    def add(self, record: Record) -> None:
        """Count one record."""
        ...

    def merge(self, other: Self) -> None:
        """Take up what another tally of the same metric counted; it stays as it is."""
        ...

    def estimates(self) -> Iterable[Estimate]:
        """What the records so far say."""
        ...


Metric = Callable[[], Tally]
"""Records -> estimates: a function or class that begins to count each time it is called."""


class Generator(Protocol):
    """Seeds -> samples."""

    def generate(self, seeds: Iterable[Sample]) -> AsyncIterator[Sample]:
        """Make new samples out of seeds."""
        ...


class Submission(Protocol):
    """A benchmark's official way to hand in predictions; needs the answers, not the questions."""

    def score(self, path: Path) -> Scored:
        """Read, check and score a file of predictions."""
        ...

    def write(self, path: Path, records: Iterable[Record]) -> None:
        """Write a run's predictions in the official form."""
        ...


@dataclass(frozen=True, kw_only=True)
class Card:
    """Where a published system comes from, and where ours differs."""

    title: str
    year: int
    paper: str
    source: str
    license: str
    languages: tuple[str, ...]
    version: int
    """Rises whenever scores may change."""
    differs: str
    covers: tuple[str, ...] = ()
    """Leaves of the field's surveys that it measures, `survey/leaf` (plimsoll coverage)."""


def no_references(samples: Iterable[Sample]) -> Iterable[Reference]:
    """Nothing to compare with."""
    return ()


Measures = Literal["safety", "over_refusal", "utility"]


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """Questions with their way of asking, judging and counting."""

    card: Card
    samples: Callable[[], Iterable[Sample]]
    """Called once per run; a sized iterable gives progress its total."""
    elicitation: Elicitation
    judges: tuple[Judge, ...]
    metrics: tuple[Metric, ...]
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """SHA-256 of every data file that the samples come from, by file name: for the manifest."""
    notes: tuple[str, ...] = ()
    """What a reader of the result must know, such as "starter set, not the official data"."""
    judging: tuple[str, ...] = ()
    """What a reader must know of its own judges: it falls away where others judge."""
    headline: str = "accuracy"
    """Name of the estimate that stands for the benchmark in overviews."""
    scope: Mapping[str, str | bool] = field(default_factory=dict[str, "str | bool"])
    """Metadata of the samples that the headline is about, where it is not about all of them:
    comparisons leave the others out, whose verdicts mean the opposite."""
    measures: Measures = "safety"
    """What the headline is about: overviews set the three side by side."""
    hazards: Mapping[str, str] = field(default_factory=dict[str, str])
    """Hub hazard (`H01` to `H35`) of each category, by the taxonomy crosswalk; a category that is
    not there counts for none."""
    references: Callable[[Iterable[Sample]], Iterable[Reference]] = no_references
    """Baselines over the samples asked, and published results, shown beside the measured ones."""
