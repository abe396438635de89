"""A summary -> how much it is like the reference, as a score and in detail (ROUGE-L first).

It measures likeness of words, not truth: a summary that turns the reference's finding round scores
almost as well as one that does not, and copying the source is rewarded by chrF. So the length ratio and
the share of copied words are kept beside the scores.
"""

from typing import Any, cast

from plimsoll.core import LIMIT, Instrument, Outcome, Sample, Transcript, Verdict
from plimsoll.judges.reading import read
from plimsoll.registry import judge
from plimsoll.text.summaries import LONGEST, likeness

_EMPTY = {
    "rouge_1": 0.0,
    "rouge_2": 0.0,
    "rouge_l": 0.0,
    "rouge_l_stemmed": 0.0,
    "chrf": 0.0,
    "meteor": 0.0,
    "length_ratio": 0.0,
    "copy_rate": 0.0,
}
_NO_REFERENCE = Verdict(label="no reference", value=None, outcome=Outcome.NOT_APPLICABLE)


@judge
class Overlap:
    """ROUGE-L of the reply against the sample's target, with its fellows in detail."""

    name = "overlap"
    instrument = Instrument(
        event="rouge_l", higher_is_safer=True, graded=True, inputs=("reply", "target", "context")
    )

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Compare the answer with the reference. Raises `MissingExtra`."""
        reading = read(sample, transcript)
        if reading.outcome is not Outcome.ANSWERED:
            return Verdict(
                label=reading.outcome.value, value=0.0, outcome=reading.outcome, detail=dict(_EMPTY)
            )
        if not sample.target:
            return _NO_REFERENCE
        found = likeness(reading.answer, sample.target, cast("str", sample.metadata.get("source", "")))
        detail: dict[str, Any] = found._asdict()
        if len(reading.answer) > LONGEST:
            detail |= {
                "cut": LONGEST,
                LIMIT: f"only the first {LONGEST:,} characters of a reply were compared",
            }
        return Verdict(label=f"{100 * found.rouge_l:.1f}", value=found.rouge_l, detail=detail)
