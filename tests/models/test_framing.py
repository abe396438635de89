"""Replies in any pieces are read as a full HTTP library reads them, and broken ones are told."""

import io
from http.client import HTTPResponse
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.models._framing import Answer, BadReply, TooLarge, reading

BODY = b'{"choices": [{"message": {"content": "\xe9\x97\xae"}}]}'
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def chunked(body: bytes, sizes: list[int], trailer: bytes = b"") -> bytes:
    """The body in chunks, the last of them with what the sizes leave."""
    pieces: list[bytes] = []
    for size in sizes:
        pieces.append(body[:size])
        body = body[size:]
    chunks = b"".join(b"%x;note=1\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, body] if piece)
    return chunks + b"0\r\n" + trailer + b"\r\n"


def read(received: bytes, cuts: list[int] | None = None, *, closed: bool = False) -> Answer | None:
    """The answer in bytes that come in pieces; nothing where it is not whole."""
    under_way = reading(1000)
    next(under_way)
    edges = [0, *sorted({min(cut, len(received)) for cut in cuts or []}), len(received)]
    pieces = [received[a:b] for a, b in pairwise(edges) if b > a]
    try:
        for piece in [*pieces, *([b""] if closed else [])]:
            under_way.send(piece)
    except StopIteration as whole:
        return whole.value
    return None


class _Socket:
    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, *_: Any) -> io.BytesIO:
        return io.BytesIO(self._received)


def by_library(received: bytes) -> tuple[int, bytes, str | None]:
    """What the standard library makes of the same bytes."""
    response = HTTPResponse(_Socket(received))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    response.begin()
    return response.status, response.read(), response.getheader("content-type")


REPLIES = {
    "length": OK + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    "chunks": OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY, [1, 7, 20]),
    "fields behind the chunks": OK
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + chunked(BODY, [3], b"X-Took: 3\r\nX-More: 1\r\n"),
    "a hint before it": b"HTTP/1.1 100 Continue\r\nLink: </x>\r\n\r\n"
    + OK
    + b"Content-Length: %d\r\n\r\n" % len(BODY)
    + BODY,
    "no body": b"HTTP/1.1 204 No Content\r\n\r\n",
    "no reason": b"HTTP/1.1 503\r\nContent-Length: 4\r\n\r\nbusy",
    "an empty body": OK + b"Content-Length: 0\r\n\r\n",
    "bare line ends": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
}


@pytest.mark.parametrize("name", REPLIES)
@given(cuts=st.lists(st.integers(0, 300), max_size=12))
def test_a_reply_in_any_pieces_is_what_the_standard_library_reads(name: str, cuts: list[int]) -> None:
    received = REPLIES[name]
    answer = read(received, cuts)
    assert answer is not None
    assert (answer.status, answer.body, answer.headers.get("Content-Type") or None) == by_library(received)
    assert answer.reusable


@given(sizes=st.lists(st.integers(1, 40), max_size=8), cuts=st.lists(st.integers(0, 300), max_size=12))
def test_chunks_of_any_size_in_any_pieces_give_the_body(sizes: list[int], cuts: list[int]) -> None:
    answer = read(OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY, sizes), cuts)
    assert answer is not None
    assert answer.body == BODY


def test_hints_before_a_reply_are_passed_over() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    answer = read(hints + hints + REPLIES["length"], [30, 60])
    assert answer is not None
    assert (answer.status, answer.body) == (200, BODY)


def test_a_reply_without_a_length_ends_with_its_connection() -> None:
    assert read(OK + b"\r\n" + BODY) is None
    answer = read(OK + b"\r\n" + BODY, [70], closed=True)
    assert answer is not None
    assert answer.body == BODY
    assert not answer.reusable


@pytest.mark.parametrize(
    "received",
    [
        OK + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        OK + b"Content-Length: 2\r\n\r\n{}and what nobody asked for",
    ],
)
def test_a_connection_that_closes_or_says_more_carries_no_other_call(received: bytes) -> None:
    answer = read(received)
    assert answer is not None
    assert answer.body == b"{}"
    assert not answer.reusable


def test_an_old_server_that_keeps_its_connection_may_be_asked_again() -> None:
    answer = read(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}")
    assert answer is not None
    assert answer.reusable


@pytest.mark.parametrize(
    "received",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/3 200 OK\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000,
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2_0\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}more\r\n",
    ],
)
def test_what_is_no_http_is_told_at_once(received: bytes) -> None:
    with pytest.raises(BadReply):
        read(received)


@pytest.mark.parametrize(
    "received",
    [
        b"",
        b"HTTP/1.1 2",
        OK + b"Content-Length: 9\r\n\r\n{}",
        OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{}",
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    ],
)
def test_a_reply_that_is_cut_short_is_told(received: bytes) -> None:
    with pytest.raises(BadReply, match="closed before"):
        read(received, closed=True)


@pytest.mark.parametrize(
    "received",
    [
        OK + b"Content-Length: 1001\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3e9\r\n",
        OK + b"\r\n" + b"x" * 1001 + b"x",
    ],
)
def test_a_body_that_is_too_large_is_not_waited_for(received: bytes) -> None:
    with pytest.raises(TooLarge):
        read(received, [60, 70, 80])


def test_fields_of_one_name_are_joined_and_found_in_any_case() -> None:
    answer = read(b"HTTP/1.1 429 Busy\r\nRetry-After: 3\r\nVia: a\r\nvia: b\r\nContent-Length: 0\r\n\r\n")
    assert answer is not None
    assert (answer.headers.get("retry-after"), answer.headers.get("VIA")) == ("3", "a, b")
    assert answer.headers.get("Date") == ""
