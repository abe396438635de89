"""A reply to a yes-or-no question -> what it plainly says, or nothing.

`Yes`, `No`, `True`, `False` count at the beginning, after `the answer is`, and as the last line; where two
such signs differ, nothing is read.
"""

import re

_BEGIN = re.compile(r"[\s\W_]*(yes|no|true|false)\b(?! (?:one|matter|doubt|idea|more|longer)\b)")
_SAID = re.compile(
    r"\b(?:answer|statement|claim|hypothesis|conclusion|sentence|assertion|it|this|that)\b(?: is| would be|:)"
    r"(?: therefore| thus| clearly)?[\s:*\"'(]{0,6}"
    r"(not true|yes|no|true|false|incorrect|correct)\b(?! (?:one|longer|more))",
)
_APART = re.compile(
    r"[,;.:!\n]\s*(?:but |and |then |so )?\**(yes|no)\b(?=[\s,.;:!*]|$)(?! (?:one|matter|doubt|idea))",
)
_YES = frozenset({"yes", "true", "correct"})
WINDOW = 2000


def read_yes_no(reply: str) -> bool | None:
    """True for yes, False for no, nothing where the reply does not plainly say either."""
    text = (reply if len(reply) <= 2 * WINDOW else f"{reply[:WINDOW]}\n{reply[-WINDOW:]}").lower()
    begin = _BEGIN.match(text)
    signs = [begin[1]] if begin else []
    signs += [found[1] for found in _SAID.finditer(text)]
    if "yes" in text or "no" in text:
        signs += [found[1] for found in _APART.finditer(text, begin.end() if begin else 0)]
    said = {sign in _YES for sign in signs}
    return said.pop() if len(said) == 1 else None
