"""A run -> JSON for programs: stable keys, every key always there (`docs/formats/report.md`)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from msgspec import Struct

from plimsoll.core import Estimate
from plimsoll.reports import partial, unread
from plimsoll.reports.figures import Figures, figures
from plimsoll.reports.view import RunView
from plimsoll.stats.pooling import Pooled

FORMAT = 1
"""Version of the keys."""


def report(view: RunView) -> dict[str, Any]:
    """The report as plain values."""
    found = figures(view)
    return {
        "format": FORMAT,
        "unread": unread.report(view.summary.unread),
        "headline": headline(view),
        "categories": _categories(found),
        "pooled": [_small(each) for each in (*partial.groups(found), *partial.cells(found))],
        "weights": [plain(each) for each in view.weights],
        "run": plain(view.manifest),
        "summary": plain(view.summary),
    }


def headline(view: RunView) -> list[dict[str, Any]]:
    """The result over everything, or by language where only that was measured."""
    found = figures(view)
    return [_row(found, "", spoken, estimate) for spoken, estimate in found.wholes()]


def render(view: RunView) -> str:
    """The report as indented JSON with a final newline."""
    return json.dumps(report(view), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """A noun as dictionaries and lists, defaults written out."""
    if isinstance(value, Struct):
        fields = {name: plain(getattr(value, name)) for name in value.__struct_fields__}
        return fields | {"sound": value.sound} if isinstance(value, Estimate) else fields
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in cast("Sequence[Any]", value)]
    return value


def _categories(found: Figures) -> list[dict[str, Any]]:
    languages = found.languages or ("",)
    small = {spoken: partial.by_category(found, spoken) for spoken in languages}
    return [
        _row(found, code, spoken, estimate) | {"partial": _pooled(small[spoken].get(code))}
        for code in found.categories
        for spoken in languages
        if (estimate := found.measured(code, spoken)) is not None
    ]


def _small(found: partial.Small) -> dict[str, Any]:
    alone = found.alone
    own = {name: getattr(alone, name) for name in ("value", "low", "high", "n")}
    return {"group": dict(alone.group), **own, "partial": _pooled(found.pooled)}


def _pooled(found: Pooled | None) -> dict[str, float] | None:
    return found._asdict() if found else None


def _row(found: Figures, code: str, spoken: str, estimate: Estimate) -> dict[str, Any]:
    baseline, judged = found.baseline(code, spoken), found.judged(code, spoken)
    return {
        "category": code,
        "language": spoken,
        "name": found.headline,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "unscored": estimate.unscored,
        "sound": estimate.sound,
        "as_judged": None if judged in (None, estimate) else plain(judged),
        "random_baseline": baseline,
        "against_random": found.standing(estimate, baseline),
    }
