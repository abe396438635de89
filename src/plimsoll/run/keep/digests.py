"""Ids and epochs -> the set of those that a run holds, in 16 bytes each instead of two hundred."""

from array import array
from hashlib import blake2b

SMALLEST = 1024


class Digests:
    """A set of pairs of id and epoch, by 64 bits of their hash: open addressing in a flat array."""

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * SMALLEST))
        self._held = 0

    def __len__(self) -> int:
        return self._held

    def add(self, sample_id: str, epoch: int) -> None:
        """Hold a pair."""
        if 2 * self._held >= len(self._slots):
            self._grow()
        self._held += self._put(_digest(sample_id, epoch))

    def __contains__(self, pair: tuple[str, int]) -> bool:
        if not self._held:
            return False
        digest = _digest(*pair)
        return self._slots[self._place(digest)] == digest

    def _put(self, digest: int) -> bool:
        place = self._place(digest)
        new = self._slots[place] == 0
        self._slots[place] = digest
        return new

    def _place(self, digest: int) -> int:
        """Where a digest lies, or would lie."""
        slots, last = self._slots, len(self._slots) - 1
        place = digest & last
        while slots[place] not in (0, digest):
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        smaller = self._slots
        self._slots = array("Q", bytes(16 * len(smaller)))
        for digest in smaller:
            if digest:
                self._put(digest)


def _digest(sample_id: str, epoch: int) -> int:
    """Never 0, which marks a free place."""
    text = f"{epoch}\0{sample_id}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little") or 1
