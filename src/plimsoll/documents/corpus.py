"""A training corpus, drawn from and judged -> a report by GB/T 45654-2025, each share with its certainty.

Idea: the standard has people judge entries drawn by chance, has keywords and a classifier judge a tenth of
the corpus, and has no source used of which too much is illegal or harmful. Steps: (1) read the entries, each
text once, (2) draw under a recorded seed, (3) have guards judge the draw, and take people's labels where the
table has them, (4) hold every share, and every source, against its threshold with an exact interval. An entry
on which a guard gives no verdict does not pass.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil
from pathlib import Path
from random import Random
from typing import NamedTuple

from plimsoll.benchmarks.gb_45654.provided import read_texts
from plimsoll.core import Card, DataError, Labelled, LabelPack, Sample, UserError, user
from plimsoll.documents.gb_45654 import Threshold, columns, row
from plimsoll.documents.saying import say
from plimsoll.labels.own_table import WORDS
from plimsoll.pages.document import Block, Both, Document, Facts, Listing, Paragraph, Ruled, Section, Word
from plimsoll.pages.words import percent
from plimsoll.stats.intervals import clopper_pearson
from plimsoll.taxonomies.gb_45654 import standard

TEXTS = ("text", "content", "prompt", "entry", "文本", "内容", "语料", "正文")
SOURCES = ("source", "来源", "语料来源", "数据来源")
LABELS = ("label", "people", "人工", "标注", "人工标注")
LEAST = 3
"""Entries of a source below which nothing is said of it."""


class Entry(NamedTuple):
    """A text of the corpus."""

    id: str
    text: str
    source: str
    bad: bool | None
    """What people say: illegal or harmful; `None` where nobody looked."""


class Corpus(NamedTuple):
    """A corpus."""

    path: Path
    entries: tuple[Entry, ...]
    """Each text once."""
    twice: int
    digest: str


class Judged(NamedTuple):
    """The entries that somebody judged."""

    by: Word
    people: bool
    passed: Mapping[str, bool]
    """By entry's id."""
    silent: int = 0
    """Entries without a verdict: they do not pass."""


class SourceShare(NamedTuple):
    """How much of a source is illegal or harmful."""

    name: str
    bad: int
    n: int
    low: float
    high: float

    @property
    def over(self) -> bool:
        """Whether the share in the draw is above the limit."""
        return self.bad / self.n > standard().numbers["source_limit"]


def read(path: Path, sheet: str = "") -> Corpus:
    """Read a corpus; every fault has its row. Raises `UserError`, `DataError`."""
    held = read_texts(path, TEXTS, "text", sheet)
    source_in, label_in = (
        next((name for name in held.columns if name.strip().casefold() in names), "")
        for names in (SOURCES, LABELS)
    )

    labels: dict[str, bool] = {}
    for each in (*held.first, *held.again) if label_in else ():
        said = _label(each.cells.get(label_in, "").strip().lower(), each.place)
        if said is not None and labels.setdefault(each.text, said) is not said:
            raise DataError(f"{each.place}: its text stands there with another label, too: agree on one")
    entries = tuple(
        Entry(str(each.number), each.text, each.cells.get(source_in, "").strip(), labels.get(each.text))
        for each in held.first
    )
    return Corpus(path, entries, len(held.again), held.digest)


def _label(cell: str, place: str) -> bool | None:
    if not cell:
        return None
    if cell not in WORDS:
        raise DataError(
            f"{place}: label is {cell!r}: write 1 for illegal or harmful, 0 for sound, or nothing"
        )
    return WORDS[cell] > 0.5


def drawn(held: Corpus, size: int, seed: int) -> tuple[Entry, ...]:
    """So many entries by chance, a tenth of the corpus without a number; the same again for the same seed."""
    wanted = size or ceil(standard().numbers["corpus_share"] * len(held.entries))
    if wanted >= len(held.entries):
        return held.entries
    return tuple(Random(f"{seed}:{held.digest}").sample(held.entries, wanted))


def pack(held: Corpus, entries: Sequence[Entry], seed: int) -> LabelPack:
    """The draw as a set that guards can be asked of."""
    card = Card(
        title=f"entries of {held.path.name}", year=0, paper="", source=held.path.name, license="your own",
        languages=(), version=1, differs="none",
    )  # fmt: skip
    items = [Labelled(sample=Sample(id=each.id, messages=(user(each.text),)), labels={}) for each in entries]
    files = {held.path.name: held.digest, "draw": f"{len(entries)} of seed {seed}"}
    return LabelPack(card=card, event="unsafe", items=lambda: items, files=files)


def by_people(held: Corpus) -> Judged | None:
    """What people say, where the table has their labels."""
    known = {each.id: not each.bad for each in held.entries if each.bad is not None}
    return Judged(say("corpus.people"), True, known) if known else None


def threshold(judged: Judged) -> Threshold:
    """The share that passes against the standard."""
    k, n = sum(judged.passed.values()), len(judged.passed)
    wanted = standard().numbers["corpus_pass" if judged.people else "corpus_machine_pass"]
    return Threshold("content", wanted, k, n, clopper_pearson(k, n))


def sources(held: Corpus, judged: Judged) -> list[SourceShare]:
    """Every source of which enough was judged, the worst one first."""
    counted: dict[str, list[bool]] = defaultdict(list)
    for each in held.entries:
        if each.source and each.id in judged.passed:
            counted[each.source].append(judged.passed[each.id])
    found = [
        SourceShare(
            name, passed.count(False), len(passed), *clopper_pearson(passed.count(False), len(passed))
        )
        for name, passed in counted.items()
        if len(passed) >= LEAST
    ]
    return sorted(found, key=lambda each: (-each.bad / each.n, each.name))


def lacks(held: Corpus, judged: Sequence[Judged]) -> Iterator[Word]:
    """What the standard asks for and this assessment does not have."""
    numbers = standard().numbers
    people = max((len(each.passed) for each in judged if each.people), default=0)
    if people < numbers["corpus_draw"]:
        yield say("corpus.few_people", people, int(numbers["corpus_draw"]))
    for each in judged:
        if not each.people and len(each.passed) < numbers["corpus_share"] * len(held.entries):
            yield say("corpus.few", each.by, len(each.passed), len(held.entries))
        if each.silent:
            yield say("corpus.silent", each.by, each.silent)
    if not any(each.source for each in held.entries):
        yield say("corpus.no_source")
    if held.twice:
        yield say("corpus.twice", held.twice)


def document(held: Corpus, judged: Sequence[Judged], seed: int, missing: Sequence[Word] = ()) -> Document:
    """The report. Raises `UserError` where nobody judged anything."""
    if not judged:
        raise UserError(
            f"{held.path}: nobody judged an entry: name a guard (--by GUARD) or a keyword library "
            f"(--keywords FILE), or have a column of people's labels ({', '.join(LABELS[:2])})"
        )
    named = Both(standard().source, "凭记忆，来自 TC260-003（2024-02-29）")
    sections = [
        Section("thresholds", say("gb.section.thresholds"), [_thresholds(judged)]),
        Section("sources", say("corpus.sources"), list(_sources(held, judged))),
        Section(
            "lacks",
            say("corpus.lacks"),
            [
                Listing([*lacks(held, judged), *missing])
                if _any(held, judged, missing)
                else Paragraph(say("corpus.nothing"))
            ],
        ),
        Section("draw", say("corpus.draw"), [_draw(held, judged, seed)]),
    ]
    return Document(
        title=say("corpus.title", held.path.name),
        head=[*_head(judged), Paragraph(say("gb.memory", named, standard().checked), "warn")],
        sections=sections,
    )


def _any(held: Corpus, judged: Sequence[Judged], missing: Sequence[Word]) -> bool:
    return bool(missing) or next(lacks(held, judged), None) is not None


def _head(judged: Sequence[Judged]) -> Iterator[Block]:
    for each in judged:
        found = threshold(each)
        words = say("gb.passed" if found.passed else "gb.failed")
        sure = say("gb.sure" if found.sure else "gb.unsure", percent(found.doubt))
        yield Paragraph(say("gb.answer", each.by, words, percent(found.rate), sure), "answer")


def _thresholds(judged: Sequence[Judged]) -> Ruled:
    return Ruled(
        say("gb.section.thresholds"),
        columns("judge"),
        [row(threshold(each), each.by) for each in judged],
        frozenset({2, 5, 6}),
    )


def _sources(held: Corpus, judged: Sequence[Judged]) -> Iterator[Block]:
    limit = percent(standard().numbers["source_limit"], 0)
    for each in judged:
        found = sources(held, each)
        names = ("source", "bad", "verdict")
        shown = [
            (
                share.name,
                f"{share.bad}/{share.n} = {percent(share.bad / share.n)} % "
                f"({percent(share.low)}–{percent(share.high)})",
                say("corpus.over" if share.over else "corpus.within", limit),
            )
            for share in found
        ]
        title = say("corpus.sources_by", each.by)
        yield (
            Ruled(title, [say(f"corpus.column.{name}") for name in names], shown)
            if shown
            else Paragraph(say("corpus.sources.none", each.by))
        )


def _draw(held: Corpus, judged: Sequence[Judged], seed: int) -> Facts:
    counted = Counter(each.source for each in held.entries if each.source)
    facts: list[tuple[Word, Word]] = [
        (say("column.files"), f"{held.path.name} {held.digest[:12]}"),
        (say("corpus.entries"), f"{len(held.entries):,}"),
        (say("corpus.seed"), str(seed)),
        (say("corpus.sources"), f"{len(counted):,}"),
    ]
    return Facts([*facts, *((each.by, f"{len(each.passed):,}") for each in judged)])


Hear = Callable[[str, LabelPack], Mapping[str, bool | None]]
"""A guard's spec and a set -> by id whether it flags it; nothing where it gave no verdict."""


def by_guard(spec: str, name: Word, entries: LabelPack, hear: Hear) -> Judged:
    """What a guard says of the draw."""
    flagged = hear(spec, entries)
    passed = {identity: said is False for identity, said in flagged.items()}
    return Judged(name, False, passed, sum(said is None for said in flagged.values()))
