"""Runs of a provider's three banks -> a report in the order of GB/T 45654-2025, each with its certainty.

Passing a draw is one line, being above the threshold with 95 % confidence another. What lies outside of a
test (corpora, annotation, service) is listed as not assessed here.
"""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Literal, NamedTuple

from plimsoll.core import Estimate, UserError
from plimsoll.documents.gathering import Case, Kept
from plimsoll.documents.model_card import whole_of
from plimsoll.documents.saying import say
from plimsoll.pages.document import Block, Both, Document, Facts, Listing, Paragraph, Ruled, Section, Word
from plimsoll.pages.markup import bilingual
from plimsoll.pages.words import percent
from plimsoll.registry import parse
from plimsoll.reports.overview import better
from plimsoll.stats.beta import beta_cdf
from plimsoll.stats.intervals import Interval, binomial_cdf, clopper_pearson
from plimsoll.taxonomies.gb_45654 import standard

Bank = Literal["content", "refuse", "answer"]
BANKS: tuple[Bank, ...] = ("content", "refuse", "answer")
OUTSIDE = (
    "corpus_sources",
    "corpus_content",
    "annotation",
    "model_service",
    "keywords",
    "classifier",
    "renewal",
)
"""Requirements of which no test of a model is evidence."""
ELSEWHERE = ("corpus_content", "keywords")
"""Those of which `plimsoll corpus` is."""
JUST_BELOW = 0.01


class Threshold(NamedTuple):
    """A share of the standard with what a draw says of it."""

    bank: Bank
    wanted: float
    """A share to be reached, or of the answer bank not to be passed."""
    k: int
    n: int
    interval: Interval
    """Exact, two-sided, 95 %."""
    independent: float = 0.0
    """Questions that know as much, where epochs and variants make them fewer than `n`."""

    @property
    def worth(self) -> float:
        """Independent questions."""
        return self.independent or self.n

    @property
    def rate(self) -> float:
        """The share in the draw."""
        return self.k / self.n

    @property
    def passed(self) -> bool:
        """Whether the draw passes, as the standard says it."""
        return self.rate <= self.wanted if self.bank == "answer" else self.rate >= self.wanted

    @property
    def sure(self) -> bool:
        """Whether the true share is on the right side with 95 % confidence (one-sided, exact)."""
        low, high = clopper_pearson(self.rate * self.worth, self.worth, 0.9)
        return high <= self.wanted if self.bank == "answer" else low >= self.wanted

    @property
    def doubt(self) -> float:
        """The probability that the true share is on the wrong side (beta posterior, Jeffreys' prior)."""
        k = self.rate * self.worth
        below = beta_cdf(self.wanted, k + 0.5, self.worth - k + 0.5)
        return 1 - below if self.bank == "answer" else below

    @property
    def luck(self) -> float:
        """How often a draw of this size passes where the true share is one point on the wrong side."""
        n = max(1, round(self.worth))
        if self.bank == "answer":
            return binomial_cdf(int(self.wanted * n + 1e-9), n, self.wanted + JUST_BELOW)
        least = ceil(self.wanted * n - 1e-9)
        return 1 - binomial_cdf(least - 1, n, self.wanted - JUST_BELOW)


def bank_of(each: Kept) -> Bank | None:
    """Which bank a run asked; nothing where it asked none."""
    spec = parse(each.manifest.spec.benchmark)
    if spec.name != "gb_45654":
        return None
    named = spec.arguments.get("bank", "content")
    return next((bank for bank in BANKS if bank == named), None)


def threshold(bank: Bank, whole: Estimate) -> Threshold:
    """A run's headline against the standard."""
    share = 1 - better(whole).value if bank == "answer" else better(whole).value
    k, worth = round(share * whole.n), whole.effective or whole.n
    bounds = clopper_pearson(k / whole.n * worth, worth)
    return Threshold(bank, standard().numbers[f"{bank}_pass"], k, whole.n, bounds, whole.effective)


def document(case: Case) -> Document:
    """The report. Raises `UserError` where no bank was asked."""
    runs: dict[Bank, Kept] = {bank: each for each in case.kept if (bank := bank_of(each))}
    if not runs:
        raise UserError("no run here asked a bank: plimsoll run gb_45654:file=FILE,bank=content makes one")
    found: dict[Bank, Threshold] = {
        bank: threshold(bank, whole) for bank, each in runs.items() if (whole := whole_of(each))
    }
    held = standard()
    return Document(
        title=say("gb.title", case.scope.system or case.model),
        head=[
            *_head(found),
            Paragraph(
                say("gb.memory", Both(held.source, "凭记忆，来自 TC260-003（2024-02-29）"), held.checked),
                "warn",
            ),
        ],
        sections=[
            Section("thresholds", say("gb.section.thresholds"), [_table(found)]),
            Section("banks", say("gb.section.banks"), list(_banks(runs))),
            Section("risks", say("gb.section.risks"), [_risks(runs)]),
            Section("requirements", say("gb.section.requirements"), [_requirements(runs)]),
        ],
    )


def _head(found: dict[Bank, Threshold]) -> Iterator[Block]:
    for bank in BANKS:
        if bank not in found:
            yield Paragraph(say("gb.missing", say(f"gb.bank.{bank}")), "warn")
            continue
        each = found[bank]
        words = say("gb.passed" if each.passed else "gb.failed")
        sure = say("gb.sure" if each.sure else "gb.unsure", percent(each.doubt))
        yield Paragraph(say("gb.answer", say(f"gb.bank.{bank}"), words, percent(each.rate), sure), "answer")


def _table(found: dict[Bank, Threshold]) -> Ruled:
    return Ruled(
        say("gb.section.thresholds"),
        columns("bank"),
        [row(found[bank], say(f"gb.bank.{bank}")) for bank in BANKS if bank in found],
        frozenset({2, 5, 6}),
    )


def columns(first: str) -> Sequence[Word]:
    """The columns of a table of thresholds."""
    names = (first, "wanted", "measured", "passed", "sure", "doubt", "luck")
    return [say(f"gb.column.{name}") for name in names]


def row(each: Threshold, name: Word) -> Sequence[Word]:
    """A threshold as a line of the table: what was measured, and how sure that is."""
    sign = "≤" if each.bank == "answer" else "≥"
    low, high = each.interval
    return (
        name,
        f"{sign} {percent(each.wanted, 0)} %",
        f"{each.k}/{each.n} = {percent(each.rate)} % ({percent(low)}–{percent(high)})",
        say("gb.yes" if each.passed else "gb.no"),
        say("gb.yes" if each.sure else "gb.no"),
        f"{percent(each.doubt)} %",
        f"{percent(each.luck)} %",
    )


def _banks(runs: dict[Bank, Kept]) -> Iterator[Block]:
    """Sizes, draw, seed, checksum, and everything that a bank lacks."""
    for bank, each in runs.items():
        digests = ", ".join(f"{name} {digest[:12]}" for name, digest in each.manifest.files.items())
        facts: list[tuple[Word, Word]] = [
            (say("column.files"), digests),
            (say("column.judge"), ", ".join(each.manifest.instruments)),
            (say("column.date"), each.manifest.created[:10]),
        ]
        listed: list[Word] = [bilingual(note) for note in each.manifest.notes]
        yield Section(f"bank-{bank}", say(f"gb.bank.{bank}"), [Facts(facts), Listing(listed)])


def _risks(runs: dict[Bank, Kept]) -> Ruled:
    """All 31, with what the content and the should-refuse bank say of each."""
    held = standard()
    by_risk = {bank: _by_category(each) for bank, each in runs.items() if bank != "answer"}
    rows: list[Sequence[Word]] = [
        (
            Both(f"{risk.code} {risk.en}", f"{risk.code} {risk.zh}"),
            *(_cell(by_risk.get(bank, {}).get(risk.code)) for bank in BANKS[:2]),
        )
        for risk in held.risk
    ]
    columns = [say("column.risk"), *(say(f"gb.bank.{bank}") for bank in BANKS[:2])]
    return Ruled(say("gb.section.risks"), columns, rows, frozenset({1, 2}))


def _by_category(each: Kept) -> dict[str, Estimate]:
    """The headline of each risk, by the judge that counts."""
    whole = whole_of(each)
    return {
        dict(estimate.group)["category"]: estimate
        for estimate in each.summary.estimates
        if whole
        and estimate.name == whole.name
        and estimate.judge == whole.judge
        and set(estimate.group) == {"category"}
    }


def _cell(estimate: Estimate | None) -> str:
    if estimate is None:
        return "–"
    turned = better(estimate)
    return f"{percent(turned.value)} % ({percent(turned.low)}–{percent(turned.high)}), n = {turned.n}"


def _requirements(runs: dict[Bank, Kept]) -> Ruled:
    """In the standard's order: what is evidenced above, and what is not assessed here."""
    rows = [_outside(name) for name in OUTSIDE[:4]]
    rows += [
        (say(f"gb.bank.{bank}"), say("gb.above") if bank in runs else say("gb.not_asked")) for bank in BANKS
    ]
    rows += [_outside(name) for name in OUTSIDE[4:]]
    return Ruled(say("gb.section.requirements"), [say("column.requirement"), say("column.evidence")], rows)


def _outside(name: str) -> Sequence[Word]:
    return (say(f"gb.requirement.{name}"), say("gb.elsewhere" if name in ELSEWHERE else "gb.outside"))
