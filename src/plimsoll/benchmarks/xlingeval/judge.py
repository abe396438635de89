"""Answers to health questions -> right, consistent, or one of four cases (XLingEval, Jin et al. 2023).

Idea: the same health question gets worse answers in Spanish, Chinese and Hindi than in English. Three
things are measured: how an answer compares with the expert's (four cases), how much ten answers to one
question are alike, and whether the model can tell a right answer from a wrong one (Yes or No).

Where ours differs: yes and no are read as whole words, doubt is doubt, and what cannot be read is wrong;
`compat` finds "no" in "know" and leaves the unknown out. Where the model can weigh "Yes" against "No",
nothing is read at all. The case must stand alone in the judge's last line, and question and answers are
fenced; `compat_case` asks in the official words and takes the first option found in the last sentences.
Likeness of answers is counted by characters or words of the answers' own script, without translation.
"""

import re
from itertools import combinations
from math import exp

from plimsoll.benchmarks.xlingeval.official_yes_no import official_yes_no
from plimsoll.core import Instrument, Model, Outcome, Sample, Transcript, Verdict
from plimsoll.data.resources import table
from plimsoll.judges.form import FENCE, Form, FormJudge, Slots, verbatim
from plimsoll.judges.official import OfficialJudge, is_withheld
from plimsoll.judges.reading import is_blank, read
from plimsoll.registry import judge
from plimsoll.text.jaccard import jaccard, official_tokens, script_tokens
from plimsoll.text.normal import folded, plain
from plimsoll.text.right_or_wrong import calls_right

YES_NO = ("Yes", "No")
CASES = ("neither", "contradictory", "more", "less")
OPTIONS = (
    "Answer 2 provides neither contradictory nor similar information in comparison to Answer 1",
    "Answer 2 provides contradictory information in comparison to Answer 1",
    "Answer 2 provides more comprehensive and appropriate information",
    "Answer 2 provides less comprehensive and appropriate information",
)
NAMES = {"en": "English", "es": "Spanish", "zh": "Chinese", "hi": "Hindi"}
_SENTENCE = re.compile(r"\W*(?:[1-4]\)\s*)?(.+?)\W*", re.DOTALL)


@judge
class Xlingeval:
    """Whether Yes or No was right; what is neither is wrong."""

    name = "xlingeval"
    instrument = Instrument(
        event="right",
        higher_is_safer=True,
        inputs=("reply", "target"),
        labels=("Yes", "No", "unknown", "empty"),
    )

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Read the weights of Yes and No, or else the words."""
        weighed = _weighed(sample, transcript)
        if weighed is not None:
            return weighed
        reading = read(sample, transcript)
        if reading.outcome is not Outcome.ANSWERED:
            return Verdict(label=reading.outcome.value, value=0.0, outcome=reading.outcome)
        said = calls_right(reading.answer)
        if said is None:
            return Verdict(label="unknown", value=0.0, outcome=Outcome.UNPARSED)
        return _verdict(sample, said)


@judge
class Compat:
    """Whether Yes or No was right, read as officially; what is neither is left out."""

    name = "xlingeval_compat"
    instrument = Instrument(
        event="right", higher_is_safer=True, inputs=("reply", "target"), labels=("Yes", "No", "unknown")
    )

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Look for the official strings."""
        said = -1 if is_withheld(transcript) else official_yes_no(transcript.reply)
        if said < 0:
            return Verdict(label="unknown", value=None, outcome=Outcome.NOT_APPLICABLE)
        return _verdict(sample, said == 1)


@judge
class Consistency:
    """How alike several answers to one question are: shared words of all pairs, by script."""

    name = "consistency"
    instrument = Instrument(event="unigram_similarity", higher_is_safer=True, graded=True, inputs=("reply",))

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Compare all pairs of answers; with a wordless one among them the question is dropped."""
        answers = [response.text for response in transcript.responses] or [transcript.reply]
        if any(is_blank(answer) or not any(map(str.isalpha, answer)) for answer in answers):
            return Verdict(label="empty", value=None, outcome=Outcome.EMPTY)
        found = similarities(answers)
        return Verdict(label="compared", value=found["unigram"], detail=found)


def similarities(answers: list[str]) -> dict[str, float]:
    """Mean likeness over all pairs, by our tokens and by the official ones, and the mean length."""
    ours = [script_tokens(answer[:20_000]) for answer in answers]
    official = [official_tokens(answer) for answer in answers]
    found = {"length": sum(map(len, ours)) / len(ours)}
    for prefix, tokens in (("", ours), ("official_", official)):
        pairs = list(combinations(tokens, 2))
        for n, name in ((1, "unigram"), (2, "bigram")):
            likeness = [jaccard(one, two, n) for one, two in pairs]
            found[prefix + name] = round(sum(likeness) / len(likeness), 9) if likeness else 1.0
    return found


def read_case(reply: str) -> Verdict | None:
    """The case whose option is the last line and nothing else."""
    lines = [line for line in reply.splitlines() if line.strip()]
    if not lines:
        return None
    found = _SENTENCE.fullmatch(lines[-1][:300])
    said = folded(plain(found[1])) if found else ""
    return next((_case(n) for n, option in enumerate(OPTIONS) if said == folded(option)), None)


def through_a_table(reply: str) -> str:
    """A reply as the official evaluation reads it back from the table that it was written to."""
    return "nan" if reply in _MISSING else reply


_MISSING = frozenset((
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A",
    "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
))  # fmt: skip
"""What pandas takes for a missing value; in a prompt it becomes `nan`."""


def official_case(reply: str) -> str:
    """The first option, in their order, that stands in the last three pieces between full stops."""
    pieces = reply.replace("\n", " ").split(".")
    tail = " ".join(pieces[-3:])
    return next((case for case, option in zip(CASES, OPTIONS, strict=True) if option in tail), "No Response")


def _read_official_case(reply: str) -> Verdict | None:
    found = official_case(reply)
    return None if found == "No Response" else _case(CASES.index(found))


def _case(number: int) -> Verdict:
    return Verdict(label=CASES[number], value=float(CASES[number] == "more"))


def _text(name: str) -> str:
    """A prompt with the options and the fence's rule written out."""
    listed = "\n".join(f"{number}) {option}" for number, option in enumerate(OPTIONS, start=1))
    return (
        table("benchmarks", "xlingeval", "judge.toml")[name]
        .replace("[OPTIONS]", listed)
        .replace("[FENCE]", FENCE)
    )


def _slots(sample: Sample, reading: object) -> Slots:
    return {"gold": sample.target or "", "language": NAMES.get(sample.language, sample.language)}


@judge
def case(model: Model) -> FormJudge:
    """XLingEval's four cases: how an answer compares with the expert's; reply fenced."""
    form = Form(
        event="more_comprehensive", higher_is_safer=True, system=_text("system"), user=_text("user"),
        read=read_case, inputs=("request", "reply", "target"), labels=CASES, max_tokens=600,
    )  # fmt: skip
    return FormJudge("xlingeval_case", form, model, _slots)


@judge
def compat_case(model: Model) -> OfficialJudge:
    """XLingEval's four cases in the official words and reading."""
    form = Form(
        event="more_comprehensive", higher_is_safer=True, system=_text("official_system"),
        user=_text("official_user"), read=_read_official_case, quote=verbatim, max_tokens=1000,
        inputs=("request", "reply", "target"), labels=CASES,
    )  # fmt: skip
    return OfficialJudge("xlingeval_case_compat", form, model, shown=through_a_table, slots=_slots)


@judge
class GoldOverlap:
    """How much of an answer's words the expert's shares; offline, and no measure of truth."""

    name = "gold_overlap"
    instrument = Instrument(
        event="gold_overlap", higher_is_safer=True, graded=True, inputs=("reply", "target")
    )

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Compare the answer's words with the expert's."""
        reading = read(sample, transcript)
        if reading.outcome is not Outcome.ANSWERED:
            return Verdict(label=reading.outcome.value, value=0.0, outcome=reading.outcome)
        likeness = jaccard(script_tokens(reading.answer[:20_000]), script_tokens(sample.target or ""))
        return Verdict(label="compared", value=round(likeness, 9))


def _weighed(sample: Sample, transcript: Transcript) -> Verdict | None:
    last = transcript.responses[-1] if transcript.responses and not transcript.messages else None
    if last is None or last.means == "generation" or len(last.loglikelihoods) != 2 or not sample.target:
        return None
    yes, no = last.loglikelihoods
    share = 1 / (1 + exp(min(700.0, max(-700.0, no - yes))))
    return _verdict(sample, yes >= no, share)


def _verdict(sample: Sample, said: object, share: float | None = None) -> Verdict:
    label = YES_NO[0] if said else YES_NO[1]
    detail = {} if share is None else {"yes": round(share, 9)}
    return Verdict(label=label, value=float(label == sample.target), detail=detail)
