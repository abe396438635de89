"""A reply in English, Spanish, Chinese or Hindi -> whether it calls something right, wrong, or neither.

Words of doubt win; a negated word ("not correct") is a no; a reply that says both is neither.
"""

import re

from plimsoll.text.expressions import expression
from plimsoll.text.normal import plain

_HEAD = 400
_DOUBT = expression(
    r"\b(?:not sure|unsure|unknown|depends?|uncertain|n/a|(?:do not|don'?t|cannot|can'?t) (?:know|say|tell)"
    r"|maybe|perhaps|no (?:lo )?sé|depende|quizás?|no est(?:oy|á) (?:segur[oa]|claro)|desconocid[oa])"
    r"|不确定|无法(?:判断|确定|回答)|不知道|不清楚|也许|可能不|पता नहीं|निश्चित नहीं|नहीं पता|शायद",
    re.IGNORECASE,
)
_NO = expression(
    r"\b(?:not?|nor|isn'?t)\b[^.,;!?\n。，]{0,24}"
    r"\b(?:correct\w*|entailment|true|right|accurate|ciert[oa]|verdader[oa])\b"
    r"|\b(?:no|nope|wrong|incorrect\w*|inaccurate|false|fals[oa]|not)\b"
    r"|不(?:是|对|正确|准确|属实)|并非|错误|有误|否|以上都不"
    r"|(?:सही|ठीक|उत्तर) नहीं|नहीं|गलत|ग़लत|नो(?![\u0900-\u097f])",
    re.IGNORECASE,
)
_YES = expression(
    r"\b(?:yes|yep|correct\w*|right|true|accurate|entailment|sí|verdader[oa]|ciert[oa])\b"
    r"|是(?:的)?|对|正确|没错|हाँ|हां|सही",
    re.IGNORECASE,
)


def calls_right(reply: str) -> bool | None:
    """True for yes, False for no, nothing where the reply is neither or both."""
    head = plain(reply[: 2 * _HEAD])[:_HEAD]
    if _DOUBT.search(head):
        return None
    rest, denied = _NO.subn(" ", head)
    agreed = _YES.search(rest) is not None
    return agreed if bool(denied) != agreed else None
