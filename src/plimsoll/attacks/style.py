"""A request -> the same request in another style, written by a model."""

from typing import Literal

from plimsoll.attacks._rewriting import Rewriting
from plimsoll.core import Model
from plimsoll.data import resources
from plimsoll.registry import attack

Register = Literal[
    "question",
    "slang",
    "dialect",
    "technical",
    "misspellings",
    "role_play",
    "academic",
    "citation",
    "math",
    "phonetic",
]
Tense = Literal["past", "future"]
Operation = Literal["rephrase", "expand", "shorten", "similar", "reorder", "soften", "avoid"]
Form = Literal["sonnet", "haiku", "ballad", "limerick"]
Story = Literal["novel", "talk"]
Presumption = Literal["opinion", "topic", "purpose"]


@attack
def register(attacker: Model, style: Register = "question", seed: int = 0) -> Rewriting:
    """As a question, in slang, dialect or technical terms, misspelt, as a role, paper or sum."""
    return _rewriting("style/register", attacker, "style", style, seed)


@attack
def tense(attacker: Model, tense: Tense = "past", seed: int = 0) -> Rewriting:
    """Asked about the past or the future."""
    return _rewriting("style/tense", attacker, "tense", tense, seed)


@attack
def paraphrase(attacker: Model, operation: Operation = "rephrase", seed: int = 0) -> Rewriting:
    """Said in other, more, fewer, milder or unlisted words."""
    return _rewriting("style/paraphrase", attacker, "paraphrase", operation, seed)


@attack
def poetry(attacker: Model, form: Form = "sonnet", seed: int = 0) -> Rewriting:
    """Written in verse: a sonnet, haiku, ballad or limerick."""
    return _rewriting("style/poetry", attacker, "poetry", form, seed)


@attack
def story(attacker: Model, kind: Story = "novel", seed: int = 0) -> Rewriting:
    """Hidden in the plot of a novel or in a conversation (compositional instructions)."""
    return _rewriting("style/story", attacker, "story", kind, seed)


@attack
def presuming(attacker: Model, what: Presumption = "opinion", seed: int = 0) -> Rewriting:
    """Taken for granted, made the topic of a text, or asked for the sake of prevention."""
    return _rewriting("style/presuming", attacker, "presuming", what, seed)


@attack
def decompose(attacker: Model, count: int = 3, seed: int = 0) -> Rewriting:
    """Taken apart into innocent questions."""
    known = resources.table("attacks", "rewriting.toml")["decompose"]
    definition = known["definition"].replace("{count}", str(count))
    return Rewriting("style/decompose", attacker, known["technique"], definition, seed=seed)


def _rewriting(name: str, attacker: Model, family: str, technique: str, seed: int) -> Rewriting:
    definition = resources.table("attacks", "rewriting.toml")[family][technique]
    return Rewriting(name, attacker, technique, definition, seed=seed)
