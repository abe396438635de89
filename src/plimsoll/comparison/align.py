"""Records of two runs -> pairs of answers to the same question.

Records are read line by line and only what is compared is kept of them. Records are matched by
their id and language. Where the runs share none, attacked ones are matched by the question that they
were made out of, the variants of one question as one. Where that leaves fewer in common than the key
under which a benchmark pairs its questions, by that key; and across languages only where the runs
share none.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.core import BROKEN, DataError, Number, Place, UserError, decoding, files
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Manifest, Summary

CLUSTER = "template"
"""Questions that say this in their metadata, and the same, are a cluster."""

Key = tuple[Any, ...]
By = Literal["id", "question", "pair", "pair across languages", "pair across attacks"]


class Seen(NamedTuple):
    """What a comparison keeps of a record."""

    id: str
    pair: str
    epoch: int
    category: str
    language: str
    trail: tuple[str, ...]
    cluster: str
    value: float | None
    label: str
    outcome: str
    target: str
    prompt: int
    """Hash of the messages, to see whether both runs asked the same."""
    line: int
    offset: int
    origin: str = ""
    """The question that this one was made out of, where it was."""
    place: int = 0
    """In the benchmark's order."""

    @property
    def question(self) -> str:
        """Id of the question that it is, or was made out of."""
        return self.origin or self.id


class Pair(NamedTuple):
    """The same question, asked in both runs."""

    before: Seen
    after: Seen

    @property
    def difference(self) -> float:
        """How much more the second run scored; both must be scored."""
        return (self.after.value or 0.0) - (self.before.value or 0.0)


@dataclass(frozen=True)
class Side:
    """A run that takes part."""

    folder: RunFolder
    manifest: Manifest
    summary: Summary | None
    seen: tuple[Seen, ...]
    judge: str


@dataclass(frozen=True, kw_only=True)
class Aligned:
    """Two runs, question by question."""

    before: Side
    after: Side
    by: By
    pairs: tuple[Pair, ...]
    """Questions that both have scored."""
    unscored: int
    """Shared questions that at least one run could not score."""
    only_before: int
    only_after: int


class _Sample(Struct, gc=False):
    id: str
    messages: msgspec.Raw
    target: str | None = None
    category: str = ""
    language: str = "en"
    trail: tuple[str, ...] = ()
    pair: str = ""
    origin: str = ""
    family: str = ""
    metadata: dict[str, Any] = {}


class _Verdict(Struct, gc=False):
    label: str
    value: Number | None
    outcome: str = "answered"


class _Line(Struct):
    sample: _Sample
    verdicts: dict[str, _Verdict] = {}
    epoch: int = 0
    place: Place = 0


def side(folder: RunFolder, judge: str = "", cluster: str = CLUSTER) -> Side:
    """Read a run; without a judge its first one counts."""
    manifest = folder.manifest()
    found = _seen(folder.records_path, judge, cluster, manifest.scope)
    seen = tuple(sorted(found, key=lambda each: each.place))
    if judge and seen and not any(each.label for each in seen):
        raise UserError(f"{folder.path} holds no verdict of a judge called {judge!r}")
    named = judge or next(iter(_first_judges(folder.records_path)), "")
    return Side(folder, manifest, folder.summary(), seen, named)


def align(before: Side, after: Side) -> Aligned:
    """Match the questions of two runs."""
    by, one, other = _matched(before.seen, after.seen)
    shared = [Pair(one[key], other[key]) for key in one if key in other]
    scored = tuple(pair for pair in shared if pair.before.value is not None and pair.after.value is not None)
    return Aligned(
        before=before,
        after=after,
        by=by,
        pairs=scored,
        unscored=len(shared) - len(scored),
        only_before=len(one) - len(shared),
        only_after=len(other) - len(shared),
    )


def _seen(path: Path, judge: str, cluster: str, scope: Mapping[str, str | bool]) -> Iterator[Seen]:
    decode, offset = decoding.Decoder(_Line).decode, 0
    with files.opened(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return
            try:
                read = decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise DataError(f"{path}: line {number} is no record: {error}") from error
            if all(read.sample.metadata.get(key) == value for key, value in scope.items()):
                yield _kept(read, judge, cluster, number, offset)
            offset += len(line)


def _kept(line: _Line, judge: str, cluster: str, number: int, offset: int) -> Seen:
    sample = line.sample
    verdict = line.verdicts.get(judge) if judge else next(iter(line.verdicts.values()), None)
    outcome = verdict.outcome if verdict else "error"
    return Seen(
        sample.id,
        sample.pair,
        line.epoch,
        sample.category,
        sample.language,
        sample.trail,
        (str(sample.metadata.get(cluster, "")) if sample.metadata else "") or sample.family,
        verdict.value if verdict is not None and outcome not in BROKEN else None,
        verdict.label if verdict else "",
        outcome,
        sample.target or "",
        hash(bytes(sample.messages)),
        number,
        offset,
        sample.origin,
        line.place,
    )


def _first_judges(path: Path) -> Iterator[str]:
    decode = decoding.Decoder(_Line).decode
    with files.opened(path) as file:
        for line in file:
            if line.endswith(b"\n") and (read := decode(line)).verdicts:
                yield next(iter(read.verdicts))


def _turn(seen: Seen) -> str:
    """The order of options, which stands behind `@` in a question's id."""
    return seen.question.partition("@")[2]


_KEYS: Mapping[By, Callable[[Seen], Key]] = {
    "id": lambda s: (s.id, s.language, s.epoch),
    "question": lambda s: (s.question, s.language, s.epoch),
    "pair": lambda s: (s.pair or s.question, s.language, s.trail, _turn(s), s.epoch),
    "pair across attacks": lambda s: (s.pair or s.question, s.language, _turn(s), s.epoch),
    "pair across languages": lambda s: (s.pair or s.question, s.trail, _turn(s), s.epoch),
}


def _matched(
    one: tuple[Seen, ...], other: tuple[Seen, ...]
) -> tuple[By, Mapping[Key, Seen], Mapping[Key, Seen]]:
    """The narrowest key under which most questions meet; a wider one only where a narrower has none."""
    best = _keyed("id", one, other)
    if not _common(best):
        one, other = _by_question(one), _by_question(other)
        best = _keyed("question", one, other)
    found = _common(best)
    for by in ("pair", "pair across attacks", "pair across languages"):
        if found and by != "pair":
            break
        tried = _keyed(by, one, other)
        # A key that falls on several records of one run does not say which belong together.
        if len(tried[1]) == len(one) and len(tried[2]) == len(other) and _common(tried) > found:
            best, found = tried, _common(tried)
    return best


def _by_question(seen: tuple[Seen, ...]) -> tuple[Seen, ...]:
    """Each question once in every epoch, with the mean of its variants."""
    groups: dict[Key, list[Seen]] = defaultdict(list)
    for each in seen:
        groups[_KEYS["question"](each)].append(each)
    return tuple(_as_one(group) for group in groups.values())


def _as_one(variants: Sequence[Seen]) -> Seen:
    first, *others = variants
    if not others:
        return first
    values = [each.value for each in variants if each.value is not None]
    same = {each.label for each in variants} == {first.label}
    return first._replace(
        id=first.question,
        value=sum(values) / len(values) if values else None,
        label=first.label if same else f"{len(variants)} variants",
    )


def _keyed(
    by: By, one: tuple[Seen, ...], other: tuple[Seen, ...]
) -> tuple[By, Mapping[Key, Seen], Mapping[Key, Seen]]:
    key = _KEYS[by]
    return by, {key(seen): seen for seen in one}, {key(seen): seen for seen in other}


def _common(keyed: tuple[By, Mapping[Key, Seen], Mapping[Key, Seen]]) -> int:
    return len(keyed[1].keys() & keyed[2].keys())
