"""Models at hand whose chat template has a place for tools call them natively; others are told in words."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import plimsoll
from plimsoll.core import (
    Message,
    Model,
    ModelError,
    Request,
    Response,
    Sample,
    Sampling,
    Tool,
    ToolCall,
    Transcript,
    UserError,
    assistant,
    offered,
    system,
    user,
)
from plimsoll.elicitation.agent import Agent, counts_of
from plimsoll.elicitation.styles import Native, Way, style_of
from plimsoll.models._llamacpp_server import LlamaServer
from plimsoll.models._local_prompt import turns
from plimsoll.models._templates import takes_tools
from plimsoll.models.llamacpp import llamacpp
from plimsoll.models.transformers import transformers
from tests.support.calling import ANSWER, write_calling
from tests.support.gguf import with_template
from tests.support.tiny import write_tiny

LOOK = Tool(
    name="look",
    description="Looks.",
    parameters={"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]},
)
TURNS = (
    "{%- for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content or '' }}"
    "{%- if m.tool_calls %}{% for c in m.tool_calls %}"
    "<tool_call>{{ c.function | tojson }}</tool_call>{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
PLACE = "{%- if tools %}<|im_start|>system\nTools: {{ tools | tojson }}<|im_end|>\n{% endif %}"
ONE_AT_A_TIME = (
    "{%- for m in messages %}{% if m.tool_calls and m.tool_calls | length > 1 %}"
    "{{ raise_exception('This model only supports single tool-calls at once!') }}{% endif %}{% endfor %}"
)
CALLS = (
    '<tool_call>\n{"name": "look", "arguments": {"at": "x"}}\n</tool_call>\n'
    '<tool_call>\n{"name": "look", "arguments": {"at": "y"}}\n</tool_call>'
)


def asked(*messages: Message, tools: Sequence[Tool] = (LOOK,)) -> Request:
    return Request(messages=messages, tools=tuple(tools), sampling=Sampling(max_tokens=8))


def of_llama(path: Path, request: Request) -> str:
    """The text that llama.cpp makes of a request."""
    server = LlamaServer(path=path, context=1024, threads=1, batch_threads=1)
    taken = turns(request)

    async def rendered() -> str:
        await server.start()
        try:
            return await server.render(taken.chat, {}, taken.offer)
        finally:
            await server.stop()

    return asyncio.run(rendered())


def answer(model: Model, request: Request) -> Response:
    async def given() -> Response:
        try:
            return await model.generate(request)
        finally:
            await model.close()

    return asyncio.run(given())


ROUND = (
    user("Look at both."),
    Message(
        role="assistant",
        text="I will.",
        calls=(
            ToolCall(id="call_1", name="look", arguments={"at": "x"}),
            ToolCall(id="call_2", name="look", arguments={"at": "y"}),
        ),
    ),
    Message(role="tool", text="x is red", call_id="call_1"),
    Message(role="tool", text="y is gone", call_id="call_2", error=True),
)


@pytest.mark.llm
def test_the_embedded_models_template_has_no_place_for_tools_and_its_calls_stand_in_words() -> None:
    pytest.importorskip("xllamacpp")
    model = llamacpp()
    assert "tools" not in offered(model)
    assert style_of("auto", model).name == "json"
    (note,) = Agent(nowhere).notes_on(model)
    assert "smollm2-135m-instruct has no tool calls of its own" in note
    with pytest.raises(ModelError, match="no place for tools"):
        answer(model, asked(user("Look.")))


@pytest.mark.llm
def test_llama_cpp_puts_tools_calls_and_results_in_the_templates_form(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    made = with_template(llamacpp().path, PLACE + TURNS, tmp_path / "tools.gguf")
    model = llamacpp(str(made), threads=1, context=1024)
    assert "tools" in offered(model)
    assert Agent(nowhere).notes_on(model) == ()
    text = of_llama(made, asked(system("Be careful."), *ROUND))
    assert '"name": "look"' in text.partition("<|im_end|>")[0]
    assert text.count("<tool_call>") == 2
    assert "<|im_start|>tool\nx is red<|im_end|>\n<|im_start|>tool\ny is gone<|im_end|>" in text
    assert "tools" not in offered(llamacpp(str(made), template="raw"))


@pytest.mark.llm
def test_a_template_that_takes_one_call_a_turn_is_given_them_one_by_one(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    made = with_template(llamacpp().path, ONE_AT_A_TIME + PLACE + TURNS, tmp_path / "one.gguf")
    model = llamacpp(str(made), threads=1, context=2048)
    assert answer(model, asked(*ROUND)).usage.input_tokens > 50


@pytest.mark.llm
def test_a_call_that_llama_cpp_writes_is_read(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    made = with_template(llamacpp().path, PLACE + TURNS, tmp_path / "tools.gguf")
    begun = '<tool_call>\n{"name": "look", "arguments": {"at": "the door"}}\n'
    found = answer(llamacpp(str(made), threads=1, context=1024), asked(user("Look."), assistant(begun)))
    assert [(call.name, dict(call.arguments)) for call in found.calls][:1] == [("look", {"at": "the door"})]
    assert found.finish == "tool_calls"


@pytest.mark.llm
def test_an_agents_case_is_played_natively_under_a_template_with_tools(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    made = with_template(llamacpp().path, PLACE + TURNS, tmp_path / "tools.gguf")
    run = plimsoll.evaluate(
        "agents/starter:language=en,rounds=1,max_tokens=8",
        model=f"llamacpp/{made}", limit=1, cache=False, log_dir=tmp_path / "logs",
    )  # fmt: skip
    (record,) = run.records
    assert not record.failures
    assert record.transcript is not None
    assert record.transcript.state["style"] == "native"


@dataclass
class Hall:
    """A world in which one looks."""

    seen: list[str] = field(default_factory=list[str])

    @property
    def tools(self) -> Sequence[Tool]:
        return (LOOK,)

    async def call(self, call: ToolCall) -> Message:
        self.seen.append(call.arguments["at"])
        return Message(role="tool", text=f"{call.arguments['at']} is red", call_id=call.id)

    def state(self) -> Mapping[str, Any]:
        return {"seen": list(self.seen)}

    async def close(self) -> None:
        return


async def nowhere(sample: Sample) -> Hall:
    return Hall()


def played(model: Model, way: Way = "auto") -> Transcript:
    async def case() -> Transcript:
        try:
            return await Agent(nowhere, way=way).elicit(Sample(id="1", messages=(user("Look."),)), model)
        finally:
            await model.close()

    return asyncio.run(case())


@pytest.mark.torch
def test_transformers_calls_two_tools_in_one_turn_reads_their_results_and_answers(tmp_path: Path) -> None:
    model = transformers(str(write_calling(tmp_path, CALLS)))
    assert "tools" in offered(model)
    found = played(model)
    assert [message.role for message in found.messages] == ["assistant", "tool", "tool", "assistant"]
    assert [dict(call.arguments) for call in found.messages[0].calls] == [{"at": "x"}, {"at": "y"}]
    assert found.messages[0].text == ""
    assert found.reply == ANSWER
    assert (found.state["style"], found.state["after"], found.state["ended"]) == (
        "native",
        {"seen": ["x", "y"]},
        "answer",
    )


@pytest.mark.torch
def test_a_result_that_a_native_caller_makes_up_is_cut_off_and_counted(tmp_path: Path) -> None:
    invented = f"{CALLS}\n<tool_response>\nboth are blue\n</tool_response>"
    found = played(transformers(str(write_calling(tmp_path, invented))))
    assert counts_of(found)["invented"] == 1
    assert "blue" not in "".join(message.text for message in found.messages)
    assert "blue" in found.responses[0].text


@pytest.mark.torch
def test_a_call_that_cannot_be_read_comes_back_as_an_error_and_is_counted(tmp_path: Path) -> None:
    found = played(transformers(str(write_calling(tmp_path, '<tool_call>\n{"name": "look", "arg'))))
    assert counts_of(found)["unread"] == 1
    assert found.messages[1].error
    assert found.reply == ANSWER


@pytest.mark.torch
def test_transformers_without_a_place_for_tools_says_so(tmp_path: Path) -> None:
    model = transformers(str(write_tiny(tmp_path, template="{{ messages[0]['content'] }}")))
    assert "tools" not in offered(model)
    with pytest.raises(ModelError, match="no place for tools"):
        answer(model, asked(user("Look.")))
    with pytest.raises(UserError, match="needs tool calls"):
        plimsoll.evaluate("agents/starter:style=native", model=model, limit=1, log_dir=tmp_path / "logs")


def test_names_of_calls_are_brought_into_the_form_that_templates_take() -> None:
    first, second = turns(asked(*ROUND)).chat[1]["tool_calls"]
    assert (first["id"], second["id"]) == ("000000001", "000000002")
    assert [turn["tool_call_id"] for turn in turns(asked(*ROUND)).chat[2:]] == ["000000001", "000000002"]
    one_by_one = turns(asked(*ROUND)).one_by_one
    assert [turn["role"] for turn in one_by_one] == ["user", "assistant", "tool", "assistant", "tool"]
    assert json.dumps(one_by_one)


def test_a_result_is_cut_from_what_a_native_endpoint_says_beside_its_call() -> None:
    call = ToolCall(id="1", name="look", arguments={})
    said = Native().read(Response(text="Looking.\n<tool_response>red", calls=(call,)))
    assert (said.message.text, said.invented) == ("Looking.", True)
    assert not Native().read(Response(text="The mark is <tool_response>.")).invented


@pytest.mark.parametrize(
    ("template", "takes"),
    [
        ("{% if tools %}x{% endif %}", True),
        ("{%- if not tools is defined %}{%- set tools = none %}{% endif %}", True),
        ("{% for t in tools %}{{ t }}{% endfor %}", True),
        ("{{ tools | tojson }}", True),
        ("{{ render('functions', tools) }}", True),
        ("{{ 'You have no tools.' }}{% for m in messages %}{{ m.content }}{% endfor %}", False),
        ("", False),
    ],
)
def test_a_template_takes_tools_where_it_does_something_with_them(template: str, takes: bool) -> None:
    assert takes_tools(template) is takes
