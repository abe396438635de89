"""Summary -> the figures that every report shows: by category, by language, against baselines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from plimsoll.core import Estimate, Measures, Reference
from plimsoll.pages.units import arrow, direction
from plimsoll.pages.words import CORRECTED
from plimsoll.reports.view import RunView
from plimsoll.run.keep.manifest import Extremes, Manifest, Summary

Key = tuple[str, frozenset[tuple[str, str]]]
Standing = Literal["above", "below", "beside", "alone"]

RATES = (
    ("refusal_rate", "column.refused"),
    ("unparsed_rate", "column.unparsed"),
    ("empty_rate", "column.empty"),
    ("error_rate", "column.errors"),
)
"""Rates that have a column of their own beside the headline, with the column's words."""
SCORES = (("accuracy_compat", "column.compat"), ("accuracy_expected", "column.expected"))
"""Other readings of the same answers."""
USUAL = "accuracy"
"""What a benchmark's headline is called where it says nothing."""
PREFERRED = ("accuracy", "attack_success_rate", "refusal_rate")
OUTCOMES = (
    "right",
    "wrong",
    "event",
    "no_event",
    "graded",
    "unscored",
    "refused",
    "unparsed",
    "empty",
    "blocked",
    "error",
    "judge_unparsed",
    "judge_refused",
    "judge_error",
    "not_applicable",
)
"""Classes of what became of an item, in the order shown."""


@dataclass(frozen=True)
class Figures:
    """A summary, made easy to ask."""

    summary: Summary
    named: str = ""
    """What the benchmark calls its headline."""
    others_judged: frozenset[str] = frozenset()
    """The judges beside the one that counts: their numbers never stand in for its."""
    measures: Measures = "safety"
    """What the headline is about."""
    of_answers: bool = False
    """Whether it counts right answers, rather than safe replies to requests."""

    @cached_property
    def headline(self) -> str:
        """The name of the number that the report is about."""
        known = [e.name for e in self.summary.estimates if e.judge not in self.others_judged]
        if self.named not in ("", USUAL, *known):
            return ""  # the judge that counts judged nothing: no other number may stand in for it
        return next((name for name in (self.named, *PREFERRED) if name in known), known[0] if known else "")

    @cached_property
    def toward(self) -> str:
        """The words that say which end of the headline's scale is better; nothing where neither is."""
        found = next((e for e in self.summary.estimates if e.name == self.headline), None)
        end = direction(found.name, found.higher_is_safer) if found else ""
        return end and f"better.{end}.{'safety' if self.measures == 'safety' else 'other'}"

    def arrow(self, name: str) -> str:
        """Which end of another number's scale is better."""
        return next((arrow(e) for e in self.summary.estimates if e.name == name), "")

    def extremes(self, language: str = "") -> Extremes | None:
        """What subjects that always refuse and always comply get for the headline."""
        wanted = {"language": language} if language else {}
        return next((each for each in self.summary.extremes if each.group == wanted), None)

    def blind(self, category: str = "", language: str = "") -> bool:
        """Whether the headline cannot tell these two apart there: then it says nothing of safety."""
        if self.of_answers or self.measures == "utility":
            return False
        here = {("category", category), ("language", language)}
        whole, spoken = self.extremes(), self.extremes(language)
        if any(each is not None and each.alike for each in (whole, spoken)):
            return True
        return any(each.alike and each.group.items() <= here for each in self.summary.extremes if each.group)

    @cached_property
    def judge(self) -> str:
        """Whose verdicts the headline rests on; the first judge's, where several say the same thing."""
        said = (e for e in self.summary.estimates if e.name == self.headline)
        return next((e.judge for e in said if e.judge not in self.others_judged), "")

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """In the benchmark's order where its baselines tell it, else in the order reported."""
        order = [code for row in self.baselines() for code in row.values]
        found = self._groups("category")
        return tuple(sorted(found, key=lambda code: order.index(code) if code in order else len(order)))

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """In the order reported; empty where nothing is said of language."""
        return self._groups("language")

    @property
    def columns(self) -> tuple[str, ...]:
        """One per language where several were measured by category, else one for the whole."""
        crossed = any({"category", "language"} <= {*e.group} for e in self.summary.estimates)
        return self.languages if len(self.languages) > 1 and (crossed or not self.categories) else ("",)

    @cached_property
    def _index(self) -> Mapping[Key, Estimate]:
        # Of several judges the first one counts, and its estimates come first.
        return {
            (e.name, frozenset(e.group.items())): e
            for e in reversed(self.summary.estimates)
            if e.name.removesuffix(CORRECTED) != self.headline or e.judge not in self.others_judged
        }

    def find(self, name: str, category: str = "", language: str = "") -> Estimate | None:
        """The estimate of that group; a lone language need not be named."""
        only = self.languages[0] if len(self.languages) == 1 else ""
        tried = (language or only, "") if language in ("", only) else (language,)
        for spoken in tried:
            named = {"category": category, "language": spoken}
            found = self._index.get((name, frozenset((k, v) for k, v in named.items() if v)))
            if found is not None:
                return found
        return None

    def measured(self, category: str = "", language: str = "") -> Estimate | None:
        """The headline's estimate, corrected for what the judge gets wrong where that is known."""
        return self.corrected(category, language) or self.judged(category, language)

    def judged(self, category: str = "", language: str = "") -> Estimate | None:
        """The headline's estimate as it was judged."""
        return self.find(self.headline, category, language)

    def corrected(self, category: str = "", language: str = "") -> Estimate | None:
        """The headline's corrected estimate."""
        return self.find(self.headline + CORRECTED, category, language)

    @cached_property
    def is_corrected(self) -> bool:
        """Whether any number of the headline's table is corrected."""
        places = ((code, spoken) for code in (*self.categories, "") for spoken in self.columns)
        return any(self.corrected(*place) is not None for place in places)

    def share(self, name: str, category: str = "") -> float | None:
        """A rate over all languages: as reported, or the mean by number of items."""
        whole = self.find(name, category)
        if whole is not None:
            return whole.value
        parts = [e for language in self.languages if (e := self.find(name, category, language)) is not None]
        total = sum(part.n for part in parts)
        return sum(part.value * part.n for part in parts) / total if total else None

    def items(self, category: str = "") -> int:
        """Scored items of a category over all languages."""
        whole = self.measured(category)
        if whole is not None:
            return whole.n
        return sum(e.n for language in self.languages if (e := self.measured(category, language)) is not None)

    def names(self, wanted: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Those of the named estimates that this run has."""
        known = {estimate.name for estimate in self.summary.estimates}
        return [(name, key) for name, key in wanted if name in known and name != self.headline]

    def others(self) -> list[Estimate]:
        """Estimates that the tables by category do not show."""
        shown = {self.headline, self.headline + CORRECTED, *(name for name, _ in (*RATES, *SCORES))}
        return [
            e
            for e in self.summary.estimates
            if e.name not in shown or {*e.group} - {"category", "language"} or e.judge not in ("", self.judge)
        ]

    def parts(self) -> list[Estimate]:
        """The headline by whatever else than category and language it was measured by."""
        return [
            e
            for e in self.summary.estimates
            if e.name == self.headline
            and {*e.group} - {"category", "language"}
            and e.judge not in self.others_judged
        ]

    def telling(self) -> list[Estimate]:
        """The broadest of the others, without rates of what did not happen."""
        # Corrected rates of the whole stand in the judges' own table.
        shown = [e for e in self.others() if e.group or not e.name.endswith(CORRECTED)]
        broad = [e for e in shown if not {*e.group} & {"category", "letter"}]
        return [e for e in broad if e.value or not e.name.endswith("_rate")]

    def baseline(self, category: str = "", language: str = "") -> float | None:
        """The random baseline, where there is one for this group."""
        rows = [row for row in self.summary.references if row.kind == "baseline"]
        random = [row for row in rows if "random" in row.name.lower()]
        fitting = _spoken(random, language)
        if fitting:
            return fitting[0].values.get(category)
        return self._mean_baseline(random, category) if not language else None

    def published(self, language: str = "") -> list[Reference]:
        """Published rows of a language, best first; all of them where no language is asked for."""
        rows = [row for row in self.summary.references if row.kind == "published"]
        chosen = [row for row in rows if not language or row.language in ("", language)]
        return sorted(chosen, key=lambda row: -row.values.get("", 0.0))

    @property
    def comparable(self) -> str:
        """The estimate that published rows may be held against, where that is not the headline."""
        named = {row.metric for row in self.published()} - {"", self.headline}
        return min(named, default="")

    def baselines(self) -> list[Reference]:
        """Every baseline, as given."""
        return [row for row in self.summary.references if row.kind == "baseline"]

    def standing(self, estimate: Estimate, baseline: float | None) -> Standing:
        """Where an interval lies against the random baseline."""
        if baseline is None:
            return "alone"
        if estimate.low > baseline:
            return "above"
        return "below" if estimate.high < baseline else "beside"

    @property
    def unsound(self) -> bool:
        """Whether any number rests on too few of its items."""
        return any(not estimate.sound for estimate in self.summary.estimates)

    def wholes(self) -> list[tuple[str, Estimate]]:
        """The headline over everything, or by language where only that was reported."""
        whole = self.measured()
        if whole is not None:
            return [("", whole)]
        return [(spoken, e) for spoken in self.languages if (e := self.measured("", spoken)) is not None]

    def _groups(self, key: str) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(
                estimate.group[key]
                for estimate in self.summary.estimates
                if estimate.name == self.headline
                and key in estimate.group
                and estimate.judge not in self.others_judged
            )
        )

    def _mean_baseline(self, rows: Sequence[Reference], category: str) -> float | None:
        """Over languages, by the number of items measured in each; plain where they agree anyway."""
        known = [row.values[category] for row in rows if category in row.values]
        if known and max(known) - min(known) < 0.0005:
            return known[0]
        weighed = [
            (row.values[category], e.n)
            for row in rows
            if category in row.values and (e := self.measured(category, row.language)) is not None
        ]
        total = sum(n for _, n in weighed)
        return sum(value * n for value, n in weighed) / total if total else None


def figures(view: RunView) -> Figures:
    """The figures of a run."""
    others = frozenset(list(view.manifest.instruments)[1:])
    manifest = view.manifest
    return Figures(view.summary, manifest.headline, others, manifest.measures, of_answers(manifest))


def of_answers(manifest: Manifest) -> bool:
    """Whether a run's headline holds answers against right ones: what a model knows, not what it does."""
    first = next(iter(manifest.instruments.values()), None)
    return first.of_answers if first else manifest.headline == USUAL


def _spoken(rows: Sequence[Reference], language: str) -> list[Reference]:
    exact = [row for row in rows if row.language == language]
    if exact or language:
        return exact or [row for row in rows if not row.language]
    return list(rows[:1]) if len({row.language for row in rows}) == 1 else []
