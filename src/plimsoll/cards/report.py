"""An assessment, or two of them -> a document with every item that the paper asks for."""

from collections.abc import Iterator

from plimsoll.cards.assessment import sessions
from plimsoll.cards.card import RiskCard
from plimsoll.cards.difference import AssessmentDiff, Change
from plimsoll.cards.results import CardResult, Dispute, Results, TestResult
from plimsoll.pages.document import (
    Block,
    Both,
    Document,
    Facts,
    Listing,
    Paragraph,
    Ruled,
    Said,
    Section,
    Word,
    Words,
    strung,
)
from plimsoll.pages.markup import bilingual, key
from plimsoll.pages.words import percent
from plimsoll.taxonomies import crosswalk
from plimsoll.words import name

say = Words("cards", "words.toml")
MISSING = "–"
FACTS = ("interface", "application", "users", "run_by", "run_for", "created")


def document(found: Results) -> Document:
    """The report of an assessment."""
    return Document(
        title=say("title", found.plan.title),
        head=[*_answers(found), _facts(found)],
        sections=[
            Section("cards", say("section.cards"), [cards(found)]),
            Section("tests", say("section.tests"), list(_tests(found))),
            Section("residual", say("section.residual"), list(_residual(found))),
            Section("disputes", say("section.disputes"), list(_disputes(found))),
            Section("people", say("section.people"), [_people(found)]),
            Section("gaps", say("section.gaps"), [Paragraph(strung(list(_gaps(found))))]),
            Section("log", say("section.log"), list(_log(found))),
        ],
    )


def name_of(card: RiskCard) -> Word:
    """A card's title, in both languages where it has them."""
    return Both(card.title, card.title_zh or name(card.title, "zh"))


def said_by(text: str) -> Word:
    """What a card says, in both languages where the catalogue has it."""
    return bilingual(text) if text else MISSING


def cards(found: Results) -> Ruled:
    """Every card with effort and outcome."""
    columns = (
        "card",
        "hazards",
        "outcome",
        "sessions",
        "prompts",
        "minutes",
        "seen",
        "first",
        "severity",
        "alpha",
    )
    rows = [
        (
            name_of(each.planned.card),
            hazards_of(each.planned.card),
            _outcome(each),
            str(each.sessions),
            str(each.turns),
            f"{each.minutes:.0f}",
            _seen(each),
            MISSING if each.first is None else str(each.first),
            MISSING if each.severity is None else str(each.severity),
            MISSING if each.alpha is None else f"{each.alpha:.2f}",
        )
        for each in found.cards
    ]
    named = [say(f"column.{name}") for name in columns]
    return Ruled(say("section.cards"), named, rows, frozenset(range(3, 10)))


def hazards_of(card: RiskCard) -> Word:
    """The hub hazards of a card, by name."""
    return strung([key(f"hazard.{hub}") for hub in card.hazards]) if card.hazards else MISSING


def tests(results: tuple[CardResult, ...]) -> Ruled:
    """Every test of every card."""
    rows = [
        (name_of(each.planned.card), _test(test), str(test.attempts), str(test.seen), _rate(test))
        for each in results
        for test in each.tests
    ]
    columns = ("card", "test", "attempts", "times", "seen")
    return Ruled(
        say("section.tests"), [say(f"column.{name}") for name in columns], rows, frozenset({2, 3, 4})
    )


def _answers(found: Results) -> Iterator[Block]:
    outcomes = [each.outcome for each in found.cards]
    assessed = sum(each in ("seen", "not seen", "disputed") for each in outcomes)
    yield Paragraph(say("answer", assessed, len(outcomes), outcomes.count("seen")), "answer")
    counts = (outcomes.count(each) for each in ("disputed", "not applicable", "not assessed"))
    yield Paragraph(say("answer.disputed", *counts), "lead")
    yield Paragraph(say("lead"), "lead")


def _facts(found: Results) -> Facts:
    plan = found.plan
    alpha: Word = say("alpha.none") if found.alpha is None else f"{found.alpha:.2f}"
    held = [(say(name), getattr(plan, name)) for name in FACTS if getattr(plan, name)]
    model = " ".join(filter(None, (plan.model, plan.version)))
    return Facts(
        [
            (say("model"), model),
            *held,
            (say("languages"), ", ".join(plan.languages) or MISSING),
            (say("alpha"), alpha),
        ]
    )


def _outcome(each: CardResult) -> Word:
    return say(f"outcome.{each.outcome}", each.planned.reason)


def _seen(each: CardResult) -> str:
    if not each.judged:
        return MISSING
    low, high = each.interval
    return f"{each.seen}/{each.judged} ({percent(low, 0)}–{percent(high, 0)} %)"


def _test(test: TestResult) -> str:
    return " · ".join(filter(None, (test.tested.benchmark, test.tested.category)))


def _rate(test: TestResult) -> str:
    if test.rate is None:
        return test.note
    return f"{percent(test.rate)} % ({percent(test.low)}–{percent(test.high)})"


def _tests(found: Results) -> Iterator[Block]:
    table = tests(found.cards)
    yield table if table.rows else Paragraph(say("none.tests"))


def _residual(found: Results) -> Iterator[Block]:
    rows = [
        (
            name_of(each.planned.card),
            said_by(each.planned.card.actions_required),
            said_by(each.planned.card.detection),
            said_by(each.planned.card.mitigation),
            ", ".join(each.planned.card.regulations) or MISSING,
        )
        for each in found.cards
        if each.outcome in ("seen", "disputed")
    ]
    columns = [
        say(f"column.{name}") for name in ("card", "actions", "detection", "mitigation", "regulations")
    ]
    yield Ruled(say("section.residual"), columns, rows) if rows else Paragraph(say("none.residual"))


def _disputes(found: Results) -> Iterator[Block]:
    rows = [
        (name_of(each.planned.card), dispute.session, _said_by(dispute))
        for each in found.cards
        for dispute in each.disputes
    ]
    columns = [say(f"column.{name}") for name in ("card", "session", "verdicts")]
    yield Ruled(say("section.disputes"), columns, rows) if rows else Paragraph(say("none.disputes"))


def _said_by(dispute: Dispute) -> Word:
    return strung(
        [
            say("saw", each.assessor, each.severity) if each.seen else say("saw.not", each.assessor)
            for each in dispute.verdicts
        ]
    )


def _people(found: Results) -> Ruled:
    rows = [
        (
            each.name,
            each.expertise or MISSING,
            say("yes" if each.consent else "no"),
            say("limits", each.minutes_a_day, each.veiled_a_day),
        )
        for each in found.plan.assessors
    ]
    columns = [say(f"column.{name}") for name in ("name", "expertise", "consent", "limits")]
    return Ruled(say("section.people"), columns, rows)


def _gaps(found: Results) -> Iterator[Word]:
    held = {hub for each in found.cards for hub in each.planned.card.hazards}
    return (key(f"hazard.{hub}") for hub in crosswalk.hub() if hub not in held and hub != "H00")


def _log(found: Results) -> Iterator[Block]:
    cards_by = {each.planned.card.slug: each.planned.card for each in found.cards}
    for session, turns in sessions(list(found.turns)):
        card = cards_by[turns[0].card]
        said = [
            Said(
                say(f"turn.{turn.role}", turn.assessor if turn.role == "user" else turn.model),
                turn.text,
                card.veiled and turn.role == "assistant",
            )
            for turn in turns
        ]
        yield Section(f"session-{session}", say("session", name_of(card), session), said)


def diff_document(found: AssessmentDiff, before: str, after: str) -> Document:
    """The report of two assessments."""
    differ = sum(each.p_adjusted <= 0.05 for each in found.changes)
    head: list[Block] = [Paragraph(say("diff.answer", len(found.changes), differ), "answer")]
    if not found.changes:
        head.append(Paragraph(say("diff.nothing"), "warn"))
    columns = ("column.card", "diff.column.by", "column.attempts", "diff.column.before", "diff.column.after")
    more = ("diff.column.difference", "diff.column.p", "diff.column.adjusted")
    changes = Ruled(
        say("diff.section.changes"),
        [say(name) for name in (*columns, *more)],
        [_change(each) for each in found.changes],
        frozenset(range(2, 8)),
    )
    moved = Ruled(
        say("diff.section.moved"),
        [say("column.card"), say("diff.column.before"), say("diff.column.after")],
        [(each.card, *(say(f"outcome.{word}", "") for word in each[1:])) for each in found.moved],
    )
    rest: list[Word] = [*found.unpaired]
    if found.only_before:
        rest.append(say("diff.only_before", ", ".join(found.only_before)))
    if found.only_after:
        rest.append(say("diff.only_after", ", ".join(found.only_after)))
    return Document(
        title=say("diff.title", before, after),
        head=head,
        sections=[
            Section("changes", say("diff.section.changes"), [changes]),
            Section("moved", say("diff.section.moved"), [moved]),
            Section("unpaired", say("diff.section.unpaired"), [Listing(rest)]),
        ],
    )


def _change(each: Change) -> tuple[Word, ...]:
    return (
        *(each.card, each.by, str(each.n), f"{percent(each.before)} %", f"{percent(each.after)} %"),
        f"{100 * each.difference:+.1f} ({100 * each.low:+.1f} … {100 * each.high:+.1f})",
        *(f"{each.p:.3g}", f"{each.p_adjusted:.3g}"),
    )
