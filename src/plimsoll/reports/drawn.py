"""The index of a large run -> counts over all of it, and a draw of records that stands for it on a page.

Nothing but the index is read of most records. The draw is the same whenever it is made: it goes by a
hash of id and epoch. Every kind of record is in it, however rare.
"""

from collections import defaultdict
from collections.abc import Iterable
from heapq import heappush, heapreplace
from typing import NamedTuple
from zlib import crc32

from plimsoll.reports.counts import Counts, Told, fate_of
from plimsoll.reports.items import LIMIT, Embedded, embed
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.index import Entry
from plimsoll.run.keep.journal import read_at

LARGE = 100_000
"""Records above which a page holds a draw of them."""
DRAWN, LEAST = 20_000, 20
"""Records that are drawn over all, and of each kind."""


class Where(NamedTuple):
    """A record by its place in the benchmark's order, and where it lies."""

    place: int
    offset: int


class Smallest:
    """The records whose hashes are smallest, and no more of them than a number."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held: list[tuple[int, Where]] = []
        """A heap, the largest hash first."""

    def add(self, number: int, where: Where) -> None:
        """Look at one."""
        if len(self.held) < self.most:
            heappush(self.held, (-number, where))
        elif number < -self.held[0][0]:
            heapreplace(self.held, (-number, where))


def embed_drawn(folder: RunFolder, *, limit: int = LIMIT) -> Embedded:
    """What goes into the page of a large run."""
    counts, total, offsets = _looked_through(folder.entries())
    found = embed((read_at(folder.records_path, offset) for offset in offsets), limit=limit)
    found.counts, found.total = counts, total
    return found


def _looked_through(entries: Iterable[Entry]) -> tuple[Counts, int, list[int]]:
    counts, total = Counts(), 0
    whole, kinds = Smallest(DRAWN), defaultdict[tuple[str, str, str], Smallest](lambda: Smallest(LEAST))
    for entry in entries:
        fate = fate_of(entry.outcome, entry.value, entry.target)
        counts.add(
            Told(
                entry.category,
                entry.language,
                entry.target,
                entry.outcome,
                fate,
                entry.label,
                entry.value,
                entry.confidence,
            )
        )
        number = crc32(entry.id.encode("utf-8", "replace"), entry.epoch)
        where = Where(entry.place, entry.offset)
        whole.add(number, where)
        kinds[entry.category, entry.language, fate].add(number, where)
        total += 1
    drawn = {where for each in (whole, *kinds.values()) for _, where in each.held}
    return counts, total, [offset for _, offset in sorted(drawn)]
