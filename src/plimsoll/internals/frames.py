"""A conversation with a place for a suffix, and the beginning of its reply -> token ids around that place.

In a model with segments every id says who speaks: the suffix is the tokens of whoever says what it stands in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plimsoll.core import UserError
from plimsoll.internals import segments
from plimsoll.internals.handle import Handle
from plimsoll.internals.segments import Piece

MARK = "\ue000"
"""Stands where the suffix comes in."""


@dataclass(frozen=True)
class Frame:
    """Token ids around the suffix."""

    before: list[int]
    after: list[int]
    reply: list[int]
    shift: int = 0
    """What is added to the suffix's tokens to say who speaks them."""

    def begun(self, suffix: Sequence[int]) -> list[int]:
        """All ids up to the suffix's end."""
        return [*self.before, *(token + self.shift for token in suffix)]

    def row(self, suffix: Sequence[int]) -> list[int]:
        """All ids in order."""
        return [*self.begun(suffix), *self.after, *self.reply]


def frame_of(handle: Handle, prompt: str, beginning: str) -> Frame:
    """The prompt as the model is asked it, cut where its text ends; the suffix comes in there.

    Raises `UserError` for a beginning that has no token.
    """
    return frame_in(handle, [{"role": "user", "content": f"{prompt} {MARK}"}], beginning)


def frame_in(handle: Handle, messages: Sequence[Mapping[str, str]], beginning: str) -> Frame:
    """A conversation as the model is asked it, cut where the mark stands in one of its messages.

    Raises `UserError` for a beginning that has no token, and for what the chat template cannot take.
    """
    reply = _ids(handle, beginning)
    if not reply:
        raise UserError(f"begin={beginning!r} is no text that {handle.name} can write")
    chat = bool(handle.tokenizer.chat_template)
    if handle.segmented:
        return _segmented(
            handle, segments.spoken(handle.tokenizer, messages) if chat else _plain(messages), reply
        )
    if chat:
        before, _, after = _rendered(handle, messages).partition(MARK)
        return Frame(_ids(handle, before), _ids(handle, after), reply)
    before, _, after = "".join(piece.text for piece in _plain(messages)).partition(MARK)
    return Frame(_ids(handle, before, begins=True), _ids(handle, after), reply)


def _rendered(handle: Handle, messages: Sequence[Mapping[str, str]]) -> str:
    from jinja2.exceptions import TemplateError

    try:
        return handle.tokenizer.apply_chat_template(
            list(messages), tokenize=False, add_generation_prompt=True
        )
    except TemplateError as error:
        raise UserError(f"the chat template cannot take this conversation: {error}") from None


def _segmented(handle: Handle, pieces: Sequence[Piece], reply: list[int]) -> Frame:
    vocabulary = handle.module.get_input_embeddings().num_embeddings
    place = next(place for place, piece in enumerate(pieces) if MARK in piece.text)
    head, _, tail = pieces[place].text.partition(MARK)
    speaks = pieces[place].segment
    before = [*pieces[:place], Piece(head, speaks)]
    after = [Piece(tail, speaks), *pieces[place + 1 :]]
    return Frame(
        segments.ids(handle.tokenizer, before, vocabulary),
        segments.ids(handle.tokenizer, after, vocabulary),
        reply,
        segments.shift(speaks, vocabulary),
    )


def _plain(messages: Sequence[Mapping[str, str]]) -> list[Piece]:
    """Texts one after the other, the system's first, as models without a chat template are asked."""
    above = [each for each in messages if each["role"] == "system"]
    others = [each for each in messages if each["role"] != "system"]
    texts = [f"{each['content']}\n\n" for each in above] + [each["content"] for each in others]
    roles = [segments.segment_of(each["role"]) for each in (*above, *others)]
    return list(map(Piece, texts, roles))


def _ids(handle: Handle, text: str, *, begins: bool = False) -> list[int]:
    return list(handle.tokenizer(text, add_special_tokens=begins)["input_ids"])
