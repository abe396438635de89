"""A file -> an Ed25519 key to sign with, and a public key as one line of text."""

import base64
import binascii
import hashlib
import os
from pathlib import Path
from typing import Any

from plimsoll.core import MissingExtra, UserError, files

PREFIX = "ed25519:"


def default_key() -> Path:
    """`signing.key` in the user's settings folder (`PLIMSOLL_CONFIG` overrides the folder)."""
    if folder := os.environ.get("PLIMSOLL_CONFIG"):
        return Path(folder) / "signing.key"
    root = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(root) / "plimsoll" / "signing.key"


def key_id(public: str) -> str:
    """A short name of a public key."""
    return hashlib.sha256(_bytes_of(public)).hexdigest()[:16]


def read_public_key(text: str) -> str:
    """A public key as it prints, from such a text or from a file that holds one (PEM too)."""
    path = Path(text)
    if not text.startswith(PREFIX) and path.is_file():
        held = files.read(path).decode("utf-8-sig", "replace").strip()
        text = text_of(_from_pem(path, held)) if held.startswith("-----BEGIN") else held
    _bytes_of(text)
    return text


def public_key(key: Path) -> str:
    """The public half of a key file, made on first use."""
    return text_of(private_key(key).public_key())


def holds(public: str, signature: bytes, message: bytes) -> bool:
    """Whether a signature over a message is this key's."""
    from cryptography.exceptions import InvalidSignature

    try:
        _ed25519().Ed25519PublicKey.from_public_bytes(_bytes_of(public)).verify(signature, message)
    except (InvalidSignature, ValueError, UserError):
        return False
    return True


def text_of(public: Any) -> str:
    """A public key as one line of text."""
    return PREFIX + base64.b64encode(public.public_bytes_raw()).decode()


def private_key(path: Path) -> Any:
    """The key of a file, made on first use and readable by its owner only."""
    ed25519 = _ed25519()
    from cryptography.hazmat.primitives import serialization

    if not path.exists():
        made = ed25519.Ed25519PrivateKey.generate()
        body = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write_secret(path, body)
        return made
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise UserError(f"{path} can be read by others than you: chmod 600 {path}, or make a new key")
    try:
        read = serialization.load_pem_private_key(files.read(path), None)
    except (ValueError, TypeError) as error:
        raise UserError(f"{path} is no private key without a password, in PEM: {error}") from None
    if not isinstance(read, ed25519.Ed25519PrivateKey):
        raise UserError(f"{path} is no Ed25519 key")
    return read


def _bytes_of(public: str) -> bytes:
    try:
        raw = base64.b64decode(public.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32 or not public.startswith(PREFIX):
        raise UserError(
            f"{public[:60]!r} is no public key: it reads {PREFIX}BASE64, as plimsoll sign prints it, "
            "or names a file that holds one"
        )
    return raw


def _from_pem(path: Path, text: str) -> Any:
    ed25519 = _ed25519()
    from cryptography.hazmat.primitives import serialization

    if "PRIVATE" in text.partition("\n")[0]:
        raise UserError(f"{path} holds a private key: name the public one, and keep this one to yourself")
    try:
        read = serialization.load_pem_public_key(text.encode())
    except ValueError as error:
        raise UserError(f"{path} is no public key: {error}") from None
    if not isinstance(read, ed25519.Ed25519PublicKey):
        raise UserError(f"{path} is no Ed25519 key")
    return read


def _write_secret(path: Path, body: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with files.new(path, 0o600) as file:
            file.write(body)
    except OSError as error:
        raise UserError(f"the key {path} cannot be written: {error.strerror}") from error


def _ed25519() -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise MissingExtra("signing", "sign") from None
    return ed25519
