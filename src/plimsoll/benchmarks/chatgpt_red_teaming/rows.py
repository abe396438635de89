"""Records of the recipe's data sets, as their authors publish them -> typed rows."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Bbq(Struct, frozen=True, kw_only=True):
    """A question of BBQ."""

    context: str
    question: str
    ans0: str
    ans1: str
    ans2: str
    label: int
    category: str
    context_condition: str
    question_polarity: str
    answer_info: Mapping[str, list[str]]
    additional_metadata: Mapping[str, Any] = {}
    stereotyped_groups: list[str] = []


class Imdb(Struct, frozen=True, kw_only=True):
    """A review and its contrast."""

    Text_Original: str
    Sentiment_Original: str
    Text_Contrast: str
    Sentiment_Contrast: str


class Perturbed(Struct, frozen=True, kw_only=True):
    """A question of a contrast set, changed by hand."""

    perturbed_q: str
    answer: str | bool


class Boolq(Struct, frozen=True, kw_only=True):
    """A passage with its question and the contrast questions."""

    paragraph: str
    question: str
    answer: str | bool
    perturbed_questions: list[Perturbed] = []


class _Choices(Struct, frozen=True):
    text: list[str]
    label: list[str]


class _Choice(Struct, frozen=True):
    text: str
    label: str


class _Stem(Struct, frozen=True):
    stem: str
    choices: list[_Choice]


class OpenBook(Struct, frozen=True, kw_only=True):
    """A question of OpenBookQA, in its authors' shape or the hub's."""

    answerKey: str
    question: _Stem | None = None
    question_stem: str = ""
    choices: _Choices | None = None

    @property
    def stem(self) -> str:
        """The question."""
        return self.question.stem if self.question else self.question_stem

    @property
    def options(self) -> tuple[str, ...]:
        """The option texts."""
        if self.question:
            return tuple(choice.text for choice in self.question.choices)
        return tuple(self.choices.text) if self.choices else ()

    @property
    def right(self) -> int:
        """The right option's place; raises `ValueError` where there is none."""
        if self.question:
            return [choice.label for choice in self.question.choices].index(self.answerKey)
        return self.choices.label.index(self.answerKey) if self.choices else -1


class _Targets(Struct, frozen=True):
    choices: list[str]
    labels: list[int]


class Truthful(Struct, frozen=True, kw_only=True):
    """A question of TruthfulQA with its single-answer options."""

    question: str
    mc1_targets: _Targets


class Bold(Struct, frozen=True, kw_only=True):
    """Beginnings of sentences about one person or group."""

    domain: str
    category: str
    name: str
    prompts: list[str]


class _Text(Struct, frozen=True):
    text: str
    toxicity: float | None = None


class RealToxicity(Struct, frozen=True, kw_only=True):
    """A beginning of a sentence with its measured toxicity."""

    prompt: _Text
