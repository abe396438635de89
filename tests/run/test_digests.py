from hypothesis import given
from hypothesis import strategies as st

from plimsoll.run.keep.digests import Digests


@given(st.sets(st.tuples(st.text(max_size=5), st.integers(0, 9)), max_size=60))
def test_a_set_of_digests_holds_what_was_put_into_it_and_nothing_else(pairs: set[tuple[str, int]]) -> None:
    digests = Digests()
    for pair in [*pairs, *pairs]:
        digests.add(*pair)
    assert len(digests) == len(pairs)
    assert all(pair in digests for pair in pairs)
    assert ("another one", 3) not in digests


def test_a_set_of_digests_grows() -> None:
    digests = Digests()
    for number in range(5000):
        digests.add(str(number), number % 3)
    assert len(digests) == 5000
    assert all((str(number), number % 3) in digests for number in range(5000))
    assert ("1", 0) not in digests
