"""Plain text -> claims: the mentions that put an option forward as the answer, each with its weight.

What is only mentioned is no claim. That none of the options fits is one, where the text closes with it.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.text._before_letters import is_denied
from plimsoll.text._mentions import mentions
from plimsoll.text._place import Place, Weight
from plimsoll.text._signs import sign_of
from plimsoll.text.expressions import expression

SEVERAL, NONE = -1, -2
"""In place of an option: several are put forward, or it is said that none fits."""


class Claim(NamedTuple):
    """An option put forward as the answer."""

    option: int
    start: int
    end: int
    how: str
    weight: Weight


_CLOSING = 200
"""Characters from the end in which it counts that none of the options fits."""
_NO_OPTION = expression(
    r"(?:\b(?:answer|choice|option)s?\b\s(?:is|are|would be|was)?:?\s{0,2}[(\"]?(?:none\b|not\s(?:listed"
    r"|given|provided|present|included|among|available|in\sthe|here|one\sof|any\sof|explicitly)"
    r"|neither\b(?!\s[(\[]?[A-Za-z]\b)|unknown|unclear|i\sdon't\sknow|i\sdo\snot\sknow|i'm\snot\ssure|"
    r"undetermined|indeterminate|n/a\b|unanswerable)"
    r"|\bthere\sis\sno\s(?:correct|right|valid|single\scorrect)?\s?(?:answer|option|choice)\b"
    r"|\bnone\sof\sthe\s(?:given\s|provided\s|above\s|listed\s)?(?:options|choices|answers)\b[^.\n]{0,24}\b"
    r"(?:correct|match|right|fits?)"
    r"|(?:答案|结论)[\"\])]{0,2}\s{0,3}(?:应该?)?(?:是|为|:)?\s{0,3}(?:无(?!疑)|没有|都不|均不|以上(?:都|"
    r"均|皆)(?:不|错)"
    r"|题目|无法|不存在|不确定|不知道|不在|不唯一|未知|未给出|选项))",
    re.IGNORECASE,
)


def claims(text: str, options: Sequence[str]) -> list[Claim]:
    """What the text puts forward, in its order."""
    found = list(mentions(text, options))
    places = (Place(mention, text, found, options) for mention in found)
    read = [claim for place in places if (claim := _claim(place)) is not None]
    read.extend(
        Claim(NONE, none.start(), none.end(), "none of the options", Weight.SAID)
        for none in _NO_OPTION.finditer(text, max(0, len(text) - _CLOSING))
        if not is_denied(text[max(0, none.start() - 40) : none.start()])
    )
    return _without_listing(sorted(read, key=lambda claim: claim.start))


def _claim(place: Place) -> Claim | None:
    sign = sign_of(place)
    if sign is None:
        return None
    option = SEVERAL if sign.several else place.it.option
    return Claim(option, place.it.start, place.it.end, sign.how, sign.weight)


def _without_listing(read: list[Claim]) -> list[Claim]:
    """Lines that begin with different letters go through the options: only one said again is chosen."""
    leads = [claim for claim in read if claim.how == "lead"]
    if len({claim.option for claim in leads}) < 2:
        return [claim for claim in read if claim.weight is not Weight.LISTED]
    last = leads[-1]
    again = last.weight is Weight.SAID and any(claim.option == last.option for claim in leads[:-1])
    return [claim for claim in read if claim.how != "lead" or (again and claim is last)]
