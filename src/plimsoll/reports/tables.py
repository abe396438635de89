"""Figures -> tables and sentences, the same for terminal, Markdown and pages."""

from collections.abc import Iterable, Sequence

from plimsoll.core import Estimate, Reference
from plimsoll.pages.markup import Said, Table, bilingual, code, directed, joined, key
from plimsoll.pages.units import arrow, interval_of, value_of
from plimsoll.pages.words import interval, percent, plain
from plimsoll.reports import partial
from plimsoll.reports.figures import RATES, SCORES, Figures
from plimsoll.stats.pooling import SMALL

MISSING = "–"
UNSOUND = "⚠"
AMENDED = "†"
"""Behind a number that is corrected for what its judge gets wrong."""


def scores(figures: Figures) -> Table:
    """The headline by category, a column per language, with other readings and the baseline."""
    others = figures.names(SCORES) if len(figures.columns) == 1 else []
    value = key("column.accuracy" if figures.headline == "accuracy" else "column.value")
    columns = [key("column.category"), *(code("language", s) if s else value for s in figures.columns)]
    columns += [key("column.judged")] if figures.is_corrected else []
    columns += [key("column.random")] if figures.baselines() else []
    columns += [*_columns(figures, others), key("column.n")]
    rows = [_scores_row(figures, name, others) for name in (*figures.categories, "")]
    return Table(headline(figures), columns, rows)


def headline(figures: Figures) -> Said:
    """The headline's name, its unit and which end of its scale is better."""
    named = key("better.percent", code("metric", figures.headline))
    return key("better.title", named, key(figures.toward)) if figures.toward else named


def pooled(figures: Figures) -> Table | None:
    """Groups of few replies with what the others say of them; `None` where there are none."""
    return _pooled("section.pooled", partial.groups(figures))


def pooled_cells(figures: Figures) -> Table | None:
    """Categories of few replies in one language, likewise; `None` where there are none."""
    return _pooled("section.pooled.cells", partial.cells(figures))


def _pooled(title: str, found: Sequence[partial.Small]) -> Table | None:
    rows = [(group(each.alone), measured(each.alone), _share_of(each), f"{each.alone.n:,}") for each in found]
    columns = [key(f"column.{name}") for name in ("group", "alone", "pooled", "n")]
    return Table(key(title), columns, rows) if rows else None


def pooling(figures: Figures) -> Said:
    """What is meant by the pooled shares; nothing where there are none."""
    known = pooled(figures) or pooled_cells(figures)
    return key("notes.pooled", str(SMALL)) if known else ""


def fates(figures: Figures) -> Table | None:
    """Refusals, unparsed, empty and failed replies by category; `None` where nothing is known of them.

    Where the scores need a column per language, the other readings of the answers stand here.
    """
    known = figures.names(RATES)
    known = [*figures.names(SCORES), *known] if len(figures.columns) > 1 else known
    if not known:
        return None
    every = [
        (category(name), *(_share(figures.share(rate, name)) for rate, _ in known))
        for name in (*figures.categories, "")
    ]
    # Rates that were reckoned of the whole only need no row of dashes for each category.
    rows = [row for row in every if set(row[1:]) != {MISSING}]
    columns = [key("column.category"), *_columns(figures, known)]
    return Table(key("better.percent", key("section.outcomes")), columns, rows)


def estimates(chosen: Iterable[Estimate]) -> Table | None:
    """Estimates one by one."""
    rows = [_estimate_row(estimate) for estimate in chosen]
    names = ("metric", "group", "value", "interval", "n", "unscored", "method")
    columns = [key(f"column.{name}") for name in names]
    return Table(key("section.estimates"), columns, rows, frozenset({0, 1, 6})) if rows else None


def references(figures: Figures) -> Table | None:
    """Published rows, whole and by category."""
    return _beside(figures, figures.published(), "section.references")


def baselines(figures: Figures) -> Table | None:
    """What guessing gives, whole and by category."""
    return _beside(figures, figures.baselines(), "section.baselines")


def _beside(figures: Figures, found: Sequence[Reference], title: str) -> Table | None:
    codes = ("", *figures.categories)
    rows = [
        (
            bilingual(row.name),
            code("language", row.language) if row.language else "",
            bilingual(row.setting),
            *(_share(row.values.get(name)) for name in codes),
        )
        for row in found
    ]
    columns = [key(f"column.{name}") for name in ("model", "language", "setting")]
    return Table(key(title), [*columns, *map(category, codes)], rows, frozenset({0, 1, 2})) if rows else None


def sentences(figures: Figures) -> list[Said]:
    """The result in one sentence, or in one per language where only that was measured."""
    wholes = figures.wholes()
    return [_sentence(figures, *whole) for whole in wholes] or [key("result.none")]


def means(figures: Figures) -> Said:
    """By which means answers were read, with counts where there are several."""
    found = figures.summary.means
    if len(found) == 1:
        return code("means", next(iter(found)))
    return joined([key("directed", code("means", name), f" {count:,}") for name, count in found.items()])


def measured(estimate: Estimate | None) -> str:
    """`53.1 (48.2–58.0)`, marked where it is not sound."""
    if estimate is None:
        return MISSING
    mark = "" if estimate.sound else UNSOUND
    return f"{mark}{percent(estimate.value)} ({interval(estimate.low, estimate.high)})"


def category(name: str) -> Said:
    """A category in words; the empty one is the whole."""
    return code("category", name) if name else key("row.all")


def group(estimate: Estimate) -> Said:
    """What an estimate is about."""
    words = (
        code(kind, value) if kind in ("category", "language") else _part(kind, value)
        for kind, value in estimate.group.items()
    )
    return joined([*words]) or key("row.all")


def _part(kind: str, value: str) -> Said:
    """A subset by something else than category and language."""
    told = bilingual(plain(value))
    return key("group.named", code("kind", kind), code("category", value) if isinstance(told, str) else told)


def _columns(figures: Figures, named: Iterable[tuple[str, str]]) -> list[Said]:
    return [key("directed", key(words), figures.arrow(name)) for name, words in named]


def _sentence(figures: Figures, spoken: str, estimate: Estimate) -> Said:
    said = key("directed", _result(figures, spoken, estimate), _as_judged(figures, spoken, estimate))
    return key("result.spoken", code("language", spoken), said) if spoken else said


def _result(figures: Figures, spoken: str, estimate: Estimate) -> Said:
    bounds = interval(estimate.low, estimate.high)
    value, n = percent(estimate.value), f"{estimate.n:,}"
    if figures.headline != "accuracy":
        toward = [key(figures.toward)] if figures.toward else []
        name = "result.toward" if toward else "result.other"
        return key(name, code("metric", figures.headline), value, bounds, n, *toward)
    baseline = figures.baseline("", spoken)
    right, chance = f"{round(estimate.value * estimate.n):,}", "" if baseline is None else percent(baseline)
    return key(f"result.{figures.standing(estimate, baseline)}", right, n, value, bounds, chance)


def shown(figures: Figures, name: str, spoken: str) -> Estimate | None:
    """What stands under the headline's name: where it is corrected, nothing that is not."""
    return figures.corrected(name, spoken) if figures.is_corrected else figures.measured(name, spoken)


def _as_judged(figures: Figures, spoken: str, estimate: Estimate) -> Said:
    """The raw number beside a corrected one."""
    raw = figures.judged("", spoken)
    if raw is None or raw == estimate:
        return ""
    return key("result.judged", percent(raw.value), interval(raw.low, raw.high), f"{estimate.labels:,}")


def _share_of(found: partial.Small) -> str:
    return f"{percent(found.pooled.value)} ({interval(found.pooled.low, found.pooled.high)})"


def _scores_row(figures: Figures, name: str, others: list[tuple[str, str]]) -> tuple[Said, ...]:
    chance = figures.baseline(name, figures.languages[0] if len(figures.languages) == 1 else "")
    return (
        category(name),
        *(measured(shown(figures, name, spoken)) for spoken in figures.columns),
        *([_judged(figures, name)] if figures.is_corrected else []),
        *([_share(chance)] if figures.baselines() else []),
        *(_share(figures.share(other, name)) for other, _ in others),
        f"{figures.items(name):,}",
    )


def _judged(figures: Figures, name: str) -> str:
    """The headline as it was judged, by language where there are several."""
    if len(figures.columns) == 1:
        return measured(figures.judged(name, figures.columns[0]))
    raw = (figures.judged(name, spoken) for spoken in figures.columns)
    return " · ".join(_share(each.value if each else None) for each in raw)


def _share(value: float | None) -> str:
    return MISSING if value is None else percent(value)


def _estimate_row(estimate: Estimate) -> tuple[Said, ...]:
    named = directed(estimate.name, arrow(estimate))
    return (
        joined([named, estimate.judge]) if estimate.judge else named,
        group(estimate),
        f"{'' if estimate.sound else UNSOUND}{value_of(estimate)}",
        interval_of(estimate),
        f"{estimate.n:,}",
        f"{estimate.unscored:,}",
        estimate.method,
    )
