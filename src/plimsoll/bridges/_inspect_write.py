"""A run -> a log that Inspect's viewer and reader open, written without importing Inspect.

`json` is one document, header before samples; `eval` is a zip with a member per sample, which the
viewer opens without reading the rest: the form for big runs.
"""

import json
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Literal

import msgspec

from plimsoll.bridges._inspect_log import KEY, STOPS, input_of, label, score_of, shown, subset_of
from plimsoll.core import Failure, Outcome, Record, Response, Usage, files
from plimsoll.models.inspect_messages import as_inspect
from plimsoll.registry import parse
from plimsoll.run.keep.manifest import Manifest, Summary

STATUSES = {"finished": "success", "incomplete": "success", "interrupted": "cancelled"}


def export(
    manifest: Manifest,
    summary: Summary | None,
    records: Iterable[Record],
    folder: Path,
    *,
    form: Literal["json", "eval"] = "json",
) -> Path:
    """Write the log into `folder` under the name that Inspect would give it."""
    folder.mkdir(parents=True, exist_ok=True)
    created = manifest.created or datetime.now(UTC).isoformat(timespec="seconds")
    task = parse(manifest.spec.benchmark).name
    stem = "_".join(re.sub(r"[^\w]|_", "-", piece) for piece in (created, task, manifest.id))
    path = folder / f"{stem}.{form}"
    log = _Log(manifest, summary or Summary(status="interrupted"), created)
    with files.writing(path) as out:
        _WRITERS[form](log, records, out)
    return path


@dataclass
class _Log:
    """The log's header, complete once every record went through `samples`."""

    manifest: Manifest
    summary: Summary
    created: str
    ids: dict[str, None] = field(default_factory=dict[str, None])
    values: dict[str, list[float | None]] = field(default_factory=dict[str, list[float | None]])
    completed: int = 0
    total: int = 0

    def samples(self, records: Iterable[Record]) -> Iterator[dict[str, Any]]:
        """Each record as a sample of the log."""
        for record in records:
            self.total += 1
            self.completed += record.transcript is not None
            self.ids.setdefault(record.sample.id)
            for name, verdict in record.verdicts.items():
                self.values.setdefault(name, []).append(verdict.value)
            yield _sample(record, self.manifest)

    def start(self) -> dict[str, Any]:
        """What was known before the first answer."""
        manifest, spec = self.manifest, parse(self.manifest.spec.benchmark)
        sampling = {
            k: v
            for k, v in manifest.spec.sampling.items()
            if k in ("temperature", "top_p", "max_tokens", "seed")
        }
        return {
            "version": 2,
            "eval": {
                "eval_id": manifest.id,
                "run_id": manifest.id,
                "created": self.created,
                "task": f"plimsoll/{spec.name}",
                "task_id": manifest.id,
                "task_version": manifest.card.version,
                "task_display_name": manifest.card.title,
                "task_args": dict(spec.arguments),
                "dataset": {"name": spec.name, "samples": len(self.ids), "sample_ids": list(self.ids)},
                "model": manifest.model.name,
                "model_generate_config": sampling,
                "model_args": dict(manifest.spec.options),
                "config": {"epochs": manifest.spec.epochs, "limit": manifest.spec.limit},
                "packages": {"plimsoll": manifest.plimsoll, **manifest.packages},
                "metadata": {KEY: {"manifest": msgspec.to_builtins(manifest)}},
                "scorers": [{"name": name} for name in self.values],
            },
            "plan": {
                "name": "plan",
                "steps": [
                    {"solver": name, "params": {}}
                    for name in (*manifest.spec.attacks, *manifest.spec.defenses)
                ]
                or [{"solver": "elicit", "params": {}}],
                "config": sampling,
            },
        }

    def header(self) -> dict[str, Any]:
        """Everything but the samples, in the order in which Inspect reads it."""
        summary, start = self.summary, self.start()
        status = STATUSES.get(summary.status, "error")
        usage = {self.manifest.model.name: _usage(summary.usage)}
        return {
            "version": start["version"],
            "status": status,
            "eval": start["eval"],
            "plan": start["plan"],
            "results": {
                "total_samples": max(self.total, self.manifest.total),
                "completed_samples": self.completed,
                "scores": [self._score(name) for name in self.values],
            },
            "stats": {"started_at": self.created, "completed_at": self._ended(), "model_usage": usage},
            **({"error": _error(summary.reason or summary.status)} if status == "error" else {}),
        }

    def _ended(self) -> str:
        return (datetime.fromisoformat(self.created) + timedelta(seconds=self.summary.seconds)).isoformat()

    def _score(self, judge: str) -> dict[str, Any]:
        values = [value for value in self.values[judge] if value is not None]
        metrics = {"mean": {"name": "mean", "value": sum(values) / len(values)}} if values else {}
        if judge == next(iter(self.values)) and self.summary.estimates:
            metrics = {
                label(estimate): {
                    "name": subset_of(estimate) or estimate.name,
                    "group": estimate.name if estimate.group else None,
                    "value": estimate.value,
                    "metadata": msgspec.to_builtins(estimate),
                }
                for estimate in self.summary.estimates
            }
        return {
            "name": judge,
            "scorer": judge,
            "scored_samples": len(values),
            "unscored_samples": len(self.values[judge]) - len(values),
            "params": {},
            "metrics": metrics,
        }


def _sample(record: Record, manifest: Manifest) -> dict[str, Any]:
    sample, transcript = record.sample, record.transcript
    asked = [as_inspect(message) for message in sample.messages]
    said = [as_inspect(m) for m in (transcript.messages if transcript else ())]
    last = transcript.responses[-1] if transcript and transcript.responses else Response()
    if transcript and not said:
        said = [as_inspect(response.message) for response in transcript.responses]
    metadata = shown(sample)
    ours = {
        key: value for key, value in msgspec.to_builtins(record).items() if key not in ("sample", "epoch")
    }
    metadata[KEY] |= ours
    written: dict[str, Any] = {
        "id": sample.id,
        "epoch": record.epoch + 1,
        "input": input_of(asked),
        "choices": list(sample.choices) or None,
        "target": sample.target or "",
        "messages": [*asked, *({**message, "source": "generate"} for message in said)],
        "output": _output(manifest.model.name, transcript.reply if transcript else None, last),
        "scores": {name: score_of(verdict) for name, verdict in record.verdicts.items()},
        "metadata": metadata,
        "store": {},
        "events": [],
        "model_usage": {manifest.model.name: _usage(last.usage)},
        "total_time": last.usage.seconds,
        "uuid": blake2b(f"{manifest.id}:{sample.id}:{record.epoch}".encode(), digest_size=11).hexdigest(),
        "attachments": {},
    }
    if record.outcome is Outcome.ERROR and transcript is None:
        written["error"] = _error("; ".join(_told(failure) for failure in record.failures) or "no answer")
    return written


def _told(failure: Failure) -> str:
    return f"{failure.stage}: {failure.error}: {failure.message}"


def _output(model: str, reply: str | None, last: Response) -> dict[str, Any]:
    if reply is None:
        return {"model": model, "choices": [], "completion": ""}
    message = {"role": "assistant", "content": reply, "source": "generate", "model": model}
    return {
        "model": model,
        "choices": [{"message": message, "stop_reason": STOPS[last.finish]}],
        "completion": reply,
        "usage": _usage(last.usage),
        "time": last.usage.seconds,
    }


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "input_tokens": usage.input_tokens - usage.cached_tokens,
        "input_tokens_cache_read": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }


def _error(message: str) -> dict[str, str]:
    return {"message": message, "traceback": message, "traceback_ansi": message}


def _dumped(value: Any) -> bytes:
    # Inspect writes unscored as a bare NaN, which only the standard library's encoder does too.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _write_json(log: _Log, records: Iterable[Record], out: BinaryIO) -> None:
    with TemporaryFile() as samples:
        for number, sample in enumerate(log.samples(records)):
            samples.write(b",\n" if number else b"\n")
            samples.write(_dumped(sample))
        out.write(_dumped(log.header())[:-1] + b', "samples": [')
        samples.seek(0)
        shutil.copyfileobj(samples, out)
        out.write(b"\n]}\n")


def _write_eval(log: _Log, records: Iterable[Record], out: BinaryIO) -> None:
    summaries: list[dict[str, Any]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for sample in log.samples(records):
            archive.writestr(f"samples/{sample['id']}_epoch_{sample['epoch']}.json", _dumped(sample))
            summaries.append(_summary(sample))
        archive.writestr("_journal/start.json", _dumped(log.start()))
        archive.writestr("summaries.json", _dumped(summaries))
        archive.writestr("header.json", _dumped(log.header()))


def _summary(sample: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "epoch", "input", "choices", "target", "model_usage", "total_time", "uuid")
    scores = {name: {k: v for k, v in s.items() if k != "metadata"} for name, s in sample["scores"].items()}
    error = sample.get("error")
    return {
        **{name: sample[name] for name in names},
        "metadata": {key: value for key, value in sample["metadata"].items() if key != KEY},
        "scores": scores,
        "error": error["message"] if error else None,
        "completed": True,
        "message_count": len(sample["messages"]),
    }


_WRITERS = {"json": _write_json, "eval": _write_eval}
