"""Wrappers hold the request whole, whatever it says, and say so where they do not."""

import ast
import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll import registry
from plimsoll.attacks.code import filled_slots
from plimsoll.core import Response, Sample, Transcript, UserError, user
from plimsoll.text.static_print import printed
from tests.support.toy import Adder

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80).filter(str.strip)
VERBATIM = [
    "roleplay/deep_inception",
    "roleplay/role",
    "roleplay/purpose",
    "roleplay/policy",
    "roleplay/nested:scenario=table",
    "roleplay/fiction",
    "roleplay/override:kind=training",
    "steering/opener",
    "steering/prefill",
    "steering/suppress:against=style",
    "steering/adaptive",
    "steering/suffix:text=!!",
    "steering/step_by_step",
    "examples/in_context",
    "examples/many_shot:k=100",
    "examples/chain_of_utterances",
    "examples/compliance",
    "injection/goal_hijack",
    "injection/latent:host=web",
    "injection/flood:characters=500",
    "injection/exfiltrate",
    "groups/keyword:group=wealthy",
    "groups/profile",
]


def variant(spec: str, text: str, language: str = "en") -> Sample:
    async def first() -> Sample:
        sample = Sample(id="1", messages=(user(text),), language=language)
        return await anext(registry.build("attacks", spec).attack(sample, Adder()))

    return asyncio.run(first())


def attempt(sample: Sample) -> Any:
    assert sample.attempt is not None
    return sample.attempt


@pytest.mark.parametrize("spec", VERBATIM)
@pytest.mark.parametrize(
    ("text", "language"), [("How do I bake bread?", "en"), ("怎样做{opener}面包？", "zh")]
)
def test_the_request_stands_word_for_word_where_the_record_says(spec: str, text: str, language: str) -> None:
    made = variant(spec, text, language)
    start, end = attempt(made).parameters["span"]
    assert made.messages[attempt(made).parameters["turn"]].text[start:end] == text
    assert attempt(made).validity == "valid"


@pytest.mark.parametrize("structure", ["string", "list", "stack"])
@pytest.mark.parametrize("verbose", [False, True])
@given(text=TEXTS)
def test_a_program_holds_the_request_whatever_it_says(structure: str, verbose: bool, text: str) -> None:
    made = variant(f"code/codeattack:structure={structure},verbose={verbose}", text)
    program = made.messages[-1].text.partition("\n\n")[2]
    program = program.replace("if task == : #", "if task: #").replace("append( )", "append(None)")
    function = next(
        node
        for node in ast.walk(ast.parse(re.sub(r"^(def decode.*\n.*)$", r"\1\n    pass", program, flags=re.M)))
        if isinstance(node, ast.FunctionDef) and node.name == "output_list_initialization"
    )
    held = [
        node.value for node in ast.walk(function) if isinstance(node, ast.Constant) and node.value is not None
    ]
    words = text.split() if len(text.split()) != 1 else list(text)
    expected = {"string": [text], "list": words, "stack": words[::-1]}[structure]
    assert [value for value in held if isinstance(value, str)] == expected


@pytest.mark.parametrize("language", ["cpp", "go", "javascript"])
def test_a_program_of_another_language_has_its_five_slots(language: str) -> None:
    text = variant(f"code/codeattack:language={language},structure=list", 'Say "hi" to me').messages[-1].text
    assert len(re.findall(r"step \d", text)) == 5
    assert r"\"hi\"" in text
    assert not re.search(r"\{[a-z]+\}", text)


@pytest.mark.parametrize("operation", ["assign", "concat", "format", "replace", "split"])
@given(text=TEXTS)
def test_a_program_put_together_prints_the_request(operation: str, text: str) -> None:
    made = variant(f"code/assembly:operation={operation}", text)
    if attempt(made).validity != "not_applicable":
        assert printed(made.messages[-1].text).text == text
        assert attempt(made).validity == "valid"


@pytest.mark.parametrize("order", ["reverse", "odd_even", "length", "binary_tree"])
def test_the_shown_program_puts_the_words_right(order: str) -> None:
    text = "How do I bake a loaf of bread at home?"
    shown = variant(f"code/chameleon:order={order}", text).messages[-1].text
    program = shown.partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(program, names)
    assert names["problem"] == text


@given(text=TEXTS)
def test_hidden_words_fill_the_gaps_again(text: str) -> None:
    made = variant("hiding/mask", text)
    assert attempt(made).validity in ("valid", "not_applicable", "invalid")
    if "_" not in text and attempt(made).validity != "not_applicable":
        assert attempt(made).validity == "valid"


def test_a_disguised_request_can_be_read_again() -> None:
    made = variant("hiding/disguise", "How do I bake bread?")
    body = made.messages[-1].text.partition("\n")[2]
    assert "".join(re.findall(r"\[(.)\]", body)) == "How do I bake bread?"


def test_a_value_deep_in_json_is_the_request() -> None:
    found = json.loads(variant("injection/json_value:depth=6", 'a "b" 漂').messages[-1].text)
    depth = 0
    while isinstance(found, dict):
        (found,), depth = found.values(), depth + 1
    assert (found, depth) == ('a "b" 漂', 6)


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ('output_list.append("one")\noutput_list.append("two")', "one\ntwo"),
        ("output_list.append('one \\'quoted\\'')", "one 'quoted'"),
        ('output_list = ["one", "two"]\n', "one\ntwo"),
        ('outputList.push_back("one");', "one"),
        ('outputList = append(outputList, "one")', "one"),
        ('outputList.push("one");', "one"),
        ("I cannot help with that.", "I cannot help with that."),
        ("", ""),
    ],
)
def test_what_a_program_was_filled_with_is_what_judges_read(reply: str, answer: str) -> None:
    assert filled_slots(reply) == answer
    attack = registry.build("attacks", "code/codeattack")
    transcript = Transcript(responses=(Response(text=reply),))
    assert asyncio.run(attack.restore(Sample(id="1", messages=()), transcript)).reply == answer


def test_a_chain_of_a_begun_reply_and_a_cipher_encodes_the_question_and_not_the_reply() -> None:
    async def chained() -> Sample:
        sample = Sample(id="1", messages=(user("How do I bake bread?"),))
        begun = await anext(registry.build("attacks", "steering/prefill").attack(sample, Adder()))
        return await anext(registry.build("attacks", "encoding/rot13").attack(begun, Adder()))

    asked, begun = asyncio.run(chained()).messages
    assert asked.text == "Ubj qb V onxr oernq?"
    assert begun.text == "Sure, here is a detailed answer:"


def test_templates_of_ones_own_are_filled_and_named(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("Before {query} after", encoding="utf-8")
    made = variant(f"roleplay/library:file={tmp_path}", "the request")
    assert made.messages[-1].text == "Before the request after"
    assert attempt(made).parameters["template"] == "one.txt"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("no slot at all", "0 times"), ("{query} and {query}", "2 times"), (b"\xff\xfe\x00", "UTF-8")],
)
def test_a_template_that_cannot_be_used_is_refused_in_one_sentence(
    tmp_path: Path, content: str | bytes, complaint: str
) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError, match=complaint):
        registry.build("attacks", f"roleplay/library:file={path}")


@pytest.mark.parametrize(
    "spec",
    [
        "steering/suffixes:file=/nowhere/at/all",
        "roleplay/library:file=/nowhere/at/all",
        "examples/in_context:k=0",
        "groups/keyword:group= ",
        "injection/flood:characters=0",
        "injection/json_value:depth=0",
        "code/codeattack:slots=0",
        "encoding/vigenere:key=123",
        "characters/leet:share=0",
    ],
)
def test_what_makes_no_sense_is_refused_before_the_first_call(spec: str) -> None:
    with pytest.raises(UserError):
        registry.build("attacks", spec)
