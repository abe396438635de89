"""What a model wrote under a chat template with tools -> its words, and the calls that it made.

Each family of models was trained to write calls between marks of its own; the marks say which way of writing
follows. Nothing is evaluated, and nothing is lost: what begins as a call and cannot be read is a call under
`unread`, and what stands after the calls, such as a result that the model made up, stays among its words.
llama.cpp's server has a reader of its own behind another address; one reader for all models at hand reads
them alike, and shows what it cannot read.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from plimsoll.core import Tool, ToolCall, decoding
from plimsoll.core.message import UNREAD
from plimsoll.data.schemas import properties
from plimsoll.models._python_calls import python_calls
from plimsoll.text.calls import LONGEST, RESULTS, as_arguments, json_calls
from plimsoll.text.expressions import expression

MARKS = (
    "<tool_call>",
    "</tool_call>",
    "<|tool_call|>",
    "<|/tool_call|>",
    "<tool_calls>",
    "</tool_calls>",
    "<TOOLCALL>",
    "</TOOLCALL>",
    "<function_calls>",
    "</function_calls>",
    "<seed:tool_call>",
    "</seed:tool_call>",
    "<minimax:tool_call>",
    "</minimax:tool_call>",
    "<|python_tag|>",
    "<|python_start|>",
    "<|python_end|>",
    "[TOOL_CALLS]",
    "[CALL_ID]",
    "[ARGS]",
    "<｜tool▁calls▁begin｜>",
    "<｜tool▁call▁begin｜>",
    "<｜tool▁sep｜>",
    "<｜tool▁call▁end｜>",
    "<｜tool▁calls▁end｜>",
    "｜DSML｜",
    "<|tool_calls_section_begin|>",
    "<|tool_call_begin|>",
    "<|tool_call_argument_begin|>",
    "<|tool_call_end|>",
    "<|tool_calls_section_end|>",
    "<|tool_call_start|>",
    "<|START_ACTION|>",
    "<|END_ACTION|>",
    "<|START_THINKING|>",
    "<|END_THINKING|>",
    "<|START_RESPONSE|>",
    "<|END_RESPONSE|>",
    "<|action_start|>",
    "<|plugin|>",
    "<|action_end|>",
    "<start_function_call>",
    "<end_function_call>",
    "<escape>",
    "<arg_key>",
    "</arg_key>",
    "<arg_value>",
    "</arg_value>",
    "<|start|>",
    "<|channel|>",
    "<|message|>",
    "<|constrain|>",
    "<|end|>",
    "<|call|>",
    "<tool_response>",
    "<|observation|>",
    "[TOOL_RESULTS]",
    "<think>",
    "</think>",
    "[THINK]",
    "[/THINK]",
)
"""Tokens of templates that mean something here, and are kept in a text although they are special."""


class Spoken(NamedTuple):
    """A turn, read."""

    text: str
    """The model's words without its calls."""
    calls: tuple[ToolCall, ...]


class _Call(NamedTuple):
    """A call with where it stands."""

    begin: int
    end: int
    name: str
    arguments: Mapping[str, Any]
    id: str = ""


Reader = Callable[[str, Mapping[str, Tool]], Iterator[_Call]]


def spoken(written: str, tools: Sequence[Tool]) -> Spoken:
    """The words and calls of a turn, in the order written."""
    text = written[:LONGEST]
    named = {tool.name: tool for tool in tools}
    own = RESULTS.search(text)
    found = _read(text[: own.start()] if own else text, named) or _read(text, named)
    if not found:
        return Spoken(_plain(written), ())
    begin, end = found[0].begin, max(each.end for each in found)
    words = "\n".join(filter(None, (_plain(written[:begin]), _plain(written[end:]))))
    calls = tuple(ToolCall(id=each.id, name=each.name, arguments=each.arguments) for each in found)
    return Spoken(words, calls)


def _read(text: str, tools: Mapping[str, Tool]) -> list[_Call]:
    """The calls, by the first way of writing that finds any."""
    for begins, read in WAYS:
        if begins.search(text) and (found := list(read(text, tools))):
            return found
    if begun := BEGUN.search(text):
        return [_Call(begun.start(), len(text), "", {UNREAD: text[begun.start() :]})]
    return list(_bare(text, tools))


def _plain(text: str) -> str:
    return SHELL.sub("", text).strip()


def _xml(text: str, tools: Mapping[str, Tool]) -> Iterator[_Call]:
    """`<function=name><parameter=key>value</parameter></function>`, or JSON in the place of parameters."""
    for found in FUNCTION.finditer(text):
        places = list(PARAMETER.finditer(found["body"]))
        if places:
            given = _typed(((each["key"], each["value"]) for each in places), tools.get(found["name"]))
        else:
            given = as_arguments(found["body"].strip())
        yield _Call(*found.span(), found["name"], given)


def _invoked(text: str, tools: Mapping[str, Tool]) -> Iterator[_Call]:
    """`<invoke name="..."><parameter name="...">value</parameter></invoke>`."""
    for found in INVOKE.finditer(text):
        places = NAMED_PARAMETER.finditer(found["body"])
        pairs = ((each["key"], each["value"]) for each in places)
        yield _Call(*found.span(), found["name"], _typed(pairs, tools.get(found["name"])))


def _keyed(text: str, tools: Mapping[str, Tool]) -> Iterator[_Call]:
    """GLM: a name, then keys and values in marks of their own."""
    for found in KEYED.finditer(text):
        name = found["name"].strip()
        pairs = ((each["key"].strip(), each["value"]) for each in KEY_VALUE.finditer(found["body"] or ""))
        yield _Call(*found.span(), name, _typed(pairs, tools.get(name)))


def _mistral(text: str, tools: Mapping[str, Tool]) -> Iterator[_Call]:
    """`[TOOL_CALLS]name[ARGS]{...}`, with an id between them or not."""
    for found in MISTRAL.finditer(text):
        given, end = _object(text, found.end())
        yield _Call(found.start(), end, found["name"], given, found["id"] or "")


def _deepseek(text: str, tools: Mapping[str, Tool]) -> Iterator[_Call]:
    """`function`, the name and fenced JSON, or name and JSON."""
    for found in DEEPSEEK.finditer(text):
        given, end = _object(text, found.end())
        yield _Call(found.start(), end, found["name"].strip(), given)


def _kimi(text: str, tools: Mapping[str, Tool]) -> Iterator[_Call]:
    """An id that holds the name, then JSON."""
    for found in KIMI.finditer(text):
        given, end = _object(text, found.end())
        yield _Call(found.start(), end, found["name"], given, found["id"])


def _harmony(text: str, tools: Mapping[str, Tool]) -> Iterator[_Call]:
    """gpt-oss: a message to `functions.name`."""
    for found in HARMONY.finditer(text):
        given, end = _object(text, found.end())
        yield _Call(found.start(), end, found["name"], given)


def _gemma(text: str, tools: Mapping[str, Tool]) -> Iterator[_Call]:
    """`call:name{key:<escape>text<escape>,number:3}`."""
    for found in GEMMA.finditer(text):
        pairs = (
            (each["key"], each["text"] or each["bare"] or "") for each in GEMMA_PAIR.finditer(found["body"])
        )
        yield _Call(*found.span(), found["name"], _typed(pairs, tools.get(found["name"])))


def _pythonic(text: str, tools: Mapping[str, Tool]) -> Iterator[_Call]:
    """`[name(key="value")]` between marks."""
    for found in PYTHONIC.finditer(text):
        for name, given in python_calls(found["body"]):
            yield _Call(*found.span(), name, given)


def _json(text: str, tools: Mapping[str, Tool]) -> Iterator[_Call]:
    """Objects or lists of them after a mark."""
    begun = JSON_MARK.search(text)
    if begun is None:
        return
    found = json_calls(text[begun.start() :])
    for call in found.calls:
        if call.name:
            yield _Call(begun.start(), begun.start() + found.end, call.name, call.arguments)


def _bare(text: str, tools: Mapping[str, Tool]) -> Iterator[_Call]:
    """A turn that is nothing but calls of tools that are offered: Llama writes them without a mark."""
    begin = len(text) - len(text.lstrip(" \n\r\t`")) if text.lstrip().startswith("```") else 0
    rest = text[begin:].removeprefix("json").lstrip()
    if not rest.startswith(("{", "[")):
        return
    found = json_calls(rest)
    calls = found.calls if found.end >= 0 else ()
    listed = [(call.name, call.arguments) for call in calls] or list(python_calls(rest.strip(" \n`")))
    if listed and all(name in tools for name, _ in listed):
        end = len(text) - len(rest) + found.end if calls else len(text)
        for name, given in listed:
            yield _Call(0, end, name, given)


def _typed(pairs: Iterator[tuple[str, str]], tool: Tool | None) -> dict[str, Any]:
    """Values that are written as text -> as the tool's schema would have them."""
    places = properties(tool.parameters if tool else {})
    return {key: _value(value, places.get(key, {}).get("type")) for key, value in pairs}


def _value(written: str, kind: Any) -> Any:
    text = written.removeprefix("\n").removesuffix("\n")
    if kind == "string":
        return text
    try:
        return decoding.decode(text.strip())
    except ValueError:
        word = text.strip().lower()
        return {"true": True, "false": False, "none": None}.get(word, text)


def _object(text: str, at: int) -> tuple[Mapping[str, Any], int]:
    """The object that begins there, after white space or a fence, and where it ends."""
    begin = GAP.match(text, at)
    start = begin.end() if begin else at
    try:
        value, end = decoding.beginning(text, start)
    except ValueError:
        stop = CLOSES.search(text, start)
        end = stop.start() if stop else len(text)
        return as_arguments(text[start:end]), end
    closed = FENCED.match(text, end)
    return as_arguments(value), closed.end() if closed else end


_ANY, _DOT = re.DOTALL, r"[\w.:/-]+"
FUNCTION = expression(rf"<function=[\"']?(?P<name>{_DOT})[\"']?>(?P<body>.*?)(?:</function>|\Z)", _ANY)
PARAMETER = expression(r"<parameter=(?P<key>[^>\n]+)>(?P<value>.*?)(?:</parameter>|(?=<parameter=)|\Z)", _ANY)
INVOKE = expression(
    rf"<(?:｜DSML｜)?invoke name=[\"'](?P<name>{_DOT})[\"']>(?P<body>.*?)(?:</(?:｜DSML｜)?invoke>|\Z)", _ANY
)
NAMED_PARAMETER = expression(
    r"<(?:｜DSML｜)?parameter name=[\"'](?P<key>[^\"'\n]+)[\"'][^>]*>(?P<value>.*?)"
    r"(?:</(?:｜DSML｜)?parameter>|\Z)",
    _ANY,
)
KEYED = expression(
    rf"<tool_call>\s*(?P<name>{_DOT})\s*(?:</tool_call>|(?P<body><arg_key>.*?)(?:</tool_call>|\Z))",
    _ANY,
)
KEY_VALUE = expression(
    r"<arg_key>(?P<key>.*?)</arg_key>\s*<arg_value>(?P<value>.*?)(?:</arg_value>|\Z)", _ANY
)
MISTRAL = expression(
    rf"\[TOOL_CALLS\]\s*(?P<name>{_DOT})\s*(?:\[CALL_ID\](?P<id>\w+)\s*)?(?:\[ARGS\]|(?=\{{))"
)
DEEPSEEK = expression(
    rf"<｜tool▁call▁begin｜>\s*(?:function\s*<｜tool▁sep｜>\s*|(?=[\w.:/-]+\s*<｜tool▁sep｜>))"
    rf"(?P<name>{_DOT})\s*(?:<｜tool▁sep｜>)?"
)
KIMI = expression(
    r"<\|tool_call_begin\|>\s*(?P<id>(?:functions\.)?(?P<name>[\w./-]+):\d+)\s*<\|tool_call_argument_begin\|>"
)
HARMONY = expression(
    r"(?:<\|channel\|>\w*\s*)?\bto=functions\.(?P<name>[\w.-]+)\s*(?:<\|channel\|>\s*\w+\s*)?"
    r"(?:<\|constrain\|>\s*)?(?:json\s*)?<\|message\|>"
)
GEMMA = expression(
    rf"<start_function_call>\s*call:(?P<name>{_DOT})\{{(?P<body>.*?)\}}\s*(?:<end_function_call>|\Z)", _ANY
)
GEMMA_PAIR = expression(
    r"(?<!\w)(?P<key>\w+):(?:<escape>(?P<text>.*?)(?:<escape>|\Z)|(?P<bare>[^,<]*))", _ANY
)
PYTHONIC = expression(
    r"(?:<\|tool_call_start\|>|<\|python_start\|>|<function_calls>|<\|python_tag\|>)(?P<body>.*?)"
    r"(?:<\|tool_call_end\|>|<\|python_end\|>|</function_calls>|\Z)",
    _ANY,
)
JSON_MARK = expression(
    r"<tool_call>|<\|tool_call\|>|<tool_calls>|<TOOLCALL>|<function_calls>|<\|python_tag\|>|<\|python_start\|>|"
    r"<\|tool_call_start\|>|\[TOOL_CALLS\]|<\|START_ACTION\|>|<\|action_start\|>|<\|tool_call_begin\|>|functools(?=\[)"
)
FENCED = expression(r"\s*```")
GAP = expression(r"\s*(?:```(?:json)?\s*)?")
CLOSES = expression(r"```|<｜tool▁call▁end｜>|<\|tool_call_end\|>|<\|call\|>|<\|end\|>|\[TOOL_CALLS\]")
BEGUN = expression(
    rf"{JSON_MARK.pattern}|<function=|<(?:｜DSML｜)?invoke name=|<｜tool▁call▁begin｜>|<start_function_call>|"
    r"<(?:seed|minimax):tool_call>|to=functions\."
)
SHELL = expression(
    r"</?(?:seed:|minimax:|｜DSML｜)?(?:tool_calls?|function_calls|TOOLCALL)>|<\|/?tool_calls?\|>|"
    r"<｜tool▁calls?▁(?:begin|end)｜>|<\|tool_calls?_(?:section_)?(?:begin|end|start)\|>|<\|python_(?:tag|start|end)\|>|"
    r"<\|(?:START|END)_(?:ACTION|RESPONSE)\|>|<\|action_(?:start|end)\|>|<\|plugin\|>|<\|call\|>|\[TOOL_CALLS\]|"
    r"<end_function_call>|<\|start\|>assistant(?=<\|channel\|>|\s*$|\s+to=)|```\s*$"
)
"""Marks around calls, which say nothing of their own."""
WAYS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (FUNCTION, _xml),
    (INVOKE, _invoked),
    (KEYED, _keyed),
    (MISTRAL, _mistral),
    (DEEPSEEK, _deepseek),
    (KIMI, _kimi),
    (HARMONY, _harmony),
    (GEMMA, _gemma),
    (PYTHONIC, _pythonic),
    (JSON_MARK, _json),
)
"""The ways of writing, the plainest marks first."""
