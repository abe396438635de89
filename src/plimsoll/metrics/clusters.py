"""Names of clusters -> a small number each: some ten bytes a cluster, however long its name is.

A cluster is known by 56 bits of its name's hash. They lie behind each other in buckets of a few hundred,
which are searched at the speed of memory; numbers lie beside them in two bytes each while two are enough.
Two of a million names share a hash once in 70,000 runs, and would then count as one question.
"""

from array import array
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

TAG = 7
"""Bytes of a hash."""
FULL = 256
"""Clusters in a bucket, on average, above which there are twice as many buckets."""
MOST_BUCKETS = 1 << 16
NARROW = 1 << 16
"""Numbers from here on take four bytes."""


class Bucket:
    """Hashes, one behind the other, and the number of each."""

    __slots__ = ("numbers", "tags")

    def __init__(self) -> None:
        self.tags = bytearray()
        self.numbers = array("H")

    def place(self, tag: bytes) -> int:
        """Where a hash stands; -1 where it does not."""
        at = self.tags.find(tag)
        while at > 0 and at % TAG:
            at = self.tags.find(tag, at + 1)
        return at // TAG

    def put(self, tag: bytes, number: int) -> None:
        """Take in a hash that is new."""
        self.tags += tag
        self.numbers.append(0)
        self.set(len(self.numbers) - 1, number)

    def set(self, place: int, number: int) -> None:
        """Give another number."""
        if number >= NARROW and self.numbers.typecode == "H":
            self.numbers = array("I", self.numbers)
        self.numbers[place] = number


class Spot(NamedTuple):
    """Where a cluster's number is kept."""

    bucket: Bucket
    place: int


class Clusters:
    """A number for every cluster; 0 for one that was never met."""

    def __init__(self) -> None:
        self._buckets = [Bucket()]
        self._held = 0

    def __len__(self) -> int:
        return self._held

    def __iter__(self) -> "Iterator[tuple[bytes, int]]":
        for bucket in self._buckets:
            for place, number in enumerate(bucket.numbers):
                yield bytes(bucket.tags[TAG * place : TAG * place + TAG]), number

    def spot(self, tag: bytes) -> Spot:
        """The place of a cluster's number, made where it is new."""
        bucket = self._of(tag)
        place = bucket.place(tag)
        if place < 0:
            self._held += 1
            if self._held > FULL * len(self._buckets) and len(self._buckets) < MOST_BUCKETS:
                self._spread()
                bucket = self._of(tag)
            bucket.put(tag, 0)
            place = len(bucket.numbers) - 1
        return Spot(bucket, place)

    def _of(self, tag: bytes) -> Bucket:
        return self._buckets[(tag[0] | tag[1] << 8) & (len(self._buckets) - 1)]

    def _spread(self) -> None:
        """Twice as many buckets, one old one at a time."""
        smaller = self._buckets
        self._buckets = [*smaller, *(Bucket() for _ in smaller)]
        for place, old in enumerate(smaller):
            self._buckets[place] = Bucket()
            for at, number in enumerate(old.numbers):
                tag = bytes(old.tags[TAG * at : TAG * at + TAG])
                self._of(tag).put(tag, number)


@lru_cache(maxsize=256)
def tag_of(cluster: str) -> bytes:
    """The hash that a cluster is known by; the metrics of a run ask for the same one after the other."""
    return blake2b(cluster.encode("utf-8", "surrogatepass"), digest_size=TAG).digest()
