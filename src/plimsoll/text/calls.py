"""What a model wrote -> the tool calls in it, for models that have no calls of their own.

Two ways of writing: an object `{"name": ..., "arguments": {...}}`, bare, fenced or in `<tool_call>` tags;
and ReAct's lines `Action:` and `Action Input:`. What cannot be read is told apart from what is no call:
a call that is lost counts as if the model had held back. Nothing is ever evaluated.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from plimsoll.core import ToolCall, decoding
from plimsoll.core.message import UNREAD
from plimsoll.text.expressions import expression

DEEPEST = 64
"""Lists in lists that arguments may have."""
LONGEST = 400_000
"""Characters that are looked through for calls."""
TRIES = 64
"""Places of one text that are tried."""
ACTION, INPUT, FINAL, OBSERVATION = "Action:", "Action Input:", "Final Answer:", "\nObservation:"
NAMES = ("name", "tool", "tool_name", "function", "action")
ARGUMENTS = ("arguments", "parameters", "args", "input", "action_input", "tool_input")
BEGINS = expression(r"\{|\[\s*\{")
TAGGED = expression(r"<tool_call>|<function_call>")
LOOKS_LIKE_A_CALL = expression(
    r"""[{,]\s*["'](?:name|tool|tool_name|function)["']\s*:\s*["'{].{0,200}?["'](?:arguments|parameters|args)["']""",
    re.DOTALL,
)

RESULTS = expression(
    r"<tool_response>|<\|observation\|>|\[TOOL_RESULTS\]|<｜tool▁outputs?▁begin｜>|<\|start_header_id\|>ipython|"
    r"<function_results?>|<start_function_response>|<\|START_TOOL_RESULT\|>|<\|start\|>functions\.|\nObservation:"
)
"""Where the result of a tool begins, which is never the model's to write."""


class Found(NamedTuple):
    """The calls in a text."""

    calls: tuple[ToolCall, ...]
    """Those that can be read, and those that cannot: their text under `unread`."""
    before: str
    """What stands before the first call; all of the text where there is none."""
    end: int = -1
    """Where the last call ends."""


def is_unread(call: ToolCall) -> bool:
    """Whether a call's arguments could not be read: they stand as text under `unread`, and alone."""
    return list(call.arguments) == [UNREAD] and isinstance(call.arguments[UNREAD], str)


def json_calls(text: str) -> Found:
    """Calls written as JSON objects, in the order written."""
    looked = text[:LONGEST]
    calls: list[ToolCall] = []
    first, end = len(looked), -1
    for begin, stop, value in _objects(looked):
        read = list(_calls_of(value))
        if read:
            first, end = min(first, begin), stop
            calls += read
    if calls:
        return Found(tuple(calls), _spoken(looked[:first]), end)
    if TAGGED.search(looked) or LOOKS_LIKE_A_CALL.search(looked):
        return Found((ToolCall(id="", name="", arguments={UNREAD: text}),), "", len(text))
    return Found((), text)


class Action(NamedTuple):
    """One turn of ReAct: a call or a final answer, and what was written beyond it."""

    call: ToolCall | None
    before: str
    """The thought before it."""
    final: str | None
    """What follows the last `Final Answer:`, where no action comes before that."""
    kept: str
    """The text up to where it is the model's to write."""
    invented: bool
    """Whether the model went on: wrote an observation, or acted and answered in one turn."""


def react(text: str) -> Action:
    """The first action of a text, or its final answer."""
    at = _line(text, ACTION)
    put = text.find(INPUT, at) if at >= 0 else -1
    final = text.find(FINAL)
    if put < 0 or 0 <= final < at:
        if final < 0:
            kept = text.partition(OBSERVATION)[0]
            return Action(None, kept.strip(), None, kept, len(kept) < len(text))
        said = text.rpartition(FINAL)[2]
        answer = said.partition(OBSERVATION)[0]
        return Action(None, text[:final].strip(), answer.strip(), text, len(answer) < len(said))
    name = text[at + len(ACTION) : put].strip().strip("`*\"' ")
    value, end = _argument(text, put + len(INPUT))
    call = ToolCall(id="", name=name.partition("\n")[0].strip(), arguments=value)
    kept = text[:end]
    return Action(call, text[:at].strip(), None, kept, bool(text[end:].strip(" \n`")))


def shallow(value: Any, deepest: int = DEEPEST) -> bool:
    """Whether a value is nested no deeper than that."""
    level = [value]
    for _ in range(deepest):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return True
    return False


def as_arguments(value: Any) -> Mapping[str, Any]:
    """Arguments as they came -> an object; what is none is kept as text."""
    if isinstance(value, str):
        try:
            value = decoding.loosely(value) if value.strip() else {}
        except ValueError:
            return {UNREAD: value}
    if value is None:
        return {}
    if not shallow(value):
        return {UNREAD: "nested too deeply"}
    if not isinstance(value, dict):
        return {UNREAD: str(value)[:LONGEST]}
    return {str(key): each for key, each in cast("dict[Any, Any]", value).items()}


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from cast("dict[str, Any]", value).values()
    elif isinstance(value, (list, tuple)):
        yield from cast("list[Any]", value)


def _objects(text: str) -> Iterator[tuple[int, int, Any]]:
    """The objects in a text and lists of them, with where they begin and end."""
    at = 0
    for _ in range(TRIES):
        found = BEGINS.search(text, at)
        if found is None:
            return
        begin = found.start()
        try:
            value, at = _value(text, begin)
        except ValueError:
            at = begin + 1
            continue
        yield begin, at, value


def _value(text: str, begin: int) -> tuple[Any, int]:
    """The value that begins there. Raises `ValueError`."""
    try:
        return decoding.beginning(text, begin)
    except decoding.TooDeep:
        raise ValueError("too deep") from None
    except ValueError:
        end = _closing(text, begin)
        return decoding.literal(text[begin:end]), end


def _closing(text: str, begin: int) -> int:
    """Where the bracket that opens there is closed; strings are left alone. Raises `ValueError`."""
    depth, quote, escaped = 0, "", False
    for at in range(begin, min(len(text), begin + 20_000)):
        sign = text[at]
        if escaped:
            escaped = False
        elif quote:
            escaped = sign == "\\"
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "{[":
            depth += 1
        elif sign in "}]":
            depth -= 1
            if depth == 0:
                return at + 1
    raise ValueError("never closed")


def _calls_of(value: Any) -> Iterator[ToolCall]:
    if isinstance(value, list):
        for each in cast("list[Any]", value):
            yield from _calls_of(each) if isinstance(each, dict) else ()
        return
    if not isinstance(value, dict):
        return
    given = cast("dict[str, Any]", value)
    inner = given.get("function")
    if isinstance(inner, dict):
        yield from _calls_of(inner)
        return
    listed = given.get("tool_calls")
    if isinstance(listed, list):
        yield from _calls_of(listed)
        return
    name = next((given[key] for key in NAMES if isinstance(given.get(key), str)), None)
    key = next((each for each in ARGUMENTS if each in given), None)
    if name and key is not None:
        yield ToolCall(id="", name=str(name), arguments=as_arguments(given[key]))


def _spoken(before: str) -> str:
    """What was said before a call, without the marks that open it."""
    kept = TAGGED.split(before)[0].rstrip()
    return kept.removesuffix("```json").removesuffix("```").strip()


def _line(text: str, mark: str) -> int:
    """Where a line begins with the mark; the input's own mark is another."""
    at = text.find(mark)
    while at >= 0:
        if not text[text.rfind("\n", 0, at) + 1 : at].strip(" *#"):
            return at
        at = text.find(mark, at + 1)
    return -1


def _argument(text: str, at: int) -> tuple[Mapping[str, Any], int]:
    """The first object after the mark, and where it ends; text alone is kept as unread."""
    stop = text.find(OBSERVATION, at)
    region = text[:stop] if stop >= 0 else text
    begin = region.find("{", at)
    if begin >= 0:
        try:
            value, end = _value(region[:LONGEST], begin)
        except ValueError:
            pass
        else:
            return as_arguments(value), end
    written = region[at:].strip()
    return ({UNREAD: written} if written else {}), len(region)
