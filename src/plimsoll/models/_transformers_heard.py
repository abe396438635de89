"""The model's distribution at each generated place -> the tokens of a row with their log-probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from plimsoll.core import Token
from plimsoll.models._told_tokens import bounded, ranked
from plimsoll.models._transformers_load import Loaded


@dataclass
class Heard:
    """Listens to what the model thinks before anything is done to it, in the rows that ask for it."""

    loaded: Loaded
    wanted: Sequence[int]
    """How many rivals each row wants; 0 for rows that ask for text alone."""
    _scores: Any = None
    _told: dict[int, list[Token]] = field(default_factory=dict[int, list[Token]])

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """Remember the distribution of this place; it is handed on as it is."""
        if any(self.wanted):
            self._scores = scores.float().log_softmax(dim=-1)
        return scores

    def choose(self, tokens: Sequence[int]) -> None:
        """Take note of the token that each row was continued with."""
        for row, token in enumerate(tokens):
            if self.wanted[row]:
                self._told.setdefault(row, []).append(self._token(row, token))

    def tokens(self, row: int, length: int) -> tuple[Token, ...]:
        """The first tokens of a row; none where they were not asked for."""
        return tuple(self._told.get(row, ())[:length])

    def _token(self, row: int, chosen: int) -> Token:
        values: Any = self._scores[row]
        top = values.topk(min(self.wanted[row] + 1, len(values)))
        likely = [*zip(top.indices.tolist(), top.values.tolist(), strict=True)]
        # Of two tokens of one text, such as halves of a character, the likelier one stays.
        rivals = {self._text(token): value for token, value in reversed(likely) if token != chosen}
        return Token(
            text=self._text(chosen),
            logprob=bounded(values[chosen].item()),
            rivals=ranked(rivals, self.wanted[row]),
        )

    def _text(self, token: int) -> str:
        return self.loaded.tokenizer.decode([token])
