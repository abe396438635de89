"""A request -> the same request within another task, a document or data: is it obeyed where it only lies?"""

import json
from typing import Literal

from plimsoll.attacks._wrapping import Made, Plain, Wrapping, around, texts
from plimsoll.core import UserError, decoding, user
from plimsoll.registry import attack

Leak = Literal["direct", "translate", "repeat", "encode", "summarise", "forget"]
Host = Literal["resume", "mail", "web", "translation", "whois"]
Language = Literal["sql", "jinja", "shell"]


@attack
def goal_hijack(seed: int = 0) -> Wrapping:
    """A harmless task, then "ignore the above" and the request."""

    def wrap(plain: Plain) -> Made:
        known = texts("injection")["answer"]
        benign = plain.draw.choice(known[f"benign_{plain.language}"])
        ignore = plain.draw.choice(known[f"ignore_{plain.language}"])
        return around(known[plain.language], plain.text, benign=benign, ignore=ignore)

    return Wrapping("injection/goal_hijack", wrap, seed)


@attack
def prompt_leak(variant: Leak = "direct") -> Wrapping:
    """A demand for the system prompt, after the request: asked for openly, translated, encoded, summed up."""
    return Wrapping(
        "injection/prompt_leak",
        lambda plain: Made((user(f"{plain.text}\n\n{texts('injection')['leak'][variant][plain.language]}"),)),
    )


@attack
def latent(host: Host = "resume") -> Wrapping:
    """The request hidden in a document that is only to be read."""
    return Wrapping(
        "injection/latent",
        lambda plain: around(texts("injection")["latent"][host][plain.language], plain.text),
    )


@attack
def strings(language: Language = "sql") -> Wrapping:
    """The request as a string of a query, template or shell language."""
    return Wrapping(
        "injection/strings",
        lambda plain: around(texts("injection")["strings"][language]["any"], plain.text),
    )


@attack
def json_value(depth: int = 4) -> Wrapping:
    """The request as a value deep within JSON."""
    if not 1 <= depth <= 64:
        raise UserError(f"injection/json_value: depth={depth}: give 1 to 64")

    def wrap(plain: Plain) -> Made:
        nested: object = {"instruction": plain.text}
        for level in range(depth, 1, -1):
            nested = {f"level{level}": nested}
        text = json.dumps(nested, ensure_ascii=False, indent=2)
        return Made((user(text),), whole=_within(decoding.loosely(text)) == plain.text)

    return Wrapping("injection/json_value", wrap)


@attack
def flood(characters: int = 4000, position: Literal["end", "middle"] = "end") -> Wrapping:
    """So many characters of harmless text before the request, or around it."""
    if not 1 <= characters <= 1_000_000:
        raise UserError(f"injection/flood: characters={characters}: give 1 to 1,000,000")

    def wrap(plain: Plain) -> Made:
        sentence = texts("injection")["flood"][plain.language]
        filling = sentence * max(2, characters // len(sentence) + 1)
        half = len(sentence) * (len(filling) // len(sentence) // 2) if position == "middle" else len(filling)
        before, after = filling[:half].strip(), filling[half:].strip()
        return Made((user("\n\n".join(filter(None, (before, plain.text, after)))),))

    return Wrapping("injection/flood", wrap)


@attack
def exfiltrate() -> Wrapping:
    """A demand to show a picture whose address would carry the conversation away."""
    return Wrapping(
        "injection/exfiltrate",
        lambda plain: around(texts("injection")["exfiltrate"][plain.language], plain.text),
    )


@attack
def terminal(escaped: bool = False) -> Wrapping:
    """A demand for an answer with control sequences of terminals, shown to the model raw or escaped."""

    def wrap(plain: Plain) -> Made:
        said = texts("injection")["terminal"][plain.language]
        return around(said if escaped else said.replace("\\x1b", "\x1b"), plain.text)

    return Wrapping("injection/terminal", wrap)


def _within(nested: object) -> object:
    while isinstance(nested, dict):
        nested = next(iter(nested.values()))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return nested  # pyright: ignore[reportUnknownVariableType]
