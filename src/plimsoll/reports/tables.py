"""Figures -> rows of text, the same for terminal, Markdown and HTML tables."""

from dataclasses import dataclass

from plimsoll.core import Estimate
from plimsoll.pages.units import arrow, interval_of, value_of
from plimsoll.pages.words import (
    Language,
    category,
    interval,
    metric,
    named,
    percent,
    plain,
    say,
    visible,
)
from plimsoll.reports.figures import RATES, SCORES, Figures

MISSING = "–"
UNSOUND = "⚠"


@dataclass(frozen=True)
class Table:
    """A heading, column names and rows of cells; the first column is text, the others numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    text_columns: frozenset[int] = frozenset({0})
    """Columns that hold words, set flush left."""


def scores(figures: Figures, language: Language = "en") -> Table:
    """The headline by category, a column per language, with other readings and the baseline."""
    others = figures.names(SCORES) if len(figures.columns) == 1 else []
    heads = [_head(spoken, figures, language) for spoken in figures.columns]
    columns = [say("column.category", language=language), *heads]
    columns += [say("column.judged", language=language)] if figures.is_corrected else []
    columns += [say("column.random", language=language)] if figures.baselines() else []
    columns += [f"{say(key, language=language)}{figures.arrow(name)}" for name, key in others]
    rows = [_scores_row(figures, code, others, language) for code in (*figures.categories, "")]
    return Table(
        title=headline(figures, language),
        columns=(*columns, say("column.n", language=language)),
        rows=tuple(rows),
    )


def headline(figures: Figures, language: Language = "en") -> str:
    """The headline's name, its unit and which end of its scale is better."""
    named = say("better.percent", metric(figures.headline, language), language=language)
    if not figures.toward:
        return named
    return say("better.title", named, say(figures.toward, language=language), language=language)


def fates(figures: Figures, language: Language = "en") -> Table | None:
    """Refusals, unparsed, empty and failed replies by category; `None` where nothing is known of them.

    Where the scores need a column per language, the other readings of the answers stand here.
    """
    known = figures.names(RATES)
    known = [*figures.names(SCORES), *known] if len(figures.columns) > 1 else known
    if not known:
        return None
    every = [
        (_label(code, language), *(_share(figures.share(name, code)) for name, _ in known))
        for code in (*figures.categories, "")
    ]
    # Rates that were reckoned of the whole only need no row of dashes for each category.
    rows = [row for row in every if set(row[1:]) != {MISSING}]
    heads = (f"{say(key, language=language)}{figures.arrow(name)}" for name, key in known)
    columns = (say("column.category", language=language), *heads)
    title = say("better.percent", say("section.outcomes", language=language), language=language)
    return Table(title=title, columns=columns, rows=tuple(rows))


def others(figures: Figures, language: Language = "en") -> Table | None:
    """Every estimate that no other table shows."""
    return estimates(figures.others(), language)


def estimates(chosen: list[Estimate], language: Language = "en") -> Table | None:
    """Estimates one by one."""
    if not chosen:
        return None
    columns = ("metric", "group", "value", "interval", "n", "unscored", "method")
    return Table(
        title=say("section.estimates", language=language),
        columns=tuple(say(f"column.{name}", language=language) for name in columns),
        rows=tuple(_estimate_row(estimate, language) for estimate in chosen),
        text_columns=frozenset({0, 1, 6}),
    )


def references(figures: Figures, language: Language = "en") -> Table | None:
    """Baselines and published rows, whole and by category."""
    rows = [*figures.baselines(), *figures.published()]
    if not rows:
        return None
    codes = ("", *figures.categories)
    columns = [say(f"column.{name}", language=language) for name in ("model", "language", "setting")]
    return Table(
        title=say("section.references", language=language),
        columns=(*columns, *(visible(code) or say("row.all", language=language) for code in codes)),
        rows=tuple(
            (
                visible(row.name),
                named("language", row.language, language) if row.language else "",
                visible(row.setting),
                *(_share(row.values.get(code)) for code in codes),
            )
            for row in rows
        ),
        text_columns=frozenset({0, 1, 2}),
    )


def sentences(figures: Figures, language: Language = "en") -> list[str]:
    """The result in one sentence, or in one per language where only that was measured."""
    wholes = figures.wholes()
    if not wholes:
        return [say("result.none", language=language)]
    return [
        _sentence(figures, spoken, estimate, language) + _as_judged(figures, spoken, estimate, language)
        for spoken, estimate in wholes
    ]


def means(figures: Figures, language: Language = "en") -> str:
    """By which means answers were read, with counts where there are several."""
    found = figures.summary.means
    if len(found) == 1:
        return named("means", next(iter(found)), language)
    return " · ".join(f"{named('means', name, language)} {count:,}" for name, count in found.items())


def measured(estimate: Estimate | None) -> str:
    """`53.1 (48.2–58.0)`, marked where it is not sound."""
    if estimate is None:
        return MISSING
    mark = "" if estimate.sound else UNSOUND
    return f"{mark}{percent(estimate.value)} ({interval(estimate.low, estimate.high)})"


def _sentence(figures: Figures, spoken: str, estimate: Estimate, language: Language) -> str:
    baseline = figures.baseline("", spoken)
    lead = f"{named('language', spoken, language)}: " if spoken else ""
    bounds = interval(estimate.low, estimate.high)
    value, n = percent(estimate.value), f"{estimate.n:,}"
    if figures.headline != "accuracy":
        known = (metric(figures.headline, language), value, bounds, n)
        if not figures.toward:
            return lead + say("result.other", *known, language=language)
        return lead + say("result.toward", *known, say(figures.toward, language=language), language=language)
    right = f"{round(estimate.value * estimate.n):,}"
    standing = figures.standing(estimate, baseline)
    chance = percent(baseline) if baseline is not None else ""
    return lead + say(f"result.{standing}", right, n, value, bounds, chance, language=language)


def _as_judged(figures: Figures, spoken: str, estimate: Estimate, language: Language) -> str:
    """The raw number beside a corrected one."""
    raw = figures.judged("", spoken)
    if raw is None or raw == estimate:
        return ""
    bounds, labels = interval(raw.low, raw.high), f"{estimate.labels:,}"
    return say("result.judged", percent(raw.value), bounds, labels, language=language)


def _head(spoken: str, figures: Figures, language: Language) -> str:
    if spoken:
        return named("language", spoken, language)
    return say(value_column(figures), language=language)


def value_column(figures: Figures) -> str:
    """The key of the headline's column where it is not named by a language."""
    return "column.accuracy" if figures.headline == "accuracy" else "column.value"


def _label(code: str, language: Language) -> str:
    return category(code, language) if code else say("row.all", language=language)


def _scores_row(
    figures: Figures, code: str, others: list[tuple[str, str]], language: Language
) -> tuple[str, ...]:
    return (
        _label(code, language),
        *(measured(shown(figures, code, spoken)) for spoken in figures.columns),
        *([_judged(figures, code)] if figures.is_corrected else []),
        *([_share(_chance(figures, code))] if figures.baselines() else []),
        *(_share(figures.share(name, code)) for name, _ in others),
        f"{figures.items(code):,}",
    )


def shown(figures: Figures, code: str, spoken: str) -> Estimate | None:
    """What stands under the headline's name: where it is corrected, nothing that is not."""
    return figures.corrected(code, spoken) if figures.is_corrected else figures.measured(code, spoken)


def _judged(figures: Figures, code: str) -> str:
    """The headline as it was judged, by language where there are several."""
    if len(figures.columns) == 1:
        return measured(figures.judged(code, figures.columns[0]))
    raw = (figures.judged(code, spoken) for spoken in figures.columns)
    return " · ".join(_share(each.value if each else None) for each in raw)


def _chance(figures: Figures, code: str) -> float | None:
    return figures.baseline(code, figures.languages[0] if len(figures.languages) == 1 else "")


def _share(value: float | None) -> str:
    return MISSING if value is None else percent(value)


def _estimate_row(estimate: Estimate, language: Language) -> tuple[str, ...]:
    by = f" · {visible(estimate.judge)}" if estimate.judge else ""
    return (
        metric(estimate.name, language) + arrow(estimate) + by,
        " · ".join(group_words(estimate, language)) or say("row.all", language=language),
        f"{'' if estimate.sound else UNSOUND}{value_of(estimate)}",
        interval_of(estimate),
        f"{estimate.n:,}",
        f"{estimate.unscored:,}",
        visible(estimate.method),
    )


def _group_word(kind: str, value: str, language: Language) -> str:
    if kind == "category":
        return category(value, language)
    return named(kind, value, language) if kind == "language" else visible(f"{plain(kind)} {plain(value)}")


def group_words(estimate: Estimate, language: Language = "en") -> list[str]:
    """What an estimate is about, in words."""
    return [_group_word(kind, value, language) for kind, value in estimate.group.items()]
