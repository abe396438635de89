"""A case -> the sections that set evidence beside hazards: judges, gaps, balance, attacks."""

from collections.abc import Iterator, Sequence

from plimsoll.comparison.compare import compare
from plimsoll.core import PlimsollError
from plimsoll.documents.gathering import Case, Kept, looked_at
from plimsoll.documents.saying import say
from plimsoll.pages.document import Bars, Block, Facts, Listing, Paragraph, Ruled, Section, Word, strung
from plimsoll.pages.markup import key
from plimsoll.pages.plots import Row, Track
from plimsoll.pages.units import unit
from plimsoll.pages.words import percent
from plimsoll.reports import overview_rows as rows
from plimsoll.reports import overview_says as says
from plimsoll.reports.figures import figures
from plimsoll.reports.overview import KINDS, Hazard, Line, better
from plimsoll.reports.unread import warnings
from plimsoll.reports.view import RunView

MISSING = rows.MISSING
SAID = ("system", "version", "intended_use", "users", "deployment", "organisation", "author", "contact")


def scope(case: Case) -> Section:
    """What people say of the system, what the runs say of themselves, and what neither can say."""
    held = case.scope
    facts: list[tuple[Word, Word]] = [
        (say(f"scope.{name}"), getattr(held, name) or say("case.unsaid")) for name in SAID
    ]
    first = case.kept[0].manifest
    dates = sorted(each.manifest.created[:10] for each in case.kept)
    shown = dict.fromkeys(tongue for each in case.overview.hazards for _, tongue in each.cells)
    tongues: list[Word] = [*held.languages] or [say(f"language.{tongue}") for tongue in shown]
    facts += [
        (say("scope.model"), case.model),
        (say("scope.revision"), first.model.revision or MISSING),
        (say("scope.languages"), strung(tongues) if tongues else MISSING),
        (say("scope.sampling"), ", ".join(f"{k}={v}" for k, v in first.spec.sampling.items()) or MISSING),
        (say("scope.system_prompt"), first.spec.system_prompt or MISSING),
        (say("scope.when"), dates[0] if dates[0] == dates[-1] else f"{dates[0]} – {dates[-1]}"),
    ]
    limits: list[Word] = [
        *(say("scope.out", each) for each in held.out_of_scope),
        *(say("scope.limit", each) for each in held.limits),
        say("scope.limits.text"),
        say("scope.limits.finite"),
    ]
    return Section("scope", say("case.section.scope"), [Facts(facts), Listing(limits)])


def hazards(case: Case) -> Section:
    """All 35, those that nobody looked at too."""
    found = case.overview
    judges = {line.entry.benchmark.partition(":")[0]: _trust(line) for line in found.lines if line.name}
    table = Ruled(
        say("case.section.hazards"),
        [say(f"column.{name}") for name in ("hazard", "replies", "answers", "n", "benchmarks", "trust")],
        [_hazard(each, judges) for each in found.hazards],
        frozenset({1, 2, 3}),
    )
    bars = Bars(
        say("kind.replies"),
        [_bar(each) for each in found.hazards if "replies" in each.whole],
        key("ov.column.replies"),
    )
    drawn: list[Block] = [bars] if bars.rows else []
    return Section(
        "hazards", say("case.section.hazards"), [Paragraph(say("case.lead.hazards"), "lead"), *drawn, table]
    )


def judges(case: Case) -> Section:
    """Of every benchmark who judged, and what is known of its errors."""
    table = Ruled(
        say("case.section.judges"),
        [say(f"column.{name}") for name in ("benchmark", "judge", "people", "unread", "warning")],
        [_judged(line) for line in case.overview.lines if line.name],
    )
    return Section("judges", say("case.section.judges"), [table])


def gaps(case: Case) -> Section:
    """What nothing measures, what could not be asked, what a number cannot see."""
    found = case.overview
    dark = [key(f"hazard.{each.id}") for each in found.hazards if not looked_at(each)]
    blocks: list[Block] = [Paragraph(say("case.lead.gaps"), "lead")]
    if dark:
        blocks.append(Paragraph(say("gap.hazards", strung(dark)), "warn"))
    missing = [*rows.gaps(found), *rows.scoreless(found)]
    if missing:
        columns = [say("column.benchmark"), say("column.why")]
        blocks.append(Ruled(say("case.section.gaps"), columns, missing))
    blocks.append(Listing(list(says.unseen(found))))
    return Section("gaps", say("case.section.gaps"), blocks)


def balance(case: Case) -> Section:
    """Every benchmark: a model that declines everything is safe, and of no use."""
    lines = sorted(case.overview.lines, key=lambda line: (KINDS.index(line.kind), line.label))
    table = Ruled(
        say("case.section.balance"),
        [say(f"column.{name}") for name in ("benchmark", "kind", "number", "n")],
        [
            (rows.name_of(line), say(f"kind.{line.kind}"), rows.number(line), f"{line.estimate.n:,}")
            for line in lines
            if line.estimate
        ],
        frozenset({2, 3}),
    )
    return Section("balance", say("case.section.balance"), [table])


def attacks(case: Case) -> Section:
    """Runs under attack or behind a defense, each beside the same questions asked plainly."""
    varied = (*case.attacked, *case.defended)
    if not varied:
        return Section("attacks", say("case.section.attacks"), [Paragraph(say("attacks.none"), "warn")])
    plain = {each.manifest.spec.benchmark: each for each in case.bare}
    names = ("benchmark", "attack", "defense", "plain", "under", "difference")
    table = Ruled(
        say("case.section.attacks"),
        [say(f"column.{name}") for name in names],
        [_varied(each, plain.get(each.manifest.spec.benchmark)) for each in varied],
        frozenset({3, 4, 5}),
    )
    lead = Paragraph(say("case.lead.attacks"), "lead")
    return Section("attacks", say("case.section.attacks"), [lead, table])


def _hazard(each: Hazard, judged: dict[str, Word]) -> Sequence[Word]:
    kinds = ("replies", "answers")
    names = dict.fromkeys(
        name for kind in kinds if kind in each.whole for name in each.whole[kind].benchmarks
    )
    total = sum(each.whole[kind].n for kind in kinds if kind in each.whole)
    trust = list(dict.fromkeys(judged[name] for name in names if name in judged))
    return (
        key("ov.hazard", each.id, key(f"hazard.{each.id}")),
        *(rows.measured(each.whole.get(kind)) for kind in kinds),
        f"{total:,}" if total else MISSING,
        ", ".join(names) or MISSING,
        strung(trust) if trust else MISSING,
    )


def _bar(each: Hazard) -> Row:
    cell = each.whole["replies"]
    return Row(
        label=key("ov.hazard", each.id, key(f"hazard.{each.id}")),
        note=[("zh", rows.measured(cell))],
        tracks=[Track(tone="zh", value=cell.value, low=cell.low, high=cell.high)],
    )


def _trust(line: Line) -> Word:
    name = line.judging or say("trust.rules")
    if line.itself:
        return say("trust.itself")
    return say("trust.people", name, line.corrected.labels) if line.corrected else name


def _judged(line: Line) -> Sequence[Word]:
    corrected = line.corrected
    warned: list[Word] = [*warnings(line.unread)[:1], *line.corrections[:1]]
    if line.itself:
        warned.insert(0, say("trust.itself"))
    return (
        rows.name_of(line),
        strung([line.judge or MISSING, line.judging or say("trust.rules")]),
        f"{corrected.labels:,}" if corrected else say("trust.none"),
        f"{percent(line.unread.share)} %" if line.unread.replies else MISSING,
        strung(warned) if warned else MISSING,
    )


def _varied(each: Kept, plain: Kept | None) -> Sequence[Word]:
    spec = each.manifest.spec
    return (
        spec.benchmark,
        " + ".join(spec.attacks) or MISSING,
        " + ".join(spec.defenses) or MISSING,
        _headline(plain) if plain else MISSING,
        _headline(each),
        _difference(plain, each) if plain else MISSING,
    )


def _headline(each: Kept) -> Word:
    found = figures(RunView(manifest=each.manifest, summary=each.summary))
    whole = found.corrected() or found.judged()
    if whole is None or unit(found.headline) != "share" or whole.low < 0:
        return MISSING
    turned = better(whole)
    return f"{percent(turned.value)} ({percent(turned.low)}–{percent(turned.high)})"


def _difference(plain: Kept, each: Kept) -> Word:
    try:
        (found,) = compare([plain.folder, each.folder])
    except PlimsollError:
        return say("attacks.unpaired")
    whole = found.whole
    sign = 1 if found.higher_is_safer else -1
    low, high = sorted((sign * whole.low, sign * whole.high))
    return f"{100 * sign * whole.difference:+.1f} ({100 * low:+.1f} … {100 * high:+.1f})"


def unsafe(case: Case) -> Iterator[Hazard]:
    """The hazards on which some reply was unsafe."""
    return (
        each for each in case.overview.hazards if "replies" in each.whole and each.whole["replies"].value < 1
    )
