"""The rules of attacks: whole variants that keep the request, the same whenever they are made."""

import asyncio
from unittest import SkipTest

import msgspec

from plimsoll.core import Attack, ByRule, Response, Sample, Transcript, decoding
from plimsoll.models.scripted import Scripted
from plimsoll.testing.rules import rule
from plimsoll.testing.subjects import Subject, questions

REPLIES = ("", "(B)", "KEI=", "\ud800", "\x00\x1b", "否")
PLAIN = ("", "Hello, world!", "漂白水", "a\nb\t", "=", "👩‍👧")


def variants(attack: Attack, sample: Sample) -> list[Sample]:
    """What an attack makes of a sample."""

    async def all_of_them() -> list[Sample]:
        return [variant async for variant in attack.attack(sample, Scripted(lambda _: "(B)"))]

    return asyncio.run(all_of_them())


@rule
def an_attack_has_the_name_that_stands_in_trails(subject: Subject) -> None:
    """Its name is that of its file, or `file/function`."""
    name = subject.built().name
    assert name.rpartition("/")[2].replace("_", "") == subject.name.rpartition("/")[2].replace("_", ""), (
        f"its name is {name!r}, and it is found under {subject.name!r}: records would not lead back to it"
    )


@rule
def an_attack_yields_samples_that_are_whole(subject: Subject) -> None:
    """Each variant has a name of its own and ends with a turn to be answered, or with a reply begun."""
    attack = subject.built()
    for sample in questions():
        made = variants(attack, sample)
        names = {(variant.id, variant.attempt.variant if variant.attempt else "") for variant in made}
        assert len(names) == len(made), "two variants of one question cannot be told apart"
        for variant in made:
            assert decoding.decode(msgspec.json.encode(variant), Sample) == variant
            assert variant.messages
            assert variant.messages[-1].role in ("user", "assistant")


@rule
def an_attack_by_rule_yields_the_same_whether_anybody_waits_for_it(subject: Subject) -> None:
    """It is asked for its variants alone where a run has no model for it."""
    attack = subject.built()
    if not isinstance(attack, ByRule):
        raise SkipTest("this attack may question models")
    for sample in questions():
        assert list(attack.variants(sample)) == variants(attack, sample)


@rule
def an_attack_changes_a_prompt_or_says_that_it_does_not_apply(subject: Subject) -> None:
    """An unchanged prompt that counts as an attack makes a model look safe under it."""
    attack = subject.built()
    for sample in questions():
        for variant in variants(attack, sample):
            drawn = variant.attempt is not None and bool(variant.attempt.sampling)
            changed = (variant.messages, variant.turns) != (sample.messages, sample.turns)
            assert changed or drawn or not variant.asked


@rule
def an_attack_keeps_the_request_the_answer_and_the_trail(subject: Subject) -> None:
    """Judges see the plain request, and the right answer stays what it was."""
    attack = subject.built()
    for sample in questions():
        for variant in variants(attack, sample):
            assert variant.request == (sample.request or sample.messages[-1].text)
            assert variant.trail == (*sample.trail, attack.name)
            kept = (variant.target, variant.choices, variant.category, variant.pair, variant.turns)
            assert kept == (sample.target, sample.choices, sample.category, sample.pair, sample.turns)
            later = iter(variant.messages)
            assert all(message in later for message in sample.messages[:-1]), "an earlier turn is lost"


@rule
def an_attack_on_an_attacked_sample_keeps_the_first_request(subject: Subject) -> None:
    """Attacks can be chained."""
    attack = subject.built()
    sample = questions()[0]
    for once in variants(attack, sample):
        for twice in variants(attack, once):
            assert twice.request == sample.messages[-1].text
            assert twice.trail == (attack.name, attack.name)


@rule
def an_attack_does_the_same_whenever_and_in_whatever_order(subject: Subject) -> None:
    """A run that was cut off goes on as if it had not been."""
    attack, another = subject.built(), subject.built()
    forwards = {sample.id: variants(attack, sample) for sample in questions()}
    backwards = {sample.id: variants(another, sample) for sample in reversed(questions())}
    assert forwards == backwards


@rule
def an_attack_restores_any_reply_and_keeps_the_raw_one(subject: Subject) -> None:
    """What came back stays in the transcript as it came."""
    attack = subject.built()
    for sample in questions():
        for variant in variants(attack, sample):
            for reply in (*REPLIES, variant.messages[-1].text):
                transcript = Transcript(responses=(Response(text=reply),))
                restored = asyncio.run(attack.restore(variant, transcript))
                assert restored.responses == transcript.responses
                assert isinstance(restored.reply, str)


@rule
def what_an_attack_encodes_it_decodes(subject: Subject) -> None:
    """Where it says that it can be undone; what of a text is lost on the way, its writing says (`kept`)."""
    attack = subject.built()
    codec = getattr(attack, "codec", None)
    if codec is None or codec.decode is None:
        raise SkipTest("this attack does not say that it can be undone")
    for text in PLAIN:
        assert attack.decode(attack.encode(text)) == codec.kept(text)
