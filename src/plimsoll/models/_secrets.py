"""Text or a response -> the same without our keys, however an endpoint spells them."""

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from plimsoll.core import Response, decoding

BLANK = "***"
_encoder = msgspec.json.Encoder()
_decoder = decoding.Decoder(Response)


@lru_cache(maxsize=64)
def spellings(secret: str) -> re.Pattern[str]:
    """A key as it is, with escaped slashes or letters (JSON in JSON too), or as in an address."""
    return re.compile("".join(map(_letter, secret)))


def without(text: str, secrets: Sequence[str]) -> str:
    """A text without the keys."""
    for secret in secrets:
        if secret and (secret in text or "\\" in text or "%" in text):
            text = spellings(secret).sub(BLANK, text)
    return text


def blanked(response: Response, secrets: Sequence[str]) -> Response:
    """A response without the keys in anything that it says, calls or carries."""
    if not secrets or not _may_hold(response, secrets):
        return response
    try:
        body = _encoder.encode(response).decode()
    except UnicodeEncodeError:  # half a character somewhere: no journal holds it either
        return msgspec.structs.replace(
            response, text=without(response.text, secrets), thought=without(response.thought, secrets)
        )
    plain = without(body, secrets)
    return response if plain == body else _decoder.decode(plain)


def _may_hold(response: Response, secrets: Sequence[str]) -> bool:
    """Whether it is worth a closer look: almost no response is."""
    if response.calls or response.steps or response.notes or response.tokens or response.sealed:
        return True
    text, thought = response.text, response.thought
    if "\\" in text or "%" in text or "\\" in thought or "%" in thought:
        return True
    return any(secret in text or secret in thought for secret in secrets)


def _letter(letter: str) -> str:
    code = f"{ord(letter):02x}"
    return rf"(?:\\*{re.escape(letter)}|\\+u(?i:{code:0>4})|%(?i:{code}))"
