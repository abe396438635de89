"""A benchmark -> an Inspect task: elicitation as its solver, judges as its scorers, our metrics."""

from collections.abc import Mapping
from typing import Any

import msgspec

from plimsoll.bridges._inspect_log import KEY, OUTCOME, STOPS, input_of, label, score_of, shown
from plimsoll.core import (
    Benchmark,
    Elicitation,
    Failure,
    Judge,
    Outcome,
    Record,
    Sample,
    StageError,
    Transcript,
    Verdict,
    decoding,
    stage,
)
from plimsoll.models.inspect import InspectModel, inspect_messages, library, offline
from plimsoll.models.inspect_messages import as_inspect

Samples = Mapping[str, Sample]
BROKEN = Verdict(label="", value=None, outcome=Outcome.JUDGE_ERROR, reason="the judge failed")


def as_task(benchmark: Benchmark, *, name: str | None = None, epochs: int = 1) -> Any:
    """The benchmark as an `inspect_ai.Task`. Raises `MissingExtra` without Inspect."""
    ai, dataset = library(), library("inspect_ai.dataset")
    samples = {sample.id: sample for sample in benchmark.samples()}
    return ai.Task(
        dataset=dataset.MemoryDataset(
            [_asked(sample) for sample in samples.values()], name=name or benchmark.card.title
        ),
        solver=_solver(benchmark.elicitation, samples),
        scorer=[_outcomes(benchmark, samples), *(_scorer(judge, samples) for judge in benchmark.judges)],
        epochs=epochs,
        name=name,
        version=benchmark.card.version,
        metadata={"title": benchmark.card.title, "source": benchmark.card.source, "notes": benchmark.notes},
    )


def _asked(sample: Sample) -> Any:
    asked = input_of(as_inspect(message) for message in sample.messages)
    return library("inspect_ai.dataset").Sample(
        id=sample.id,
        input=asked if isinstance(asked, str) else inspect_messages(sample.messages),
        choices=list(sample.choices) or None,
        target=sample.target or "",
        metadata=shown(sample),
    )


def _subject() -> InspectModel:
    """The model that the task is evaluating."""
    active = library("inspect_ai.model").get_model()
    offline(active.api)
    given = library("inspect_ai.model._generate_config").active_generate_config()

    async def ask(messages: list[Any], tools: list[Any], config: Any) -> Any:
        # What the user asked of `inspect eval` wins over what the elicitation asks for.
        return await active.generate(messages, tools=tools, config=config.merge(given))

    return InspectModel(name=f"inspect/{active}", revision="", ask=ask, close=lambda: None, top_logprobs=20)


def _solver(elicitation: Elicitation, samples: Samples) -> Any:
    def elicit(elicitation: str) -> Any:
        async def solve(state: Any, generate: Any) -> Any:
            transcript = await asking.elicit(samples[str(state.sample_id)], _subject())
            return _answered(state, transcript)

        return solve

    asking = elicitation
    return library("inspect_ai.solver").solver(name="elicit")(elicit)(elicitation=type(asking).__name__)


def _answered(state: Any, transcript: Transcript) -> Any:
    output = library("inspect_ai.model").ModelOutput
    finish = transcript.responses[-1].finish if transcript.responses else "stop"
    state.output = output.from_content(str(state.model), transcript.reply, STOPS[finish])
    said = inspect_messages(transcript.messages) or [state.output.message]
    state.messages = [*state.messages, *said]
    state.metadata = state.metadata | {
        KEY: {**state.metadata[KEY], "transcript": msgspec.to_builtins(transcript)}
    }
    return state


def _transcript(state: Any) -> Transcript:
    return decoding.converted(state.metadata[KEY]["transcript"], Transcript)


def _outcomes(benchmark: Benchmark, samples: Samples) -> Any:
    """The scorer that asks all judges; its value is the outcome, its metrics are ours.

    Inspect hides samples with a NaN for a score from metrics; ours must see them to count them."""
    scoring = library("inspect_ai.scorer")

    def outcome() -> Any:
        async def score(state: Any, target: Any) -> Any:
            record = await _judged(
                benchmark, samples[str(state.sample_id)], _transcript(state), state.epoch - 1
            )
            kept = {key: value for key, value in msgspec.to_builtins(record).items() if key != "sample"}
            return scoring.Score(value=record.outcome.value, metadata={KEY: kept})

        return score

    return scoring.scorer(metrics=[_metric(benchmark, samples)], name=OUTCOME)(outcome)()


def _scorer(judge: Judge, samples: Samples) -> Any:
    """One judge's scorer: its verdict out of what was found before, or asked anew where it stands alone."""
    scoring = library("inspect_ai.scorer")

    def verdict() -> Any:
        async def score(state: Any, target: Any) -> Any:
            scores: dict[str, Any] = state.scores or {}
            found = scores.get(OUTCOME)
            if found is None:
                given = await judge.judge(samples[str(state.sample_id)], _transcript(state))
            else:
                given = _record(samples[str(state.sample_id)], found.metadata[KEY]).verdicts.get(judge.name)
            return scoring.Score(**score_of(given or BROKEN))

        return score

    return scoring.scorer(metrics=[scoring.mean()], name=judge.name)(verdict)()


async def _judged(benchmark: Benchmark, sample: Sample, transcript: Transcript, epoch: int) -> Record:
    verdicts: dict[str, Verdict] = {}
    failures: list[Failure] = []
    for judge in benchmark.judges:
        try:
            with stage(f"judge {judge.name}"):
                verdicts[judge.name] = await judge.judge(sample, transcript)
        except StageError as error:
            cause = error.cause
            failures.append(Failure(stage=error.stage, error=type(cause).__name__, message=str(cause)))
    return Record(
        sample=sample, transcript=transcript, verdicts=verdicts, failures=tuple(failures), epoch=epoch
    )


def _metric(benchmark: Benchmark, samples: Samples) -> Any:
    scoring = library("inspect_ai.scorer")

    def estimates() -> Any:
        def count(scores: Any) -> Any:
            tallies = [metric() for metric in benchmark.metrics]
            for scored in scores:
                record = _record(samples[str(scored.sample_id)], scored.score.metadata[KEY])
                for tally in tallies:
                    tally.add(record)
            return {label(estimate): estimate.value for tally in tallies for estimate in tally.estimates()}

        # Inspect tells by the annotation which of its two kinds of metric this is.
        count.__annotations__ = {"scores": list[scoring.SampleScore], "return": dict[str, float]}
        return count

    return scoring.metric(name="estimates", scores="unreduced")(estimates)()


def _record(sample: Sample, ours: Mapping[str, Any]) -> Record:
    return decoding.converted({"sample": sample, **ours}, Record)
