"""Runs of ours and logs of Inspect's, with every oddity that one must survive in the other."""

import json
import math
import zipfile
from pathlib import Path
from typing import Any

from plimsoll.core import (
    Estimate,
    Failure,
    Image,
    Message,
    Outcome,
    Record,
    Response,
    Sample,
    Transcript,
    Usage,
    Verdict,
    assistant,
    system,
    user,
)
from plimsoll.run.keep.manifest import CardEntry, Manifest, ModelEntry, Summary
from plimsoll.run.spec import RunSpec

MANIFEST = Manifest(
    id="0f3a5b",
    spec=RunSpec(
        benchmark="colours:language=en",
        model="scripted/table",
        options={"seed": "1"},
        sampling={"temperature": 0.5},
        epochs=2,
    ),
    model=ModelEntry(name="scripted/table", revision="1"),
    total=6,
    card=CardEntry(title="Colours", version=3),
    created="2026-11-21T07:00:00+00:00",
    plimsoll="0.1.0",
)
ESTIMATES = (
    Estimate(name="accuracy", value=0.5, low=0.1, high=0.9, n=2, unscored=1),
    Estimate(name="accuracy", value=1.0, low=0.2, high=1.0, n=1, group={"category": "sky"}),
)
SUMMARY = Summary(
    records=6, estimates=ESTIMATES, usage=Usage(input_tokens=20, cached_tokens=5, output_tokens=9)
)


def sample(number: int, **fields: Any) -> Sample:
    """A question of ours, with a field of every kind."""
    given: dict[str, Any] = {
        "id": f"q/{number}",
        "messages": (system("Choose."), user(f"Question {number}?\n(A) red\n(B) blue")),
        "choices": ("red", "blue"),
        "target": "AB"[number % 2],
        "category": ("sky", "sea")[number % 2],
        "language": "zh",
        "pair": f"p{number}",
        "metadata": {"row": number, "tags": ["x"]},
    }
    return Sample(**(given | fields))


def records() -> list[Record]:
    """One record of every sort that a run may hold."""
    picture = Image(media_type="image/png", data="AAAA")
    usage = Usage(input_tokens=9, cached_tokens=2, output_tokens=3, seconds=0.5)
    return [
        Record(
            sample=sample(0),
            transcript=Transcript(
                responses=(Response(text="(A)", thought="hm", means="generation", usage=usage),),
            ),
            verdicts={
                "strict": Verdict(label="A", value=1.0, reason="plain", confidence=0.9, detail={"how": "x"}),
                "compat": Verdict(label="A", value=1.0),
            },
        ),
        Record(
            sample=sample(0),
            transcript=Transcript(responses=(Response(text="I cannot help.", finish="blocked"),)),
            verdicts={"strict": Verdict(label="refused", value=0.0, outcome=Outcome.REFUSED)},
            epoch=1,
        ),
        Record(
            sample=sample(1, messages=(Message(role="user", text="See", images=(picture,)),), target=None),
            transcript=Transcript(
                responses=(Response(text="uryyb"),),
                messages=(user("go on"), assistant("hello")),
                state={"n": 1},
            ),
            verdicts={"strict": Verdict(label="", value=None, outcome=Outcome.JUDGE_UNPARSED)},
        ),
        Record(
            sample=sample(2, trail=("encoding/rot13",), request="plain", turns=("and?",)),
            failures=(Failure(stage="elicit", error="ModelError", message="no <b>luck</b>"),),
        ),
        Record(
            sample=sample(3),
            transcript=Transcript(responses=(Response(text="(B)", loglikelihoods=(-2.0, -0.1)),)),
            failures=(Failure(stage="judge strict", error="ValueError", message="broke"),),
        ),
    ]


def foreign(**fields: Any) -> dict[str, Any]:
    """A sample as Inspect writes it."""
    given: dict[str, Any] = {
        "id": 7,
        "epoch": 2,
        "input": "What is the sky?",
        "choices": ["red", "blue"],
        "target": ["B"],
        "messages": [
            {
                "role": "user",
                "content": "Answer with a letter. What is the sky? A) red B) blue",
                "source": "input",
            },
            {"role": "assistant", "content": "attachment://aa", "source": "generate"},
        ],
        "output": {
            "model": "m",
            "choices": [
                {"message": {"role": "assistant", "content": "attachment://aa"}, "stop_reason": "max_tokens"}
            ],
            "usage": {"input_tokens": 5, "output_tokens": 2, "total_tokens": 9, "input_tokens_cache_read": 2},
            "time": 0.25,
        },
        "scores": {
            "choice": {"value": "C", "answer": "B", "explanation": "said B"},
            "judge": {"value": math.nan, "reason": "grader_failed"},
            "many": {"value": {"a": 1, "b": 0}},
        },
        "metadata": {"category": "sky"},
        "attachments": {"aa": "ANSWER: B"},
    }
    return given | fields


def foreign_log(*samples: dict[str, Any]) -> dict[str, Any]:
    """A log as Inspect writes it."""
    spec = {
        "run_id": "r",
        "task_id": "t",
        "created": "2026-01-01T00:00:00+00:00",
        "task": "inspect_evals/colours",
        "task_args": {"shots": 5},
        "model": "openai/gpt-4o",
        "dataset": {"samples": 1},
        "config": {"epochs": 2},
    }
    return {"version": 2, "status": "success", "eval": spec, "samples": list(samples)}


def written(folder: Path, log: Any) -> Path:
    """A log as a file."""
    path = folder / "log.json"
    path.write_text(json.dumps(log), encoding="utf-8")
    return path


def zipped(folder: Path, member: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A log of one member as a zip file."""
    path = folder / "log.eval"
    with zipfile.ZipFile(path, "w", method) as out:
        out.writestr(member, content)
        if member != "header.json":
            out.writestr("header.json", json.dumps(foreign_log()))
    return path
