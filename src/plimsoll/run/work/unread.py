"""Records as they are kept -> how many replies brought no answer that could be read, and how these end.

Where they are many, the reader or the token limit has been measured, and not the model.
"""

from dataclasses import dataclass, field

from plimsoll.core import Outcome, Record, Response
from plimsoll.run.keep.manifest import Unread
from plimsoll.text.thoughts import marked, split

SHOWN = 3
"""Replies that are kept as examples."""
TAIL = 240
"""Characters of an example, from its end: there the answer should stand."""


@dataclass
class Unreads:
    """The replies without a readable answer so far."""

    replies: int = 0
    unparsed: int = 0
    thinking: int = 0
    at_limit: int = 0
    examples: list[str] = field(default_factory=list[str])

    def add(self, record: Record) -> None:
        """Look at what became of one reply."""
        if record.transcript is None or not record.transcript.responses:
            return
        self.replies += 1
        outcome = record.outcome
        if outcome not in (Outcome.UNPARSED, Outcome.EMPTY):
            return
        last, reply = record.transcript.responses[-1], record.transcript.reply
        thinking = _ended_in_thought(last, reply)
        if outcome is Outcome.EMPTY and not thinking:
            return
        self.thinking += thinking
        self.unparsed += not thinking
        self.at_limit += last.finish == "length"
        # Half a pair of surrogates can be said and not be written.
        end = _end_of(reply.strip() or last.thought).encode("utf-8", "replace").decode()
        if len(self.examples) < SHOWN and end not in self.examples:
            self.examples.append(end)

    def found(self) -> Unread:
        """What is kept of them."""
        return Unread(
            replies=self.replies,
            unparsed=self.unparsed,
            thinking=self.thinking,
            at_limit=self.at_limit,
            examples=tuple(self.examples),
        )


def _ended_in_thought(last: Response, reply: str) -> bool:
    """Whether the reply ended before its answer; thoughts that nobody shows count where the limit cut it."""
    said = marked(reply, cut=last.finish == "length")
    return split(said, last.thought).cut_off or (last.finish == "length" and not reply.strip())


def _end_of(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TAIL else f"…{line[-TAIL:]}"
