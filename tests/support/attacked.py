"""A text -> what an attack makes of it, for tests."""

import asyncio

from plimsoll import registry
from plimsoll.core import Attempt, Sample, Transcript, assistant, user
from tests.support.toy import Adder


def variant(spec: str, text: str, language: str = "en", id: str = "1") -> Sample:
    """The first variant."""

    async def first() -> Sample:
        sample = Sample(id=id, messages=(user(text),), language=language)
        return await anext(registry.build("attacks", spec).attack(sample, Adder()))

    return asyncio.run(first())


def attempt(sample: Sample) -> Attempt:
    """What the attack says that it did."""
    assert sample.attempt is not None
    return sample.attempt


def restored(spec: str, text: str, reply: str) -> str:
    """What judges read of a reply to the variant."""
    made = variant(spec, text)
    transcript = Transcript(messages=(*made.messages, assistant(reply)))
    return asyncio.run(registry.build("attacks", spec).restore(made, transcript)).reply
