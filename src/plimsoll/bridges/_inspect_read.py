"""A log of Inspect -> a manifest and records, so that we judge its answers again and compare them.

Logs are foreign input: a truncated or malformed one gives a `DataError` that names file and place.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import msgspec

from plimsoll.bridges._inspect_archive import LIMIT, placed, read_header, read_samples
from plimsoll.bridges._inspect_log import (
    FINISHES,
    KEY,
    OUTCOME,
    LogMessage,
    LogSample,
    as_written,
    message_of,
    thought_of,
    verdict_of,
)
from plimsoll.core import (
    DataError,
    Failure,
    Message,
    Record,
    Response,
    Sample,
    Transcript,
    Verdict,
    decoding,
    user,
)
from plimsoll.models.inspect import usage_of
from plimsoll.registry import Spec
from plimsoll.run.keep.manifest import CardEntry, Manifest, ModelEntry, manifest_of
from plimsoll.run.spec import RunSpec

REFERENCE = "attachment://"


@dataclass(frozen=True)
class Imported:
    """A foreign log in our nouns; the records are read anew each time they are asked for."""

    path: Path
    manifest: Manifest
    limit: int = LIMIT

    def records(self) -> Iterator[Record]:
        """Every sample of the log, one at a time. Raises `DataError`."""
        for place, sample in read_samples(self.path, self.limit):
            yield placed(self.path, place, _record, sample, self.limit)


def import_log(path: Path, *, limit: int = LIMIT) -> Imported:
    """Open a log, `.json` or `.eval`. Raises `DataError`."""
    header = read_header(path, limit)
    return Imported(path=path, manifest=placed(path, "header", _manifest, header), limit=limit)


class LogSpec(msgspec.Struct, frozen=True):
    """What was to be evaluated."""

    task: str
    model: str
    created: str = ""
    run_id: str = ""
    task_id: str = ""
    task_version: int | str = 0
    task_args: dict[str, Any] = {}
    model_args: dict[str, Any] = {}
    packages: dict[str, str] = {}
    dataset: dict[str, Any] = {}
    config: dict[str, Any] = {}
    metadata: dict[str, Any] | None = None


def _manifest(header: dict[str, Any]) -> Manifest:
    spec = decoding.converted(header.get("eval"), LogSpec)
    ours = (spec.metadata or {}).get(KEY)
    if isinstance(ours, dict):
        return manifest_of(ours["manifest"])
    epochs, samples = spec.config.get("epochs") or 1, spec.dataset.get("samples") or 0
    ourselves = spec.model.startswith(f"{KEY}/")
    model = spec.model.removeprefix(f"{KEY}/") if ourselves else f"inspect/{spec.model}"
    return Manifest(
        id=sha256(f"{spec.run_id}:{spec.task_id}:{spec.created}".encode()).hexdigest()[:16],
        spec=RunSpec(
            benchmark=str(Spec(name=spec.task.removeprefix(f"{KEY}/"), arguments=_arguments(spec.task_args))),
            model=model,
            options=_arguments(spec.model_args),
            epochs=epochs if isinstance(epochs, int) else 1,
        ),
        model=ModelEntry(name=model, revision=""),
        total=epochs * samples if isinstance(epochs, int) and isinstance(samples, int) else 0,
        card=CardEntry(
            title=str((spec.metadata or {}).get("title") or spec.task),
            version=spec.task_version if isinstance(spec.task_version, int) else 0,
        ),
        notes=("imported from a log of Inspect AI",),
        created=spec.created,
        packages=spec.packages,
    )


def _arguments(given: dict[str, Any]) -> dict[str, str]:
    return {key: as_written(value) for key, value in given.items()}


def _record(raw: dict[str, Any], limit: int) -> Record:
    logged = decoding.converted(_resolved(raw, limit), LogSample)
    ours: dict[str, Any] = logged.metadata.get(KEY) or {}
    for score in (logged.scores or {}).values():
        ours = ours | ((score.metadata or {}).get(KEY) or {})
    failures = decoding.converted(ours.get("failures", ()), tuple[Failure, ...])
    if logged.error and not failures:
        failures = (Failure(stage="elicit", error="EvalError", message=logged.error.message),)
    prompt, said = _parted(logged)
    return Record(
        sample=_our_sample(logged, ours["sample"]) if "sample" in ours else _sample(logged, prompt),
        transcript=_transcript(logged, said, ours),
        verdicts=_verdicts(logged, ours, failures),
        failures=failures,
        epoch=logged.epoch - 1,
    )


def _our_sample(logged: LogSample, left: dict[str, Any]) -> Sample:
    known = decoding.converted({"id": "", "messages": (), **left}, Sample)
    return msgspec.structs.replace(
        known,
        id=str(logged.id),
        messages=known.messages or _asked(logged),
        choices=tuple(logged.choices or ()),
        target=_target(logged),
    )


def _sample(logged: LogSample, prompt: tuple[Message, ...]) -> Sample:
    asked, meta = _asked(logged), logged.metadata
    targets = {"targets": logged.target} if isinstance(logged.target, list) and len(logged.target) > 1 else {}
    return Sample(
        id=str(logged.id),
        messages=prompt or asked,
        request=asked[-1].text if prompt and asked and prompt != asked else "",
        choices=tuple(logged.choices or ()),
        target=_target(logged),
        category=str(meta.get("category") or ""),
        language=str(meta.get("language") or "en"),
        metadata=meta | targets,
    )


def _asked(logged: LogSample) -> tuple[Message, ...]:
    if isinstance(logged.input, str):
        return (user(logged.input),)
    return tuple(message_of(message) for message in logged.input)


def _target(logged: LogSample) -> str | None:
    first = logged.target if isinstance(logged.target, str) else next(iter(logged.target), "")
    return first or None


def _parted(logged: LogSample) -> tuple[tuple[Message, ...], list[LogMessage]]:
    """The conversation as sent (solvers may have rewritten the input), and what came after it."""
    for place, message in enumerate(logged.messages):
        if message.role == "assistant" and message.source != "input":
            return tuple(message_of(m) for m in logged.messages[:place]), logged.messages[place:]
    return tuple(message_of(m) for m in logged.messages), []


def _transcript(logged: LogSample, said: list[LogMessage], ours: dict[str, Any]) -> Transcript | None:
    if "transcript" in ours:
        return decoding.converted(ours["transcript"], Transcript)
    if not logged.output.choices or "sample" in ours:
        return None
    choice = logged.output.choices[0]
    message = message_of(choice.message)
    response = Response(
        text=message.text,
        thought=thought_of(choice.message),
        calls=message.calls,
        finish=FINISHES.get(choice.stop_reason, "stop"),
        usage=usage_of(logged.output),
    )
    later = tuple(message_of(m) for m in said)
    return Transcript(responses=(response,), messages=() if later == (message,) else later)


def _verdicts(logged: LogSample, ours: dict[str, Any], failures: tuple[Failure, ...]) -> dict[str, Verdict]:
    known = decoding.converted(ours.get("verdicts", {}), dict[str, Verdict])
    skipped = [failure.stage.removeprefix("judge ") for failure in failures]
    skipped += [OUTCOME] if ours else []
    foreign = {n: verdict_of(s) for n, s in (logged.scores or {}).items() if n not in skipped}
    return foreign | known


def _resolved(raw: dict[str, Any], limit: int) -> dict[str, Any]:
    """The sample with Inspect's `attachment://` references put back in place."""
    stored: Any = raw.get("attachments")
    if not stored:
        return raw
    attachments = _Attachments(decoding.converted(stored, dict[str, str]), limit)
    pieces = ("input", "messages", "output")
    return raw | {name: attachments.put_back(raw[name]) for name in pieces if name in raw}


@dataclass
class _Attachments:
    """Texts that Inspect stores once and refers to; what they unfold to is counted."""

    texts: dict[str, str]
    left: int

    def put_back(self, value: Any) -> Any:
        """The value with every reference replaced."""
        if isinstance(value, str):
            return self._text(value) if value.startswith(REFERENCE) else value
        if isinstance(value, list):
            return [self.put_back(item) for item in cast("list[Any]", value)]
        if isinstance(value, dict):
            return {key: self.put_back(item) for key, item in cast("dict[str, Any]", value).items()}
        return value

    def _text(self, reference: str) -> str:
        text = self.texts.get(reference.removeprefix(REFERENCE), reference)
        self.left -= len(text)
        if self.left < 0:
            raise DataError("its attachments unfold beyond all measure")
        return text
