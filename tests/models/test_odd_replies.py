"""Replies that are not quite as they should be: the answer counts where the bytes can be read."""

import gzip
import json
import zlib
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.core import ModelError, Request, Response, TransientError, Unreadable, user
from plimsoll.models._chat import COMPLETION
from plimsoll.models._reading import decoded
from tests.support.asking import CHOICE, PLAIN, ask
from tests.support.endpoint import FakeEndpoint, Fault, chat, document, events, piece, weighed

NOBODY: Mapping[str, Any] = {"message": None, "code": 0}
COUNTED = {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 1}}
PIECES = (
    piece(role="assistant", content=""),
    piece(content="你"),
    piece(content="好"),
    piece("stop"),
    COUNTED,
)


def packed(fault: Fault, encoding: str, body: bytes) -> Fault:
    return Fault(body=body, headers={"Content-Encoding": encoding})


PLAINLY = chat("B").body
READABLE: Mapping[str, Fault] = {
    "no usage": document({"choices": [{"message": {"content": "B"}}]}),
    "usage null": chat("B", usage=None),
    "usage in fractions and texts": chat("B", usage={"prompt_tokens": 10.5, "completion_tokens": "2"}),
    "usage of another kind": chat("B", usage=[1, 2]),
    "usage details odd": chat(
        "B", usage={"prompt_tokens": 1, "prompt_tokens_details": {"cached_tokens": "x"}}
    ),
    "error null": chat("B", error=None),
    "error of nobody": chat("B", error=NOBODY),
    "error of another kind": chat("B", error=[]),
    "error of nobody in the choice": chat("B", choice={"error": NOBODY}),
    "reasoning null": chat("B", message={"reasoning": None, "reasoning_content": None}),
    "reasoning of another kind": chat("B", message={"reasoning": {"text": "hmm"}, "reasoning_content": [1]}),
    "refusal of another kind": chat("B", message={"refusal": False}),
    "tool calls of another kind": chat("B", message={"tool_calls": {}}),
    "log-probabilities of another kind": chat("B", choice={"logprobs": [1]}),
    "finish of another kind": chat("B", choice={"finish_reason": {"type": "stop"}}),
    "finish null": chat("B", None),
    "content in parts": chat([{"type": "thinking", "thinking": "C?"}, {"type": "text", "text": "B"}]),
    "status 201": Fault(status=201, body=PLAINLY),
    "status 203": Fault(status=203, body=PLAINLY),
    "a byte order mark": Fault(body=b"\xef\xbb\xbf" + PLAINLY),
    "white space before": Fault(body=b"\n\n  " + PLAINLY),
    "not a number": Fault(body=PLAINLY.replace(b"10", b"NaN")),
    "gzip": packed(chat(), "gzip", gzip.compress(PLAINLY)),
    "gzip, untold": Fault(body=gzip.compress(PLAINLY)),
    "deflate": packed(chat(), "deflate", zlib.compress(PLAINLY)),
    "deflate, raw": packed(chat(), "deflate", zlib.compress(PLAINLY, wbits=-15)),
    "brotli, a lie": packed(chat(), "br", PLAINLY),
    "gzip, a lie": packed(chat(), "gzip", PLAINLY),
    "utf-16": Fault(
        body=PLAINLY.decode().encode("utf-16"), headers={"Content-Type": "application/json; charset=utf-16"}
    ),
    "events": events(piece(content="B"), piece("stop")),
    "events without an end": events(piece(content="B"), piece("stop"), end=""),
    "events between comments": Fault(
        body=b": PROCESSING\n\n: PROCESSING\n\n" + events(piece(content="B"), piece("stop")).body
    ),
    "events with names": Fault(
        body=b"event: message\nid: 1\ndata: " + json.dumps(piece("stop", content="B")).encode() + b"\n\n"
    ),
    "one event, a whole message": Fault(body=b"data: " + PLAINLY + b"\n\n"),
}


@pytest.mark.parametrize("fault", READABLE.values(), ids=READABLE.keys())
def test_the_answer_counts_whatever_stands_beside_it(fault: Fault) -> None:
    with FakeEndpoint(always=fault) as endpoint:
        (response,) = ask(endpoint, PLAIN)
        assert len(endpoint.received) == 1
    assert (response.text, response.finish) == ("B", "stop")
    assert response.usage.input_tokens in (0, 1, 10)


@pytest.mark.parametrize("declared", [True, False])
def test_chinese_in_the_encoding_of_chinese_systems_is_read(declared: bool) -> None:
    told = {"Content-Type": "application/json; charset=gbk"} if declared else {}
    body = json.dumps({"choices": [{"message": {"content": "答案是B"}}]}, ensure_ascii=False).encode("gbk")
    with FakeEndpoint(always=Fault(body=body, headers=told)) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert response.text == "答案是B"


def test_one_broken_character_in_a_long_text_is_only_that() -> None:
    body = json.dumps({"choices": [{"message": {"content": "答案是B" * 20}}]}, ensure_ascii=False).encode()
    with FakeEndpoint(always=Fault(body=body.replace("答".encode(), b"\xe7\xad", 1))) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert response.text.endswith("答案是B")
    assert response.text.count("�") == 1


def test_a_stream_is_one_reply_with_its_usage_and_its_thought() -> None:
    thinking = [piece(reasoning_content="hm"), piece(reasoning_content="m")]
    with FakeEndpoint(always=events(*thinking, *PIECES)) as endpoint:
        (response,) = ask(endpoint, PLAIN)
    assert (response.text, response.thought, response.finish) == ("你好", "hmm", "stop")
    assert (response.usage.input_tokens, response.usage.output_tokens) == (10, 1)


def test_a_stream_brings_log_probabilities_and_tool_calls_together() -> None:
    said = {"token": "B", "logprob": -0.1, "top_logprobs": [{"token": "B", "logprob": -0.1}]}
    rival = {"token": "A", "logprob": -3.0}
    said["top_logprobs"] = [*said["top_logprobs"], rival]  # type: ignore[misc]
    begun = piece(content="B") | {}
    begun["choices"][0]["logprobs"] = {"content": [said]}
    with FakeEndpoint(always=events(begun, piece("stop"))) as endpoint:
        (response,) = ask(endpoint, CHOICE)
    assert response.means == "first_token"
    assert response.loglikelihoods[:2] == (-3.0, -0.1)
    first = {"index": 0, "id": "c1", "function": {"name": "look", "arguments": '{"where"'}}
    rest = {"index": 0, "function": {"arguments": ': "left"}'}}
    with FakeEndpoint(
        always=events(piece(tool_calls=[first]), piece(tool_calls=[rest]), piece("tool_calls"))
    ) as e:
        (response,) = ask(e, PLAIN)
    assert [(call.id, call.name, call.arguments) for call in response.calls] == [
        ("c1", "look", {"where": "left"})
    ]


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (packed(chat(), "br", b"\x0b\x02\x80"), Unreadable, "encoding br"),
        (packed(chat(), "gzip", gzip.compress(PLAINLY)[:-9]), Unreadable, "cut short"),
        (chat("half", "error"), TransientError, "broke the reply off"),
        (chat("half", "insufficient_system_resource"), TransientError, "broke the reply off"),
        (
            chat("", choice={"error": {"message": "upstream is down", "code": 502}}),
            TransientError,
            "upstream is down",
        ),
        (
            document({"error": {"message": "upstream is down", "code": 504}}),
            TransientError,
            "upstream is down",
        ),
        (document({"error": "upstream is down"}), TransientError, "upstream is down"),
        (events({"error": {"message": "upstream is down", "code": 502}}), TransientError, "upstream is down"),
        (document({"choices": None}), Unreadable, "without an answer"),
        (events(end="data: [DONE]\n\n"), Unreadable, "without an answer"),
    ],
)
def test_an_error_inside_a_reply_is_the_endpoints(fault: Fault, kind: type[ModelError], said: str) -> None:
    with FakeEndpoint(always=fault) as endpoint, pytest.raises(kind, match=said):
        ask(endpoint, PLAIN)


def test_a_bomb_is_unpacked_only_so_far() -> None:
    bomb = gzip.compress(b" " * 80_000_000)
    with (
        FakeEndpoint(always=packed(chat(), "gzip", bomb)) as endpoint,
        pytest.raises(Unreadable, match="MiB"),
    ):
        ask(endpoint, PLAIN)


LONE: Mapping[str, Fault] = {
    "no rivals": weighed("B", -0.1),
    "itself as its rival": weighed("B", -0.1, ("B", -0.1)),
    "all alike": weighed("B", 0.0, ("B", 0.0), ("A", 0.0), ("C", 0.0)),
    "not a number": weighed("B", None, ("B", -0.1)),
    "bytes instead of a letter": weighed("bytes:\\xe7\\xad", -0.2, ("B", -2.0), text="答案是B"),
    "a number instead of a letter": weighed("token_id:33", -0.2, ("token_id:32", -2.0), text="B"),
    "null for all": chat("B", choice={"logprobs": {"content": None}}),
    "the completions format": chat("B", choice={"logprobs": {"tokens": ["B"], "token_logprobs": [-0.1]}}),
}


@pytest.mark.parametrize("fault", LONE.values(), ids=LONE.keys())
def test_where_nothing_was_weighed_the_words_are_left_to_be_read(fault: Fault) -> None:
    with FakeEndpoint(always=fault) as endpoint:
        (response,) = ask(endpoint, CHOICE)
    assert (response.means, response.loglikelihoods) == ("generation", ())
    assert response.text.endswith("B")


@pytest.mark.parametrize(
    ("fault", "best"),
    [
        (weighed("B", -0.1, ("B", -0.1), ("The", -3.0), ("Answer", -4.0)), 1),
        (weighed(" B", -0.2, (" B", -0.2), (" A", -2.0), ("A", -2.5), ("B", -2.6)), 1),
        (weighed("ĠB", -0.2, ("ĠB", -0.2), ("ĠA", -2.0), text=" B"), 1),
        (weighed("▁B", -0.2, ("▁B", -0.2), ("▁A", -2.0), text=" B"), 1),
        (weighed("B", -0.9, ("A", -0.7), ("B", -0.9)), 0),
    ],
)
def test_letters_that_were_weighed_are_chosen_by_their_weight(fault: Fault, best: int) -> None:
    with FakeEndpoint(always=fault) as endpoint:
        (response,) = ask(endpoint, CHOICE)
    assert response.means == "first_token"
    assert response.loglikelihoods.index(max(response.loglikelihoods)) == best
    assert len({each for each in response.loglikelihoods if each == max(response.loglikelihoods)}) == 1


def test_an_echo_that_weighs_all_alike_is_no_weighing() -> None:
    tokens = {"tokens": ["Which?", "(B"], "token_logprobs": [None, 0.0]}

    def alike(body: Mapping[str, Any]) -> Fault | None:
        if not body.get("echo"):
            return document({"choices": [{"text": "B) yes", "index": 0, "finish_reason": "stop"}]})
        rows = [{"text": prompt, "index": n} for n, prompt in enumerate(body["prompt"])]
        whole = [tokens | {"tokens": ["Which?", row["text"][-2:]]} for row in rows]
        return document({"choices": [row | {"logprobs": x} for row, x in zip(rows, whole, strict=True)]})

    with FakeEndpoint(answer=alike) as endpoint:
        first, second = ask(endpoint, CHOICE, CHOICE, api="completions")
    for response in (first, second):
        assert (response.means, response.text) == ("generation", "(B) yes")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "choices",
                        "message",
                        "content",
                        "usage",
                        "error",
                        "logprobs",
                        "finish_reason",
                        "tool_calls",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_document_is_a_completion_or_an_error(made: Any) -> None:
    try:
        decoded(json.dumps(made).encode(), COMPLETION)
    except Unreadable:
        return


def test_a_lone_key_in_a_reply_is_blanked_however_it_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-one/two/three"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    escaped = json.dumps({"choices": [{"message": {"content": f"your key is {key}"}}]})
    for body in (escaped, escaped.replace("/", "\\/"), escaped.replace("k", "\\u006b")):
        with FakeEndpoint(always=Fault(body=body.encode())) as endpoint:
            (response,) = ask(endpoint, Request(messages=(user("Which key?"),)))
        assert isinstance(response, Response)
        assert key not in response.text
        assert response.text.endswith("***")
