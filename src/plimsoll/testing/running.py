"""A benchmark and a scripted model -> the run that comes of them, in a folder that is left behind empty."""

import asyncio
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest import SkipTest

from plimsoll.core import Benchmark, DataError, Record, Request, Sample, UserError
from plimsoll.models.scripted import Answer, Scripted
from plimsoll.run.ask.plan import build
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.keep.manifest import Summary
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.session import Session
from plimsoll.testing.subjects import Subject


class Carried(NamedTuple):
    """A run that came to its end."""

    summary: Summary
    records: list[Record]


def made(subject: Subject) -> Benchmark:
    """The benchmark under test; skipped where its questions are not at hand."""
    return _made(subject.part.factory, tuple(sorted(subject.given.items())))


@cache
def _made(factory: Callable[..., Benchmark], given: tuple[tuple[str, object], ...]) -> Benchmark:
    try:
        return factory(**dict(given))
    except (DataError, UserError) as error:
        raise SkipTest(f"no questions at hand: {error}") from None


def carried_out(subject: Subject, model: Scripted) -> Carried:
    """Put the benchmark to a model, from beginning to end."""
    with folder() as log_dir:
        going = session(subject, model, log_dir)
        summary = asyncio.run(going.run())
        return Carried(summary, list(going.folder.records()))


def session(subject: Subject, model: Scripted, log_dir: Path, max_connections: int = 100) -> Session:
    """A run of the benchmark that is ready to start."""
    spec = RunSpec(benchmark=subject.name, model="scripted")
    parts = {spec.benchmark: made(subject), spec.model: model}
    return Session(build(spec, Pool(Settings(log_dir=log_dir, max_connections=max_connections), parts)))


@contextmanager
def folder() -> Generator[Path]:
    """A folder that is gone afterwards."""
    with TemporaryDirectory() as path:
        yield Path(path)


def known(samples: Iterable[Sample], answer: Callable[[Sample], Answer], *, weighs: bool = False) -> Scripted:
    """A model that knows every sample by its prompt."""
    by_prompt = {_prompt(Request(messages=sample.messages)): sample for sample in samples}
    return Scripted(lambda request: answer(by_prompt[_prompt(request)]), revision="known", likelihood=weighs)


def gold(sample: Sample) -> Answer:
    """The right answer."""
    return f"({sample.target})" if sample.choices else sample.target or ""


def wrong(sample: Sample) -> Answer:
    """Another one."""
    letters = "ABCDEFGH"[: len(sample.choices)]
    return f"({next(letter for letter in letters if letter != sample.target)})" if letters else "no idea"


def _prompt(request: Request) -> str:
    """The user's side of a request, without a prefill."""
    return "\n\n".join(message.text for message in request.messages if message.role != "assistant")
