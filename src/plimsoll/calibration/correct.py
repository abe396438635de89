"""A run's judged numbers and what is known of its judges -> numbers corrected for the judges' errors.

With labels on a random draw of the run's own replies the correction is prediction-powered inference,
which holds for any judge. Otherwise it rests on a calibration made on other replies, whose error rates
are as uncertain as they differ from model to model. What cannot be corrected is withheld, and a note
says why.
"""

from collections.abc import Sequence
from typing import NamedTuple

from plimsoll.calibration import by_errors, keeping
from plimsoll.calibration.by_errors import CORRECTED, Correction
from plimsoll.calibration.by_labels import hidden_note, labels_of, powered
from plimsoll.calibration.nouns import Calibration
from plimsoll.calibration.packs import fit
from plimsoll.calibration.readings import Reading, Readings, readings
from plimsoll.core import Estimate, UserError, replace
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Manifest, Summary


class Corrections(NamedTuple):
    """A summary with the corrected estimates beside the raw ones, and what a reader must know."""

    summary: Summary
    notes: tuple[str, ...]


def with_corrections(
    summary: Summary,
    manifest: Manifest,
    folder: RunFolder | None = None,
    *,
    calibration: Calibration | None = None,
    labels: str = "",
) -> Summary:
    """The summary with every number that can be corrected."""
    return corrections(summary, manifest, folder, calibration=calibration, labels=labels).summary


def corrections(
    summary: Summary,
    manifest: Manifest,
    folder: RunFolder | None = None,
    *,
    calibration: Calibration | None = None,
    labels: str = "",
) -> Corrections:
    """Correct by labels on the run's own replies, else by the calibration given, else by a kept one."""
    known = {
        judge: each
        for judge, kind in manifest.instruments.items()
        if not calibration and (each := keeping.matching(judge, kind)) is not None
    }
    asked = bool(calibration or labels)
    if not asked and not known:
        return Corrections(summary, ())
    found = readings(summary, manifest, folder.records if folder else None)
    if not found.found and not found.left:
        if asked:
            raise UserError("this run has no judged rate: nothing can be corrected")
        return Corrections(summary, ())
    if labels and folder is not None:
        made = _by_labels(found.found, manifest, folder, labels, known)
    elif calibration is not None:
        made = _by_calibration(found.found, calibration, manifest)
    else:
        made = _by_kept(found.found, manifest, known)
    return _together(summary, found, made)


def _together(summary: Summary, found: Readings, made: Sequence[Correction]) -> Corrections:
    estimates = _beside(summary.estimates, [each for one in made for each in one.estimates])
    notes = [one.note for one in made]
    if found.left:
        notes.append(
            f"{found.left} is not corrected: it is no share of one judge's verdicts, so a judge's errors do "
            "not tell how to"
        )
    return Corrections(replace(summary, estimates=estimates), tuple(dict.fromkeys(notes)))


def _beside(raw: Sequence[Estimate], made: Sequence[Estimate]) -> tuple[Estimate, ...]:
    """Each corrected estimate after its raw one."""
    after = {(each.judge, each.name, tuple(each.group.items())): each for each in made}
    found: list[Estimate] = []
    for each in raw:
        found.append(each)
        corrected = after.get((each.judge, each.name + CORRECTED, tuple(each.group.items())))
        if corrected is not None:
            found.append(corrected)
    return tuple(found)


def _by_kept(found: Sequence[Reading], manifest: Manifest, known: dict[str, Calibration]) -> list[Correction]:
    """By what is kept of each judge; silently nothing of a judge that was never measured."""
    return [
        by_errors.corrected(reading, known[reading.judge], manifest.model.name)
        for reading in found
        if reading.judge in known
    ]


def _by_calibration(found: Sequence[Reading], known: Calibration, manifest: Manifest) -> list[Correction]:
    fitting = [each for each in found if keeping.fits(known, each.judge, each.instrument)]
    if not fitting:
        judged = ", ".join(
            f"{judge} (revision {kind.revision})" for judge, kind in manifest.instruments.items()
        )
        raise UserError(
            f"the calibration is of {known.judge} (revision {known.revision or 'none'}, model "
            f"{known.model or 'none'}); this run was judged by {judged}: calibrate that one"
        )
    if known.raters != "people":
        raise UserError(f"{known.pack} was labelled by a model, not by people: it corrects no rate")
    return [by_errors.corrected(reading, known, manifest.model.name) for reading in fitting]


def _by_labels(
    found: Sequence[Reading],
    manifest: Manifest,
    folder: RunFolder,
    labels: str,
    known: dict[str, Calibration],
) -> list[Correction]:
    """By people's labels on some of the run's own replies."""
    from plimsoll.labels.named import pack_of  # most reports are made without labels

    pack = pack_of(labels)
    if pack.raters != "people":
        raise UserError(f"{labels} was labelled by a model, not by people: it corrects no rate")
    own = labels_of(pack, labels, manifest)
    made: list[Correction] = []
    for reading in found:
        if reading.even:
            made += _by_kept([reading], manifest, known) or [_uneven(reading, labels)]
            continue
        try:
            how = fit(reading.judge, reading.instrument, pack)
        except UserError:
            made += _by_kept([reading], manifest, known)
            continue
        made.append(powered(reading, own, how, folder.records()))
    made += [Correction((), note) for note in hidden_note(own, [e for one in made for e in one.estimates])]
    return made


def _uneven(reading: Reading, labels: str) -> Correction:
    return Correction(
        (),
        f"{reading.name} is not corrected by {labels}: every category counts as one in it, and these labels "
        "are a draw of all replies; a calibration of the judge corrects it (plimsoll calibrate)",
    )
