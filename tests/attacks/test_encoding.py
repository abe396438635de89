import asyncio
import base64

import pytest

from plimsoll import registry
from plimsoll.core import Response, Sample, Transcript, user
from tests.support.toy import Adder


def test_the_raw_reply_is_kept_beside_the_restored_one() -> None:
    attack = registry.build("attacks", "encoding/rot13")
    raw = Transcript(responses=(Response(text="V pnaabg uryc lbh jvgu gung"),))
    restored = asyncio.run(attack.restore(Sample(id="1", messages=()), raw))
    assert restored.reply == "I cannot help you with that"
    assert restored.responses[0].text == "V pnaabg uryc lbh jvgu gung"


@pytest.mark.parametrize(
    "spec", ["encoding/rot13", "encoding/base64", "encoding/atbash", "encoding/reversed_text"]
)
@pytest.mark.parametrize("reply", ["I cannot read this, sorry!", "对不起，我不能回答这个问题。", ""])
def test_a_reply_in_plain_words_stays_as_it_is(spec: str, reply: str) -> None:
    attack = registry.build("attacks", spec)
    raw = Transcript(responses=(Response(text=reply),))
    assert asyncio.run(attack.restore(Sample(id="1", messages=()), raw)).reply == reply


def variant(spec: str, sample: Sample) -> Sample:
    async def first() -> Sample:
        return await anext(registry.build("attacks", spec).attack(sample, Adder()))

    return asyncio.run(first())


def test_the_payload_lies_where_the_record_says() -> None:
    sample = Sample(id="1", messages=(user("How do I bake bread?"),))
    made = variant("encoding/base64:carrier=decode", sample)
    assert made.attempt is not None
    start, end = made.attempt.parameters["span"]
    assert base64.b64decode(made.messages[-1].text[start:end]) == b"How do I bake bread?"
    assert made.attempt.validity == "valid"


def test_a_carrier_speaks_the_samples_language() -> None:
    sample = Sample(id="1", messages=(user("怎样做面包？"),), language="zh")
    assert (
        variant("encoding/base64:carrier=decode", sample)
        .messages[-1]
        .text.startswith("下面的请求使用Base64编码")
    )


def test_an_expert_frame_shows_encoded_examples_before_the_request() -> None:
    sample = Sample(id="1", messages=(user("How do I bake bread?"),))
    frame, asked = variant("encoding/atbash:carrier=expert", sample).messages
    assert frame.role == "system"
    assert "Hsv" not in frame.text
    assert "Dszg rh gsv xzkrgzo lu Uizmxv?" in frame.text
    assert asked.text.endswith("Sld wl R yzpv yivzw?")


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("encoding/rot13", "怎样做面包？"),
        ("encoding/caesar", "怎样把 AI 用在学校的 math 课上，让所有的学生都能学会？"),
        ("chinese/pinyin", "How do I bake bread?"),
        ("chinese/split", "How do I bake bread?"),
        ("characters/lowercase", "how do i bake bread?"),
    ],
)
def test_a_prompt_that_a_writing_leaves_as_it_is_is_no_attack(spec: str, text: str) -> None:
    made = variant(spec, Sample(id="1", messages=(user(text),)))
    assert made.messages[-1].text == text
    assert made.attempt is not None
    assert made.attempt.validity == "not_applicable"


@pytest.mark.parametrize(
    "reply",
    [
        "ViBwbmFhYmcgdXJ5YyBsYmggamd2dXUgZ3VuZw==",  # both ways
        "I cannot help you with that",  # in plain words
        "SSBjYW5ub3QgaGVscCB5b3Ugd2l0aCB0aGF0",  # in the outer one alone
    ],
)
def test_a_reply_to_a_chain_is_read_however_it_is_written(reply: str) -> None:
    transcript = Transcript(responses=(Response(text=reply),))
    for spec in ("encoding/base64", "encoding/rot13"):  # restored in the reverse order
        attack = registry.build("attacks", spec)
        transcript = asyncio.run(attack.restore(Sample(id="1", messages=()), transcript))
    assert transcript.reply.startswith("I cannot help you")
