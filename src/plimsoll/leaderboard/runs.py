"""A run folder -> predictions by both readings, made anew from its transcripts.

The verdicts inside a run folder are not believed: the answers are judged again here, against the
host's key. A record whose options are not the host's, in the host's order, is refused where the host
has the questions; the official reading fills what it cannot read as the official script does.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from plimsoll import registry
from plimsoll.core import Judge, PlimsollError, Record
from plimsoll.leaderboard.archives import unpack
from plimsoll.leaderboard.checking import (
    SHOWN,
    Ids,
    Missing,
    Predictions,
    fault,
    ids,
    refused,
    settled,
    short,
)
from plimsoll.leaderboard.keys import Key, digest_of, id_of
from plimsoll.leaderboard.nouns import Fault
from plimsoll.leaderboard.scoring import NONE
from plimsoll.leaderboard.sizes import too_much
from plimsoll.leaderboard.upload import Upload
from plimsoll.run.keep.folder import RunFolder, open_run
from plimsoll.run.keep.manifest import Manifest
from plimsoll.run.work import engine
from plimsoll.text.letters import index_of
from plimsoll.text.official_choice import official_fill

LONGEST_REPLY = 100_000
"""Letters of a reply that are read; judges are not given a book."""

Verify = Callable[[Path], str]
"""Checks a run folder's seal and gives the signer's fingerprint. Raises `PlimsollError` naming the
file that was changed."""


class Run(NamedTuple):
    """A run folder, read and judged again."""

    predictions: Predictions
    signer: str = ""
    """Empty where the run bears no seal."""
    model: str = ""
    """The model that the run says it asked."""


class _Choice(NamedTuple):
    compat: int | None
    strict: int | None


def check_run(
    upload: Upload, key: Key, *, benchmark: str, verify: Verify | None, missing: Missing = "refuse"
) -> Run:
    """Unpack a run, check its seal, and judge it again. Raises `Unreadable` for a bad archive."""
    with TemporaryDirectory(prefix="plimsoll-run-") as name:
        folder = Path(name)
        unpack(upload, folder)
        if fault := too_much(folder, len(key.questions)):
            return Run(refused(key, fault))
        try:
            signer = _signer(folder, verify)
        except PlimsollError as error:
            return Run(refused(key, Fault(code="seal", message=_plain(error, folder))))
        try:
            run = open_run(folder)
            return Run(_read(run, key, benchmark, missing), signer, run.manifest().spec.model)
        except (PlimsollError, RecursionError, UnicodeError) as error:
            return Run(refused(key, Fault(code="not_a_run", message=_plain(error, folder))))


def _signer(folder: Path, verify: Verify | None) -> str:
    if not (folder / "seal.json").exists():
        return ""
    return verify(folder) if verify else ""


def _read(run: RunFolder, key: Key, benchmark: str, missing: Missing) -> Predictions:
    manifest = run.manifest()
    if other := _other_benchmark(manifest, benchmark):
        return refused(key, other)
    choices: dict[int, _Choice] = {}
    unknown, twice, altered = Ids(), Ids(), Ids()
    languages: dict[str, None] = {}
    places = {question.id: place for place, question in enumerate(key.questions)}
    judges: tuple[Judge, ...] = (
        registry.build("judges", "choice"),
        registry.build("judges", "official_choice"),
    )
    with asyncio.Runner() as loop:
        for record in _readable(run):
            if len(languages) < SHOWN:
                languages[short(record.sample.language)] = None
            place = places.get(id_of(record.sample))
            if place is None:
                unknown.add(record.sample.id)
            elif place in choices:
                twice.add(record.sample.id)
            elif key.questions[place].digest not in ("", digest_of(record.sample.choices)):
                altered.add(record.sample.id)
            else:
                # What is none of the board's questions costs no judging.
                choices[place] = _choice(loop.run(engine.judged(record, judges)))
    if len(languages) > 1 and registry.parse(benchmark).arguments.get("language") != "both":
        return refused(key, _two_languages([*languages]))
    faults = (
        *fault("unknown_ids", "unknown to this board", unknown),
        *fault("duplicate_ids", "recorded more than once", twice),
        *fault("other_questions", "asked with other options, or in another order, than the host's", altered),
    )
    absent = ids(question.id for place, question in enumerate(key.questions) if place not in choices)
    compat, strict = _filled(choices, key)
    return settled(compat, strict, faults, fault("missing_ids", "without a record", absent), missing)


def _readable(run: RunFolder) -> Iterator[Record]:
    from plimsoll.core import replace

    for record in run.records():
        if record.epoch:
            continue
        transcript = record.transcript
        if transcript and len(transcript.reply) > LONGEST_REPLY:
            yield replace(record, transcript=None)
        else:
            yield record


def _choice(record: Record) -> _Choice:
    labels = {name: verdict.label for name, verdict in record.verdicts.items()}
    return _Choice(index_of(labels.get("compat")), index_of(labels.get("strict")))


def _filled(choices: dict[int, _Choice], key: Key) -> tuple[bytes, bytes]:
    """Both readings in the key's order; the official one with its random fill in file order."""
    asked = sorted(choices)
    counts = [key.questions[place].options for place in asked]
    drawn = official_fill([choices[place].compat for place in asked], counts)
    compat = bytearray([NONE]) * len(key.questions)
    strict = bytearray([NONE]) * len(key.questions)
    for place, official in zip(asked, drawn, strict=True):
        compat[place] = official
        chosen = choices[place].strict
        strict[place] = NONE if chosen is None else chosen
    return bytes(compat), bytes(strict)


def _two_languages(languages: list[str]) -> Fault:
    """The same questions in another language bear the same ids: what is wrong is not that they repeat."""
    named = " and ".join(languages[:2])
    return Fault(
        code="two_languages",
        message=f"this run asked in {len(languages)} languages ({named}), and the board is for one: "
        f"run the benchmark again in that language alone (-T language={languages[0]})",
    )


def _other_benchmark(manifest: Manifest, benchmark: str) -> Fault | None:
    ours = registry.parse(benchmark).name
    theirs = manifest.spec.benchmark.partition(":")[0].strip()
    if ours == theirs and not manifest.spec.attacks:
        return None
    what = f"a run of {short(theirs)}" if ours != theirs else "a run under attack"
    return Fault(code="other_questions", message=f"this is {what}; the board is for {ours}")


def _plain(error: Exception, folder: Path) -> str:
    """An error's words without the place where the run was unpacked."""
    return str(error).replace(f"{folder}/", "").replace(str(folder), "the run")[:500]
