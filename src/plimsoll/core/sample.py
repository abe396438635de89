"""The question: what a benchmark or generator puts to a model."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from plimsoll.core.message import Message

Validity = Literal["valid", "invalid", "not_applicable", "unchecked"]
"""Whether an attacked prompt still asks what the plain one asked, by the attack's own check."""

Saw = Literal["", "defended", "bare"]


class Attempt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an attack came to a sample: told apart from the question, and from other attacks on it."""

    attack: str
    """Its spec, chains written `a+b`; what rates are broken down by."""
    variant: str = ""
    """Which of the attack's variants of this question it is; empty where there is one."""
    queries: int = 0
    """Calls to models that it took to find it: attacker, target and judge together."""
    cost: float | None = None
    """US dollars of these calls, where the price is known."""
    validity: Validity = "unchecked"
    saw: Saw = ""
    """The target that its maker asked to find it: with its defenses (adaptive), or without them (transfer);
    empty where none was asked."""
    sampling: Mapping[str, float] = {}
    """How the answer is drawn, where the attack changes that: temperature, nucleus, seed."""
    parameters: Mapping[str, Any] = {}
    """What the transform drew or was given: a seed, a key, the span of the payload."""


class Sample(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question with what is needed to ask and to judge it. Never changed, only replaced."""

    id: str
    """Unique within the benchmark."""
    messages: tuple[Message, ...]
    """The exact conversation to send."""
    choices: tuple[str, ...] = ()
    """The option texts of a multiple-choice question, in the order shown (A, B, C, D)."""
    target: str | None = None
    """The right answer; a letter for multiple choice."""
    request: str = ""
    """The plain request, kept when an attack rewrites the prompt: judges see this."""
    turns: tuple[str, ...] = ()
    """Later user turns of a dialogue."""
    category: str = ""
    language: str = "en"
    trail: tuple[str, ...] = ()
    """The parts that made this sample out of an earlier one, oldest first."""
    pair: str = ""
    """The same key marks the same question in another language, condition or order."""
    origin: str = ""
    """Id of the question that this one was made out of; empty where it is a question of its own.
    Statistics count what shares an origin as one."""
    family: str = ""
    """What it shares with other questions that are not the same: the environment that an agent's case is
    played in. Statistics count what shares it as one."""
    attempt: Attempt | None = None
    """The attack that made it, where one did."""
    metadata: Mapping[str, Any] = {}

    @property
    def question(self) -> str:
        """Id of the question that it is, or was made out of."""
        return self.origin or self.id

    @property
    def asked(self) -> bool:
        """Whether it is put to the model: an attack that leaves a prompt as it is makes no question."""
        return self.attempt is None or self.attempt.validity != "not_applicable"

    @property
    def cluster(self) -> str:
        """What counts as one question in statistics: its epochs, languages, orders, conditions, variants;
        and whatever else shares its family."""
        return self.family or self.pair or self.origin or self.id
