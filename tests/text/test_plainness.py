import re

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.text.plainness import plainer, plainness

WORDS = st.lists(
    st.sampled_from(["the", "The", "bread", "的", "我们", "漂白", "1", "__", "I", "é", "."])
).map(" ".join)


@given(text=WORDS | st.text())
def test_each_common_word_and_character_counts_once(text: str) -> None:
    common = {"the", "i"}
    words = [each.lower() for each in re.findall(r"[^\W\d_]+", text)]
    least = sum(word in common for word in words) + sum(text.count(each) for each in "的我们")
    assert plainness(text) >= least
    assert plainness(text + " the") == plainness(text) + 1
    assert plainness(text + " 的") == plainness(text) + 1


def test_the_reading_that_looks_like_language_wins() -> None:
    assert plainer("Gur oernq vf va gur bira", "The bread is in the oven") == "The bread is in the oven"
    assert plainer("面包在烤箱里，我们可以吃了", "\u6f02\u767d") == "面包在烤箱里，我们可以吃了"
