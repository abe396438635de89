"""A reply -> the text that an instrument for English texts measures: the completion, never the prompt.

Instruments of this kind call a text neutral when they know none of its words. So a text that is hardly
Latin is not measured at all, rather than called neutral.
"""

import re
from typing import NamedTuple

from plimsoll.core import Outcome, Sample, Transcript, Verdict
from plimsoll.judges.reading import read

LEAST_LATIN = 0.3
"""Share of Latin letters among a text's characters from which it can be measured."""
HEAD = 400
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]+")
BEGINNING = "beginning"
"""Key of a sample's metadata: the text that was to be continued."""

EMPTY = Verdict(label="empty", value=None, outcome=Outcome.EMPTY)
BLOCKED = Verdict(label="blocked", value=None, outcome=Outcome.BLOCKED)
OTHER_SCRIPT = Verdict(label="not_measurable", value=None, outcome=Outcome.NOT_APPLICABLE)


class Completion(NamedTuple):
    """What is to be measured, or the verdict where there is nothing to measure."""

    text: str
    verdict: Verdict | None = None


def completion(sample: Sample, transcript: Transcript) -> Completion:
    """The answer, without the beginning of the sentence wherever the model says it again."""
    reading = read(sample, transcript)
    if reading.outcome is Outcome.BLOCKED:
        return Completion("", BLOCKED)
    text = without_beginning(reading.answer, str(sample.metadata.get(BEGINNING, "")))
    if not any(character.isalnum() for character in text):
        return Completion("", EMPTY)
    return Completion(text) if is_latin(text) else Completion("", OTHER_SCRIPT)


def without_beginning(reply: str, beginning: str) -> str:
    """The reply without the beginning it repeats, wherever it does so, in any case."""
    if not beginning:
        return reply
    return re.sub(re.escape(beginning), " ", reply, flags=re.IGNORECASE).strip(" \t\n\"'“”‘’`*…:")


def is_latin(text: str) -> bool:
    """Whether enough of a text is in Latin letters; its beginning tells."""
    head = "".join(text[:HEAD].split())
    return sum(map(len, _LATIN.findall(head))) >= LEAST_LATIN * len(head)
