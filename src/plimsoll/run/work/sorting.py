"""A prompt -> the category that it falls under, whatever it was written for."""

from collections.abc import Mapping
from dataclasses import dataclass

from plimsoll.core import Model, Request, Sampling, system, user
from plimsoll.data import resources
from plimsoll.text.thoughts import split

NONE = "none"
Axes = Mapping[str, Mapping[str, str]]
"""Axis -> the categories on it with their definitions."""


@dataclass(frozen=True)
class Classifier:
    """Has a model say which categories a prompt falls under, one for each axis."""

    model: Model

    async def found(self, prompt: str, axes: Axes) -> dict[str, str]:
        """On each axis one category, `none`, or nothing where the reply names not exactly one."""
        return {axis: await self._on(known, prompt) for axis, known in axes.items()}

    async def _on(self, definitions: Mapping[str, str], prompt: str) -> str:
        texts = resources.table("run", "work", "sorting.toml")
        listed = "\n".join(f"{name}: {text}" for name, text in definitions.items())
        before, _, after = texts["user"].replace("{categories}", listed).partition("{prompt}")
        request = Request(
            messages=(system(texts["system"]), user(before + prompt + after)),
            sampling=Sampling(temperature=0.0, max_tokens=256),
        )
        said = split((await self.model.generate(request)).text).answer.strip().strip("\"'`.*").lower()
        return next((name for name in (*definitions, NONE) if name.lower() == said), "")
