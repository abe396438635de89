"""A summary -> the warning that stands above every number where many replies could not be read."""

from typing import Any

from msgspec import to_builtins

from plimsoll.core.hidden import visible
from plimsoll.pages.markup import Said, key, spoken
from plimsoll.pages.words import Language, percent
from plimsoll.run.keep.manifest import Unread


def warnings(unread: Unread) -> list[Said]:
    """What was perhaps measured instead of the model, and what to do; nothing where few went unread."""
    if not unread.many:
        return []
    count = unread.unparsed + unread.thinking
    said: list[Said] = [key("unread.warning", percent(unread.share), f"{count:,}", f"{unread.replies:,}")]
    if unread.thinking or unread.at_limit:
        said.append(key("unread.limit", f"{unread.thinking:,}", f"{unread.at_limit:,}"))
    if unread.unparsed:
        said.append(key("unread.reader"))
    if not unread.thinking and not unread.at_limit:
        said.append(key("unread.broken"))
    return said


def report(unread: Unread) -> dict[str, Any] | None:
    """The same for programs; `None` where nothing is to be warned of."""
    if not unread.many:
        return None
    said = {"warning": " ".join(sentences(unread)), "examples": list(examples(unread))}
    return {**to_builtins(unread), "share": unread.share, **said}


def sentences(unread: Unread, language: Language = "en") -> list[str]:
    """The same as plain text."""
    return [spoken(said, language) for said in warnings(unread)]


def examples(unread: Unread) -> tuple[str, ...]:
    """How some of the replies end, where the warning stands."""
    return tuple(visible(each) for each in unread.examples) if unread.many else ()
