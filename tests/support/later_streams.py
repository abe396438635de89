"""Replies of odd shapes, whole or in pieces: set down before anybody looked."""

import gzip
import json
import zlib
from collections.abc import Mapping
from typing import Any

from tests.support.endpoint import Fault, chat, document, events, piece

WHOLE = chat("B").body


def lines(text: str) -> Fault:
    return Fault(body=text.encode(), headers={"Content-Type": "text/event-stream"})


def said(of: Any) -> str:
    return json.dumps(of, ensure_ascii=False)


GOOD: Mapping[str, Fault] = {
    "carriage returns": lines(
        f"data: {said(piece(content='B'))}\r\n\r\ndata: {said(piece('stop'))}\r\n\r\ndata: [DONE]\r\n\r\n"
    ),
    "no blank after the colon": lines(
        f"data:{said(piece(content='B'))}\n\ndata:{said(piece('stop'))}\n\ndata:[DONE]\n\n"
    ),
    "one event over two lines": lines(
        'data: {"choices": [{"index": 0,\ndata: "delta": {"content": "B"}, "finish_reason": "stop"}]}\n\n'
        "data: [DONE]\n\n"
    ),
    "a byte order mark": Fault(
        body=b"\xef\xbb\xbf" + events(piece(content="B"), piece("stop")).body,
        headers={"Content-Type": "text/event-stream"},
    ),
    "comments between": lines(
        f": keep-alive\n\ndata: {said(piece(content='B'))}\n\n: keep-alive\n\ndata: {said(piece('stop'))}\n\n"
    ),
    "null pieces": lines(
        f'data: null\n\ndata: {said(piece(content="B"))}\n\ndata: "x"\n\ndata: {said(piece("stop"))}\n\n'
    ),
    "error null in every piece": events(
        piece(content="B") | {"error": None}, piece("stop") | {"error": {"message": "", "code": 0}}
    ),
    "a line separator in the text": events(piece(content="B\u2028"), piece("stop")),
    "never a finish": events(piece(content="B")),
    "chunk instead of a message": document(
        {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "B"}}]}
    ),
    "text instead of a message": document({"choices": [{"index": 0, "text": "B", "finish_reason": "stop"}]}),
    "texts as parts": chat(["B"]),  # type: ignore[list-item]
    "a part instead of parts": chat({"type": "text", "text": "B"}),  # type: ignore[arg-type]
    "output parts": chat([{"type": "output_text", "text": "B", "annotations": []}]),
    "a part with a value": chat([{"type": "text", "text": {"value": "B", "annotations": []}}]),
    "all side fields null": chat(
        "B",
        message={
            "tool_calls": None,
            "function_call": None,
            "refusal": None,
            "audio": None,
            "annotations": None,
            "reasoning": None,
            "reasoning_content": None,
            "reasoning_details": None,
        },
        choice={"logprobs": None, "matched_stop": None, "stop_reason": None, "error": None},
        usage=None,
        error=None,
        system_fingerprint=None,
        service_tier=None,
    ),
    "side fields of other kinds": chat(
        "B",
        message={"tool_calls": "none", "reasoning_details": "hm", "reasoning": 3},
        choice={"logprobs": "no", "index": "0"},
        usage="free",
        error=False,
    ),
    "gzip twice": Fault(body=gzip.compress(gzip.compress(WHOLE)), headers={"Content-Encoding": "gzip, gzip"}),
    "x-gzip": Fault(body=gzip.compress(WHOLE), headers={"Content-Encoding": "x-gzip"}),
    "deflate, in capitals": Fault(body=zlib.compress(WHOLE), headers={"Content-Encoding": "DEFLATE"}),
    "utf-16 without a name": Fault(body=WHOLE.decode().encode("utf-16")),
    "big5": Fault(
        body=WHOLE.replace(b'"id": "x"', '"id": "臺灣"'.encode("big5")),
        headers={"Content-Type": "application/json; charset=big5"},
    ),
    "something behind": Fault(body=WHOLE + b"\n\n"),
    "an end mark behind": Fault(body=WHOLE + b"\n\ndata: [DONE]\n\n"),
    "keep-alive blanks before": Fault(body=b"\n \n" * 40 + WHOLE),
    "a nought behind": Fault(body=WHOLE + b"\n\x00"),
    "line breaks in a text": Fault(body=WHOLE.replace(b'"id": "x"', b'"id": "x\n\ty"')),
    "pieces without the marks of a stream": Fault(
        body=f"{said(piece(content='B'))}\n{said(piece('stop'))}\n".encode()
    ),
    "wrapped": document({"code": 200, "msg": "ok", "success": True, "data": json.loads(WHOLE)}),
    "wrapped by cloudflare": document({"result": json.loads(WHOLE), "success": True, "errors": []}),
    "status 202": Fault(status=202, body=WHOLE),
}
"""The answer is B."""

BROKEN: Mapping[str, Fault] = {
    "an error amid the stream": events(
        piece(content="A, no"), {"error": {"message": "upstream reset", "code": 502}}
    ),
    "an error by name": lines(
        f"data: {said(piece(content='A'))}\n\nevent: error\ndata: {said({'message': 'upstream reset'})}\n\n"
    ),
    "an error as a text": lines(f"data: {said(piece(content='A'))}\n\ndata: error: upstream reset\n\n"),
    "vllm": events(
        piece(content="A"),
        {"object": "error", "message": "engine died", "type": "InternalServerError", "code": 500},
    ),
    "no finish and no end mark": events(piece(content="The answer is"), end=""),
    "cut within a piece": lines(f'data: {said(piece(content="The answer"))}\n\ndata: {{"choices":[{{"ind'),
    "aborted": chat("A", "abort"),
    "cancelled": chat("A", "cancelled"),
    "server error": chat("A", "server_error"),
    "timeout": chat("A", "timeout"),
    "error in the choice": events(
        {
            "choices": [
                {
                    "index": 0,
                    "delta": {"content": "A"},
                    "finish_reason": "error",
                    "error": {"code": 502, "message": "x"},
                }
            ]
        }
    ),
}
"""Half an answer is none: asked again."""
