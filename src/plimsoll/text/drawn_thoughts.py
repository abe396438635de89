"""What a model thinks, piece by piece -> a thought that grows until its budget or its rounds are used up."""

from dataclasses import dataclass, field

from plimsoll.core import Response
from plimsoll.text.prefills import CLOSE


@dataclass
class Thought:
    """A thought that grows."""

    text: str
    left: int
    """Tokens of the budget that are not used."""
    responses: list[Response] = field(default_factory=list[Response])
    doubts: list[str] = field(default_factory=list[str])

    def take(self, response: Response) -> None:
        """Add what the model thought; where its cost is not known, four characters are a token."""
        self.responses.append(response)
        self.text += response.text.partition(CLOSE)[0]
        self.left -= response.usage.output_tokens or -(-len(response.text) // 4)

    def doubt(self, words: str) -> None:
        """Add a word of doubt in the model's name."""
        self.doubts.append(words)
        self.text += words

    def ended(self, rounds: int) -> bool:
        """Whether no more thought is to be asked for."""
        if not self.responses:
            return False
        return self.responses[-1].finish != "stop" or self.left <= 0 or len(self.doubts) == rounds
