"""Records -> counts for the plots and compact items for the page, in one pass and bounded in size."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll.core import Record, Verdict, replace
from plimsoll.pages.transcript import (
    Bytes,
    Picture,
    Turn,
    answered,
    asked,
    at_hand,
    attempted,
    cut,
    hidden_options,
    stood,
)
from plimsoll.reports.counts import Counts, Told, fate_of

LIMIT = 50_000_000
"""Bytes of items that a page may hold; above it a stratified part is embedded."""
SHORTEST_PARAGRAPHS, SHORTEST_LINES = 48, 400
"""Shared beginnings below this many characters are not worth a reference; whole paragraphs (few-shot
examples) sooner than lines, which questions may share by chance."""
MOST_PREFIXES = 32
"""Per group; more of them would be texts that are alike by accident."""
LONGEST_STATE = 4_000
PICTURES = 20_000_000
"""Bytes of pictures that a page may hold, each of them once; the others are named only."""


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
    p: list[Turn] = []
    """Prompt."""
    r: list[Turn] = []
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
    counts = Counts()
    prefixes, pictures = Prefixes(), Pictures(of)
    strata: list[str] = []
    encoded: list[bytes] = []
    first: dict[str, tuple[int, Item]] = {}
    for record in records:
        item = _item(record, prefixes, pictures)
        first.setdefault(f"{item.c}\0{item.s}", (len(encoded), item))
        counts.add(_told(record, item.o))
        strata.append(f"{item.c}\0{item.s}\0{item.o}")
        encoded.append(encode(item))
    for place, item in first.values():  # written before its beginning was known to be shared
        encoded[place] = encode(_split_again(item, prefixes))
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

    def held(self, turn: Turn) -> Turn:
        """The turn with keys in the place of its pictures' bytes."""
        return replace(turn, pictures=tuple(Picture(self._key(each), each.words) for each in turn.pictures))

    def _key(self, shown: Picture) -> str:
        """The key of a picture; empty where there is no room for it or nothing to show."""
        key = hashlib.sha256(shown.source.encode()).hexdigest()[:16]
        if key in self.sources:
            return key
        if not shown.source or len(shown.source) > self._left:
            return ""
        self._left -= len(shown.source)
        self.sources[key] = shown.source
        return key


def prompt(record: Record, prefixes: Prefixes, pictures: Pictures) -> list[Turn]:
    """The messages sent, with what they share with others held once."""
    group = f"{record.sample.category}\0{record.sample.language}"
    turns = [pictures.held(turn) for turn in asked(record.sample, pictures.of)]
    return [_parted(turn, prefixes.split(f"{group}\0{turn.role}", turn.text)) for turn in turns]


def replies(record: Record, pictures: Pictures, most: int = 10**9) -> list[Turn]:
    """What came after them, with no text longer than that."""
    turns = answered(record.transcript, record.sample.messages, pictures.of)
    return [pictures.held(replace(cut(turn, most), left=0)) for turn in turns]


def _parted(turn: Turn, part: tuple[int, str]) -> Turn:
    return replace(turn, prefix=part[0], text=part[1])


def fate(record: Record) -> str:
    """The class of what became of a record."""
    first = next(iter(record.verdicts.values()), None)
    return fate_of(record.outcome, first.value if first else None, record.sample.target)


_encode = msgspec.json.Encoder().encode


def encode(value: Any) -> bytes:
    """JSON, with lone surrogates replaced, which none can carry."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        written = json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
        return written.encode("utf-8", "replace")


def _split_again(item: Item, prefixes: Prefixes) -> Item:
    group = f"{item.c}\0{item.s}"
    prompt = [
        _parted(turn, prefixes.known(f"{group}\0{turn.role}", turn.text)) if turn.prefix < 0 else turn
        for turn in item.p
    ]
    return replace(item, p=prompt)


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
        i=sample.id,
        e=record.epoch,
        c=sample.category,
        s=sample.language,
        o=fate(record),
        t=sample.target,
        a=first.label if first else "",
        d=len({verdict.value for verdict in record.verdicts.values()}) > 1,
        p=prompt(record, prefixes, pictures),
        r=replies(record, pictures),
        k=hidden_options(sample),
        w=tuple(round(value, 4) for value in last.loglikelihoods) if last else (),
        m=last.means if last else "",
        v=[_verdict(name, verdict) for name, verdict in record.verdicts.items()],
        f=[(failure.stage, failure.error, failure.message) for failure in record.failures],
        g=sample.trail,
        z=attempted(sample),
        q=sample.pair,
        u=stood(transcript)[:LONGEST_STATE],
    )


def _verdict(name: str, verdict: Verdict) -> tuple[str, str, float | None, str, str, float | None, str]:
    confidence = None if verdict.confidence is None else round(verdict.confidence, 4)
    detail = "; ".join(f"{key}: {value}" for key, value in verdict.detail.items())
    return name, verdict.label, verdict.value, verdict.outcome.value, verdict.reason, confidence, detail


def _told(record: Record, kind: str) -> Told:
    sample, first = record.sample, next(iter(record.verdicts.values()), None)
    known = (first.label, first.value, first.confidence) if first else ("", None, None)
    return Told(sample.category, sample.language, sample.target, record.outcome, kind, *known)


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
