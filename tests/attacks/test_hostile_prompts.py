"""Whatever a prompt or an attacking model says, an attack makes variants that can be kept and asked."""

import asyncio

import msgspec
import pytest

from plimsoll import registry
from plimsoll.core import Response, Sample, Transcript, system, user
from plimsoll.models.scripted import Scripted
from plimsoll.testing.subjects import Subject

PROMPTS = {
    "empty": "",
    "blank": " \n",
    "one letter": "a",
    "control": "\x00\x1b[31m\u202e\ufeff",
    "slots": "{request} {payload} {cipher} {opener} {prompt}",
    "quotes": "\"\"\"'''```\\",
    "emoji": "👩‍👩‍👧‍👦 " * 20,
    "two scripts": "How 怎样 do I 做 bread 面包?",
    "half a surrogate": "\ud800 hello there",
    "gaps": "____ ____ word",
}
ATTACKS = [part for part in registry.parts("attacks") if part.room == "attacks"]


@pytest.mark.parametrize("part", ATTACKS, ids=lambda part: part.name)
def test_any_prompt_is_attacked_or_said_not_to_apply(part: registry.Part) -> None:
    attack = Subject(part).built()

    async def variants(text: str) -> list[Sample]:
        sample = Sample(id="1", messages=(system("Be brief."), user(text)))
        made = [each async for each in attack.attack(sample, Scripted(lambda _: "I cannot."))]
        for each in made:
            for reply in ("", "I cannot help", text):
                await attack.restore(each, Transcript(responses=(Response(text=reply),)))
        return made

    for name, text in PROMPTS.items():
        made = asyncio.run(variants(text))
        assert made, name
        if not text.strip() and not part.name.startswith(("dialogue/", "search/")):
            assert not any(each.asked for each in made), name


def test_half_a_surrogate_from_an_attacker_can_be_written_down() -> None:
    async def first() -> Sample:
        attacker = Scripted(lambda _: '{"prompt": "bread \\ud800 please"}')
        attack = registry.build("attacks", "style/register", attacker=attacker)
        return await anext(attack.attack(Sample(id="1", messages=(user("Bread?"),)), attacker))

    made = asyncio.run(first())
    assert made.messages == (user("bread ? please"),)
    assert msgspec.json.decode(msgspec.json.encode(made), type=Sample) == made
