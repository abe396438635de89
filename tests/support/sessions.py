"""Sessions of parts that a test made, which stand for what the spec names."""

from pathlib import Path
from typing import Any

from plimsoll.core import Benchmark, Model
from plimsoll.run.ask.plan import build
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.session import Session


def session(
    spec: RunSpec,
    log_dir: Path,
    *,
    benchmark: Benchmark | None = None,
    model: Model | None = None,
    given: dict[str, Any] | None = None,
    **settings: Any,
) -> Session:
    """A session that is ready to run."""
    parts = {spec.benchmark: benchmark, spec.model: model, **(given or {})}
    held = {text: part for text, part in parts.items() if part is not None}
    return Session(build(spec, Pool(Settings(log_dir=log_dir, **settings), held)))
