"""Token sequences that begin alike -> one row in which every shared token stands once.

The sequences form a tree. Laid out in order, each token sees its own ancestors and nothing else,
so that one forward pass over one row gives what a padded batch would, without padding and without
a copy of the beginning for each row.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from plimsoll.models._local_weighing import Tokens, shared


class Branch(NamedTuple):
    """The tokens that one sequence adds to the row."""

    begin: int
    end: int
    seen: tuple[int, ...]
    """Places in the row that the branch's tokens see beside themselves."""


class Pack(NamedTuple):
    """A tree of sequences, laid out."""

    known: int
    """Tokens of every sequence that stand before the row, already evaluated."""
    tokens: tuple[int, ...]
    positions: tuple[int, ...]
    branches: tuple[Branch, ...]
    ends: tuple[int, ...]
    """Where in the row each sequence ends, in the order given."""

    @property
    def is_chain(self) -> bool:
        """Whether the row is one sequence only."""
        return len(self.branches) == 1


def pack(rows: Sequence[Tokens], known: int) -> Pack:
    """Lay out sorted sequences, each longer than `known` tokens, of which all share the first `known`."""
    tokens: list[int] = []
    positions: list[int] = []
    branches: list[Branch] = []
    ends: list[int] = []
    previous: Tokens = rows[0][:known]
    path: list[int] = []
    for row in rows:
        common = shared(row, previous)
        begin, end = len(tokens), len(tokens) + len(row) - common
        path = path[: common - known]
        if begin < end:
            branches.append(Branch(begin, end, tuple(path)))
        path = [*path, *range(begin, end)]
        tokens.extend(row[common:])
        positions.extend(range(common, len(row)))
        ends.append(path[-1])
        previous = row
    return Pack(known, tuple(tokens), tuple(positions), tuple(branches), tuple(ends))


def chunks(rows: Sequence[Tokens], known: int, *, tokens: int, most: int) -> Iterator[Sequence[Tokens]]:
    """Cut sorted sequences into runs of at most `most` that add at most `tokens` to a row each."""
    begin, size = 0, 0
    for index, row in enumerate(rows):
        added = len(row) - (max(known, shared(row, rows[index - 1])) if index > begin else known)
        if index > begin and (size + added > tokens or index - begin >= most):
            yield rows[begin:index]
            begin, size, added = index, 0, len(row) - known
        size += added
    yield rows[begin:]


def runs(rows: Sequence[Tokens], least: int) -> Iterator[Sequence[Tokens]]:
    """Cut sorted sequences where neighbours share fewer than `least` tokens."""
    begin = 0
    for index in range(1, len(rows)):
        if shared(rows[index - 1], rows[index]) < least:
            yield rows[begin:index]
            begin = index
    yield rows[begin:]
