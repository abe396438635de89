"""A direction in a model's states, kept in a file -> how harmful a conversation looks inside the model.

The file is safetensors: the direction, and what else is known of it as text beside it. It holds for the very
weights that it was found in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.core import DataError, decoding, files
from plimsoll.internals import checkpoint
from plimsoll.internals.handle import Handle, Template
from plimsoll.internals.hooks import Place, reading

TENSOR, ABOUT = "direction", "about"


class About(Struct, frozen=True, kw_only=True):
    """What must be known to use a direction, and how far to trust it."""

    model: str
    revision: str
    """Of the weights that it was found in."""
    layer: int | None
    """Whose stream it reads; nothing for the state after the final norm."""
    template: Template
    bias: float
    threshold: float
    """The score from which a request counts as harmful."""
    false_positives: float
    """Share of harmless requests above the threshold, held out."""
    promised: float | None = None
    """Share of new harmless requests that will be, at most; files of earlier versions promise nothing."""
    true_positives: float
    auroc: float
    harmful: int
    harmless: int
    """Requests of each kind that it was found from."""


@dataclass(frozen=True, kw_only=True)
class Monitor:
    """A direction with what is known of it."""

    direction: Any
    about: About

    def score(self, held: Handle, messages: Sequence[Mapping[str, str]]) -> float:
        """Log odds of harm where the reply to a conversation begins."""
        chat = self.about.template == "chat"
        text = "\n\n".join(each["content"] for each in messages)
        ids = held.chat_ids(messages) if chat else held.ids(text, "raw")
        layer = self.about.layer
        place = Place(0, "final_norm") if layer is None else Place(layer, "resid_out")
        row = held.torch.tensor([ids], device=held.device)
        with held.evaluating(), reading(held, [place]) as seen:
            held.decoder(row, use_cache=False)
            # On the CPU first: not every accelerator knows double precision.
            state = seen[place][0, -1].cpu().double()
            return float(state @ self.direction.double()) + self.about.bias


def write(path: Path, monitor: Monitor) -> None:
    """Keep a direction in a file."""
    from safetensors.torch import save

    about = msgspec.json.encode(monitor.about).decode()
    files.write(path, [save({TENSOR: monitor.direction.float().contiguous()}, {ABOUT: about})])


def read(path: Path) -> Monitor:
    """Read it back. Raises `DataError` for a file that is none."""
    with checkpoint.opened(path) as file:
        known: dict[str, str] = file.metadata() or {}
        direction = file.get_tensor(TENSOR) if TENSOR in file.keys() else None  # noqa: SIM118 - safetensors' own
    try:
        found = decoding.decode(known.get(ABOUT, ""), About)
    except msgspec.DecodeError:
        raise DataError(f"{path} holds no direction: write one with `plimsoll analyse directions`") from None
    if direction is None or direction.dim() != 1:
        raise DataError(f"{path} holds no direction: write one with `plimsoll analyse directions`")
    return Monitor(direction=direction, about=found)


class Limit(NamedTuple):
    """A score that few harmless requests exceed."""

    score: float
    promised: float
    """Share of new harmless requests that exceed it, at most, over all samples that it may rest on."""


def limit(harmless: Sequence[float], share: float) -> Limit:
    """The least score that at most a share of new harmless requests exceed, as far as these can promise it.

    Of n requests and a new one each is as likely as the others to be the k-th largest: the new one is above
    the k-th largest of the n once in (n + 1) / k times. So fewer than `enough` promise more than they should.
    """
    ranked, most = sorted(harmless, reverse=True), len(harmless) + 1
    place = max(1, floor(share * most + 1e-9))
    return Limit(ranked[min(place, len(ranked)) - 1], place / most)


def enough(share: float) -> int:
    """How many harmless requests it takes to promise a share."""
    return ceil(1 / share - 1e-9) - 1
