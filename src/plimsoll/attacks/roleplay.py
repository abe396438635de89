"""A request -> the same request within fiction, a role or a rank: does a frame change the answer?"""

import json
from functools import partial
from typing import Literal

from plimsoll.attacks._wrapping import Made, Plain, Wrapping, around, library_of, texts
from plimsoll.core import UserError, user
from plimsoll.registry import attack

Policy = Literal["xml", "json", "ini"]
Nest = Literal["code", "table", "story"]
Rank = Literal["system", "permission", "debug", "training"]


@attack
def deep_inception(scene: str = "", characters: int = 5, layers: int = 5) -> Wrapping:
    """Scenes within scenes, each with steps of its own (DeepInception's idea; the wording is ours)."""
    if characters < 1 or layers < 1:
        raise UserError("roleplay/deep_inception: characters and layers are 1 or more")

    def wrap(plain: Plain) -> Made:
        chosen = scene or ("科幻" if plain.language == "zh" else "science fiction")
        slots = {"scene": chosen, "characters": str(characters), "layers": str(layers)}
        return around(_text("deep_inception", plain), plain.text, **slots)

    return Wrapping("roleplay/deep_inception", wrap)


@attack
def role(role: str = "", seed: int = 0) -> Wrapping:
    """A role to play, drawn by chance where none is named."""
    return Wrapping("roleplay/role", partial(_drawn, "role", "role", role), seed)


@attack
def purpose(purpose: str = "", seed: int = 0) -> Wrapping:
    """A good purpose for a bad question, drawn by chance where none is named (reverse induction by rule)."""
    return Wrapping("roleplay/purpose", partial(_drawn, "purpose", "purpose", purpose), seed)


@attack
def policy(form: Policy = "xml", role: str = "assistant") -> Wrapping:
    """The request dressed as a configuration that forbids refusals (policy puppetry)."""

    def wrap(plain: Plain) -> Made:
        text = json.dumps(plain.text, ensure_ascii=False)[1:-1] if form == "json" else plain.text
        made = around(texts("roleplay")["policy"][form]["any"].strip(), text, role=role)
        return made._replace(whole=plain.text in made.messages[0].text or form == "json")

    return Wrapping("roleplay/policy", wrap)


@attack
def nested(scenario: Nest = "code") -> Wrapping:
    """The request within code to complete, a table to fill or a story to go on with."""
    return Wrapping(
        "roleplay/nested",
        lambda plain: around(texts("roleplay")["nested"][scenario][plain.language], plain.text),
    )


@attack
def fiction(group: str = "") -> Wrapping:
    """A novelist's request; `group` says what kind of writer asks."""

    def wrap(plain: Plain) -> Made:
        made = around(_text("fiction", plain), plain.text, group=group)
        (turn,) = made.messages
        return made._replace(messages=(user(turn.text.replace("a  writer", "a writer")),))

    return Wrapping("roleplay/fiction", wrap)


@attack
def override(kind: Rank = "system") -> Wrapping:
    """A claim of rank: a notice of the system, an administrator, a debugging mode, a training session."""
    return Wrapping(
        "roleplay/override",
        lambda plain: around(texts("roleplay")["override"][kind][plain.language], plain.text),
    )


@attack
def library(file: str, seed: int = 0) -> Wrapping:
    """A published template set, from a file or a folder of your own: one template a `.txt` file.

    Each holds `{request}`, `{query}`, `[INSERT PROMPT HERE]`, `<question>` or `{{ prompt }}` once; of a
    folder one is drawn by chance."""
    templates = library_of("roleplay/library", file)

    def wrap(plain: Plain) -> Made:
        name = plain.draw.choice(list(templates))
        template, checksum = templates[name]
        parameters = {"template": name, "sha256": checksum}
        return Made((user(template.fill(plain.text)),), parameters=parameters)

    return Wrapping("roleplay/library", wrap, seed)


def _text(name: str, plain: Plain) -> str:
    return texts("roleplay")[name][plain.language].strip()


def _drawn(name: str, slot: str, given: str, plain: Plain) -> Made:
    chosen = given or plain.draw.choice(texts("roleplay")[name][f"{slot}s_{plain.language}"])
    return around(_text(name, plain), plain.text, **{slot: chosen})._replace(parameters={slot: chosen})
