from hypothesis import given
from hypothesis import strategies as st

from plimsoll.models._local_weighing import shared
from plimsoll.models._transformers_packing import chunks, pack, runs

ROWS = st.lists(
    st.lists(st.integers(0, 2), min_size=1, max_size=8).map(tuple), min_size=1, max_size=7, unique=True
).map(sorted)


def test_a_shared_beginning_stands_in_the_row_once() -> None:
    packed = pack([(1, 2, 3), (1, 2, 4), (1, 5)], 0)
    assert packed.tokens == (1, 2, 3, 4, 5)
    assert packed.positions == (0, 1, 2, 2, 1)
    assert packed.ends == (2, 3, 4)


def test_one_sequence_is_a_chain() -> None:
    assert pack([(1, 2, 3)], 1).is_chain
    assert not pack([(1, 2), (1, 3)], 1).is_chain


@given(ROWS)
def test_every_end_sees_exactly_its_own_sequence(rows: list[tuple[int, ...]]) -> None:
    known = min(shared(rows[0], rows[-1]), *(len(row) - 1 for row in rows), 1)
    packed = pack(rows, known)
    for row, end in zip(rows, packed.ends, strict=True):
        (branch,) = [one for one in packed.branches if one.begin <= end < one.end]
        path = [*branch.seen, *range(branch.begin, end + 1)]
        assert tuple(packed.tokens[place] for place in path) == row[known:]
        assert [packed.positions[place] for place in path] == list(range(known, len(row)))


@given(ROWS, st.integers(1, 20), st.integers(1, 4))
def test_chunks_and_runs_lose_nothing(rows: list[tuple[int, ...]], tokens: int, most: int) -> None:
    cut = list(chunks(rows, 0, tokens=tokens, most=most))
    assert [row for chunk in cut for row in chunk] == rows
    assert all(len(chunk) <= most for chunk in cut)
    assert all(len(chunk) == 1 or len(pack(chunk, 0).tokens) <= tokens for chunk in cut)
    assert [row for run in runs(rows, 2) for row in run] == rows
