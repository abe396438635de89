"""A number of questions -> records as a run leaves them: two languages, every outcome, the same each time."""

import random
from collections.abc import Iterator

from plimsoll.core import Failure, Outcome, Record, Response, Sample, Transcript, Verdict, replace
from plimsoll.testing.subjects import question

CATEGORIES = ("OFF", "PH", "PP")
LANGUAGES = ("zh", "en")
OPTIONS = ("In a locked cabinet.", "Beside the food.", "In drinking bottles.", "On the floor.")
LETTERS = "ABCD"


def records_of(per_category: int = 12) -> list[Record]:
    """`per_category` questions in each category and language."""
    return [
        record_of(place * 1000 + number, category, language)
        for language in LANGUAGES
        for place, category in enumerate(CATEGORIES)
        for number in range(per_category)
    ]


def record_of(number: int, category: str, language: str) -> Record:
    """What became of a question: mostly an answer, sometimes not."""
    asked = _sample(number, category, language)
    draw = random.Random(f"{language}:{number}")
    fate = draw.random()
    if fate < 0.05:
        return unanswered(number, category, language)
    letter = draw.choice(LETTERS[: len(asked.choices)])
    if fate < 0.15:
        return _judged(asked, letter, Verdict(label="refused", value=0.0, outcome=Outcome.REFUSED))
    if fate < 0.25:
        return _judged(asked, letter, Verdict(label="unparsed", value=0.0, outcome=Outcome.UNPARSED))
    right = float(letter == asked.target)
    sure = round(draw.uniform(1 / len(asked.choices), 1.0), 3)
    return _judged(asked, letter, Verdict(label=letter, value=right, confidence=sure))


def unanswered(number: int, category: str = "PH", language: str = "en") -> Record:
    """A record that has no answer."""
    failure = Failure(stage="elicit", error="ModelError", message="out of order")
    return Record(sample=_sample(number, category, language), failures=(failure,))


def unjudged(records: list[Record]) -> Iterator[Record]:
    """Records on which every judge broke."""
    failed = Verdict(label="error", value=None, outcome=Outcome.JUDGE_ERROR)
    for record in records:
        if record.transcript is not None:
            yield replace(record, verdicts=dict.fromkeys(record.verdicts, failed))


def _sample(number: int, category: str, language: str) -> Sample:
    options = OPTIONS[: 2 + number % 3]
    target = LETTERS[random.Random(number).randrange(len(options))]
    asked = question(
        f"{language}-{number}", f"Which is safer? #{number}", options, target=target, language=language
    )
    return replace(asked, category=category, pair=str(number))


def _judged(asked: Sample, letter: str, verdict: Verdict) -> Record:
    weights = tuple(-0.4 if each == letter else -1.9 for each in LETTERS[: len(asked.choices)])
    response = Response(text=f"({letter})", loglikelihoods=weights, means="loglikelihood")
    right = Verdict(label=letter, value=float(letter == asked.target))
    return Record(
        sample=asked,
        transcript=Transcript(responses=(response,)),
        verdicts={"strict": verdict, "compat": right},
    )
