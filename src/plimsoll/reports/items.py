"""Records -> counts for the plots and compact items for the page, in one pass and bounded in size."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll.core import Outcome, Record, Verdict, replace
from plimsoll.pages.transcript import (
    Bytes,
    Picture,
    Turn,
    answered,
    as_json,
    asked,
    at_hand,
    attempted,
    hidden_options,
)

LIMIT = 50_000_000
"""Bytes of items that a page may hold; above it a stratified part is embedded."""
SHORTEST_PARAGRAPHS, SHORTEST_LINES = 48, 400
"""Shared beginnings below this many characters are not worth a reference; whole paragraphs (few-shot
examples) sooner than lines, which questions may share by chance."""
MOST_PREFIXES = 32
"""Per group; more of them would be texts that are alike by accident."""
BINS = 10
LONGEST_STATE = 4_000
SCORED = {1.0: ("right", "event"), 0.0: ("wrong", "no_event")}


PICTURES = 20_000_000
"""Bytes of pictures that a page may hold, each of them once; the others are named only."""


class Said(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A turn as the page holds it."""

    r: str
    """Role."""
    x: int = -1
    """Number of the shared beginning."""
    t: str = ""
    """Text, after that."""
    h: str = ""
    """Thought."""
    p: list[tuple[str, str]] = []
    """Pictures: key and words."""
    c: list[tuple[str, str]] = []
    """Calls: tool and arguments."""
    a: str = ""
    """The tool that it answers for."""
    b: str = ""
    """The same in its other form."""
    e: bool = False
    """Whether a tool failed."""
    n: tuple[str, ...] = ()
    """Notes."""
    k: list[tuple[str, float]] = []
    """Tokens with their probability."""


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One record as the page holds it; short keys, because there may be tens of thousands."""

    i: str
    """Id."""
    e: int = 0
    """Epoch."""
    c: str = ""
    """Category."""
    s: str = ""
    """Language."""
    o: str = ""
    """Class of outcome: `right`, `wrong`, `refused` ..."""
    t: str | None = None
    """Target."""
    a: str = ""
    """What the first judge read."""
    d: bool = False
    """Whether the judges disagree on the value."""
    p: list[Said] = []
    """Prompt."""
    r: list[Said] = []
    """Replies, and in dialogues and at tools what was said to them."""
    k: tuple[str, ...] = ()
    """Options, where the prompt does not show them."""
    w: tuple[float, ...] = ()
    """Log-likelihoods of the options."""
    m: str = ""
    """Means."""
    v: list[tuple[str, str, float | None, str, str, float | None, str]] = []
    """Verdicts: judge, label, value, outcome, reason, confidence, detail."""
    f: list[tuple[str, str, str]] = []
    """Failures: stage, error, message."""
    g: tuple[str, ...] = ()
    """Trail."""
    z: str = ""
    """How an attack came to it."""
    q: str = ""
    """Pair."""
    u: str = ""
    """What else happened, as JSON."""


class Counts(Struct, kw_only=True):
    """What the plots need that no estimate holds."""

    fates: dict[str, Counter[str]]
    """Classes of outcome by category."""
    chosen: dict[str, Counter[str]]
    """Letters read, by language."""
    targets: dict[str, Counter[str]]
    """Letters that were right, by language, over the items that were answered."""
    bins: list[list[float]]
    """Ten bins of confidence: number, sum of confidence, sum of right."""


class Embedded(Struct, kw_only=True):
    """What goes into the page."""

    total: int
    shown: int
    prefixes: list[str]
    items: list[bytes]
    """JSON, one by one."""
    pictures: dict[str, str]
    """`data:` addresses by key."""
    counts: Counts

    @property
    def size(self) -> int:
        """Bytes."""
        texts = sum(map(len, self.prefixes)) + sum(map(len, self.pictures.values()))
        return sum(map(len, self.items)) + texts


def embed(records: Iterable[Record], *, of: Bytes = at_hand, limit: int = LIMIT) -> Embedded:
    """Read the records once; keep what fits. `of` knows the bytes of pictures."""
    counts = Counts(
        fates=defaultdict(Counter),
        chosen=defaultdict(Counter),
        targets=defaultdict(Counter),
        bins=[[0.0, 0.0, 0.0] for _ in range(BINS)],
    )
    prefixes, pictures = Prefixes(), Pictures(of)
    encoder = msgspec.json.Encoder()
    strata: list[str] = []
    encoded: list[bytes] = []
    first: dict[str, tuple[int, Item]] = {}
    for record in records:
        item = _item(record, prefixes, pictures)
        first.setdefault(f"{item.c}\0{item.s}", (len(encoded), item))
        _count(counts, record, item.o)
        strata.append(f"{item.c}\0{item.s}\0{item.o}")
        encoded.append(encoder.encode(item))
    for place, item in first.values():  # written before its beginning was known to be shared
        encoded[place] = encoder.encode(_split_again(item, prefixes))
    kept = _part(encoded, strata, limit)
    return Embedded(
        total=len(encoded),
        shown=len(kept),
        prefixes=prefixes.texts,
        items=kept,
        pictures=pictures.sources,
        counts=counts,
    )


class Prefixes:
    """Beginnings that prompts of one category and language share, such as few-shot examples."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._last: dict[str, str] = {}
        self._known: dict[str, list[int]] = {}

    def known(self, group: str, text: str) -> tuple[int, str]:
        """Number of the beginning already known and the rest, or -1 and all of it."""
        for number in self._known.get(group, ()):
            if text.startswith(self.texts[number]):
                return number, text[len(self.texts[number]) :]
        return -1, text

    def split(self, group: str, text: str) -> tuple[int, str]:
        """Number of the shared beginning and the rest; -1 where none is known yet."""
        number, rest = self.known(group, text)
        if number >= 0:
            return number, rest
        last, self._last[group] = self._last.get(group, ""), text
        shared = _common(last, text)
        least = SHORTEST_PARAGRAPHS if shared.endswith("\n\n") else SHORTEST_LINES
        if len(shared) < least or len(self._known.get(group, ())) >= MOST_PREFIXES:
            return -1, text
        self._known.setdefault(group, []).append(len(self.texts))
        self.texts.append(shared)
        return len(self.texts) - 1, text[len(shared) :]


class Pictures:
    """Pictures by their digest, so that one that many items show is held once."""

    def __init__(self, of: Bytes) -> None:
        self.of = of
        self.sources: dict[str, str] = {}
        self._left = PICTURES

    def key(self, shown: Picture) -> str:
        """The key of a picture; empty where there is no room for it or nothing to show."""
        key = hashlib.sha256(shown.source.encode()).hexdigest()[:16]
        if key in self.sources:
            return key
        if not shown.source or len(shown.source) > self._left:
            return ""
        self._left -= len(shown.source)
        self.sources[key] = shown.source
        return key


def said(turn: Turn, pictures: Pictures, prefix: int = -1, rest: str | None = None) -> Said:
    """A turn as the page holds it; `rest` is its text after the shared beginning."""
    return Said(
        r=turn.role,
        x=prefix,
        t=whole(turn.text) if rest is None else rest,
        h=whole(turn.thought),
        p=[(pictures.key(each), whole(each.words)) for each in turn.pictures],
        c=[(whole(call.name), whole(call.arguments)) for call in turn.calls],
        a=whole(turn.answers),
        b=whole(turn.beside),
        e=turn.failed,
        n=tuple(map(whole, turn.notes)),
        k=[(whole(token.text), round(token.share, 3)) for token in turn.tokens],
    )


def prompt(record: Record, prefixes: Prefixes, pictures: Pictures) -> list[Said]:
    """The messages sent, with what they share with others held once."""
    group = f"{record.sample.category}\0{record.sample.language}"
    turns = asked(record.sample, pictures.of)
    parts = [prefixes.split(f"{group}\0{turn.role}", whole(turn.text)) for turn in turns]
    return [said(turn, pictures, *part) for turn, part in zip(turns, parts, strict=True)]


def replies(record: Record, pictures: Pictures) -> list[Said]:
    """What came after them."""
    turns = answered(record.transcript, record.sample.messages, pictures.of)
    return [said(turn, pictures) for turn in turns]


def fate(record: Record) -> str:
    """The class of what became of a record; an answer is split by its verdict."""
    outcome = record.outcome
    if outcome is not Outcome.ANSWERED:
        return outcome.value
    verdict = next(iter(record.verdicts.values()))
    pair = SCORED.get(verdict.value) if verdict.value is not None else None
    if pair is None:
        return "unscored"
    return pair[0] if record.sample.target is not None else pair[1]


def whole(text: str) -> str:
    """The text with lone surrogates replaced, which no JSON can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _split_again(item: Item, prefixes: Prefixes) -> Item:
    group = f"{item.c}\0{item.s}"
    return replace(item, p=[_known(each, f"{group}\0{each.r}", prefixes) for each in item.p])


def _known(each: Said, group: str, prefixes: Prefixes) -> Said:
    if each.x >= 0:
        return each
    number, rest = prefixes.known(group, each.t)
    return replace(each, x=number, t=rest)


def _common(one: str, other: str) -> str:
    """What two texts begin with, up to the end of a paragraph or line."""
    length = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    paragraph = one.rfind("\n\n", 0, length)
    return one[: paragraph + 2] if paragraph >= 0 else one[: one.rfind("\n", 0, length) + 1]


def _item(record: Record, prefixes: Prefixes, pictures: Pictures) -> Item:
    sample, transcript = record.sample, record.transcript
    last = transcript.responses[-1] if transcript and transcript.responses else None
    first = next(iter(record.verdicts.values()), None)
    return Item(
        i=whole(sample.id),
        e=record.epoch,
        c=whole(sample.category),
        s=whole(sample.language),
        o=fate(record),
        t=None if sample.target is None else whole(sample.target),
        a=whole(first.label) if first else "",
        d=len({verdict.value for verdict in record.verdicts.values()}) > 1,
        p=prompt(record, prefixes, pictures),
        r=replies(record, pictures),
        k=tuple(map(whole, hidden_options(record.sample))),
        w=tuple(round(value, 4) for value in last.loglikelihoods) if last else (),
        m=last.means if last else "",
        v=[_verdict(name, verdict) for name, verdict in record.verdicts.items()],
        f=[(whole(f.stage), whole(f.error), whole(f.message)) for f in record.failures],
        g=tuple(map(whole, sample.trail)),
        z=whole(attempted(sample)),
        q=whole(sample.pair),
        u=whole(as_json(transcript.state))[:LONGEST_STATE] if transcript else "",
    )


def _verdict(name: str, verdict: Verdict) -> tuple[str, str, float | None, str, str, float | None, str]:
    return (
        whole(name),
        whole(verdict.label),
        verdict.value,
        verdict.outcome.value,
        whole(verdict.reason),
        None if verdict.confidence is None else round(verdict.confidence, 4),
        _detail(verdict.detail),
    )


def _detail(detail: Mapping[str, Any]) -> str:
    return "; ".join(f"{whole(str(key))}: {whole(str(value))}" for key, value in detail.items())


def _count(counts: Counts, record: Record, kind: str) -> None:
    sample = record.sample
    counts.fates[sample.category][kind] += 1
    verdict = next(iter(record.verdicts.values()), None)
    if verdict is None or verdict.outcome is not Outcome.ANSWERED or sample.target is None:
        return
    counts.chosen[sample.language][verdict.label] += 1
    counts.targets[sample.language][sample.target] += 1
    if verdict.confidence is not None and verdict.value is not None:
        chosen = counts.bins[min(BINS - 1, max(0, int(verdict.confidence * BINS)))]
        for place, amount in enumerate((1.0, verdict.confidence, verdict.value)):
            chosen[place] += amount


def _part(encoded: Sequence[bytes], strata: Sequence[str], limit: int) -> list[bytes]:
    """All items where they fit, else the same share of bytes from every stratum, hash-drawn."""
    total = sum(map(len, encoded))
    if total <= limit:
        return list(encoded)
    places: dict[str, list[int]] = defaultdict(list)
    for place, stratum in enumerate(strata):
        places[stratum].append(place)
    kept: set[int] = set()
    for members in places.values():
        quota = 0.95 * limit * sum(len(encoded[place]) for place in members) / total
        for place in sorted(members, key=lambda place: hashlib.sha1(encoded[place]).digest()):
            if len(encoded[place]) <= quota or (quota > 0 and len(encoded[place]) <= limit / 2000):
                kept.add(place)
                quota -= len(encoded[place])
    return [encoded[place] for place in sorted(kept)]
