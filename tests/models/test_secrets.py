"""Keys of ours that an endpoint repeats, in whatever spelling -> blanked before anything is kept or said."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from plimsoll.core import ModelError, Request, Response, user
from plimsoll.models._secrets import spellings
from tests.support.asking import ask
from tests.support.endpoint import FakeEndpoint, Fault

SPELLED: dict[str, Callable[[str], str]] = {
    "as it is": lambda key: key,
    "slashes": lambda key: key.replace("/", "\\/"),
    "one letter": lambda key: key.replace("k", "\\u006b"),
    "capital digits": lambda key: key.replace("/", "\\u002F"),
    "an address": lambda key: key.replace("/", "%2f"),
    "twice": lambda key: key.replace("/", "\\\\/"),
}


@pytest.mark.parametrize("spelled", SPELLED)
@pytest.mark.parametrize("place", ["text", "thought", "arguments", "names", "tool"])
def test_a_key_is_blanked_wherever_a_reply_holds_it_and_however_it_is_spelled(
    spelled: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack: `\\/` in the value or the name of a field, in JSON within JSON, or in a call of a tool."""
    key = "sk-one/two/three"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    said = SPELLED[spelled](key)
    message: dict[str, Any] = {"content": "yes"}
    if place == "text":
        message["content"] = f"it is {said}"
    elif place == "thought":
        message["reasoning_content"] = f"it is {said}"
    else:
        given = {"arguments": {"a": said}, "names": {said: 1}, "tool": {}}[place]
        name = said if place == "tool" else "look"
        call = {"name": name, "arguments": json.dumps(given)}
        message["tool_calls"] = [{"id": "1", "type": "function", "function": call}]
    body = json.dumps({"choices": [{"message": message}]}).encode()
    with FakeEndpoint(always=Fault(body=body)) as endpoint:
        (response,) = ask(endpoint, Request(messages=(user("Which key?"),)))
    assert isinstance(response, Response)
    kept = msgspec.json.encode(response).decode()
    assert not spellings(key).search(kept)
    assert "***" in kept


@pytest.mark.parametrize("spelled", SPELLED)
@pytest.mark.parametrize("inside", [False, True], ids=["an error", "JSON in an error"])
def test_a_key_is_blanked_in_an_error_however_it_is_spelled(
    spelled: str, inside: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "sk-one/two/three"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    told = f"no such key: {SPELLED[spelled](key)}"
    said = json.dumps({"error": told}) if inside else told
    body = json.dumps({"error": {"message": said}}).encode()
    with FakeEndpoint(always=Fault(status=401, body=body)) as endpoint, pytest.raises(ModelError) as caught:
        ask(endpoint, Request(messages=(user("Which key?"),)))
    assert not spellings(key).search(str(caught.value))
    assert "***" in str(caught.value)
