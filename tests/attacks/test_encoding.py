import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll import registry
from plimsoll.attacks._transform import Transform
from plimsoll.core import Response, Sample, Transcript, user
from tests.support.toy import Adder

NAMES = [part.name for part in registry.parts("attacks")]


def attacked(name: str, text: str) -> Sample:
    async def first() -> Sample:
        attack = registry.build("attacks", name)
        sample = Sample(id="1", messages=(user(text),))
        return await anext(attack.attack(sample, Adder()))

    return asyncio.run(first())


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_keeps_the_plain_request_and_leaves_its_trail(name: str) -> None:
    variant = attacked(name, "How are you?")
    assert variant.request == "How are you?"
    assert variant.trail == (name,)
    assert variant.messages[0].text != "How are you?"


@pytest.mark.parametrize("name", NAMES)
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_what_was_encoded_decodes_to_the_same(name: str, text: str) -> None:
    attack: Transform = registry.build("attacks", name)
    assert attack.decode(attack.encode(text)) == text


def test_the_raw_reply_is_kept_beside_the_restored_one() -> None:
    attack = registry.build("attacks", "encoding/rot13")
    raw = Transcript(responses=(Response(text="Uryyb"),))
    restored = asyncio.run(attack.restore(Sample(id="1", messages=()), raw))
    assert restored.reply == "Hello"
    assert restored.responses[0].text == "Uryyb"


def test_a_reply_that_is_not_encoded_stays_as_it_is() -> None:
    attack: Transform = registry.build("attacks", "encoding/base64")
    assert attack.decode("I cannot read this!") == "I cannot read this!"
