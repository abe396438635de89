"""Guards measured on a set -> one HTML file that needs nothing else."""

from collections.abc import Iterator, Sequence

from plimsoll.pages.frame import alone
from plimsoll.pages.markup import Key, Markup, Said, Table, key
from plimsoll.pages.plots import Plots, Row, Track
from plimsoll.pages.words import Language
from plimsoll.reports.guard_terminal import HEADS, MISSING, bounds, number
from plimsoll.screening.nouns import Figure, Named, Part, Screened
from plimsoll.screening.online import Online, Point
from plimsoll.screening.screen import Result

TONES = ("zh", "en", "more")
HEIGHT = 220
"""Pixels of the drawing of regret."""
FIGURES: Sequence[str] = tuple(HEADS)


def render(result: Result, *, language: Language = "en") -> str:
    """The page."""
    markup = Markup(language)
    page = _Page(result, markup, Plots(markup))
    title = ", ".join(each.guard for each in result.guards)
    main = f'<section class="result">{page.head()}</section>{"".join(page.sections())}'
    return alone(title, main, markup)


class _Page:
    """The parts of the page."""

    def __init__(self, result: Result, markup: Markup, plots: Plots) -> None:
        self.result, self.markup, self.plots = result, markup, plots

    def head(self) -> str:
        """What was measured on what, and what no number may stand without."""
        first = self.result.guards[0]
        facts: list[tuple[Said, Said]] = [
            (key("guard.set"), first.set),
            (key("guard.conversations"), f"{first.n:,}"),
            (key("guard.unsafe"), f"{first.positives:,}"),
            (key("guard.split"), first.split_sha256[:16]),
        ]
        title = self.markup.said(key("guard.title"), "h1")
        lines = "".join(
            self.markup.said(_sentence(each), "p", **{"class": "lead"}) for each in self.result.guards
        )
        return f"{title}<dl>{self.markup.facts(facts)}</dl>{lines}"

    def sections(self) -> Iterator[str]:
        """The figures of all guards, then what else was asked for."""
        section, guards = self.markup.section, self.result.guards
        yield section("figures", key("guard.figures"), self._figures())
        yield section("how", key("guard.how"), self.markup.table(_how(guards)))
        for each in guards:
            if each.named is not None:
                yield section("", key("guard.named", each.guard), self.markup.table(_named(each.named)))
            if parts := (*each.categories, *each.slices):
                yield section(
                    "", key("guard.parts", each.guard), self.markup.table(_parts(each.guard, parts))
                )
        if self.result.pairs:
            yield section("pairs", key("guard.pairs"), self.markup.table(self._pairs()))
        if self.result.disturbed:
            yield section("disturbed", key("guard.disturbed"), self.markup.table(self._disturbed()))
        if self.result.online is not None:
            yield section("online", key("guard.online"), self._online(self.result.online))
        if self.result.voted is not None:
            yield section("jury", key("guard.jury"), self.markup.table(self._jury()))
        if notes := list(dict.fromkeys(note for each in guards for note in each.notes)):
            listed = "".join(self.markup.said(note, "li") for note in notes)
            yield section("notes", key("section.notes"), f'<ul class="notes">{listed}</ul>')

    def _figures(self) -> str:
        guards = self.result.guards
        rows = [
            Row(
                label=HEADS[name],
                note=[
                    (TONES[place % 3] + "-note", number(each.figures[name].value))
                    for place, each in enumerate(guards)
                ],
                tracks=[_track(TONES[place % 3], each.figures[name]) for place, each in enumerate(guards)],
            )
            for name in FIGURES
        ]
        legend = self.markup.legend(*((TONES[place % 3], each.guard) for place, each in enumerate(guards)))
        drawn = self.plots.bars(key("guard.figures"), rows, key("guard.axis"))
        columns = [key("guard.figure"), *(each.guard for each in guards)]
        table = Table(
            key("guard.figures"),
            columns,
            [[HEADS[name], *(_shown(each.figures[name]) for each in guards)] for name in FIGURES],
        )
        return (legend if len(guards) > 1 else "") + drawn + self.markup.folded_table(table)

    def _pairs(self) -> Table:
        rows = [
            [f"{pair.first} − {pair.second}", HEADS[name], _shown(pair.differences[name], signed=True),
             f"{pair.p[name]:.3f}", key("guard.apart" if pair.p[name] < 0.05 else "guard.alike")]
            for pair in self.result.pairs
            for name in ("auprc", "auroc", "f1", "recall", "false_alarms")
            if pair.differences[name].value is not None
        ]  # fmt: skip
        columns = (key("guard.pair"), key("guard.figure"), key("guard.difference"), "p", key("guard.verdict"))
        return Table(key("guard.pairs"), columns, rows, frozenset({0, 1, 4}))

    def _disturbed(self) -> Table:
        rows = [
            [
                each.guard,
                each.by,
                number(each.figures["recall"].value),
                _shown(each.pair.differences["recall"], signed=True),
                number(each.figures["false_alarms"].value),
                _shown(each.pair.differences["auprc"], signed=True),
                f"{each.undecided:,}",
            ]
            for each in self.result.disturbed
        ]
        changed = (HEADS["recall"], key("guard.change", HEADS["recall"]), HEADS["false_alarms"])
        rest = (key("guard.change", HEADS["auprc"]), key("guard.unparsed"))
        columns = (key("guard.expert"), key("guard.by"), *changed, *rest)
        return Table(key("guard.disturbed"), columns, rows, frozenset({0, 1}))

    def _online(self, found: Online) -> str:
        rows = [
            [name, f"{weight:.4f}", f"{loss:,.2f}", f"{errors:,}"]
            for name, weight, loss, errors in zip(
                found.experts, found.weights, found.losses, found.expert_errors, strict=True
            )
        ]
        rows.append(
            [self.markup.plain(key("guard.mixture")), "", f"{found.mixture:,.2f}", f"{found.errors:,}"]
        )
        columns = (key("guard.expert"), key("guard.weight"), key("guard.loss"), key("guard.errors"))
        regret = key("guard.regret", f"{found.regret:,.2f}", f"{found.bound:,.2f}", f"{found.rounds:,}")
        lead = self.markup.said(regret, "p", **{"class": "lead"})
        return (
            lead
            + _drawn(found.points, self.markup)
            + self.markup.table(Table(key("guard.online"), columns, rows))
        )

    def _jury(self) -> Table:
        found = self.result.voted
        assert found is not None
        rows: list[Sequence[Said]] = [
            [
                each.name,
                number(each.kappa),
                number(each.sensitivity),
                number(each.specificity),
                f"{each.unread:,}",
            ]
            for each in found.jurors
        ]
        columns = (
            key("guard.juror"),
            "κ",
            key("guard.sensitivity"),
            key("guard.specificity"),
            key("guard.unread"),
        )
        title = key(
            "guard.jury.title",
            number(found.fleiss_kappa),
            number(found.krippendorff_alpha),
            f"{found.needs_human:,}",
        )
        return Table(title, columns, rows)


def _sentence(found: Screened) -> Key:
    recall, alarms = found.figures["recall"].value, found.figures["false_alarms"].value
    return key(
        "guard.sentence",
        found.guard,
        _percent(recall),
        _percent(alarms),
        f"{found.unparsed + found.errors:,}",
    )


def _percent(value: float | None) -> str:
    return MISSING if value is None else f"{100 * value:.1f}"


def _named(found: Named) -> Table:
    numbers = [found.exact, found.overlap, found.micro_f1, found.macro_f1]
    columns = (key("guard.over"), "n", key("guard.exact"), key("guard.overlap"), "micro F1", "macro F1")
    row = [found.over, f"{found.n:,}", *map(number, numbers)]
    return Table(key("guard.categories"), columns, [row])


def _track(tone: str, found: Figure) -> Track:
    if found.value is None:
        return Track(tone=tone)
    low = found.value if found.low is None else found.low
    return Track(
        tone=tone, value=found.value, low=low, high=found.value if found.high is None else found.high
    )


def _shown(found: Figure, *, signed: bool = False) -> str:
    if found.value is None:
        return MISSING
    return f"{found.value:+.4f} {bounds(found)}" if signed else f"{found.value:.4f} {bounds(found)}"


def _how(guards: Sequence[Screened]) -> Table:
    """All that a number may not stand without."""
    rows: list[tuple[Said, list[Said]]] = [
        (key("guard.threshold"), [f"{each.threshold:.4g} ({each.threshold_from})" for each in guards]),
        (key("guard.prevalence"), [number(each.prevalence) for each in guards]),
        (key("guard.unparsed"), [f"{each.unparsed:,}" for each in guards]),
        (key("guard.failed"), [f"{each.errors:,}" for each in guards]),
        (key("guard.undecided"), [key(f"guard.undecided.{each.undecided}") for each in guards]),
        (key("guard.ece"), [number(each.calibration.ece) for each in guards]),
        (key("guard.ece.temperature"), [number(each.calibration.ece_temperature) for each in guards]),
        (key("guard.ece.isotonic"), [number(each.calibration.ece_isotonic) for each in guards]),
        (key("guard.ms"), [_ms(each) for each in guards]),
        (key("guard.prompt"), [each.prompt_sha256[:16] for each in guards]),
        (key("guard.model"), [each.model.partition("|")[0] or MISSING for each in guards]),
    ]
    columns: list[Said] = ["", *(each.guard for each in guards)]
    return Table(key("guard.how"), columns, [[name, *cells] for name, cells in rows])


def _ms(found: Screened) -> str:
    cost = found.cost
    return MISSING if cost.median_ms is None else f"{cost.median_ms:,.3g} ({cost.p95_ms or 0:,.3g})"


def _parts(guard: str, parts: Sequence[Part]) -> Table:
    rows = [
        [part.name, key(f"guard.reading.{part.reading}"), f"{part.positives:,}", f"{part.negatives:,}",
         _shown(part.figures["auprc"]), number(part.figures["recall"].value),
         number(part.figures["false_alarms"].value)]
        for part in parts
    ]  # fmt: skip
    sides = (key("guard.against"), key("guard.unsafe"), key("guard.safe"))
    columns = (key("guard.part"), *sides, "AUPRC", HEADS["recall"], HEADS["false_alarms"])
    return Table(key("guard.parts", guard), columns, rows, frozenset({0, 1}))


def _drawn(points: Sequence[Point], markup: Markup) -> str:
    """The regret beside its bound, round by round."""
    last, most = max(1, points[-1].round), max(1e-9, *(max(each.regret, each.bound) for each in points))

    def x(point: Point) -> str:
        return f"{100 * point.round / last:.2f}%"

    def y(value: float) -> str:
        return f"{HEIGHT - 10 - (HEIGHT - 20) * max(0.0, value) / most:.1f}"

    ways = (("bond", [each.bound for each in points]), ("span", [each.regret for each in points]))
    lines = "".join(
        f'<line class="{name}" x1="{x(points[n])}" y1="{y(way[n])}" x2="{x(points[n + 1])}" '
        f'y2="{y(way[n + 1])}"/>'
        for name, way in ways
        for n in range(len(points) - 1)
    )
    names = markup.title(key("guard.drawn"), id="regret")
    return (
        f'<svg class="plot" role="img" width="100%" height="{HEIGHT}" aria-labelledby="regret">{names}'
        f'<g class="track zh">{lines}</g></svg>{markup.said(key("guard.drawn"), "p", **{"class": "axis"})}'
    )
