"""What an analysis of weights leaves: findings with where they lie, and files with what identifies them."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One number about one place of a model."""

    name: str
    """What was measured: `ships`, `auroc`, `kl`."""
    value: float
    unit: str
    """`nats`, `degrees`, `share`; a share lies between 0 and 1."""
    n: int
    """Prompts, pairs or positions that it rests on."""
    layer: int | None = None
    head: int | None = None
    low: float | None = None
    high: float | None = None
    """Ends of the interval; without them none could be had, and `note` says why."""
    along: str = ""
    """What it is one point of, where it is not one of layers: `share`, `token`, `strength`, `step`."""
    at: float | None = None
    """Where on that it lies."""
    note: str = ""


class Artifact(Struct, frozen=True, kw_only=True):
    """A file or folder that came of an analysis or a repair."""

    kind: str
    """`weights`, `adapter`, `direction`, `soft prompt`."""
    path: str
    sha256: str


class Analysed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one analysis says of one or several models."""

    analysis: str
    """Its spec."""
    models: Mapping[str, str]
    """Name -> revision: the exact weights that it holds for."""
    findings: tuple[Finding, ...]
    arguments: Mapping[str, Any] = {}
    notes: tuple[str, ...] = ()
    """What a reader must know before believing it."""
