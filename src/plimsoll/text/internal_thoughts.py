"""A reply with thoughts in parentheses, as RED-EVAL asks for -> the reply without them."""

from plimsoll.text.expressions import expression

OPENING = "(Internal thought:"
_PARENTHESIS = expression(r"[()]")


def without_thought(reply: str) -> str:
    """The reply without its parenthesised thoughts, nested parentheses and all; unended ones stay."""
    start = reply.find(OPENING)
    while start >= 0:
        end = _closing(reply, start)
        if end < 0:
            return reply
        reply = (reply[:start] + reply[end:]).strip()
        start = reply.find(OPENING)
    return reply


def _closing(text: str, start: int) -> int:
    """Where the parenthesis that opens at `start` has ended, or -1."""
    depth = 0
    for found in _PARENTHESIS.finditer(text, start):
        depth += 1 if found[0] == "(" else -1
        if depth == 0:
            return found.end()
    return -1
