"""A task with data -> one request: by roles, or in one text with delimiters, with or without a warning."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from plimsoll.benchmarks.ise.dataset import demonstration
from plimsoll.core import Message, Model, Sample, Transcript, replace, user
from plimsoll.data.prompts import Prompt
from plimsoll.data.resources import table
from plimsoll.elicitation.single_turn import SingleTurn

Form = Literal["roles", "text", "reserved"]
"""`roles`: instruction by the user, data by a tool; `text`: one text with `###` between its parts;
`reserved`: the same with signs of StruQ's, which are taken out of the data."""
Warned = Literal["none", "sandwich", "instructional", "reminder", "isolation", "in_context"]
"""What StruQ's harness knows of defenses by words."""


@dataclass(frozen=True, kw_only=True)
class Structured:
    """Asks a task with data."""

    form: Form
    warned: Warned
    prompts: Sequence[Prompt]
    max_tokens: int

    async def elicit(self, sample: Sample, model: Model) -> Transcript:
        """Put the parts together and ask."""
        asked = replace(sample, messages=self.messages(sample))
        return await SingleTurn(max_tokens=self.max_tokens).elicit(asked, model)

    def messages(self, sample: Sample) -> tuple[Message, ...]:
        """The conversation that is sent."""
        asked, given = _parts(sample)
        if self.form == "reserved":
            given = without_reserved(given)
        instruction, given = _warned(asked, given, self.warned)
        shown = demonstration(self.prompts, sample) if self.warned == "in_context" else None
        if self.form == "roles":
            before = _demonstrated(shown) if shown else ()
            last = replace(sample.messages[-1], text=given)
            return (*before, *_above(sample), user(instruction), last)
        before = (
            f"{_whole(shown.text, shown.metadata['data'], self.form)}{shown.target}\n\n\n" if shown else ""
        )
        return (*_above(sample), user(f"{before}{_whole(instruction, given, self.form)}"))


def without_reserved(text: str) -> str:
    """Data without reserved signs, those that appear when others are taken out included."""
    signs = table("benchmarks", "ise", "formats.toml")["filtered"]
    while any(sign in text for sign in signs):
        for sign in signs:
            text = text.replace(sign, "")
    return text


def _parts(sample: Sample) -> tuple[str, str]:
    asked = next(message.text for message in sample.messages if message.role == "user")
    return asked, sample.messages[-1].text


def _above(sample: Sample) -> tuple[Message, ...]:
    return tuple(message for message in sample.messages if message.role == "system")


def _demonstrated(shown: Prompt) -> tuple[Message, ...]:
    given = Message(role="tool", text=str(shown.metadata["data"]), call_id="data")
    return (user(shown.text), given, Message(role="assistant", text=shown.target or ""))


def _warned(instruction: str, given: str, warned: Warned) -> tuple[str, str]:
    known = table("benchmarks", "ise", "formats.toml")["warned"]
    if warned in ("none", "in_context"):
        return instruction, given
    if warned == "isolation":
        return instruction, f"'''{given}'''"
    said = known[warned].replace("{instruction}", instruction)
    return (instruction, given + said) if warned == "sandwich" else (instruction + said, given)


def _whole(instruction: str, given: str, form: Form) -> str:
    known = table("benchmarks", "ise", "formats.toml")
    signs = known["signs"][form]
    return (
        f"{known['above']}\n\n{signs['instruction']}\n{instruction}\n\n"
        f"{signs['input']}\n{given}\n\n{signs['response']}\n"
    )
