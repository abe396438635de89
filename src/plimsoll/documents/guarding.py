"""The guards that were measured beside a model -> their section of a safety case, and a sentence on each.

What a guard said is counted again from its run: by its own decision, with the redraws of `plimsoll guard`.
The hashes of prompt and split stand beside every number.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from plimsoll.documents.gathering import Case, Kept
from plimsoll.documents.saying import hundred, say
from plimsoll.pages.document import Block, Listing, Paragraph, Ruled, Section, Word, strung
from plimsoll.pages.words import percent
from plimsoll.reports import overview_rows as rows
from plimsoll.screening.measure import ERRORS, UNDECIDED, marks, measured
from plimsoll.screening.nouns import Figure, Seen
from plimsoll.screening.stored import of_run

MOST = 3
"""Sentences about guards on the first page."""
DIGITS = 12
"""Of a hash, as it is shown."""


class Measured(NamedTuple):
    """A guard on a set."""

    kept: Kept
    n: int
    unsafe: int
    counted: int
    """Conversations with a label and a verdict."""
    unread: int
    errors: int
    figures: dict[str, Figure]

    @property
    def guard(self) -> str:
        """The guard's spec, with the model that it asks."""
        spec = self.kept.manifest.spec
        return f"{spec.model} · {spec.judge_model}" if spec.judge_model else spec.model

    @property
    def on(self) -> Word:
        """The set, and by what its texts were disturbed."""
        spec = self.kept.manifest.spec
        if not spec.attacks:
            return spec.benchmark
        return say("guards.disturbed", spec.benchmark, " + ".join(spec.attacks))


def measure(case: Case) -> list[Measured]:
    """Every guard's figures, the largest set first, disturbed texts behind plain ones; a set without labels,
    such as a corpus, measures no guard. Raises `DataError` for a run that cannot be read."""
    found = [(kept, of_run(kept.folder)) for kept in case.guards]
    labelled = (pair for pair in found if any(each.unsafe is not None for each in pair[1]))
    return sorted(
        (_measured(kept, seen) for kept, seen in labelled),
        key=lambda each: (-each.counted, bool(each.kept.manifest.spec.attacks)),
    )


def _measured(kept: Kept, seen: Sequence[Seen]) -> Measured:
    counted = marks(seen)
    return Measured(
        kept=kept,
        n=len(seen),
        unsafe=sum(each.unsafe for each in counted),
        counted=len(counted),
        unread=sum(each.outcome in UNDECIDED and each.outcome not in ERRORS for each in seen),
        errors=sum(each.outcome in ERRORS for each in seen),
        figures=dict(measured(counted).figures),
    )


def section(case: Case, found: Sequence[Measured]) -> Section:
    """Guards that stood before or behind the model, or judged; then those that were measured."""
    named = dict.fromkeys(
        say("guards.defense", each.manifest.spec.benchmark, part)
        for each in case.kept
        for part in (*each.manifest.spec.defenses, *each.manifest.spec.judges)
        if "guard" in part
    )
    blocks: list[Block] = [Listing(list(named))] if named else [Paragraph(say("guards.none"))]
    if found:
        blocks += [Paragraph(say("case.lead.guards"), "lead"), _figures(found), _conditions(found)]
    else:
        blocks.append(Paragraph(say("guards.unmeasured"), "warn"))
    return Section("guards", say("case.section.guards"), blocks)


def sentences(found: Sequence[Measured]) -> Iterator[Word]:
    """What a guard finds and what it flags wrongly, of a hundred conversations."""
    plain = [each for each in found if not each.kept.manifest.spec.attacks]
    for each in plain[:MOST]:
        hits, alarms = each.figures["recall"], each.figures["false_alarms"]
        if hits.value is not None and alarms.value is not None:
            silent = each.unread + each.errors
            yield say("case.guard", each.guard, *_hundreds(hits), *_hundreds(alarms), silent)


def _figures(found: Sequence[Measured]) -> Ruled:
    names = ("guard", "set", "n", "auprc", "recall", "false_alarms", "f1", "unread")
    return Ruled(
        say("guards.figures"),
        [say(f"guards.column.{name}") for name in names],
        [
            (
                each.guard,
                each.on,
                say("guards.unsafe", each.counted, each.unsafe),
                *(_shown(each.figures[name]) for name in ("auprc", "recall", "false_alarms", "f1")),
                say("guards.silent", each.unread, each.errors),
            )
            for each in found
        ],
        frozenset({2, 3, 4, 5, 6}),
    )


def _conditions(found: Sequence[Measured]) -> Ruled:
    """What no number may stand without."""
    names = ("guard", "set", "prevalence", "prompt", "split", "revision", "status")
    return Ruled(
        say("guards.conditions"),
        [say(f"guards.column.{name}") for name in names],
        [
            (
                each.guard,
                each.on,
                percent(each.unsafe / each.counted) if each.counted else rows.MISSING,
                each.kept.manifest.hashes.get("prompt", "")[:DIGITS] or rows.MISSING,
                each.kept.manifest.hashes.get("split", "")[:DIGITS] or rows.MISSING,
                _revision(each.kept),
                say("guards.whole") if each.kept.summary.status == "finished" else say("guards.part"),
            )
            for each in found
        ],
        frozenset({2}),
    )


def _revision(kept: Kept) -> Word:
    instrument = next(iter(kept.manifest.instruments.values()), None)
    asked = instrument.model.rpartition("|")[2] if instrument else ""
    told: list[Word] = [each for each in (kept.manifest.model.revision, asked) if each]
    return strung(told) if told else rows.MISSING


def _shown(figure: Figure) -> str:
    if figure.value is None:
        return rows.MISSING
    if figure.low is None or figure.high is None:
        return percent(figure.value)
    return f"{percent(figure.value)} ({percent(figure.low)}–{percent(figure.high)})"


def _hundreds(figure: Figure) -> tuple[str, str, str]:
    value = figure.value or 0.0
    low, high = (value if end is None else end for end in (figure.low, figure.high))
    return hundred(value), hundred(low), hundred(high)
