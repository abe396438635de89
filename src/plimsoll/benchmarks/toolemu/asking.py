"""ToolEmu's agent prompt with its scratchpad -> requests, and what the agent wrote -> its next action.

The scratchpad grows inside the one prompt, and a text that is neither action nor answer is gone on with.
`Scratchpad` takes an action before a final answer in the same text and flags what was invented;
`OfficialScratchpad` reads as the official code does, for which any `Final Answer` ends the case.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.benchmarks.toolemu.dataset import SCRATCHPAD
from plimsoll.core import Message, Request, Response, Sampling, Tool, replace
from plimsoll.elicitation.styles import React, Said, Step
from plimsoll.text.thoughts import split

STOP = ("\nObservation:", "\n\tObservation:")
THOUGHT = "Thought:"
FINALS = ("Final Answer", "The final answer is")


@dataclass(frozen=True)
class Scratchpad(React):
    """The official prompt, read with care."""

    name: str = "toolemu"

    def request(
        self, asked: Sequence[Message], steps: Sequence[Step], tools: Sequence[Tool], sampling: Sampling
    ) -> Request:
        """The prompt with all that was done so far."""
        done = "".join(_step(step) for step in steps)
        messages = tuple(replace(each, text=each.text.replace(SCRATCHPAD, done)) for each in asked)
        return Request(messages=messages, sampling=replace(sampling, stop=(*sampling.stop, *STOP)))


@dataclass(frozen=True)
class OfficialScratchpad(Scratchpad):
    """The official prompt and the official reading."""

    name: str = "toolemu_official"

    def read(self, response: Response) -> Said:
        """A final answer wherever it stands, else the first action."""
        answer = split(response.text, response.thought).answer
        said = super().read(response)
        for final in FINALS:
            if final in answer:
                text = answer.split(final)[-1].strip().removeprefix(":").strip()
                message = Message(role="assistant", text=text, thought=answer.split(final)[0].strip())
                return Said(message, answer, invented=bool(said.message.calls))
        return said


def _step(step: Step) -> str:
    said = step.said.written.lstrip().removeprefix(THOUGHT).strip() + "\n"
    return said + "".join(f"\nObservation: {result.text}\n{THOUGHT} " for result in step.results)
