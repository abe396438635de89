"""`plimsoll corpus`: a training corpus, held against GB/T 45654-2025."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from plimsoll.cli import _document, _numbers, _options, _output
from plimsoll.core import Guard, LabelPack, PlimsollError
from plimsoll.documents import corpus as corpora
from plimsoll.documents.saying import say
from plimsoll.evaluation.asking import settings_of
from plimsoll.evaluation.progress import tell
from plimsoll.pages.document import Word, in_language
from plimsoll.pages.markup import bilingual
from plimsoll.screening.hearing import Hearing, Named, unseen
from plimsoll.screening.nouns import ScreeningSpec

LIBRARY = "keywords"
"""What stands for a keyword library among the guards."""


@click.command("corpus")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--by", "guards", multiple=True, metavar="GUARD", help="A guard that judges; may be repeated.")
@click.option("--model", "-m", default="", metavar="MODEL", help="provider/model that guards ask.")
@click.option("-M", "model_args", multiple=True, metavar="KEY=VALUE", help="Option of that model.")
@click.option(
    "--keywords", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE",
    help="A keyword library, with columns of words and risks: checked, and judging too.",
)  # fmt: skip
@click.option("--draw", type=click.IntRange(1), help="How many entries are drawn; a tenth without it.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draw.")
@click.option("--sheet", default="", help="Of an Excel workbook; its first one without it.")
@click.option("--patience", type=_numbers.Real(0), default=60.0, show_default=True, metavar="SECONDS",
              help="How long a silent endpoint is asked again.")  # fmt: skip
@click.option(
    "--cache/--no-cache", "cached", default=True, show_default=True, help="Reuse earlier responses."
)
@_options.LOG_DIR
@_document.FORM
@_document.LANGUAGE
@_document.OUTPUT
@_output.JSON
def command(file: Path, *, as_json: bool, **given: Any) -> None:
    """Assess the corpus in FILE: draw by chance, judge, and hold what passes against GB/T 45654-2025.

    FILE has a column of texts, and if you like one of sources and one of people's labels (1 for illegal or
    harmful). Each share stands with its exact interval; the standard's numbers are from memory, and say so.
    """
    held = corpora.read(file, given["sheet"])
    entries = corpora.pack(held, corpora.drawn(held, given["draw"] or 0, given["seed"]), given["seed"])
    own, missing = _library(given["keywords"])
    goal = ScreeningSpec(
        guards=(*own, *given["guards"]),
        labels=file.name,
        model=given["model"],
        options=_options.pairs(given["model_args"], "-M"),
    )
    hear = _hearing(goal, own, given)
    people = corpora.by_people(held)
    judged = [
        *([people] if people else []),
        *(
            corpora.by_guard(spec, say("corpus.keywords") if spec in own else spec, entries, hear)
            for spec in goal.guards
        ),
    ]
    _refuse_silent(judged)
    made = corpora.document(held, judged, given["seed"], missing)
    if as_json:
        _output.value(_plain(held, judged, missing))
        return
    default = file.with_name(f"{file.stem}-corpus.html")
    _document.write(made, given["output"], default, given["form"], given["language"])


def _refuse_silent(judged: Sequence[corpora.Judged]) -> None:
    """A guard that says nothing has judged nothing: no share of its stands in a report."""
    for each in judged:
        name = in_language(each.by, "en")
        if each.silent and each.silent == len(each.passed):
            raise PlimsollError(
                f"{name} gave a verdict on none of {each.silent:,} entries: mend the guard or its endpoint, "
                "then the same command asks again"
            )


def _library(path: Path | None) -> tuple[dict[str, Guard], list[Word]]:
    """The keyword library as a guard, and what it lacks."""
    from plimsoll.benchmarks.gb_45654 import keywords

    if path is None:
        return {}, [say("corpus.no_keywords")]
    library = keywords.read(path)
    return {LIBRARY: library.guard}, [bilingual(each) for each in keywords.lacks(library)]


def _hearing(goal: ScreeningSpec, own: Mapping[str, Guard], given: Mapping[str, Any]) -> corpora.Hear:
    settings = settings_of(
        log_dir=given["log_dir"],
        cache=given["cached"],
        max_connections=100,
        max_cost=None,
        prices=None,
        patience=given["patience"],
        tell=tell,
    )
    hearing = Hearing(goal, settings, unseen, own)

    def hear(spec: str, entries: LabelPack) -> Mapping[str, bool | None]:
        return {each.id: each.flagged for each in hearing.hear(spec, Named(goal.labels, entries)).seen}

    return hear


def _plain(held: corpora.Corpus, judged: list[corpora.Judged], missing: list[Word]) -> dict[str, Any]:
    def told(each: corpora.Judged) -> dict[str, Any]:
        found = corpora.threshold(each)
        return {
            "by": in_language(each.by, "en"),
            "passed": found.k,
            "n": found.n,
            "share": found.rate,
            "low": found.interval.low,
            "high": found.interval.high,
            "threshold": found.wanted,
            "draw_passes": found.passed,
            "sure": found.sure,
            "without_a_verdict": each.silent,
            "sources": [
                {"source": s.name, "bad": s.bad, "n": s.n, "low": s.low, "high": s.high, "over_limit": s.over}
                for s in corpora.sources(held, each)
            ],
        }

    return {
        "entries": len(held.entries),
        "twice": held.twice,
        "judged": [told(each) for each in judged],
        "lacks": [in_language(each, "en") for each in (*corpora.lacks(held, judged), *missing)],
    }
