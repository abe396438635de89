"""Records -> counts for the plots and compact items for the page, in one pass and bounded in size."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from plimsoll.core import Outcome, Record, Verdict

LIMIT = 50_000_000
"""Bytes of items that a page may hold; above it a stratified part is embedded."""
SHORTEST_PARAGRAPHS, SHORTEST_LINES = 48, 400
"""Shared beginnings below this many characters are not worth a reference; whole paragraphs (few-shot
examples) sooner than lines, which questions may share by chance."""
MOST_PREFIXES = 32
"""Per group; more of them would be texts that are alike by accident."""
BINS = 10
SCORED = {1.0: ("right", "event"), 0.0: ("wrong", "no_event")}


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
    p: list[tuple[str, int, str]] = []
    """Prompt: role, number of the shared beginning or -1, the rest."""
    r: list[tuple[str, str]] = []
    """Replies: role and text."""
    h: str = ""
    """Reasoning."""
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
    q: str = ""
    """Pair."""


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
    counts: Counts

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(map(len, self.items)) + sum(len(prefix) for prefix in self.prefixes)


def embed(records: Iterable[Record], *, limit: int = LIMIT) -> Embedded:
    """Read the records once; keep what fits."""
    counts = Counts(
        fates=defaultdict(Counter),
        chosen=defaultdict(Counter),
        targets=defaultdict(Counter),
        bins=[[0.0, 0.0, 0.0] for _ in range(BINS)],
    )
    prefixes = Prefixes()
    encoder = msgspec.json.Encoder()
    strata: list[str] = []
    encoded: list[bytes] = []
    first: dict[str, tuple[int, Item]] = {}
    for record in records:
        item = _item(record, prefixes)
        first.setdefault(f"{item.c}\0{item.s}", (len(encoded), item))
        _count(counts, record, item.o)
        strata.append(f"{item.c}\0{item.s}\0{item.o}")
        encoded.append(encoder.encode(item))
    for place, item in first.values():  # written before its beginning was known to be shared
        encoded[place] = encoder.encode(_split_again(item, prefixes))
    kept = _part(encoded, strata, limit)
    return Embedded(total=len(encoded), shown=len(kept), prefixes=prefixes.texts, items=kept, counts=counts)


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
    prompt = [
        (role, *prefixes.known(f"{group}\0{role}", rest)) if number < 0 else (role, number, rest)
        for role, number, rest in item.p
    ]
    return msgspec.structs.replace(item, p=prompt)


def _common(one: str, other: str) -> str:
    """What two texts begin with, up to the end of a paragraph or line."""
    length = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    paragraph = one.rfind("\n\n", 0, length)
    return one[: paragraph + 2] if paragraph >= 0 else one[: one.rfind("\n", 0, length) + 1]


def _item(record: Record, prefixes: Prefixes) -> Item:
    sample, transcript = record.sample, record.transcript
    responses = transcript.responses if transcript else ()
    last = responses[-1] if responses else None
    group = f"{sample.category}\0{sample.language}"
    prompt: list[tuple[str, int, str]] = []
    for message in sample.messages:
        prompt.append((message.role, *prefixes.split(f"{group}\0{message.role}", whole(message.text))))
    shown = all(choice.strip() in sample.messages[-1].text for choice in sample.choices if sample.messages)
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
        p=prompt,
        r=_replies(record),
        h=whole("\n\n".join(response.thought for response in responses if response.thought)),
        k=() if shown else tuple(map(whole, sample.choices)),
        w=tuple(round(value, 4) for value in last.loglikelihoods) if last else (),
        m=last.means if last else "",
        v=[_verdict(name, verdict) for name, verdict in record.verdicts.items()],
        f=[(whole(f.stage), whole(f.error), whole(f.message)) for f in record.failures],
        g=tuple(map(whole, sample.trail)),
        q=whole(sample.pair),
    )


def _replies(record: Record) -> list[tuple[str, str]]:
    if record.transcript is None:
        return []
    if record.transcript.messages:
        return [(message.role, whole(message.text)) for message in record.transcript.messages]
    return [("assistant", whole(response.text)) for response in record.transcript.responses]


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
