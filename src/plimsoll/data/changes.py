"""Two JSON values, a state before and after -> what changed, path by path."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from msgspec import Struct

CHANGES = "changes"
"""Under which key of a transcript's state they stand, by the id of the call that made them."""
MOST = 200
"""Changes of one call that are told; of more, how many there are."""
LONGEST = 2_000
"""Characters of a value that a change tells."""
MISSING = object()


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place that is not what it was."""

    path: str
    """Such as `emails[0].read`."""
    before: Any = None
    """`None` where nothing was there."""
    after: Any = None
    """`None` where nothing is left."""

    @property
    def line(self) -> str:
        """The change in one line: what was added, taken away, or put in the place of something."""
        if self.before is None:
            return f"+ {self.path}: {_json(self.after)}"
        if self.after is None:
            return f"- {self.path}: {_json(self.before)}"
        return f"{self.path}: {_json(self.before)} → {_json(self.after)}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def changes(before: Any, after: Any) -> tuple[Change, ...]:
    """What changed from one value to the other, in the order of the first."""
    found: list[Change] = []
    for change in _changes("", before, after):
        if len(found) == MOST:
            found.append(Change(path="", after=f"more than {MOST} places changed"))
            break
        found.append(change)
    return tuple(found)


def _changes(path: str, before: Any, after: Any) -> Iterator[Change]:
    """Walks without recursion: a state may be nested as deep as it likes."""
    waiting: list[tuple[str, Any, Any]] = [(path, before, after)]
    while waiting:
        path, before, after = waiting.pop()
        if before is after or (type(before) is type(after) and before == after):
            continue
        inner = _inner(path, before, after)
        if inner is None:
            yield Change(path=path or ".", before=_told(before), after=_told(after))
        else:
            waiting.extend(reversed(inner))


def _inner(path: str, before: Any, after: Any) -> list[tuple[str, Any, Any]] | None:
    """The places inside two values of a kind; nothing where they are of two kinds, or have no inside."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        first, second = cast("Mapping[str, Any]", before), cast("Mapping[str, Any]", after)
        keys = dict.fromkeys((*first, *second))
        return [
            (f"{path}.{key}" if path else str(key), first.get(key, MISSING), second.get(key, MISSING))
            for key in keys
        ]
    if _is_list(before) and _is_list(after):
        one, other = cast("Sequence[Any]", before), cast("Sequence[Any]", after)
        return [
            (f"{path}[{n}]", one[n] if n < len(one) else MISSING, other[n] if n < len(other) else MISSING)
            for n in range(max(len(one), len(other)))
        ]
    return None


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _told(value: Any) -> Any:
    if value is MISSING:
        return None
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]}[... {len(value) - LONGEST:,} characters left out]"
    return value
