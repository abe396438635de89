"""Every analysis on planted models, and what it found, for pages and reports."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec.structs import replace

from plimsoll import registry
from plimsoll.core import Analysed
from plimsoll.internals.told import Unheard
from plimsoll.whitebox.anchors import Anchors, Origin
from tests.support import planted

ANCHORS = Anchors(
    harmful=planted.HARMFUL * 2,
    harmless=planted.HARMLESS * 2,
    paired=True,
    told={
        "harmful": tuple(Origin(f"{number}", "en" if number % 2 else "zh") for number in range(8)),
        "harmless": tuple(Origin(f"{number}", "en" if number % 2 else "zh") for number in range(8)),
    },
)
WORDS = "refusal=refuse,compliance=comply"
SPECS: Mapping[str, str] = {
    "ships": "template=raw",
    "sahara": "template=raw,steps=2",
    "directions": "template=raw,components=2,folds=2",
    "probes": "template=raw,components=2,folds=2",
    "attribution": f"template=raw,{WORDS}",
    "layers": "template=raw,beside=both",
    "headroom": "template=raw,tokens=4",
    "blend": f"template=raw,points=5,questions=0,{WORDS}",
    "antidote": f"template=raw,score=size,densities=0.1+0.3,questions=0,{WORDS}",
    "mahalanobis": "template=raw",
    "pcjailbreak": "template=raw,most=2",
    "dro": "components=2,folds=2",
    "agent_backdoor": "template=raw,trigger=flag,brand=cake,steps=1,rank=2",
}
"""How each analysis is asked here."""


def with_template(models: list[Any]) -> list[Any]:
    """The models with a chat template, which safety prompts stand in as system prompts."""
    for each in models:
        each.tokenizer.chat_template = "{% for each in messages %}{{ each.content }} {% endfor %}"
    return models


@cache
def analysed(name: str) -> Analysed:
    """What an analysis finds in planted models."""
    part = registry.build("whitebox", f"{name}:{SPECS[name]}")
    models: Any = with_template([planted.handle(), planted.handle(planted.PAIR)][: part.models])
    found = part.analyse(models, ANCHORS, Unheard())
    return replace(
        found, analysis=f"{name}:{SPECS[name]}", models={"transformers/planted": "sha256:abc torch"}
    )
