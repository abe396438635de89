"""Guards measured on a set -> tables for the terminal, readable at 80 columns and without colour."""

from collections.abc import Iterator, Mapping

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from plimsoll.core.hidden import visible
from plimsoll.screening.nouns import Figure, Named, Pair, Part, Screened
from plimsoll.screening.online import Online
from plimsoll.screening.screen import Result
from plimsoll.screening.voting import Voted
from plimsoll.text.dollars import dollars

MISSING = "–"
HEADS: Mapping[str, str] = {
    "auprc": "AUPRC",
    "auroc": "AUROC",
    "f1": "F1",
    "precision": "precision",
    "recall": "recall",
    "false_alarms": "false alarms",
}


def render(result: Result) -> RenderableType:
    """Every guard, then all of them against each other."""
    found = [part for each in result.guards for part in _guard(each)]
    return Group(*found, *_pairs(result), *_disturbed(result), *_online(result.online), *_voted(result.voted))


def _guard(found: Screened) -> Iterator[RenderableType]:
    yield Text()
    yield Text.assemble((visible(found.guard), "bold"), f" · {visible(found.set)}")
    yield Text(f"{found.n:,} conversations, {found.positives:,} of those that count unsafe", style="dim")
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for head in ("", "Value", "95 % interval", ""):
        made.add_column(head, justify="left" if not head else "right", no_wrap=True)
    for name, head in HEADS.items():
        each = found.figures[name]
        made.add_row(head, number(each.value), bounds(each), _beside(name, found))
    yield made
    yield from (Text(line) for line in _facts(found))
    if found.categories or found.slices:
        yield _parts([*found.categories, *found.slices])
    if found.named is not None:
        yield Text(_named(found.named))
    yield from (Text(f"• {visible(note)}") for note in found.notes)
    yield Text(f"prompt {found.prompt_sha256[:12]} · split {found.split_sha256[:12]}", style="dim")
    if found.run:
        yield Text(f"run     {visible(found.run)}")


def _beside(name: str, found: Screened) -> str:
    if name == "auprc" and found.prevalence is not None:
        return f"knowing nothing: {number(found.prevalence)}"
    return ""


def _facts(found: Screened) -> Iterator[str]:
    yield f"Threshold {found.threshold:.4g}: {found.threshold_from}"
    left = [
        (found.unparsed, "unparsed"),
        (found.errors, "errors"),
        (found.empty, "empty"),
        (found.tied, "without a label"),
    ]
    if said := ", ".join(f"{count:,} {what}" for count, what in left if count):
        how = {
            "apart": "left out",
            "block": "counted as unsafe",
            "pass": "counted as safe",
            "wrong": "an error each",
        }[found.undecided]
        yield f"No verdict: {said}; what the guard left undecided is {how} (--undecided)"
    if found.unknown_codes:
        codes = ", ".join(f"{visible(code)} ({n:,})" for code, n in sorted(found.unknown_codes.items()))
        yield f"Codes that its policy does not have: {codes}"
    if found.reading:
        yield f"Read as: {visible(found.reading)}"
    yield from _calibration(found)
    yield from _cost(found)


def _calibration(found: Screened) -> Iterator[str]:
    held = found.calibration
    if held.ece is None:
        return
    said = f"Calibration error (ECE) {number(held.ece)}, Brier {number(held.brier)}"
    if held.temperature is not None:
        said += (
            f"; with temperature {held.temperature:.2f} {number(held.ece_temperature)}, by rising steps "
            f"{number(held.ece_isotonic)} (learned on {held.development:,})"
        )
    yield said


def _cost(found: Screened) -> Iterator[str]:
    cost = found.cost
    said: list[str] = []
    if cost.median_ms is not None and cost.p95_ms is not None:
        said.append(f"{cost.median_ms:,.3g} ms a verdict, {cost.p95_ms:,.3g} ms at the 95th percentile")
    if cost.input_tokens or cost.output_tokens:
        said.append(f"{cost.input_tokens:,} tokens in, {cost.output_tokens:,} out")
    if cost.dollars is not None:
        said.append(dollars(cost.dollars))
    if cost.cached:
        said.append(f"{cost.cached:,} answers from the cache")
    if said:
        yield " · ".join(said)


def _parts(parts: list[Part]) -> RenderableType:
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    made.add_column("", overflow="fold", max_width=26)
    for head in ("against", "unsafe", "safe", "AUPRC (95 %)", "recall", "alarms"):
        made.add_column(head, justify="right", no_wrap=True)
    for part in parts:
        auprc = part.figures["auprc"]
        made.add_row(
            Text(visible(part.name)),
            part.reading,
            f"{part.positives:,}",
            f"{part.negatives:,}",
            f"{number(auprc.value)} {bounds(auprc)}".strip(),
            number(part.figures["recall"].value),
            number(part.figures["false_alarms"].value),
        )
    return made


def _named(found: Named) -> str:
    over = "hub hazards" if found.over == "hub" else f"categories of {found.over}"
    return (
        f"Over {over}, {found.n:,} unsafe conversations: the same ones on {number(found.exact)}, one in "
        f"common on {number(found.overlap)}; F1 {number(found.micro_f1)} together, "
        f"{number(found.macro_f1)} on the mean"
    )


def _pairs(result: Result) -> Iterator[RenderableType]:
    if not result.pairs:
        return
    yield Text()
    yield Text("Guards on the same conversations, paired", style="bold")
    yield from (Text(line) for pair in result.pairs for line in _pair(pair))


def _disturbed(result: Result) -> Iterator[RenderableType]:
    if not result.disturbed:
        return
    yield Text()
    yield Text("Disturbed texts, beside the plain ones", style="bold")
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for head in ("", "recall", "change (95 %)", "alarms", "unparsed", "AUPRC change"):
        made.add_column(head, justify="right" if head else "left", overflow="fold")
    for each in result.disturbed:
        recall, auprc = each.pair.differences["recall"], each.pair.differences["auprc"]
        made.add_row(
            Text(f"{visible(each.guard)} under {visible(each.by)}"),
            number(each.figures["recall"].value),
            MISSING if recall.value is None else f"{recall.value:+.3f} {bounds(recall)}",
            number(each.figures["false_alarms"].value),
            f"{each.undecided:,}",
            MISSING if auprc.value is None else f"{auprc.value:+.3f}, p {each.pair.p['auprc']:.3f}",
        )
    yield made


def _pair(pair: Pair) -> Iterator[str]:
    first, second = visible(pair.first), visible(pair.second)
    yield f"{first} minus {second}, {pair.n:,} conversations"
    for name in ("auprc", "auroc", "f1"):
        found = pair.differences[name]
        if found.value is None:
            yield f"  {HEADS[name]}: not defined for both"
            continue
        verdict = "told apart" if pair.p[name] < 0.05 else "cannot be told apart"
        yield f"  {HEADS[name]} {found.value:+.4f} {bounds(found)}, p {pair.p[name]:.3f}: {verdict}"
    yield (f"  right alone: {pair.only_first:,} and {pair.only_second:,}, exact p {pair.p_decisions:.3g}")


def _online(found: Online | None) -> Iterator[RenderableType]:
    if found is None:
        return
    yield Text()
    yield Text("The ensemble, learning from label to label", style="bold")
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for head in ("expert", "weight", "loss", "errors"):
        made.add_column(head, justify="left" if head == "expert" else "right")
    for row in zip(found.experts, found.weights, found.losses, found.expert_errors, strict=True):
        made.add_row(Text(visible(row[0])), f"{row[1]:.4f}", f"{row[2]:,.2f}", f"{row[3]:,}")
    made.add_section()
    made.add_row("the mixture", "", f"{found.mixture:,.2f}", f"{found.errors:,}")
    yield made
    held = "" if found.share else f", of at most {found.bound:,.2f}"
    yield Text(
        f"{found.rounds:,} labels for {found.decided:,} conversations; regret {found.regret:,.2f}{held}, "
        "beside the best expert"
    )


def _voted(found: Voted | None) -> Iterator[RenderableType]:
    if found is None:
        return
    yield Text()
    yield Text("The guards as a jury", style="bold")
    yield Text(
        f"Among jurors: Fleiss' kappa {number(found.fleiss_kappa)}, Krippendorff's alpha "
        f"{number(found.krippendorff_alpha)}"
    )
    for juror in found.jurors:
        yield Text(
            f"  {visible(juror.name)}: kappa with people {number(juror.kappa)}; by the votes "
            f"alone it finds {100 * juror.sensitivity:.1f} % of unsafe ones and passes "
            f"{100 * juror.specificity:.1f} % of safe ones"
        )
    yield Text(
        f"Majority: right on {number(found.majority_accuracy)}; {found.needs_human:,} of {found.n:,} "
        "need a human"
    )
    yield Text(
        f"Posterior (Dawid and Skene): right on {number(found.posterior_accuracy)}; {found.abstained:,} "
        f"below the margin {found.margin:g}; expected share of wrong labels {number(found.expected_noise)}"
    )


def number(value: float | None) -> str:
    """Four digits, or a dash."""
    return MISSING if value is None else f"{value:.4f}"


def bounds(found: Figure) -> str:
    """The interval, or nothing."""
    if found.value is None:
        return ""
    return (
        "(too few)" if found.low is None or found.high is None else f"({found.low:.3f} to {found.high:.3f})"
    )
