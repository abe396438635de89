"""Uploads of the largest size that a board takes, each made to cost whoever reads it as much as it can."""

import base64
import gzip
import io
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from bench.boards import SLUG
from plimsoll.core import Message, Record, Response, Sample, Transcript, user
from plimsoll.leaderboard.upload import RUN_LIMIT
from plimsoll.run.keep.manifest import CardEntry, Manifest, ModelEntry
from plimsoll.run.spec import RunSpec

ROOM = 240 * 2**20
"""Bytes of records: just below what may be unpacked."""
SPEC = "safetybench:language=en,split=test"


def manifest() -> bytes:
    """The `run.json` of a run that the bench's board takes."""
    made = Manifest(
        format=2,
        id="0" * 16,
        spec=RunSpec(benchmark=SPEC, model="scripted"),
        model=ModelEntry(name="scripted", revision=""),
        card=CardEntry(title="", version=1),
    )
    return msgspec.json.encode(made)


def line(id: str, messages: tuple[Message, ...] = (), reply: str = "A", language: str = "en") -> bytes:
    """One record."""
    choices = ("a", "b", "c", "d")
    sample = Sample(id=id, messages=messages or (user("q"),), choices=choices, language=language)
    transcript = Transcript(messages=sample.messages, responses=(Response(text=reply),))
    return msgspec.json.encode(Record(sample=sample, transcript=transcript)) + b"\n"


def tiny() -> Iterator[bytes]:
    """Very many records of ids that are hardly to be packed."""
    return (line(os.urandom(60).hex()) for _ in range(360_000))


def long_ids() -> Iterator[bytes]:
    """Ids and languages of a megabyte each, all different: they are what a fault would list."""
    rest = "0" * (3 * 2**18 - 1000)
    for _ in range(ROOM // 2**21):
        yield line(os.urandom(2**17).hex() + rest, language=os.urandom(2**17).hex() + rest)


def many_values() -> Iterator[bytes]:
    """Records of as many values as one may have, and as many bytes."""
    for number in range(ROOM // 2**21):
        yield line(str(number), tuple(user(os.urandom(25).hex() + "0" * 180) for _ in range(3_700)))


def long_replies() -> Iterator[bytes]:
    """Replies as long as they are read, that almost say a letter again and again."""
    text = "the answer is (B) or (C), not (A). "
    for number in range(ROOM // 100_000):
        yield line(str(number), reply=text * 2_500 + os.urandom(4_000).hex())


def wide_replies() -> Iterator[bytes]:
    """Replies of one letter or blank for as long as they are read."""
    for number in range(ROOM // 100_000):
        yield line(str(number), reply=" (:*"[number % 4] * 90_000 + os.urandom(4_000).hex())


def tarred(contents: Mapping[str, Iterable[bytes]], level: int = 1) -> bytes:
    """A packed run folder, filled up to the largest upload by what the reader passes over."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=level) as archive:
        for name, chunks in contents.items():
            body = b"".join(chunks)
            info = tarfile.TarInfo(name)
            info.size = len(body)
            archive.addfile(info, io.BytesIO(body))
    return packed.getvalue()


def run_of(chunks: Iterable[bytes], **more: bytes) -> bytes:
    """A run folder with these records."""
    return tarred({"run.json": [manifest()], "records.jsonl": chunks} | {k: [v] for k, v in more.items()})


def zipped() -> bytes:
    """A zip that is not packed at all, with records up to the limit."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("run.json", manifest())
        archive.writestr("records.jsonl", line(os.urandom(64).hex()) * 200_000)
    return packed.getvalue()[:RUN_LIMIT]


def bomb() -> bytes:
    """Nothing but zeros: 64 GB of them."""
    return gzip.compress(bytes(2**20), 9) * (RUN_LIMIT // 1100)


def sealed() -> bytes:
    """A run with the largest seal, whose list of lines is as long as it can be."""
    payload = base64.b64encode(b'{"_type":"' + b"x" * (11 * 2**20) + b'"}').decode()
    envelope = {"payload": payload, "payloadType": "application/vnd.in-toto+json", "signatures": []}
    return run_of(tiny(), **{"seal.json": msgspec.json.encode(envelope)})


def predictions() -> bytes:
    """A predictions file sixteen times as long as one may be."""
    return b"{" + b'"1":0,' * (RUN_LIMIT // 6 - 10) + b'"2":0}'


def noise() -> bytes:
    """What begins as a packed file and is none."""
    return b"\x1f\x8b\x08\x00" + os.urandom(RUN_LIMIT - 4)


KINDS: Mapping[str, Callable[[], bytes]] = {
    "360,000 tiny records": lambda: run_of(tiny()),
    "ids and languages of a megabyte": lambda: run_of(long_ids()),
    "records of 50,000 values": lambda: run_of(many_values()),
    "replies of 100,000 letters": lambda: run_of(long_replies()),
    "replies of one letter": lambda: run_of(wide_replies()),
    "a seal of 16 MB": sealed,
    "an archive that is not packed": zipped,
    "64 GB of zeros": bomb,
    "a predictions file": predictions,
    "noise": noise,
}
PATH = f"/api/v1/boards/{SLUG}/submissions?model=m"
