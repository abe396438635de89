"""A run, as every report reads it."""

from collections.abc import Iterable

from msgspec import Struct

from plimsoll.core import Analysed, Record
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Manifest, Summary


class RunView(Struct, frozen=True, kw_only=True):
    """What a report is made of."""

    manifest: Manifest
    summary: Summary
    records: Iterable[Record] = ()
    """Read once, and only by reports that show single items."""
    folder: RunFolder | None = None
    """Where they lie, so that a report on very many of them need not read each."""
    weights: tuple[Analysed, ...] = ()
    """What was found in the weights of the model that was asked."""
