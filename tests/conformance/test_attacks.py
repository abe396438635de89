import asyncio

import msgspec
import pytest

from plimsoll.core import Attack, Response, Sample, Transcript
from plimsoll.models.scripted import Scripted
from plimsoll.registry import Part
from tests.support.conformance import built, parts_of, questions

ATTACKS = parts_of("attacks")


def variants(attack: Attack, sample: Sample) -> list[Sample]:
    async def all_of_them() -> list[Sample]:
        return [variant async for variant in attack.attack(sample, Scripted(lambda _: "(B)"))]

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("part", ATTACKS)
def test_an_attack_is_called_as_the_registry_calls_it(part: Part) -> None:
    assert built(part).name == part.name


@pytest.mark.parametrize("part", ATTACKS)
def test_an_attack_yields_samples_that_are_whole(part: Part) -> None:
    attack = built(part)
    for sample in questions():
        made = variants(attack, sample)
        assert len({variant.id for variant in made}) == len(made)
        for variant in made:
            assert msgspec.json.decode(msgspec.json.encode(variant), type=Sample) == variant
            assert variant.messages
            assert variant.messages[-1].role == "user"


@pytest.mark.parametrize("part", ATTACKS)
def test_an_attack_keeps_the_request_the_answer_and_the_trail(part: Part) -> None:
    attack = built(part)
    for sample in questions():
        for variant in variants(attack, sample):
            assert variant.request == (sample.request or sample.messages[-1].text)
            assert variant.trail == (*sample.trail, attack.name)
            kept = (variant.target, variant.choices, variant.category, variant.pair, variant.turns)
            assert kept == (sample.target, sample.choices, sample.category, sample.pair, sample.turns)
            assert variant.messages[: len(sample.messages) - 1] == sample.messages[:-1]


@pytest.mark.parametrize("part", ATTACKS)
def test_an_attack_on_an_attacked_sample_keeps_the_first_request(part: Part) -> None:
    attack = built(part)
    sample = questions()[0]
    for once in variants(attack, sample):
        for twice in variants(attack, once):
            assert twice.request == sample.messages[-1].text
            assert twice.trail == (attack.name, attack.name)


@pytest.mark.parametrize("part", ATTACKS)
def test_an_attack_does_the_same_whenever_and_in_whatever_order(part: Part) -> None:
    attack, another = built(part), built(part)
    forwards = {sample.id: variants(attack, sample) for sample in questions()}
    backwards = {sample.id: variants(another, sample) for sample in reversed(questions())}
    assert forwards == backwards


@pytest.mark.parametrize("part", ATTACKS)
def test_an_attack_restores_any_reply_and_keeps_the_raw_one(part: Part) -> None:
    attack = built(part)
    for sample in questions():
        for variant in variants(attack, sample):
            for reply in ("", "(B)", "KEI=", "\ud800", "\x00\x1b", "否", variant.messages[-1].text):
                transcript = Transcript(responses=(Response(text=reply),))
                restored = asyncio.run(attack.restore(variant, transcript))
                assert restored.responses == transcript.responses
                assert isinstance(restored.reply, str)


@pytest.mark.parametrize("part", ATTACKS)
def test_what_an_attack_encodes_it_decodes(part: Part) -> None:
    attack = built(part)
    if not (hasattr(attack, "encode") and hasattr(attack, "decode")):
        pytest.skip("this attack does not say that it can be undone")
    for text in ("", "Hello, world!", "漂白水", "a\nb\t", "=", "👩‍👧"):
        assert attack.decode(attack.encode(text)) == text
