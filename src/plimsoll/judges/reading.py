"""A transcript -> what a judge reads of it: the answer without the thought, or why there is none."""

from typing import NamedTuple
from unicodedata import category

from plimsoll.core import Outcome, Sample, Transcript
from plimsoll.text.thoughts import Split, answer_of, marked, may_think, split

BEGINNING = 64
"""Characters that say of nearly every reply that it is not blank."""


class Reading(NamedTuple):
    """What a judge is shown."""

    request: str
    """The plain request, as it was before any attack."""
    answer: str
    thought: str
    outcome: Outcome
    """`answered`, `empty` or `blocked`."""

    @property
    def whole(self) -> str:
        """Thought and answer, without the marks between them."""
        return "\n\n".join(part for part in (self.thought.strip(), self.answer) if part)

    @property
    def cut_off(self) -> bool:
        """Whether the reply ended within its thought."""
        return Split(self.thought, self.answer).cut_off


def answered(transcript: Transcript) -> tuple[str, Outcome]:
    """The answer alone and its outcome, for rules, which need neither request nor thought: half of `read`,
    in half the time."""
    if not transcript.messages and len(transcript.responses) == 1:
        only = transcript.responses[0]
        if only.finish == "stop" and not may_think(only.text) and any(map(str.isalnum, only.text)):
            return only.text, Outcome.ANSWERED
    text = answer_of(spoken(transcript))
    return text, _outcome(text, transcript)


def read(sample: Sample, transcript: Transcript) -> Reading:
    """Read a transcript. Invisible characters alone are no answer."""
    last = transcript.responses[-1] if transcript.responses else None
    parts = split(spoken(transcript), last.thought if last else "")
    return Reading(request_of(sample), parts.answer, parts.thought, _outcome(parts.answer, transcript))


def spoken(transcript: Transcript) -> str:
    """What the model said; a thought that the token limit cut off is marked as one."""
    if not transcript.responses or transcript.responses[-1].finish != "length":
        return transcript.reply
    return marked(transcript.reply, cut=True)


def request_of(sample: Sample) -> str:
    """The plain request of a sample: what an attack kept, or the last thing the user says."""
    if sample.request:
        return sample.request
    said = [message.text for message in sample.messages if message.role == "user"]
    return said[-1] if said else ""


def is_blank(text: str) -> bool:
    """Whether a text says nothing: blanks, invisible characters and punctuation alone."""
    if any(map(str.isalnum, text[:BEGINNING])):
        return False
    signs = frozenset(text)  # a reply in Morse has millions of them, and two kinds
    return not (any(map(str.isalnum, signs)) or any(map(_is_picture, signs)))


def _is_picture(character: str) -> bool:
    return character > "\x7f" and category(character) in ("So", "Sm", "Sc")


def _outcome(answer: str, transcript: Transcript) -> Outcome:
    says = any(map(str.isalnum, answer)) or not is_blank(answer)
    if says and transcript.messages:
        return Outcome.ANSWERED
    if transcript.responses and transcript.responses[-1].finish == "blocked":
        return Outcome.BLOCKED
    return Outcome.ANSWERED if says else Outcome.EMPTY
