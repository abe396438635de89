"""Calls as families of models write them under their chat templates."""

import pytest

from plimsoll.core import Tool
from plimsoll.core.message import UNREAD
from plimsoll.models._written_calls import spoken
from plimsoll.text.calls import is_unread

PLACES = {
    "city": {"type": "string"},
    "days": {"type": "integer"},
    "sure": {"type": "boolean"},
    "where": {"type": "object"},
}
TOOLS = (
    Tool(name="look", description="Looks.", parameters={"type": "object", "properties": PLACES}),
    Tool(name="end", parameters={"type": "object", "properties": {}}),
)
LOOK, END = ("look", {"city": "Oslo", "days": 2}), ("end", {})
CASES = {
    "hermes": '<tool_call>\n{"name": "look", "arguments": {"city": "Oslo", "days": 2}}\n</tool_call>\n'
    '<tool_call>\n{"name": "end", "arguments": {}}\n</tool_call>',
    "qwen coder": "<tool_call>\n<function=look>\n<parameter=city>\nOslo\n</parameter>\n<parameter=days>\n2\n"
    "</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=end>\n</function>\n</tool_call>",
    "seed": "<seed:tool_call>\n<function=look>\n<parameter=city>Oslo</parameter>\n"
    "<parameter=days>2</parameter>\n</function>\n<function=end></function></seed:tool_call>",
    "llama 3": '{"name": "look", "parameters": {"city": "Oslo", "days": 2}}; '
    '{"name": "end", "parameters": {}}',
    "llama 3 tag": '<|python_tag|>{"name": "look", "parameters": {"city": "Oslo", "days": 2}}; '
    '{"name": "end", "parameters": {}}',
    "llama 3 function": '<function=look>{"city": "Oslo", "days": 2}</function><function=end>{}</function>',
    "llama 4": '<|python_start|>[look(city="Oslo", days=2), end()]<|python_end|>',
    "llama 4 bare": '[look(city="Oslo", days=2), end()]',
    "mistral": '[TOOL_CALLS][{"name": "look", "arguments": {"city": "Oslo", "days": 2}}, '
    '{"name": "end", "arguments": {}}]',
    "mistral small": '[TOOL_CALLS]look[ARGS]{"city": "Oslo", "days": 2}[TOOL_CALLS]end[ARGS]{}',
    "mistral ids": '[TOOL_CALLS]look[CALL_ID]a1b2c3d4e[ARGS]{"city": "Oslo", "days": 2}'
    "[TOOL_CALLS]end[CALL_ID]a1b2c3d4f[ARGS]{}",
    "deepseek v3": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>look\n```json\n"
    '{"city": "Oslo", "days": 2}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>end\n'
    "```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    "deepseek v3.1": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>look<｜tool▁sep｜>"
    '{"city": "Oslo", "days": 2}<｜tool▁call▁end｜>'
    "<｜tool▁call▁begin｜>end<｜tool▁sep｜>{}<｜tool▁call▁end｜>"
    "<｜tool▁calls▁end｜>",
    "deepseek v3.2": '<｜DSML｜function_calls>\n<｜DSML｜invoke name="look">\n'
    '<｜DSML｜parameter name="city" string="true">Oslo</｜DSML｜parameter>\n'
    '<｜DSML｜parameter name="days" string="false">2</｜DSML｜parameter>\n</｜DSML｜invoke>\n'
    '<｜DSML｜invoke name="end">\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
    "minimax": '<minimax:tool_call>\n<invoke name="look">\n<parameter name="city">Oslo</parameter>\n'
    '<parameter name="days">2</parameter>\n</invoke>\n<invoke name="end">\n</invoke>\n</minimax:tool_call>',
    "kimi": "<|tool_calls_section_begin|><|tool_call_begin|>functions.look:0<|tool_call_argument_begin|>"
    '{"city": "Oslo", "days": 2}<|tool_call_end|><|tool_call_begin|>functions.end:1'
    "<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>",
    "gpt-oss": "<|channel|>commentary to=functions.look <|constrain|>json<|message|>"
    '{"city": "Oslo", "days": 2}'
    "<|call|><|start|>assistant<|channel|>commentary to=functions.end <|constrain|>json<|message|>{}<|call|>",
    "gpt-oss, the other way": " to=functions.look<|channel|>commentary json<|message|>"
    '{"city": "Oslo", "days": 2}<|call|>'
    "<|start|>assistant to=functions.end<|channel|>commentary<|message|>{}",
    "glm": "<tool_call>look\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n<arg_key>days</arg_key>\n"
    "<arg_value>2</arg_value>\n</tool_call><tool_call>end\n</tool_call>",
    "command": '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "look", "parameters": '
    '{"city": "Oslo", "days": 2}}, '
    '{"tool_call_id": "1", "tool_name": "end", "parameters": {}}]<|END_ACTION|>',
    "granite": '<|tool_call|>[{"name": "look", "arguments": {"city": "Oslo", "days": 2}}, '
    '{"name": "end", "arguments": {}}]',
    "nemotron": '<TOOLCALL>[{"name": "look", "arguments": {"city": "Oslo", "days": 2}}, '
    '{"name": "end", "arguments": {}}]</TOOLCALL>',
    "internlm": '<|action_start|><|plugin|>\n{"name": "look", "parameters": {"city": "Oslo", "days": 2}}\n'
    '{"name": "end", "parameters": {}}<|action_end|>',
    "lfm": '<|tool_call_start|>[look(city="Oslo", days=2), end()]<|tool_call_end|>',
    "olmo": '<function_calls>look(city="Oslo", days=2)\nend()</function_calls>',
    "gemma": "<start_function_call>call:look{city:<escape>Oslo<escape>,days:2}<end_function_call>"
    "<start_function_call>call:end{}<end_function_call>",
    "xlam": '[{"name": "look", "arguments": {"city": "Oslo", "days": 2}}, {"name": "end", "arguments": {}}]',
}


@pytest.mark.parametrize("written", CASES.values(), ids=CASES.keys())
def test_two_calls_in_one_turn_are_read_in_each_familys_way_of_writing(written: str) -> None:
    found = spoken(written, TOOLS)
    assert [(call.name, dict(call.arguments)) for call in found.calls] == [LOOK, END]
    assert found.text == ""


@pytest.mark.parametrize("written", CASES.values(), ids=CASES.keys())
def test_words_before_calls_are_kept_and_marks_are_not(written: str) -> None:
    if written.startswith(("{", "[look", '[{"name"', " to=")):
        return
    found = spoken(f"I will look.\n{written}", TOOLS)
    assert found.text == "I will look."
    assert len(found.calls) == 2


@pytest.mark.parametrize("written", CASES.values(), ids=CASES.keys())
def test_a_turn_that_is_cut_off_anywhere_is_never_an_error(written: str) -> None:
    for end in range(0, len(written), 3):
        spoken(written[:end], TOOLS)


@pytest.mark.parametrize(
    "written",
    [
        "It is sunny.",
        "",
        'The format is {"name": "look", "arguments": {"city": "Oslo"}}.',
        '{"name": "someone else", "arguments": {}}',
        '[{"name": "nothing", "arguments": {}}]',
        "Use look(city='Oslo').",
        "[1, 2]",
        '{"temperature": 3}',
    ],
)
def test_what_is_no_call_stays_an_answer(written: str) -> None:
    assert spoken(written, TOOLS) == (written, ())


@pytest.mark.parametrize(
    "written",
    [
        '<tool_call>\n{"name": "look", "arguments": {"city": ',
        "<tool_call>I do not know</tool_call>",
        "[TOOL_CALLS] look at this",
        '<invoke name="',
        "<|tool_call_begin|>look",
        "<｜tool▁call▁begin｜>",
        "<|python_tag|>print(1",
    ],
)
def test_a_call_that_cannot_be_read_is_told_and_not_lost(written: str) -> None:
    (call,) = spoken(written, TOOLS).calls
    assert is_unread(call)
    assert str(call.arguments[UNREAD]) in written


def test_arguments_that_are_no_object_are_unread_under_their_tools_name() -> None:
    (call,) = spoken("[TOOL_CALLS]look[ARGS]Oslo, please", TOOLS).calls
    assert (call.name, dict(call.arguments)) == ("look", {UNREAD: "Oslo, please"})


def test_values_written_as_text_become_what_the_schema_says() -> None:
    written = (
        "<function=look><parameter=city>2</parameter><parameter=days>x</parameter>"
        '<parameter=sure>True</parameter><parameter=where>{"a": [1]}</parameter></function>'
    )
    (call,) = spoken(written, TOOLS).calls
    assert dict(call.arguments) == {"city": "2", "days": "x", "sure": True, "where": {"a": [1]}}


def test_a_result_that_the_model_made_up_stays_among_its_words_and_no_later_call_is_made() -> None:
    call = '<tool_call>\n{"name": "end", "arguments": {}}\n</tool_call>'
    found = spoken(f"{call}\n<tool_response>\nfine\n</tool_response>\n{call}", TOOLS)
    assert [each.name for each in found.calls] == ["end"]
    assert "<tool_response>" in found.text


def test_kimis_and_mistrals_names_of_calls_are_kept() -> None:
    assert [call.id for call in spoken(CASES["kimi"], TOOLS).calls] == ["functions.look:0", "functions.end:1"]
    assert [call.id for call in spoken(CASES["mistral ids"], TOOLS).calls] == ["a1b2c3d4e", "a1b2c3d4f"]


@pytest.mark.parametrize(
    "piece",
    [
        "<tool_call>",
        "[TOOL_CALLS] a ",
        "<function=a>",
        "{",
        "[",
        "<｜tool▁call▁begin｜>a",
        "```",
        "to=functions.a ",
    ],
)
def test_a_megabyte_of_marks_is_read_to_its_end(piece: str) -> None:
    written = piece * 20_000 + " " * 500_000
    assert all(is_unread(call) for call in spoken(written, TOOLS).calls)
