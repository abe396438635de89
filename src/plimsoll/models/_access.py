"""Options and environment -> what lets us in: keys, headers and further fields. Keys are never options."""

import os
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from plimsoll.core import UserError, decoding
from plimsoll.models._address import SECRET_NAME


class Headers(msgspec.Struct, frozen=True):
    """Headers a user asked for, with those values that came out of the environment."""

    values: Mapping[str, str]
    secrets: tuple[str, ...] = ()


def key_from(variable: str, *, needed_by: str = "") -> str:
    """The key in an environment variable. Raises `UserError` where `needed_by` cannot do without."""
    key = os.environ.get(variable, "").strip()
    if not key and needed_by:
        raise UserError(
            f"{needed_by} needs a key: export {variable}=... (or name another by -M api_key_env=NAME)"
        )
    if not all(" " < character < "\x7f" for character in key):
        raise UserError(f"the key in {variable} holds characters that no key has")
    return key


def refuse_key(value: str, variable: str) -> None:
    """Options are written into manifests, so a key may not be one."""
    if value:
        raise UserError(
            f"a key is never an option, since options are recorded: export {variable}=... "
            "or name the variable that holds it by -M api_key_env=NAME"
        )


def headers_from(written: str) -> Headers:
    """Read `{"Name": "value"}`; a value `$NAME` is the environment variable of that name."""
    values: dict[str, str] = {}
    secrets: list[str] = []
    for name, value in json_object(written, "headers").items():
        text = str(value)
        if text.startswith("$"):
            text = key_from(text[1:], needed_by=f"the header {name}")
            secrets.append(text)
        elif SECRET_NAME.search(name):
            raise UserError(
                f"the header {name} holds a secret: write its variable, as in {{{name!r}: '$NAME'}}"
            )
        values[name] = text
    return Headers(values, tuple(secrets))


def json_object(written: str, option: str) -> dict[str, Any]:
    """Read an option that is a JSON object; empty text is an empty one."""
    try:
        return decoding.decode(written, dict[str, Any]) if written.strip() else {}
    except msgspec.DecodeError as error:
        raise UserError(f"{option} is no JSON object ({error}): write {option}='{{\"name\": 1}}'") from None


def names_in(written: str) -> frozenset[str]:
    """Read an option that lists names, `;` or `,` between them."""
    return frozenset(re.split(r"[;,\s]+", written.strip())) - {""}


def checked_timeout(seconds: float) -> float:
    """The seconds a call may take. Raises `UserError` where that is no time at all."""
    if not seconds > 0:
        raise UserError(f"timeout={seconds:g} leaves no time for a reply: it takes seconds above 0")
    return seconds
