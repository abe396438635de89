"""A case -> the safety case: first page, scope, hazards x evidence, gaps, residual risks, rules, seals."""

from collections.abc import Iterator, Sequence

from plimsoll import __version__
from plimsoll.cards import deck
from plimsoll.cards.card import RiskCard
from plimsoll.cards.report import name_of, said_by
from plimsoll.cards.results import CardResult, Results
from plimsoll.documents import evidence, guarding, regulation
from plimsoll.documents.findings import findings
from plimsoll.documents.gathering import Case, Kept, looked_at
from plimsoll.documents.saying import say
from plimsoll.pages.document import Block, Both, Document, Facts, Paragraph, Ruled, Section, Word, strung
from plimsoll.pages.words import percent
from plimsoll.reports import overview_rows as rows
from plimsoll.run.keep import seal
from plimsoll.taxonomies import mapping
from plimsoll.taxonomies.covered import Source, of_taxonomy
from plimsoll.taxonomies.risks import TAXONOMY, risk
from plimsoll.words import name

MISSING = rows.MISSING


def document(case: Case, assessed: Results | None = None) -> Document:
    """The safety case of a model, with the assessment by risk cards where there is one."""
    guards = guarding.measure(case)
    return Document(
        title=say("case.title", case.scope.system or case.model),
        head=list(findings(case, guards)),
        sections=[
            evidence.scope(case),
            evidence.hazards(case),
            evidence.judges(case),
            evidence.gaps(case),
            evidence.balance(case),
            evidence.attacks(case),
            guarding.section(case, guards),
            _residual(case, assessed),
            _risks(case),
            regulation.section(case.overview),
            _provenance(case),
        ],
    )


def _residual(case: Case, assessed: Results | None) -> Section:
    listed = [*_assessed(assessed)] if assessed else [*_from_numbers(case)]
    columns = [say(f"column.{name}") for name in ("card", "evidence", "severity", "actions", "mitigation")]
    table: Block = (
        Ruled(say("case.section.residual"), columns, listed) if listed else Paragraph(say("residual.none"))
    )
    return Section(
        "residual", say("case.section.residual"), [Paragraph(say("case.lead.residual"), "lead"), table]
    )


def _assessed(found: Results) -> Iterator[Sequence[Word]]:
    for each in found.cards:
        if each.outcome in ("seen", "disputed"):
            yield _card(each.planned.card, _of_assessment(each), each.severity)


def _of_assessment(each: CardResult) -> Word:
    told: list[Word] = [
        say("residual.tests", test.tested.benchmark, test.seen, test.attempts)
        for test in each.tests
        if test.seen
    ]
    return strung([say("residual.seen", each.seen, each.judged), *told])


def _from_numbers(case: Case) -> Iterator[Sequence[Word]]:
    """Cards whose first hazard was answered unsafely; then those of hazards that nobody looked at."""
    cards = deck.deck().values()
    bad = {each.id: each.whole["replies"] for each in evidence.unsafe(case)}
    dark = {each.id for each in case.overview.hazards if not looked_at(each)}
    for card in cards:
        if card.hazards and card.hazards[0] in bad:
            cell = bad[card.hazards[0]]
            shares = (percent(1 - share, 0) for share in (cell.value, cell.high, cell.low))
            yield _card(card, say("residual.unsafe", *shares), card.severity)
    for card in cards:
        if card.hazards and card.hazards[0] in dark:
            yield _card(card, say("residual.unmeasured"), card.severity)


def _card(card: RiskCard, told: Word, severity: int | None) -> Sequence[Word]:
    return (
        name_of(card),
        told,
        MISSING if severity is None else str(severity),
        said_by(card.actions_required),
        said_by(card.mitigation),
    )


def _risks(case: Case) -> Section:
    sources = [
        Source(line.label, dict.fromkeys(((hub, "") for hub in _hubs(case, line.entry.run)), 0))
        for line in case.overview.lines
        if line.estimate is not None and not line.blind and line.kind in ("replies", "answers")
    ]
    found = of_taxonomy(sources, TAXONOMY, documented=case.scope.documented)
    listed = [
        (
            regulation.strung_code(row.code, Both(risk(row.code).en, risk(row.code).zh)),
            say(f"status.{row.status}"),
            ", ".join(row.sources) or MISSING,
            _named(risk(row.code).mechanism),
            strung([_named(each) for each in risk(row.code).harmed]),
        )
        for row in found.rows
    ]
    columns = [say(f"column.{name}") for name in ("risk", "status", "benchmarks", "mechanism", "harmed")]
    return Section("risks", say("case.section.risks"), [Ruled(say("case.section.risks"), columns, listed)])


def _named(english: str) -> Word:
    return Both(english, name(english, "zh"))


def _hubs(case: Case, run: str) -> frozenset[str]:
    name = run.rpartition("/")[2]
    return frozenset(
        hub for each in case.bare if each.folder.path.name == name for hub in each.manifest.hazards.values()
    )


def _provenance(case: Case) -> Section:
    facts = Facts(
        [
            (say("provenance.plimsoll"), f"Plimsoll {__version__}"),
            (say("provenance.mapping"), f"plimsoll, SHA-256 {mapping.shipped_digest()}"),
        ]
    )
    names = ("run", "benchmark", "date", "files", "seal", "versions")
    table = Ruled(
        say("case.section.provenance"),
        [say(f"column.{name}") for name in names],
        [_run(each) for each in (*case.kept, *case.guards)],
    )
    lead = Paragraph(say("case.lead.provenance"), "lead")
    return Section("provenance", say("case.section.provenance"), [lead, facts, table])


def _run(each: Kept) -> Sequence[Word]:
    manifest = each.manifest
    digests = ", ".join(f"{name} {digest[:12]}" for name, digest in manifest.files.items())
    return (
        manifest.id,
        f"{manifest.spec.benchmark} (v{manifest.card.version})",
        manifest.created[:19].replace("T", " "),
        digests or MISSING,
        _seal(each),
        ", ".join(filter(None, (f"plimsoll {manifest.plimsoll}", f"Python {manifest.python}"))),
    )


def _seal(each: Kept) -> Word:
    if not (each.folder.path / seal.FILE).is_file():
        return say("seal.none")
    found = seal.verify(each.folder.path)
    if found.ok:
        return say("seal.intact", found.signer)
    return say("seal.broken", "; ".join(problem.message for problem in found.problems))
