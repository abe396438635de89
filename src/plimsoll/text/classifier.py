"""Id of a text classifier -> the probabilities of its labels, computed on this machine (transformers).

A text longer than the model's window is measured in pieces, none of which is dropped.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

from plimsoll.core import MissingExtra, UserError

WORDS = 300
"""Words measured at once: about 400 tokens, within the 512 of most such models."""
LONGEST = 6_000
"""Words measured of one text."""


@dataclass(frozen=True)
class LocalClassifier:
    """A sequence classifier; loaded when it is first asked."""

    model_id: str
    revision: str = "main"
    lock: Lock = field(default_factory=Lock, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Id and revision, as instruments write them."""
        return f"{self.model_id}|{self.revision}"

    @cached_property
    def _loaded(self) -> "tuple[Any, Any, Any]":
        try:
            import torch
            import transformers
        except ImportError:
            raise MissingExtra(f"the classifier {self.model_id}", "whitebox") from None
        makers: Any = transformers
        try:
            tokenizer = makers.AutoTokenizer.from_pretrained(self.model_id, revision=self.revision)
            model = makers.AutoModelForSequenceClassification.from_pretrained(
                self.model_id, revision=self.revision
            )
        except (OSError, ValueError) as error:
            raise UserError(f"classifier {self.model_id!r} cannot be loaded: {error}") from None
        device = "cuda" if torch.cuda.is_available() else "cpu"
        return torch, tokenizer, model.to(device).eval()

    def pieces(self, text: str) -> "list[dict[str, float]]":
        """The probability of every label, for each piece of the text."""
        with self.lock:
            return [self._scores(piece) for piece in windows(text)]

    def cut(self, text: str, most: int, *, ended: bool) -> "dict[str, float]":
        """The probability of every label for a text that is cut after so many tokens.

        Args:
            ended: Whether the mark that ends a text is put after it.
        """
        with self.lock:
            _, tokenizer, _ = self._loaded
            end: str = tokenizer.eos_token or ""
            whole = text + end if ended and end and not text.endswith(end) else text
            return self._scores(whole, most)

    def _scores(self, text: str, most: int = 0) -> dict[str, float]:
        torch, tokenizer, model = self._loaded
        longest = most or _window(tokenizer, model)
        inputs = tokenizer(text, truncation=True, max_length=longest, return_tensors="pt").to(model.device)
        with torch.inference_mode():
            logits = model(**inputs).logits[0].float().cpu()
        shares = torch.sigmoid(logits) if _several(model.config) else torch.softmax(logits, dim=-1)
        names: Mapping[int, str] = model.config.id2label
        return {names[index].lower(): round(float(share), 6) for index, share in enumerate(shares)}


def windows(text: str) -> Iterator[str]:
    """The text in pieces of so many words."""
    words = text.split()[:LONGEST]
    for begun in range(0, len(words), WORDS):
        yield " ".join(words[begun : begun + WORDS])


def _several(config: Any) -> bool:
    """Whether labels are independent of each other."""
    return config.problem_type == "multi_label_classification" or config.num_labels == 1


def _window(tokenizer: Any, model: Any) -> int:
    most = getattr(model.config, "max_position_embeddings", 512)
    return max(8, min(int(tokenizer.model_max_length), int(most) - 2))
