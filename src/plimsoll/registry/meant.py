"""A name that no part bears -> what its writer may have meant: a member of a family, a provider."""

from collections.abc import Iterable
from pathlib import Path

from plimsoll.core import did_you_mean
from plimsoll.registry.rooms import names

PROVIDERS = (("claude", "anthropic"),)
"""How names of models begin that are asked by a provider of their own."""
USUAL = "openai"
"""The provider of all other names: most endpoints speak its protocol."""


def meant(name: str, files: Iterable[str], members: Iterable[str]) -> str:
    """`; did you mean encoding/rot13?` for `rot13`, misspelled or not; else the closest files."""
    by_last = {member.partition("/")[2]: member for member in members}
    spelled = name.replace("-", "_")
    if exact := by_last.get(spelled):
        return f"; did you mean {exact}?"
    if close := did_you_mean(spelled, files):
        return close
    close = did_you_mean(spelled, by_last)
    for last, member in by_last.items():
        close = close.replace(f" {last}", f" {member}")
    return close


def likely_provider(text: str) -> str:
    """`; did you mean openai/gpt-4o?` for a model without its provider, or with a misspelled one."""
    provider, slash, rest = text.strip().partition("/")
    close = did_you_mean(provider, names("models"))
    if close and slash:
        return close.replace(" or ", f"/{rest} or ").replace("?", f"/{rest}?")
    return close or f"; did you mean {_with_provider(text.strip(), in_folder=bool(slash))}?"


def _with_provider(text: str, *, in_folder: bool) -> str:
    if text.lower().endswith(".gguf"):
        return f"llamacpp/{text}"
    if Path(text).is_dir():
        return f"transformers/{text}"
    begins = text.rpartition("/")[2].lower()
    provider = next((name for begin, name in PROVIDERS if begins.startswith(begin)), USUAL)
    return f"{provider}/{text}" + (f" or transformers/{text}" if in_folder else "")
