"""Names of clusters -> a small number each: some ten bytes a cluster, however long its name is.

A cluster is known by 56 bits of its name's hash. They lie behind each other in buckets of a few hundred,
which are searched at the speed of memory; numbers lie beside them in two bytes each while two are enough.
While the clusters are few, they lie in one bucket, and a dict says where: it finds sooner than a search.
Two of a million names share a hash once in 70,000 runs, and would then count as one question.
"""

from array import array
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

TAG = 7
"""Bytes of a hash."""
FULL = 256
"""Clusters in a bucket, on average, above which there are more buckets."""
GROWTH = 8
"""How many times as many: a cluster is moved a few times only, however many follow."""
FEW = FULL * GROWTH**2
"""Clusters up to which a dict is kept: about a megabyte."""
MOST_BUCKETS = 1 << 16
NARROW = 1 << 16
"""Numbers from here on take four bytes."""


class Bucket:
    """Hashes, one behind the other, and the number of each."""

    __slots__ = ("numbers", "tags")

    def __init__(self) -> None:
        self.tags = bytearray()
        self.numbers = array("H")

    def set(self, place: int, number: int) -> None:
        """Give another number."""
        if number >= NARROW and self.numbers.typecode == "H":
            self.numbers = array("I", self.numbers)
        self.numbers[place] = number


class Clusters:
    """A number for every cluster; 0 for one that was never met."""

    def __init__(self) -> None:
        self._buckets = [Bucket()]
        self._mask = 0
        self._held = 0
        self._first = self._buckets[0]
        self._places: dict[bytes, int] | None = {}
        """Where each stands in the first bucket, while there is no other."""

    def __len__(self) -> int:
        return self._held

    def __iter__(self) -> "Iterator[tuple[bytes, int]]":
        for bucket in self._buckets:
            for place, number in enumerate(bucket.numbers):
                yield bytes(bucket.tags[TAG * place : TAG * place + TAG]), number

    def spot(self, tag: bytes) -> tuple[Bucket, int]:
        """Bucket and place of a cluster's number, made where it is new; asked several times a record."""
        if self._places is not None:
            place = self._places.get(tag)
            return (self._first, place) if place is not None else self._added(tag)
        bucket = self._of(tag)
        at = bucket.tags.find(tag)
        while at > 0 and at % TAG:
            at = bucket.tags.find(tag, at + 1)
        if at >= 0:
            return bucket, at // TAG
        return self._added(tag)

    def _added(self, tag: bytes) -> tuple[Bucket, int]:
        self._held += 1
        if self._places is not None:
            if self._held <= FEW:
                place = self._places[tag] = self._held - 1
                self._first.tags += tag
                self._first.numbers.append(0)
                return self._first, place
            self._places = None
            self._spread(GROWTH**3)
        elif self._held > FULL * (self._mask + 1) and self._mask + 1 < MOST_BUCKETS:
            self._spread(min(GROWTH * (self._mask + 1), MOST_BUCKETS))
        bucket = self._of(tag)
        bucket.tags += tag
        bucket.numbers.append(0)
        return bucket, len(bucket.numbers) - 1

    def _of(self, tag: bytes) -> Bucket:
        return self._buckets[(tag[0] | tag[1] << 8) & self._mask]

    def _spread(self, buckets: int) -> None:
        """So many buckets: each gives those of its clusters away that have other bits above its own."""
        spread = [Bucket() for _ in range(buckets)]
        mask = buckets - 1
        for old in self._buckets:
            tags, kind = old.tags, old.numbers.typecode
            for at, number in enumerate(old.numbers):
                tag = tags[TAG * at : TAG * at + TAG]
                to = spread[(tag[0] | tag[1] << 8) & mask]
                if to.numbers.typecode != kind:
                    to.numbers = array(kind, to.numbers)
                to.tags += tag
                to.numbers.append(number)
        self._buckets, self._first = spread, spread[0]
        self._mask = mask


@lru_cache(maxsize=256)
def tag_of(cluster: str) -> bytes:
    """The hash that a cluster is known by; the metrics of a run ask for the same one after the other."""
    return blake2b(cluster.encode("utf-8", "surrogatepass"), digest_size=TAG).digest()
