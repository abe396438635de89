"""Calibrations <-> JSON files in the user's data folder, found again by what the judge is."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from plimsoll.calibration.nouns import FORMAT, Calibration
from plimsoll.core import DataError, Instrument, UserError, decoding, files
from plimsoll.data import locate


def folder() -> Path:
    """Where calibrations are kept."""
    return locate.home() / "calibrations"


def key(calibration: Calibration) -> str:
    """File name: the judge's name, and a hash over judge, pack, how it was read, and its size."""
    identity = (
        calibration.judge,
        calibration.event,
        calibration.revision,
        calibration.model,
        calibration.pack,
        calibration.reading,
        sorted(calibration.files.items()),
        calibration.whole.items,
    )
    digest = hashlib.blake2b(repr(identity).encode(), digest_size=6).hexdigest()
    name = "".join(letter if letter.isalnum() or letter in "._" else "-" for letter in calibration.judge)
    return f"{name[:40]}-{digest}.json"


def keep(calibration: Calibration, path: Path | None = None) -> Path:
    """Write a calibration; a newer one of the same judge on the same pack takes its place."""
    at = path or folder() / key(calibration)
    body = msgspec.json.format(msgspec.json.encode(calibration), indent=2)
    try:
        at.parent.mkdir(parents=True, exist_ok=True)
        files.write(at, [body, b"\n"])
    except OSError as error:
        raise UserError(f"{at} cannot be written: {error.strerror}") from error
    return at


def load(path: Path) -> Calibration:
    """Read a calibration. Raises `UserError` or `DataError`."""
    try:
        found = decoding.decode(files.read(path), Calibration)
    except OSError as error:
        raise UserError(
            f"{path} cannot be read: {error.strerror} (plimsoll calibrate --output writes one)"
        ) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is no calibration: {error}") from error
    if found.format > FORMAT:
        raise UserError(f"{path} was written by a newer Plimsoll (format {found.format}, not {FORMAT})")
    return found


def kept() -> Iterator[Calibration]:
    """Every calibration in the folder; files that are none are passed over."""
    for path in sorted(folder().glob("*.json")):
        try:
            yield load(path)
        except (UserError, DataError):
            continue


def matching(judge: str, instrument: Instrument) -> Calibration | None:
    """What is known of just this judge: the calibration on the most labels of people.

    The starter labels only try a judge out: they correct a rate where a user names the file, never unasked.
    """
    found = [
        each
        for each in kept()
        if fits(each, judge, instrument) and each.raters == "people" and not _is_starter(each)
    ]
    return max(found, key=lambda each: (each.whole.n, each.created), default=None)


def _is_starter(calibration: Calibration) -> bool:
    return calibration.pack.partition(":")[0] == "starter"


def fits(calibration: Calibration, judge: str, instrument: Instrument) -> bool:
    """Whether a calibration is of this judge, in this revision, with this model."""
    return (calibration.judge, calibration.event, calibration.revision, calibration.model) == (
        judge,
        instrument.event,
        instrument.revision,
        instrument.model,
    )
