"""Characters and words -> another order, or the same order with something between."""

from typing import Literal

from plimsoll.text.codecs.codec import Codec, always, plainly

Unit = Literal["char", "word", "char_in_word"]


def backwards(unit: Unit) -> Codec:
    """Everything backwards, the words backwards, or the letters of each word. Spaces stay what they are."""
    turned = {"char": _characters, "word": _words, "char_in_word": _within}[unit]
    names = {
        "char": ("reversed text", "逐字倒序文本"),
        "word": ("text with its words reversed", "词序颠倒的文本"),
        "char_in_word": ("text with each word reversed", "逐词倒写的文本"),
    }
    title, title_zh = names[unit]
    return Codec(title=title, title_zh=title_zh, encode=plainly(turned), decode=turned, sure=always)


def joined(by: str) -> Codec:
    """Something between all characters. What was between them before comes back only where it differs."""

    def decode(payload: str) -> str:
        return payload[:: len(by) + 1] if _is_joined(payload) else payload

    def _is_joined(payload: str) -> bool:
        return all(payload[at : at + len(by)] == by for at in range(1, len(payload), len(by) + 1))

    return Codec(
        title=f'text with "{by}" between characters',
        title_zh=f"字符之间以“{by}”分隔的文本",
        encode=plainly(by.join),
        decode=decode,
        sure=always,
    )


def _characters(text: str) -> str:
    return text[::-1]


def _words(text: str) -> str:
    return " ".join(reversed(text.split(" ")))


def _within(text: str) -> str:
    return " ".join(word[::-1] for word in text.split(" "))
