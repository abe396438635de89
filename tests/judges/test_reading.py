from unicodedata import category

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.judges.reading import BEGINNING, is_blank

SIGNS = st.text(alphabet=st.sampled_from("-. /\n\u200b…—a漂1😊∑€\u0301"), max_size=2 * BEGINNING)


@given(text=SIGNS | st.text())
def test_a_text_is_blank_where_no_character_of_it_says_anything(text: str) -> None:
    says = any(c.isalnum() or (c > "\x7f" and category(c) in ("So", "Sm", "Sc")) for c in text)
    assert is_blank(text) is not says


def test_what_stands_behind_a_long_blank_beginning_is_seen() -> None:
    assert is_blank("- . " * 1_000)
    assert not is_blank("- . " * 1_000 + "x")
    assert not is_blank("- . " * 1_000 + "😊")
