"""Sums by question are exact, merge in any order, and take little room."""

import tracemalloc
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.metrics.clusters import FEW, Clusters, tag_of
from plimsoll.metrics.tables import SHARED, WHOLE, Table, joined
from plimsoll.stats.clusters import Sums, macro, macro_of

CHANGES = st.lists(
    st.tuples(
        st.integers(0, 12).map(lambda number: f"q{number}"),
        st.lists(st.tuples(st.integers(0, 5), st.integers(-3, 900)), min_size=1, max_size=4).map(tuple),
    ),
    max_size=40,
)


def filled(changes: list[tuple[str, tuple[tuple[int, int], ...]]]) -> Table:
    """A table of changes."""
    table = Table()
    for cluster, change in changes:
        table.change(cluster, change)
    return table


def plain(changes: list[tuple[str, tuple[tuple[int, int], ...]]]) -> dict[bytes, dict[int, int]]:
    """The same sums by plain addition, zeros left out."""
    sums: dict[bytes, Counter[int]] = defaultdict(Counter)
    for cluster, change in changes:
        for column, amount in change:
            sums[tag_of(cluster)][column] += amount
    return {tag: {at: number for at, number in row.items() if number} for tag, row in sums.items()}


@given(changes=CHANGES)
def test_every_cluster_has_the_sum_of_its_changes(
    changes: list[tuple[str, tuple[tuple[int, int], ...]]],
) -> None:
    table = filled(changes)
    assert {tag: dict(row) for tag, row in table.by_cluster()} == plain(changes)
    assert len(table) == len(plain(changes))
    assert sum(count for row, count in table.rows() if row) == sum(map(bool, plain(changes).values()))
    for column in range(6):
        assert table.column(column) == sum(row.get(column, 0) for row in plain(changes).values())
    assert table.counted(0, 1, unit=1) == Counter(table.sums(0, 1, unit=1).values())


@given(first=CHANGES, second=CHANGES)
def test_parts_of_a_run_add_up_to_the_whole(
    first: list[tuple[str, tuple[tuple[int, int], ...]]],
    second: list[tuple[str, tuple[tuple[int, int], ...]]],
) -> None:
    whole = dict(filled([*first, *second]).by_cluster())
    assert dict(joined([filled(second), filled(first)]).by_cluster()) == whole


def test_many_different_rows_are_kept_apart_and_let_go() -> None:
    table, many = Table(), 2 * SHARED
    for number in range(many):
        table.change(f"q{number}", ((0, 1), (1, number)))
    for number in range(many):
        table.change(f"q{number}", ((0, 1), (1, number + 1)))
    assert sorted(row[1] for row, _ in table.rows()) == [2 * number + 1 for number in range(many)]
    assert table.column(0) == 2 * many
    assert len(table._rows) < many + SHARED + 2  # pyright: ignore[reportPrivateUsage]


def test_a_question_takes_some_ten_bytes_however_long_its_name() -> None:
    table, clusters = Table(), 30_000
    table.add("first", 1.0)
    tracemalloc.start()
    for number in range(clusters):
        table.add(f"{'a long name ' * 20}{number}", float(number % 3 == 0))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert table.column(1) == (clusters // 3 + 1) * WHOLE
    assert taken / clusters < 20


def test_clusters_are_found_again_when_their_numbers_grow_wide() -> None:
    clusters = Clusters()
    names = [tag_of(f"q{number}") for number in range(3000)]
    for number, name in enumerate(names):
        bucket, place = clusters.spot(name)
        bucket.set(place, 70_000 + number if number % 2 else number)
    found = dict(clusters)
    assert len(clusters) == len(found) == 3000
    assert all(found[name] == (70_000 + at if at % 2 else at) for at, name in enumerate(names))


def test_clusters_are_found_again_when_they_are_many() -> None:
    clusters = Clusters()
    names = [tag_of(f"q{number}") for number in range(FEW + 100)]
    for _ in range(2):
        for number, name in enumerate(names):
            bucket, place = clusters.spot(name)
            bucket.set(place, bucket.numbers[place] + number % 7)
    assert len(clusters) == len(names)
    assert dict(clusters) == {name: 2 * (at % 7) for at, name in enumerate(names)}


@pytest.mark.parametrize("both", [0, 3])
def test_a_mean_of_groups_is_the_same_from_counts_as_from_clusters(both: int) -> None:
    first = {f"a{n}": Sums(WHOLE * (n % 3 == 0), WHOLE) for n in range(11)}
    second = {f"b{n}": Sums(WHOLE * (n % 4), 4 * WHOLE) for n in range(9)}
    second |= {f"a{n}": Sums(WHOLE, 2 * WHOLE) for n in range(both)}
    nothing = Sums(0, 0)
    rows = Counter((first.get(key, nothing), second.get(key, nothing)) for key in {**first, **second})
    assert macro_of(rows) == macro([first, second])
    assert macro_of({}) is None
