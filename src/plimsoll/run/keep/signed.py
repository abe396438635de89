"""A document <-> the same in a signed envelope (DSSE, Ed25519), read only where a signature over it holds."""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from plimsoll.core import DataError, PlimsollError, decoding
from plimsoll.run.keep import keys
from plimsoll.run.keep.seal import Envelope, Signature, pae


class Opened(NamedTuple):
    """A document that was signed, and by whom."""

    body: bytes
    signer: str
    """The public key that the signature was checked with."""
    trusted: bool
    """Whether that key is one of those that were named."""


def sign(body: bytes, kind: str, key: Path) -> tuple[bytes, str]:
    """The envelope, and the public key that opens it; the key is made on first use."""
    private = keys.private_key(key)
    public = keys.text_of(private.public_key())
    signature = Signature(keyid=public, sig=base64.b64encode(private.sign(pae(kind, body))).decode())
    envelope = Envelope(payload=base64.b64encode(body).decode(), payload_type=kind, signatures=(signature,))
    return msgspec.json.encode(envelope) + b"\n", public


def is_signed(body: bytes) -> bool:
    """Whether a file is an envelope."""
    return b'"payloadType"' in body and b'"signatures"' in body


def opened(envelope: bytes, kind: str, place: str, named: Sequence[str] = ()) -> Opened:
    """The document of an envelope, checked with the keys that are named, else with that of its signer.

    Raises `DataError` where it is no envelope of that kind, `PlimsollError` where no signature holds.
    """
    try:
        found = decoding.decode(envelope, Envelope)
        body = base64.b64decode(found.payload, validate=True)
        signatures = [
            (each.keyid, base64.b64decode(each.sig, validate=True)) for each in found.signatures[:20]
        ]
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        raise DataError(f"{place}: is no signed document: {error}") from None
    if found.payload_type != kind:
        raise DataError(f"{place}: holds {found.payload_type!r}, not {kind!r}")
    for signer, signature in signatures:
        for public in named or (signer,):
            if keys.holds(public, signature, pae(kind, body)):
                return Opened(body, public, bool(named))
    raise PlimsollError(
        f"{place}: no signature holds: it was changed since it was signed, or another key signed it"
    )
