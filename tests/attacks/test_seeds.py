"""A part that draws does so from its seed: it stands in the record, and another seed gives something else."""

import asyncio

import pytest

from plimsoll import registry
from plimsoll.core import Message, Sample, user
from plimsoll.core.extras import installed
from plimsoll.models.scripted import REFUSAL, Scripted

TEXTS = {
    "en": "Please explain to me in some detail how to bake a good loaf of bread at home without an oven.",
    "zh": "请详细告诉我怎样在没有烤箱的家里烤出一个好吃的面包，并说明每一步需要多长时间。",
}
MODELS = ("attacker", "file", "attacks")
DRAWING = [
    part.name
    for part in registry.parts("attacks")
    if part.room == "attacks"
    and any(row.name == "seed" for row in part.options)
    and not any(row.name in MODELS and row.required for row in part.options)
    and part.name not in ("search/gcg", "search/beast", "struq/gcg", "sorry_bench")
]
ARGUMENTS = {
    "s_eval": "kind=goal_hijacking,", "search/fuzz": "judge=refusal,budget=12,",
    "search/genetic": "judge=refusal,budget=20,",
    "characters/leet": "share=0.5,", "characters/homoglyphs": "share=0.5,", "chinese/split": "share=0.5,",
    "characters/typos": "rate=0.2,", "struq/completion": "form=typo,",
}  # fmt: skip


def said(name: str, seed: int) -> str:
    async def first() -> Sample:
        attack = registry.build("attacks", f"{name}:{ARGUMENTS.get(name, '')}seed={seed}")
        language = "zh" if name.startswith("chinese") else "en"
        # What a tool gave back is where an injection is hidden.
        data = (Message(role="tool", text="Flour, water and salt."),) if name.startswith("struq/") else ()
        sample = Sample(id="1", messages=(user(TEXTS[language]), *data), language=language)
        return await anext(attack.attack(sample, Scripted(lambda _: REFUSAL)))

    made = asyncio.run(first())
    assert made.attempt is not None
    assert made.attempt.parameters["seed"] == seed
    return "\n".join(message.text for message in made.messages) + str(made.attempt.sampling)


@pytest.mark.parametrize("name", DRAWING)
def test_the_seed_is_recorded_and_another_seed_gives_another_draw(name: str) -> None:
    if name == "chinese/homophones" and not installed("pypinyin"):
        pytest.skip("needs the extra chinese")
    seen = [said(name, seed) for seed in range(12)]
    assert said(name, 0) == seen[0]
    assert len(set(seen)) > 1
