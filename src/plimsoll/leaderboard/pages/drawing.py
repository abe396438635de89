"""Scores -> small drawings: a row's dot with its interval, categories of several rows, two languages."""

from collections.abc import Iterable, Sequence
from math import floor
from typing import Any

from markupsafe import Markup

from plimsoll.core import Estimate
from plimsoll.leaderboard.nouns import Category, Row, Score
from plimsoll.pages.dots import WHOLE, Dot, Scale, dots
from plimsoll.pages.markup import Markup as Words
from plimsoll.pages.markup import Table, code, key
from plimsoll.pages.plots import Plots
from plimsoll.pages.words import Language, interval, percent

TONES = ("t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8")


def scale_of(rows: Iterable[Row], reading: str = "compat", *, whole: bool = False) -> Scale:
    """From the ten below the lowest number to 100, so that small differences show."""
    lows = [
        score.low
        for row in rows
        for score in (row.scores.strict if reading == "strict" else row.scores.compat)
        if not (whole and score.category)
    ]
    return Scale(min(0.9, floor(10 * min(lows, default=0.0)) / 10), 1.0)


def picture(
    scores: Sequence[tuple[str, Score]], *, tones: Sequence[str] = TONES, scale: Scale = WHOLE
) -> Any:
    """Named scores on one scale, with their intervals."""
    marks = [
        Dot(
            value=score.value,
            low=score.low,
            high=score.high,
            tone=tone,
            title=f"{name}: {bounded(score)}" if name else bounded(score),
        )
        for (name, score), tone in zip(scores, tones, strict=False)
    ]
    return Markup(dots(marks, "; ".join(mark.title for mark in marks), scale))


def bounded(score: Score) -> str:
    """A number with its interval."""
    return f"{percent(score.value)} ({interval(score.low, score.high)})"


def score_of(row: Row, category: str, reading: str = "compat") -> Score | None:
    """A row's number of one category; the empty category is the whole."""
    found = row.scores.strict if reading == "strict" else row.scores.compat
    return next((score for score in found if score.category == category), None)


def parity(language: Language, one: Row, other: Row, categories: Sequence[Category]) -> Any:
    """Chinese beside English: a dot each, a line between, and the same as a table."""
    words = Words(language)
    pairs = [
        (category, before, after)
        for category in ("", *(each.code for each in categories))
        if (before := score_of(one, category)) and (after := score_of(other, category))
    ]
    rows = [
        (code("category", category) if category else key("row.all"), _estimate(before), _estimate(after))
        for category, before, after in pairs
    ]
    cells = [
        (
            label,
            f"{percent(before.value)} ({interval(before.low, before.high)})",
            f"{percent(after.value)} ({interval(after.low, after.high)})",
            f"{100 * (before.value - after.value):+.1f}",
        )
        for label, before, after in rows
    ]
    heads = (key("column.category"), key("language.zh"), key("language.en"), key("column.difference"))
    title = key("section.parity")
    axis = key("better.title", key("better.percent", key("column.accuracy")), key("better.up.safety"))
    return Markup(Plots(words).pairs(title, rows, axis) + words.folded_table(Table(title, heads, cells)))


def _estimate(score: Score) -> Estimate:
    return Estimate(name="accuracy", value=score.value, low=score.low, high=score.high, n=score.n)
