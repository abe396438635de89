"""Run folder -> a signed statement of what lies in it, and back: a changed byte is found and named.

`seal.json` is a DSSE envelope (Ed25519) around an in-toto statement. The statement holds the SHA-256
of `run.json`, `records.jsonl` and `summary.json`, and a short hash of every line of the records, by
which a changed record is named; what binds is the SHA-256 of the whole file. `docs/formats/seal.md`.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Literal, overload

import msgspec
from msgspec import Struct

from plimsoll.core import PlimsollError, UserError, decoding, files
from plimsoll.run.keep import index, journal, keys
from plimsoll.run.keep.folder import RunFolder

FILE = "seal.json"
FILES = ("run.json", "records.jsonl", "summary.json")
"""What a seal is over; everything else in the folder is derived or of the moment."""
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:plimsoll:run:1"
LINE_BYTES = 4
"""Of the SHA-256 of a line: enough to name the line that changed."""
NAMED_AT_MOST = 20
_DIGEST = re.compile(r"[0-9a-f]{64}")
LARGEST = 256 * 2**20
"""Bytes of a seal that are read at all."""


class Subject(Struct, frozen=True, kw_only=True):
    """A file and its digest."""

    name: str
    digest: dict[str, str]


class Sealed(Struct, frozen=True, kw_only=True):
    """What we add to the statement."""

    id: str
    """The run's id."""
    signer: str
    """The public key whose signature this is, as it prints."""
    lines: str
    """Of every line of the records the first bytes of its SHA-256, in base64."""


class Statement(
    Struct, frozen=True, kw_only=True, rename={"type": "_type", "predicate_type": "predicateType"}
):
    """An in-toto statement about a run folder."""

    type: str
    subject: tuple[Subject, ...]
    predicate_type: str
    predicate: Sealed


class Signature(Struct, frozen=True, kw_only=True):
    """One signature of an envelope."""

    sig: str
    keyid: str = ""


class Envelope(Struct, frozen=True, kw_only=True, rename="camel"):
    """DSSE: a payload, its type and who signed both."""

    payload: str
    payload_type: str
    signatures: tuple[Signature, ...]


class Problem(Struct, frozen=True, kw_only=True):
    """One thing that is not as it was signed."""

    kind: Literal["seal", "key", "file", "record"]
    file: str
    message: str
    line: int | None = None
    sample_id: str = ""


class Finding(Struct, frozen=True, kw_only=True):
    """What checking a seal brought to light."""

    problems: tuple[Problem, ...] = ()
    signer: str = ""
    """The public key that the signature was checked with."""
    trusted: bool = False
    """Whether that key is one of those named by whoever asked."""
    run_id: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything is as it was signed, by a key that was asked for."""
        return not self.problems


def sign(folder: RunFolder, key: Path) -> Finding:
    """Write `seal.json` into a run folder that has come to its end; makes the key on first use."""
    summary = folder.summary()
    if summary is None:
        raise UserError(
            f"{folder.path} has no summary: finish it with plimsoll run --resume {folder.path}, then sign it"
        )
    if not journal.is_derived(folder.records_path):
        # An index that others made is not sealed along; of a journal that cannot be read there is none.
        index.path_of(folder.records_path).unlink(missing_ok=True)
    private = keys.private_key(key)
    public = keys.text_of(private.public_key())
    statement = _statement(folder, folder.manifest().id, public)
    payload = msgspec.json.encode(statement)
    envelope = Envelope(
        payload=base64.b64encode(payload).decode(),
        payload_type=PAYLOAD_TYPE,
        signatures=(
            Signature(
                keyid=keys.key_id(public),
                sig=base64.b64encode(private.sign(pae(PAYLOAD_TYPE, payload))).decode(),
            ),
        ),
    )
    files.write(folder.path / FILE, [msgspec.json.encode(envelope), b"\n"])
    return Finding(signer=public, trusted=True, run_id=statement.predicate.id)


def verify(folder: Path, public_keys: Iterable[str] | None = None) -> Finding:
    """Hold a run folder against its seal.

    `public_keys` are the keys that may have signed (`ed25519:...`); an empty list trusts nobody.
    With `None` the key named in the seal is used: that shows that nothing has changed since
    somebody signed, not who did, and the finding is not `trusted`.
    """
    try:
        envelope = _read(folder / FILE)
        statement, signer = _opened(envelope, None if public_keys is None else tuple(public_keys))
    except _Broken as broken:
        return Finding(problems=(broken.problem,))
    return Finding(
        problems=tuple(_differences(folder, statement)) or tuple(_index(folder)),
        signer=signer,
        trusted=public_keys is not None,
        run_id=statement.predicate.id,
    )


def signer_of(folder: Path, public_keys: Iterable[str] | None = None) -> str:
    """The id of the key that signed a run. Raises `PlimsollError` naming everything that was changed."""
    finding = verify(folder, public_keys)
    if not finding.ok:
        raise PlimsollError("; ".join(problem.message for problem in finding.problems))
    return keys.key_id(finding.signer)


def pae(kind: str, body: bytes) -> bytes:
    """What a DSSE signature is over: type and body with their lengths, so neither poses as the other."""
    return b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(body), body)


class _Broken(PlimsollError):
    """A seal that cannot be believed."""

    def __init__(self, kind: Literal["seal", "key"], message: str) -> None:
        super().__init__(message)
        self.problem = Problem(kind=kind, file=FILE, message=message)


def _statement(folder: RunFolder, run_id: str, signer: str) -> Statement:
    return Statement(
        type=STATEMENT_TYPE,
        subject=tuple(
            Subject(name=name, digest={"sha256": _digest(folder.path / name) or ""}) for name in FILES
        ),
        predicate_type=PREDICATE_TYPE,
        predicate=Sealed(
            id=run_id, signer=signer, lines=base64.b64encode(_joined(folder.records_path)).decode()
        ),
    )


def _read(path: Path) -> Envelope:
    try:
        if path.is_symlink():
            raise _Broken("seal", "the seal is a link, not a file of this folder")
        return decoding.decode(files.read(path, LARGEST), Envelope)
    except FileNotFoundError:
        raise _Broken("seal", "the run is not signed: it has no seal.json") from None
    except (msgspec.MsgspecError, OSError) as error:
        raise _Broken("seal", f"the seal cannot be read: {error}") from None


def _opened(envelope: Envelope, named: Sequence[str] | None) -> tuple[Statement, str]:
    """The statement, once a signature over it holds."""
    if envelope.payload_type != PAYLOAD_TYPE:
        raise _Broken("seal", f"the seal holds {envelope.payload_type!r}, not {PAYLOAD_TYPE!r}")
    payload = _base64(envelope.payload)
    if named is None:
        named = (_decoded(payload).predicate.signer,)
    for signature in envelope.signatures[:NAMED_AT_MOST]:
        for key in named:
            if signature.keyid in ("", _name(key)) and keys.holds(
                key, _base64(signature.sig), pae(PAYLOAD_TYPE, payload)
            ):
                return _decoded(payload), key
    names = ", ".join(signature.keyid or "?" for signature in envelope.signatures[:NAMED_AT_MOST]) or "nobody"
    wanted = ", ".join(_name(key) for key in named) or "none"
    raise _Broken(
        "key",
        f"no signature holds: signed with key {names}, checked with {wanted}; "
        "the seal was changed, or another key signed",
    )


def _name(key: str) -> str:
    try:
        return keys.key_id(key)
    except UserError:
        return repr(key[:60])


def _decoded(payload: bytes) -> Statement:
    try:
        statement = decoding.decode(payload, Statement)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _Broken("seal", f"the statement cannot be read: {error}") from None
    if statement.type != STATEMENT_TYPE or statement.predicate_type != PREDICATE_TYPE:
        raise _Broken(
            "seal", f"the statement is of the kind {statement.predicate_type!r}, not {PREDICATE_TYPE!r}"
        )
    # Only these names are ever opened: a seal cannot lead a reader to another file.
    if sorted(subject.name for subject in statement.subject) != sorted(FILES):
        raise _Broken("seal", f"the statement is not over {', '.join(FILES)}")
    for subject in statement.subject:
        if not _DIGEST.fullmatch(subject.digest.get("sha256", "")):
            raise _Broken("seal", f"the statement has no SHA-256 of {subject.name}")
    return statement


def _differences(folder: Path, statement: Statement) -> Iterator[Problem]:
    for subject in statement.subject:
        found = _digest(folder / subject.name)
        if found == subject.digest["sha256"]:
            continue
        if found is None:
            yield Problem(kind="file", file=subject.name, message=f"{subject.name} is missing")
            continue
        yield Problem(kind="file", file=subject.name, message=f"{subject.name} is not what was signed")
        if subject.name == "records.jsonl":
            yield from _changed_records(folder / subject.name, statement.predicate.lines)


def _index(folder: Path) -> Iterator[Problem]:
    """Lists of records are read from the index, which no seal is over: it must say what the records say."""
    if not journal.is_derived(folder / "records.jsonl"):
        name = index.path_of(folder / "records.jsonl").name
        message = f"{name} says otherwise than the records: delete it, it is made anew"
        yield Problem(kind="file", file=name, message=message)


def _changed_records(path: Path, signed: str) -> Iterator[Problem]:
    """The records that differ, between the beginning and the end that are as they were."""
    before, now = _Hashes(_base64(signed)), _Hashes(_joined(path))
    head = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, now, strict=False)))
    rest = min(len(before), len(now)) - head
    tails = zip(reversed(before), reversed(now), strict=False)
    tail = min(rest, sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], tails)))
    if len(before) != len(now):
        counts = f"{len(before):,} records were signed, {len(now):,} are there"
        what = f"{counts}; the first difference is in line {head + 1}"
        yield Problem(kind="record", file=path.name, line=head + 1, message=what)
    same_length = len(before) == len(now)
    places = [n for n in range(head, len(now) - tail) if not same_length or before[n] != now[n]]
    ids = _ids(path, set(places[:NAMED_AT_MOST]))
    for place in places[:NAMED_AT_MOST]:
        name = ids.get(place, "")
        about = f"the record of sample {name!r}" if name else "no readable record"
        yield Problem(
            kind="record", file=path.name, line=place + 1, sample_id=name,
            message=f"line {place + 1} was changed: {about}",
        )  # fmt: skip
    if len(places) > NAMED_AT_MOST:
        more = f"{len(places) - NAMED_AT_MOST:,} more lines were changed"
        yield Problem(kind="record", file=path.name, message=more)


class _Named(Struct):
    id: str


class _Line(Struct):
    sample: _Named


def _ids(path: Path, places: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    with files.opened(path) as file:
        for place, line in enumerate(file):
            if place in places:
                try:
                    found[place] = decoding.decode(line, _Line).sample.id
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                    continue
    return found


def _lines(path: Path) -> Iterator[bytes]:
    if not path.exists():
        return
    with files.opened(path) as file:
        for line in file:
            yield hashlib.sha256(line).digest()[:LINE_BYTES]


def _joined(path: Path) -> bytes:
    joined = bytearray()
    for line in _lines(path):
        joined += line
    return bytes(joined)


class _Hashes(Sequence[bytes]):
    """Short hashes one after the other: a million of them are no million objects."""

    def __init__(self, joined: bytes) -> None:
        self._joined = joined

    def __len__(self) -> int:
        return (len(self._joined) + LINE_BYTES - 1) // LINE_BYTES

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        return self._joined[at * LINE_BYTES : (at + 1) * LINE_BYTES]


def _digest(path: Path) -> str | None:
    if path.is_symlink() or not path.is_file():
        return None
    with files.opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _Broken("seal", f"the seal is damaged: {error}") from None
