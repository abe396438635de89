"""A text -> what OpenAI's moderation endpoint says of it: its flags and its score for every category.

The endpoint judges one text, not a conversation: it is shown the last message. The score is the highest of
its categories, as guard papers count it; its own flag, whose thresholds are not told, decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.core import Instrument, Message, Model, Outcome, Request, Verdict, decoding, user
from plimsoll.guards._verdicts import EMPTY, decided, instrument
from plimsoll.guards.asking import is_blank
from plimsoll.registry import guard

TAXONOMY = "openai-moderation"
CODES: Mapping[str, str] = {
    "sexual": "S",
    "hate": "H",
    "violence": "V",
    "harassment": "HR",
    "self-harm": "SH",
    "sexual/minors": "S3",
    "hate/threatening": "H2",
    "violence/graphic": "V2",
}
"""The codes of the published labelled set; newer categories keep their names."""


@dataclass(frozen=True)
class OpenAIModeration:
    """The moderation endpoint as a guard."""

    model: Model
    name = "openai_moderation"

    @property
    def instrument(self) -> Instrument:
        """What it finds."""
        return instrument("flags-1", f"{self.model.name}|{self.model.revision}")

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        """Have the last message moderated."""
        if is_blank(messages):
            return EMPTY
        response = await self.model.generate(Request(messages=(user(messages[-1].text),)))
        return read(response.text)


def read(text: str) -> Verdict:
    """The verdict in the endpoint's JSON."""
    try:
        said = decoding.decode(text, dict[str, Any])
        flagged, scores = said["flagged"], dict[str, Any](said.get("category_scores") or {})
        held = dict[str, Any](said.get("categories") or {})
    except (ValueError, KeyError, TypeError):
        flagged, scores, held = None, {}, {}
    if not isinstance(flagged, bool):
        outcome = Outcome.JUDGE_UNPARSED
        return Verdict(label=outcome.value, value=None, outcome=outcome, detail={"guard_reply": text})
    by_code = {code(name): float(value) for name, value in scores.items() if isinstance(value, (int, float))}
    detail: dict[str, Any] = {"guard_reply": text}
    if by_code:
        detail |= {"scores": by_code, "score": max(by_code.values())}
    if hit := [f"{TAXONOMY}:{code(name)}" for name, value in held.items() if value is True]:
        detail["categories"] = hit
    return decided(unsafe=flagged, chance=None, detail=detail)


def code(name: str) -> str:
    """A category as the labelled set calls it."""
    return CODES.get(name, name)


@guard
def openai_moderation(model: Model) -> OpenAIModeration:
    """OpenAI's moderation endpoint: flags and scores by category.

    Args:
        model: `openai_moderation/omni-moderation-latest`, or another model or server of the endpoint's form.
    """
    return OpenAIModeration(model)
