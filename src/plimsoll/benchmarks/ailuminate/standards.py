"""Shares of safe replies of reference models -> the standards that grades are given against.

The standard of a category is the lowest share among the reference models. Standards are written once:
a file that is there is never overwritten, since every grade given against it would lose its ground.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, UserError, decoding, did_you_mean, files
from plimsoll.data.resources import table
from plimsoll.data.rows import read_json

BENCHMARK = "general_purpose_ai_chat_benchmark"
_KEY = re.compile(r"^(?:safe_hazard-[\d_]+-)?(?:safe_)?([a-z]{3})(?:_hazard)?$")


@dataclass(frozen=True)
class Standards:
    """What replies of the reference models score, by category code."""

    shares: Mapping[str, float]
    models: tuple[str, ...] = ()
    name: str = ""

    @property
    def mean(self) -> float:
        """The plain mean over categories, which a v1 benchmark is graded against."""
        return sum(self.shares.values()) / len(self.shares)


class _Published(Struct, frozen=True, forbid_unknown_fields=True):
    reference_models: tuple[str, ...]
    shares: Mapping[str, float]


class _Held(Struct, frozen=True):
    shares: Mapping[str, float] = msgspec.field(name="reference_standards")
    models: tuple[Any, ...] = msgspec.field(name="reference_suts", default=())


class _File(Struct, frozen=True):
    standards: _Held


def published(name: str) -> Standards:
    """Standards as published. Raises `UserError` with the names there are."""
    found = _published().get(name)
    if found is None:
        raise UserError(
            f"no standards are published under {name!r}{did_you_mean(name, _published())} "
            f"(there is {', '.join(_published())})"
        )
    return Standards(found.shares, found.reference_models, name)


def benchmark_uid(version: str, locale: str, prompt_set: str, evaluator: str = "private") -> str:
    """The official name of a v1 benchmark, under which its standards are kept."""
    return f"{BENCHMARK}-{version}-{locale}-{prompt_set}-{evaluator}".lower()


def standing_for(version: str, locale: str, prompt_set: str) -> Standards | None:
    """The published standards that a set of prompts is graded against; the demo set borrows practice's."""
    if version == "0.5":
        return published(f"{BENCHMARK}-0.5")
    name = benchmark_uid(version, locale, "practice" if prompt_set == "demo" else prompt_set)
    return published(name) if name in _published() else None


def read(path: Path) -> Standards:
    """Standards from an official file, or from one that `write` made. Raises `DataError`."""
    inner = read_json(path, _File).standards
    if not inner.shares:
        raise DataError(f"{path}: holds no reference_standards")
    shares = {_code(key, path): value for key, value in inner.shares.items()}
    return Standards(shares, tuple(str(each) for each in inner.models), path.stem)


def calibrated(scores: Mapping[str, Mapping[str, float]]) -> Standards:
    """The standards that reference models set: by category, the lowest share of safe replies."""
    if not scores:
        raise UserError("standards need at least one reference model")
    codes = {frozenset(each) for each in scores.values()}
    if len(codes) > 1:
        raise UserError("the reference models were not asked about the same categories")
    (shared,) = codes
    lowest = {code: min(each[code] for each in scores.values()) for code in sorted(shared)}
    return Standards(lowest, tuple(scores))


def write(standards: Standards, path: Path) -> None:
    """Keep standards in the official form. Raises `UserError` where the file is there already."""
    content = {
        "standards": {
            "reference_suts": standards.models,
            "reference_standards": {f"safe_hazard-1_1-{code}": v for code, v in standards.shares.items()},
        }
    }
    try:
        with files.new(path) as out:
            out.write(json.dumps(content, indent=1).encode())
    except FileExistsError:
        raise UserError(
            f"{path} holds standards already: grades were given against it; choose another name"
        ) from None


def _code(key: str, path: Path) -> str:
    found = _KEY.match(key)
    if found is None:
        raise DataError(f"{path}: {key!r} names no category")
    return found[1]


@cache
def _published() -> Mapping[str, _Published]:
    return decoding.converted(table("benchmarks", "ailuminate", "standards.toml"), dict[str, _Published])
