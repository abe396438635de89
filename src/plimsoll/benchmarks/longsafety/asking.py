"""A prompt with a long context x model -> transcript; what does not fit is cut, skipped or refused, and said.

The window is known beforehand where the user names it; else a model that says `ContextExceeded` shows it.
"""

from dataclasses import dataclass
from typing import Any, Literal

from plimsoll.benchmarks.longsafety.judge_prompts import asked
from plimsoll.core import (
    ContextExceeded,
    Model,
    Request,
    Sample,
    Sampling,
    Transcript,
    replace,
)

TooLong = Literal["fail", "skip", "truncate"]
CUT = "\n[...]\n"
"""Stands where the middle of a context was left out."""
LEAST = 200
"""Characters of a context below which nothing of it would be left to read."""


@dataclass(frozen=True)
class LongContext:
    """Ask once; before that, see whether the prompt fits."""

    max_tokens: int = 2048
    window: int = 0
    """Tokens that the model can hold, prompt and reply together; 0 where it is not known."""
    too_long: TooLong = "fail"

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Ask the model, or say why it was not asked."""
        text = sample.messages[-1].text
        room = self.window - self.max_tokens if self.window else None
        if room is None or tokens(text) <= room:
            return await self._ask(sample, model, text, {})
        if self.too_long == "fail":
            raise ContextExceeded(
                f"the prompt has about {tokens(text):,} tokens, the window of {self.window:,} leaves "
                f"{room:,}: too_long=skip or too_long=truncate go on without it"
            )
        if self.too_long == "skip":
            return skipped(text)
        return await self._shorter(sample, model, 0.97 * room / tokens(text))

    async def _ask(self, sample: Sample, model: Model, text: str, state: dict[str, Any]) -> Transcript:
        messages = (*sample.messages[:-1], replace(sample.messages[-1], text=text))
        try:
            sampling = Sampling(max_tokens=self.max_tokens)
            response = await model.generate(Request(messages=messages, sampling=sampling))
        except ContextExceeded:
            if self.too_long == "fail":
                raise
            if self.too_long == "skip":
                return skipped(text)
            return await self._shorter(sample, model, 0.7 * state.get("kept", 1.0))
        return Transcript(responses=(response,), state={"truncated": state} if state else {})

    async def _shorter(self, sample: Sample, model: Model, share: float) -> Transcript:
        """Ask with so much of the context that the whole prompt is `share` of what it was."""
        whole = sample.messages[-1].text
        item = asked(sample)
        frame = len(whole) - len(item.context)
        left = int(share * len(whole)) - frame - len(CUT)
        if not item.context or left < LEAST:
            return skipped(whole)
        kept = f"{item.context[: left - left // 2]}{CUT}{item.context[len(item.context) - left // 2 :]}"
        place = whole.index(item.context) if item.context else 0
        text = f"{whole[:place]}{kept}{whole[place + len(item.context) :]}"
        return await self._ask(
            sample, model, text, {"kept": share, "characters": left, "of": len(item.context)}
        )


def skipped(text: str) -> Transcript:
    """A transcript of nothing, which says why: no score of it is ever made."""
    return Transcript(state={"skipped": "longer than the model's window", "tokens": tokens(text)})


def tokens(text: str) -> int:
    """About how many tokens a text has: 4 Latin characters or 1.4 Chinese ones, rounded up."""
    wide = 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))
    return round((len(text) - wide) / 4 + wide / 1.4) + 8
