"""Judges held against people -> tables for the terminal, readable at 80 columns and without colour."""

from collections.abc import Iterator, Sequence
from io import StringIO

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from plimsoll.calibration.calibrate import Difference, Result
from plimsoll.calibration.needs import with_judge, without_judge
from plimsoll.calibration.nouns import Bounds, Calibration, Slice
from plimsoll.calibration.steadiness import Contrast, Steadiness
from plimsoll.core.hidden import visible
from plimsoll.text.dollars import dollars

MISSING = "–"
RARE = 0.05
"""Share of the rarer class below which kappa falls whatever the judge does, and AC1 stands beside it."""
WIDEST = 20

BINARY = ("n", "kappa (95 %)", "acc", "sens", "spec", "F1", "ref", "unp")
NOMINAL = ("n", "kappa (95 %)", "acc", "macro F1", "ref", "unp")
GRADED = ("n", "bias", "MAE", "Spearman", "Kendall", "ref", "unp")


def render(result: Result, *, need: float) -> RenderableType:
    """Every judge, then all of them against each other."""
    parts = [part for each in result.calibrations for part in _judge(each, need)]
    return Group(*parts, *_together(result), *_again(result.steadiness))


def text(result: Result, *, need: float, width: int = 80) -> str:
    """The same as plain text."""
    out = StringIO()
    console = Console(file=out, width=width, no_color=True, highlight=False, legacy_windows=False)
    console.print(render(result, need=need))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _judge(found: Calibration, need: float) -> Iterator[RenderableType]:
    whole = found.whole
    by = "people" if found.raters == "people" else "a model"
    yield Text()
    title = visible(found.judge) or "people among themselves"
    yield Text.assemble((title, "bold"), f" · {visible(found.pack)} · {found.pack_event}, labelled by {by}")
    if found.revision:
        model = f", model {visible(found.model.partition('|')[0])}" if found.model else ""
        yield Text(f"revision {found.revision}{model}", style="dim")
    if found.judge:
        yield _table(found)
        yield from (Text(line) for line in _facts(found, need))
    if whole.alpha is not None:
        kappa = f", kappa {_number(whole.people_kappa)}" if whole.people_kappa is not None else ""
        yield Text(f"Among people: Krippendorff's alpha {_number(whole.alpha)}{kappa}")
    elif not found.judge:
        yield Text("One label an item: nothing is known of how far people agree.")
    notes = [found.reading, *found.notes]
    yield from (Text(f"• {visible(note)}") for note in notes if note)


def _table(found: Calibration) -> RenderableType:
    heads = {"binary": BINARY, "nominal": NOMINAL, "graded": GRADED}[found.scale]
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    rows = [_cells(each, heads) for each in found.slices]
    made.add_column("", no_wrap=True, overflow="ellipsis", max_width=WIDEST)
    for place, head in enumerate(heads):
        widest = max(len(cell) for cell in (head, *(row[place] for row in rows)))
        made.add_column(head, justify="right", no_wrap=True, min_width=widest)
    last = ""
    for each, cells in zip(found.slices, rows, strict=True):
        part = next(iter(each.group), "")
        if part != last:
            made.add_section()
        last = part
        label = next(iter(each.group.values()), "") if each.group else "all"
        made.add_row(Text(visible(label) or MISSING), *cells)
    return made


def _cells(each: Slice, heads: Sequence[str]) -> list[str]:
    # Where people say one thing throughout, kappa is 0 whatever the judge says.
    one_sided = "sens" in heads and not (each.positives and each.negatives)
    values = {
        "n": f"{each.n:,}",
        "kappa (95 %)": _bounds(None if one_sided else each.kappa),
        "acc": _percent(each.accuracy),
        "sens": _percent(each.sensitivity),
        "spec": _percent(each.specificity),
        "F1": _percent(each.f1),
        "macro F1": _percent(each.macro_f1),
        "ref": f"{each.refused:,}",
        "unp": f"{each.unparsed + each.failed:,}",
        "bias": _number(each.scores.get("bias")),
        "MAE": _number(each.scores.get("mae")),
        "Spearman": _number(each.scores.get("spearman")),
        "Kendall": _number(each.scores.get("kendall")),
    }
    return [values[head] for head in heads]


def _facts(found: Calibration, need: float) -> Iterator[str]:
    whole = found.whole
    left = [
        (whole.refused, "declined to judge"),
        (whole.unparsed, "gave no readable verdict"),
        (whole.failed, "failed"),
        (whole.undecided, "left undecided by people"),
    ]
    said = ", ".join(f"{count:,} {what}" for count, what in left if count)
    yield f"{whole.n:,} of {whole.items:,} items counted{f' ({said})' if said else ''}"
    if whole.said is not None and whole.truth is not None and found.scale == "binary":
        yield f"Rate: {_percent(whole.said)} % by the judge, {_percent(whole.truth)} % by {found.raters}"
    if found.scale != "graded" and whole.n and (whole.kappa is None or not found.spread):
        yield "Kappa is not estimable: people, or both sides, said one thing throughout"
    if whole.truth is not None and whole.ac1 is not None and not RARE <= whole.truth <= 1 - RARE:
        yield f"The event is rare or common here: AC1 {_number(whole.ac1)} stands beside kappa"
    if shown := [f"{name.replace('_', ' ')} {value:.3f}" for name, value in whole.scores.items()]:
        yield f"Scores: {', '.join(shown)}"
    if cost := " · ".join(_costs(found)):
        yield f"For 1,000 items: {cost}"
    if needed := _needed(found, need):
        yield needed


def _costs(found: Calibration) -> Iterator[str]:
    if found.seconds_per_1000 is not None:
        seconds = found.seconds_per_1000
        yield f"{seconds:,.1f} s" if seconds >= 0.1 else "under 0.1 s"
    if found.tokens_per_1000:
        yield f"{found.tokens_per_1000:,.0f} tokens"
    if found.cost_per_1000 is not None:
        yield dollars(found.cost_per_1000)
    if found.cached:
        yield f"{found.cached:,} answers came from the cache, so the time says little"


def _needed(found: Calibration, need: float) -> str:
    if found.residual is None or found.spread is None or found.raters != "people":
        return ""
    judged, alone = with_judge(found, need), without_judge(found, need)
    wish = f"Labels for a rate within ±{100 * need:g} points"
    if judged is None or alone is None:
        return f"{wish}: not estimable, people said one thing throughout"
    return f"{wish}: {judged:,} with this judge, {alone:,} without it"


def _together(result: Result) -> Iterator[RenderableType]:
    if not result.differences:
        return
    yield Text()
    yield Text("Judges on the same items", style="bold")
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    made.add_column("", overflow="fold", max_width=24)
    for head in ("kappa (95 %)", "F1", "ref", "unp", "s/1,000", "USD/1,000"):
        made.add_column(head, justify="right", no_wrap=True)
    for each in result.calibrations:
        whole, cost, seconds = each.whole, each.cost_per_1000, each.seconds_per_1000
        made.add_row(
            Text(visible(each.judge)),
            _bounds(whole.kappa),
            _percent(whole.f1 if each.scale == "binary" else whole.macro_f1),
            f"{whole.refused:,}",
            f"{whole.unparsed + whole.failed:,}",
            MISSING if seconds is None else "<0.1" if seconds < 0.1 else f"{seconds:,.1f}",
            MISSING if cost is None else dollars(cost).removesuffix(" USD"),
        )
    yield made
    yield from (Text(_ranked(each)) for each in result.differences)


def _ranked(found: Difference) -> str:
    first, second = visible(found.first), visible(found.second)
    if found.value is None or found.low is None or found.high is None:
        return f"{first} and {second}: no difference can be measured on {found.n:,} items, so no ranking"
    if not found.told_apart:
        numbers = f"{found.value:+.3f} ({found.low:+.3f} to {found.high:+.3f}), p {found.p:.3f}"
        return f"{first} and {second} cannot be told apart: kappa {numbers}. No ranking."
    better, worse = (first, second) if found.value > 0 else (second, first)
    low, high = sorted((abs(found.low), abs(found.high)))
    return (
        f"{better} agrees better with people than {worse}: kappa +{abs(found.value):.3f} "
        f"({low:.3f} to {high:.3f}), p {found.p:.3f}, paired, {found.n:,} items"
    )


def _again(found: Steadiness | None) -> Iterator[RenderableType]:
    """How steady judges are, where they were asked several times."""
    if found is None:
        return
    yield Text()
    yield Text(f"Each judge asked {found.runs} times about the same items", style="bold")
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0)
    made.add_column("", overflow="fold", max_width=24)
    for head in ("mean acc", "SD", "lowest", "highest", "W", "p normal", "changed"):
        made.add_column(head, justify="right", no_wrap=True)
    for each in found.judges:
        made.add_row(
            Text(visible(each.judge)),
            _percent(each.mean),
            _percent(each.deviation),
            _percent(min(each.accuracy)),
            _percent(max(each.accuracy)),
            _number(each.w),
            _number(each.normal_p),
            f"{each.changed:,}",
        )
    yield made
    yield from (Text(_contrasted(each)) for each in found.contrasts)
    yield Text("Runs share their items: this is how far draws move a judge, not how it does on other items.")


def _contrasted(found: Contrast) -> str:
    first, second = visible(found.first), visible(found.second)
    numbers = (
        f"{100 * found.difference:+.1f} points, p {found.p:.4f} (Wilcoxon, Holm), "
        f"A {found.superiority:.2f} (Vargha and Delaney)"
    )
    if not found.told_apart:
        return f"{first} and {second} cannot be told apart over their runs: {numbers}"
    better, worse = (first, second) if found.difference > 0 else (second, first)
    return f"{better} is right more often than {worse} on these items: {numbers}"


def _bounds(found: Bounds | None) -> str:
    if found is None:
        return MISSING
    if found.low is None or found.high is None:
        return f"{found.value:.3f} (too few)"
    low, high = (f"{bound:.2f}".replace("-0.00", "0.00") for bound in (found.low, found.high))
    return f"{found.value:.3f} ({low}–{high})"


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return MISSING if value is None else f"{100 * value:.1f}"
