"""Chinese text -> what the site's search finds it by: every sign, and every two that stand together.

A dictionary cuts `拒答率` where no reader would; pairs find any word of any length. Words in Latin letters
stay whole.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from sphinx.search import SearchLanguage

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
PIECE = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")


class PairsOfSigns(SearchLanguage):
    """Splits Chinese into pairs of signs, in the index and in what is asked for."""

    lang = "zh"
    language_name = "Chinese"
    # Without quotes and angle brackets, which the template would escape.
    js_splitter_code = f"""
function splitQuery(query) {{
  const piece = /[{HAN}]+|[^\\W{HAN}]+/gu;
  return (query.match(piece) || []).flatMap(function (found) {{
    if (!/[{HAN}]/.test(found) || found.length === 1) return [found];
    return Array.from(found).slice(1).map(function (sign, place) {{ return found[place] + sign; }});
  }});
}}
"""

    def split(self, input: str) -> list[str]:
        """The words of a text."""
        return [word for piece in PIECE.findall(input) for word in _words(piece)]

    def word_filter(self, stemmed_word: str) -> bool:
        """Whether a word is looked for at all."""
        return bool(stemmed_word)


def _words(piece: str) -> Iterator[str]:
    if not re.match(f"[{HAN}]", piece):
        yield piece.lower()
        return
    yield from piece
    yield from map("".join, pairwise(piece))
