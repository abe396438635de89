"""A small real benchmark for tests of the engine: sums with a known answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from plimsoll.core import (
    Benchmark,
    Card,
    Estimate,
    Instrument,
    Model,
    Need,
    Outcome,
    Record,
    Request,
    Response,
    Sample,
    Transcript,
    Usage,
    Verdict,
    user,
)

CARD = Card(
    title="Sums",
    year=2026,
    paper="",
    source="tests",
    license="Apache-2.0",
    languages=("en",),
    version=1,
    differs="",
)


def sums(size: int) -> list[Sample]:
    return [
        Sample(
            id=str(number),
            messages=(user(f"What is {number} + 1?"),),
            target=str(number + 1),
            category=("even", "odd")[number % 2],
        )
        for number in range(size)
    ]


class Ask:
    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        return Transcript(responses=(await model.generate(Request(messages=sample.messages)),))


class Exact:
    name = "exact"
    instrument = Instrument(event="right", higher_is_safer=True, inputs=("reply", "target"))

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        if not transcript.reply:
            return Verdict(label="empty", value=0.0, outcome=Outcome.EMPTY)
        return Verdict(label=transcript.reply, value=float(transcript.reply == sample.target))


@dataclass
class Share:
    right: float = 0
    n: int = 0
    unscored: int = 0

    def add(self, record: Record) -> None:
        value = next((verdict.value for verdict in record.verdicts.values()), None)
        if value is None:
            self.unscored += 1
            return
        self.n += 1
        self.right += value

    def merge(self, other: "Share") -> None:
        self.right += other.right
        self.n += other.n
        self.unscored += other.unscored

    def estimates(self) -> Iterator[Estimate]:
        if self.n:
            share = self.right / self.n
            yield Estimate(
                name="accuracy", value=share, low=share, high=share, n=self.n, unscored=self.unscored
            )


def toy(size: int = 10, **changes: object) -> Benchmark:
    parts: dict[str, object] = {
        "card": CARD,
        "samples": lambda: sums(size),
        "elicitation": Ask(),
        "judges": (Exact(),),
        "metrics": (Share,),
    }
    return Benchmark(**(parts | changes))  # type: ignore[arg-type]


@dataclass
class Adder:
    """Answers sums rightly; `failures` holds errors to raise, by the number of the call."""

    name: str = "toy/adder"
    revision: str = "1"
    failures: dict[int, Exception] = field(default_factory=dict)
    calls: int = 0
    asked: list[str] = field(default_factory=list)
    closed: bool = False
    usage: Usage = field(default_factory=Usage)
    offers: ClassVar[frozenset[Need]] = frozenset({"images"})

    async def generate(self, request: Request) -> Response:
        self.calls += 1
        if self.calls in self.failures:
            raise self.failures[self.calls]
        text = request.messages[-1].text
        self.asked.append(text)
        return Response(text=str(int(text.split()[2]) + 1), usage=self.usage)

    async def close(self) -> None:
        self.closed = True
