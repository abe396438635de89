"""Who speaks -> a vector that is added to each of its tokens: instructional segment embeddings (ISE).

"Instructional Segment Embedding: Improving LLM Safety with Instruction Hierarchy" (ICLR 2025): what enters
the first layer is the token's embedding plus that of its segment; nothing else of the model changes. Here an
id says both: beyond the vocabulary it is token + vocabulary x place. The reply has place 0, so that what a
model writes, and what is weighed or learned as its reply, bears its segment without being marked, and caches
of beginnings, packed rows and training take such ids as they take any. Who speaks comes from the structure
of the conversation, never from its text.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from plimsoll.core import UserError
from plimsoll.internals import checkpoint
from plimsoll.internals.library import torch

FILE, TENSOR = "segments.safetensors", "segments"
SEGMENTS = ("system", "user", "data", "assistant")
"""By their row in the table, as in the official code."""
ROLES: Mapping[str, int] = {"system": 0, "user": 1, "tool": 2, "data": 2, "assistant": 3}
"""Role of a message -> its segment. What tools give is data."""
REPLY = SEGMENTS.index("assistant")


class Piece(NamedTuple):
    """Text of one speaker."""

    text: str
    segment: int


def table_of(module: Any) -> Any | None:
    """The four vectors of a module, or nothing where it has none."""
    return getattr(module.get_input_embeddings(), TENSOR, None)


def carry(module: Any, table: Any) -> None:
    """Add segments to a module's embedding. Raises `UserError` for a table of another size."""
    inner = module.get_input_embeddings()
    wanted = (len(SEGMENTS), inner.weight.shape[1])
    if tuple(table.shape) != wanted:
        raise UserError(f"{FILE}: {tuple(table.shape)} numbers; this model takes {wanted}")
    module.set_input_embeddings(_kind()(inner, table))


def read(folder: Path) -> Any | None:
    """The table in a model's folder; nothing where there is none."""
    path = folder / FILE
    if not path.is_file():
        return None
    with checkpoint.opened(path) as file:
        return file.get_tensor(TENSOR)


def written(table: Any) -> bytes:
    """A table as its file holds it."""
    from safetensors.torch import save

    return save({TENSOR: table.detach().float().cpu().contiguous()})


def spoken(
    tokenizer: Any,
    messages: Sequence[Mapping[str, Any]],
    *,
    begun: bool = True,
    switches: Mapping[str, Any] | None = None,
) -> list[Piece]:
    """A conversation in its chat template, cut where another begins to speak.

    What the template puts before the first message is the system's. Raises `UserError` where the template
    does not render one message after the other.

    Args:
        begun: Whether the reply's header follows.
        switches: What the template takes beside messages.
    """
    from jinja2.exceptions import TemplateError

    more = switches or {}

    def rendered(count: int, *, header: bool = False) -> str:
        chosen = list(messages[:count])
        return tokenizer.apply_chat_template(chosen, tokenize=False, add_generation_prompt=header, **more)

    try:
        ends = [rendered(count + 1) for count in range(len(messages))]
        if begun:
            ends.append(rendered(len(messages), header=True))
        head = _head(tokenizer, messages[0], more)
    except TemplateError as error:
        raise UserError(f"the chat template cannot take this conversation: {error}") from None
    roles = [segment_of(str(message["role"])) for message in messages]
    found = [Piece(head, ROLES["system"])]
    before = head
    if begun:
        roles.append(REPLY)
    for text, segment in zip(ends, roles, strict=True):
        if not text.startswith(before):
            raise UserError("the chat template cannot be cut by speaker: it renders messages together")
        found.append(Piece(text[len(before) :], segment))
        before = text
    return [piece for piece in found if piece.text]


def segment_of(role: str) -> int:
    """The segment of a role. Raises `UserError` for one that has none."""
    if role not in ROLES:
        raise UserError(f"role {role!r} has no segment: {', '.join(ROLES)} have")
    return ROLES[role]


def ids(tokenizer: Any, pieces: Sequence[Piece], vocabulary: int) -> list[int]:
    """Ids that say token and segment. Each piece is tokenised alone, so that no token has two speakers."""
    found: list[int] = []
    for text, segment in pieces:
        tokens = tokenizer(text, add_special_tokens=False)["input_ids"]
        found += [token + shift(segment, vocabulary) for token in tokens]
    return found


def shift(segment: int, vocabulary: int) -> int:
    """What is added to a token's id to say who speaks it."""
    return (segment + 1) % len(SEGMENTS) * vocabulary


def parted(given: Sequence[int], vocabulary: int) -> list[tuple[int, int]]:
    """Ids -> token and segment of each."""
    return [(each % vocabulary, (each // vocabulary - 1) % len(SEGMENTS)) for each in given]


def _head(tokenizer: Any, message: Mapping[str, Any], switches: Mapping[str, Any]) -> str:
    """What the template puts before a conversation: a beginning mark, a system text of its own."""
    from jinja2.exceptions import TemplateError

    once: str = tokenizer.apply_chat_template([message], tokenize=False, **switches)
    try:
        twice: str = tokenizer.apply_chat_template([message, message], tokenize=False, **switches)
    except TemplateError:
        return ""
    return once.removesuffix(twice[len(once) :]) if twice.startswith(once) else ""


@cache
def _kind() -> Any:
    library = torch()
    plain: Any = library.nn.Embedding

    class Segmented(plain):
        """Tokens with their segments; its weights are those of the embedding that it takes the place of."""

        def __init__(self, inner: Any, table: Any) -> None:
            plain.__init__(self, *inner.weight.shape, _weight=inner.weight)
            self.weight = inner.weight  # the very tensor that an output layer may be tied to
            self.padding_idx = inner.padding_idx
            scale = getattr(inner, "embed_scale", None)  # Gemma's
            self.register_buffer("embed_scale", scale, persistent=False)
            made = table.detach().clone().to(inner.weight.device, inner.weight.dtype)
            self.segments = library.nn.Parameter(made, requires_grad=False)

        def forward(self, input: Any) -> Any:
            rows = (input // self.num_embeddings - 1) % len(SEGMENTS)
            tokens = plain.forward(self, input % self.num_embeddings)
            if self.embed_scale is not None:
                tokens = tokens * self.embed_scale.to(tokens.dtype)
            return tokens + self.segments[rows]

    return Segmented
