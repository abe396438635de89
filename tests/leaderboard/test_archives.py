"""Attacks by archives, and runs that are sound."""

import asyncio
import gzip
import io
import json
import stat
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from plimsoll.core import Record, Response, Sample, Transcript, user
from plimsoll.leaderboard import archives, client, keys
from plimsoll.leaderboard.administration import HOST
from plimsoll.leaderboard.errors import Unreadable
from plimsoll.leaderboard.keys import Question
from plimsoll.leaderboard.nouns import Meta, Query
from plimsoll.leaderboard.service import Service
from plimsoll.leaderboard.upload import Upload, of_bytes
from plimsoll.run.keep import journal
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.spec import RunSpec
from tests.support.boards import META, Team, add_board, add_team
from tests.support.sessions import session

SPEC = "safetybench:split=starter,language=en"


def tar(files: Mapping[str, bytes], *, more: tarfile.TarInfo | None = None) -> Upload:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        if more is not None:
            archive.addfile(more)
    return of_bytes(packed.getvalue())


def zipped(files: Mapping[str, bytes]) -> Upload:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return of_bytes(packed.getvalue())


def refused(upload: Upload, folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    with pytest.raises(Unreadable) as error:
        archives.unpack(upload, folder)
    return str(error.value)


SOUND = {"run.json": b"{}", "records.jsonl": b"{}\n"}


@pytest.mark.parametrize("pack", [tar, zipped])
def test_a_run_is_unpacked_at_the_top_or_inside_one_folder(pack: object, tmp_path: Path) -> None:
    for prefix in ("", "a run/", "./"):
        folder = tmp_path / (prefix.strip("./") or f"top{len(prefix)}")
        folder.mkdir()
        archives.unpack(pack({prefix + name: body for name, body in SOUND.items()}), folder)  # type: ignore[operator]
        assert {path.name for path in folder.iterdir()} == SOUND.keys()


@pytest.mark.parametrize("pack", [tar, zipped])
@pytest.mark.parametrize(
    "name",
    [
        "../run.json",
        "/etc/run.json",
        "a/../../run.json",
        "a/b/run.json",
        "..\\run.json",
        "C:\\run.json",
        "a\\run.json",
    ],
)
def test_no_path_leads_out_of_the_folder(pack: object, name: str, tmp_path: Path) -> None:
    """Attack: a member whose name climbs out of the folder it is unpacked to."""
    assert "path" in refused(pack({**SOUND, name: b"x"}), tmp_path / "in")  # type: ignore[operator]
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.parent.name != "in"] == []


@pytest.mark.parametrize("pack", [tar, zipped])
def test_foreign_files_and_twins_are_refused(pack: object, tmp_path: Path) -> None:
    assert "other files" in refused(pack({**SOUND, "authorized_keys": b"x"}), tmp_path / "a")  # type: ignore[operator]
    assert "twice" in refused(pack({**SOUND, "in/run.json": b"x"}), tmp_path / "b")  # type: ignore[operator]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(kind: bytes, tmp_path: Path) -> None:
    """Attack: run.json is a link to a file of the server, whose text comes back in a message."""
    info = tarfile.TarInfo("summary.json")
    info.type, info.linkname = kind, "/etc/passwd"
    assert "link or a device" in refused(tar(SOUND, more=info), tmp_path / "in")


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo("run.json")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert "link" in refused(of_bytes(packed.getvalue()), tmp_path / "in")


@pytest.mark.parametrize("pack", [tar, zipped])
def test_an_archive_that_unpacks_to_a_hundred_times_is_refused(pack: object, tmp_path: Path) -> None:
    """Attack: 60 MB of zeros in 60 KB."""
    bomb = pack({**SOUND, "records.jsonl": bytes(60 * 2**20)})  # type: ignore[operator]
    assert bomb.size < 200_000
    assert "far more" in refused(bomb, tmp_path / "in")
    assert sum(path.stat().st_size for path in (tmp_path / "in").iterdir()) <= archives.ALWAYS_ALLOWED


def test_a_zip_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """Attack: the directory says 1 byte, the data hold 60 MB."""
    body = bytearray(zipped({**SOUND, "summary.json": bytes(60 * 2**20)}).file.read())
    size = (60 * 2**20).to_bytes(4, "little")
    while (at := body.find(size)) >= 0:
        body[at : at + 4] = (1).to_bytes(4, "little")
    assert refused(of_bytes(bytes(body)), tmp_path / "in")


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_name_of_megabytes_is_refused_before_it_is_read(kind: bytes, tmp_path: Path) -> None:
    """Attack: an extended header of 4 GB, packed to little; the reader would take it into memory."""
    packed = io.BytesIO()
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, 4 * 2**30
    with gzip.GzipFile(fileobj=packed, mode="wb") as squeezed:
        squeezed.write(info.tobuf())
        squeezed.write(bytes(20 * 2**20))
    assert "too long" in refused(of_bytes(packed.getvalue()), tmp_path / "in")


def test_a_chain_of_headers_is_refused(tmp_path: Path) -> None:
    """Attack: ten thousand extended headers, one inside the other's reader."""
    packed = io.BytesIO()
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 0
    with gzip.GzipFile(fileobj=packed, mode="wb") as squeezed:
        squeezed.write(info.tobuf() * 10_000)
    assert "archive" in refused(of_bytes(packed.getvalue()), tmp_path / "in")


def test_a_zip_with_a_directory_of_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """Attack: a million entries of 46 bytes each; the reader would make an object of each."""
    body = zipped({"run.json": b"{}"}).file.read()
    first, end = body.index(b"PK\x01\x02"), body.index(b"PK\x05\x06")
    entries = body[first:end] * 20_000
    last = bytearray(body[end:])
    last[12:16] = len(entries).to_bytes(4, "little")
    for tail in (bytes(last), bytes(last[:20]) + b"\x03\0abc"):
        assert "more than" in refused(of_bytes(body[:first] + entries + tail), tmp_path / "in")


@pytest.mark.parametrize("pack", [tar, zipped])
def test_many_members_are_refused(pack: object, tmp_path: Path) -> None:
    assert "more than" in refused(pack({f"{i}/lock": b"" for i in range(1000)}), tmp_path / "in")  # type: ignore[operator]


@pytest.mark.parametrize("body", [b"PK\x03\x04junk", b"\x1f\x8bjunk", b"\x1f\x8b\x08" + bytes(40), b"PK"])
def test_a_broken_archive_is_refused_in_words(body: bytes, tmp_path: Path) -> None:
    assert "archive" in refused(of_bytes(body), tmp_path / "in")


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    whole = tar({**SOUND, "records.jsonl": bytes(range(256)) * 2000}).file.read()
    assert refused(of_bytes(whole[: len(whole) // 2]), tmp_path / "in")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A run of the starter set, as `plimsoll run` makes it."""
    spec = RunSpec(benchmark=SPEC, model="scripted")
    going = session(spec, tmp_path / "logs")
    asyncio.run(going.run())
    return going.folder


@pytest.fixture
def starter(lite: Service) -> Service:
    lite.admin.change(HOST, "small", daily=1000)
    add_board(lite, "starter", keys.of_benchmark(SPEC), grain=0, daily=1000, at_once=True)
    return lite


def pack(run: RunFolder) -> Upload:
    with client.parcel(run.path).content as content:
        content.seek(0)
        return of_bytes(content.read())


def faults(service: Service, team: Team, upload: Upload) -> dict[str, str]:
    checked = service.submitting.check(team.who, "starter", upload)
    return {fault.code: fault.message for fault in checked.faults}


def test_a_run_is_judged_again_whatever_its_verdicts(starter: Service, team: Team, run: RunFolder) -> None:
    """Attack: a run folder whose verdicts all say right."""
    honest = starter.submitting.submit(team.who, "starter", META, pack(run))
    told = run.summary()
    assert told is not None
    by_name = {(each.name, tuple(each.group)): each.value for each in told.estimates}
    assert honest.scores.compat[0].value == pytest.approx(by_name["accuracy_compat", ()], abs=1e-4)
    records = [_all_right(record) for record in run.records()]
    journal.rewrite(run.records_path, records)
    forged = starter.submitting.submit(team.who, "starter", META, pack(run))
    assert forged.scores == honest.scores


def _all_right(record: Record) -> Record:
    from plimsoll.core import replace

    verdicts = {
        name: replace(verdict, label=record.sample.target, value=1.0)
        for name, verdict in record.verdicts.items()
    }
    return replace(record, verdicts=verdicts)


def test_a_run_with_options_in_another_order_is_refused(starter: Service, team: Team, run: RunFolder) -> None:
    """Attack: reorder the options in the records, so that the letters chosen become the right ones."""
    from plimsoll.core import replace

    records = [
        replace(record, sample=replace(record.sample, choices=record.sample.choices[::-1]))
        for record in run.records()
    ]
    journal.rewrite(run.records_path, records)
    assert "other_questions" in faults(starter, team, pack(run))


def test_a_run_in_two_languages_is_refused_in_those_words(
    starter: Service, team: Team, run: RunFolder
) -> None:
    from plimsoll.core import replace

    records = list(run.records())
    other = [replace(each, sample=replace(each.sample, language="zh")) for each in records]
    journal.rewrite(run.records_path, [*records, *other])
    said = faults(starter, team, pack(run))
    assert said.keys() == {"two_languages"}
    assert "this run asked in 2 languages (en and zh), and the board is for one" in said["two_languages"]
    assert "-T language=en" in said["two_languages"]


def test_a_run_of_another_benchmark_or_under_attack_is_refused(
    starter: Service, team: Team, run: RunFolder
) -> None:
    from plimsoll.core import replace

    manifest = run.manifest()
    for changed in (
        replace(manifest, spec=replace(manifest.spec, benchmark="other:x=1")),
        replace(manifest, spec=replace(manifest.spec, attacks=("encoding/rot13",))),
    ):
        run.write_manifest(changed)
        assert "other_questions" in faults(starter, team, pack(run))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.json", b"{"),
        ("run.json", b'{"id": "\xff"}'),
        ("records.jsonl", b'{"sample": 1}\n'),
        ("records.jsonl", b'{"sample":{"id":"a","messages":[],"metadata":{"a":' + b"[" * 40_000 + b"\n"),
    ],
)
def test_a_broken_run_is_refused_without_naming_the_server_s_folders(
    starter: Service, team: Team, run: RunFolder, name: str, content: bytes
) -> None:
    whole = {file: (run.path / file).read_bytes() for file in ("run.json", "records.jsonl")}
    said = faults(starter, team, tar({**whole, name: content}))
    assert said.keys() == {"not_a_run"}
    assert "plimsoll-run" not in said["not_a_run"]


def test_missing_and_repeated_records_are_named(starter: Service, team: Team, run: RunFolder) -> None:
    records = list(run.records())
    journal.rewrite(run.records_path, [*records[2:], records[5]])
    said = faults(starter, team, pack(run))
    assert said.keys() == {"missing_ids", "duplicate_ids"}
    assert said["missing_ids"].startswith("2 ids are without a record")


def test_a_sealed_run_is_verified_and_a_changed_byte_is_named(
    starter: Service, team: Team, run: RunFolder, tmp_path: Path
) -> None:
    """Attack: change an answer after the run was sealed."""
    pytest.importorskip("cryptography", reason="signing needs cryptography")
    from plimsoll.run.keep import seal

    seal.sign(run, tmp_path / "key.pem")
    receipt = starter.submitting.submit(team.who, "starter", Meta(model=run.manifest().spec.model), pack(run))
    assert receipt.standing == "verified"
    (row,) = starter.boards.table("starter", Query(standing="verified")).rows
    assert row.signer
    records = list(run.records())
    journal.rewrite(run.records_path, [_answering(records[0]), *records[1:]])
    said = faults(starter, team, pack(run))
    assert said.keys() == {"seal"}
    assert "records.jsonl is not what was signed" in said["seal"]
    assert "line 1 was changed" in said["seal"]


def test_a_seal_does_not_count_for_another_model(starter: Service, team: Team, run: RunFolder) -> None:
    """Attack: hand a sealed run in under the name of another model."""
    pytest.importorskip("cryptography", reason="signing needs cryptography")
    from plimsoll.run.keep import seal

    seal.sign(run, run.path.parent / "key.pem")
    receipt = starter.submitting.submit(team.who, "starter", Meta(model="a better model"), pack(run))
    assert receipt.standing == "reported"
    (note,) = (each for each in receipt.notes if each.code == "seal_model")
    assert run.manifest().spec.model in note.message
    assert "a better model" in note.message


def test_a_seal_does_not_count_for_another_team(starter: Service, team: Team, run: RunFolder) -> None:
    """Attack: hand another team's sealed run in as one's own."""
    pytest.importorskip("cryptography", reason="signing needs cryptography")
    from plimsoll.run.keep import seal

    seal.sign(run, run.path.parent / "key.pem")
    told = Meta(model=run.manifest().spec.model)
    assert starter.submitting.submit(team.who, "starter", told, pack(run)).standing == "verified"
    blue = add_team(starter, "Blue")
    receipt = starter.submitting.submit(blue.who, "starter", told, pack(run))
    assert receipt.standing == "reported"
    assert [each.code for each in receipt.notes] == ["seal_owner"]
    again = starter.submitting.submit(team.who, "starter", told, pack(run), key="again")
    assert again.standing == "verified"


def _answering(record: Record) -> Record:
    from plimsoll.core import replace

    return replace(record, transcript=Transcript(responses=(Response(text=f"({record.sample.target})"),)))


def test_a_reply_that_is_a_book_is_not_judged(starter: Service, team: Team, run: RunFolder) -> None:
    """Attack: a reply of a million letters, to keep the judges busy."""
    from plimsoll.core import replace

    long = Transcript(responses=(Response(text="(A) " * 250_000),))
    first, *rest = run.records()
    journal.rewrite(run.records_path, [replace(first, transcript=long), *rest])
    checked = starter.submitting.check(team.who, "starter", pack(run))
    assert checked.sound


def test_a_question_s_digest_hangs_on_the_order_of_options() -> None:
    sample = Sample(id="a", messages=(user("?"),), choices=("x", "y"), target="A")
    assert keys.digest_of(sample.choices) != keys.digest_of(sample.choices[::-1])
    assert Question(id="a", category="c", answer=0).digest == ""


def test_the_same_run_packs_to_the_same_bytes(run: RunFolder) -> None:
    assert pack(run).sha256 == pack(run).sha256
    assert json.loads((run.path / "run.json").read_bytes())
