import asyncio
import base64
import json
import random
import shutil
import sys
from pathlib import Path

import pytest

from plimsoll.core import PlimsollError, UserError
from plimsoll.run.keep import keys, seal
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.spec import RunSpec
from tests.support.sessions import session
from tests.support.toy import Adder, toy

pytest.importorskip("cryptography", reason="the extra 'sign' is not installed")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    going = session(
        RunSpec(benchmark="toy", model="toy/adder"), tmp_path / "logs", benchmark=toy(40), model=Adder()
    )
    asyncio.run(going.run())
    return going.folder


@pytest.fixture
def signed(run: RunFolder, tmp_path: Path) -> RunFolder:
    seal.sign(run, tmp_path / "key")
    return run


def own(tmp_path: Path) -> list[str]:
    return [keys.public_key(tmp_path / "key")]


def change(path: Path, at: int) -> None:
    body = bytearray(path.read_bytes())
    body[at] ^= 1
    path.write_bytes(body)


def test_a_sealed_run_is_intact(signed: RunFolder, tmp_path: Path) -> None:
    finding = seal.verify(signed.path, own(tmp_path))
    assert finding.ok
    assert finding.trusted
    assert finding.run_id == signed.manifest().id


@pytest.mark.parametrize("name", seal.FILES)
def test_any_changed_byte_is_found_and_its_file_named(signed: RunFolder, tmp_path: Path, name: str) -> None:
    path, draw = signed.path / name, random.Random(name)
    whole = path.read_bytes()
    for at in draw.sample(range(len(whole)), 60):
        change(path, at)
        finding = seal.verify(signed.path, own(tmp_path))
        path.write_bytes(whole)
        assert not finding.ok
        assert {problem.file for problem in finding.problems} == {name}


def test_the_changed_record_is_named_by_line_and_sample(signed: RunFolder, tmp_path: Path) -> None:
    lines = signed.records_path.read_bytes().splitlines(keepends=True)
    lines[17] = lines[17].replace(b'"value":1.0', b'"value":0.0')
    signed.records_path.write_bytes(b"".join(lines))

    (file, record) = seal.verify(signed.path, own(tmp_path)).problems
    assert (file.kind, record.kind, record.line) == ("file", "record", 18)
    assert record.sample_id == json.loads(lines[17])["sample"]["id"]


def test_taken_out_and_put_in_records_are_told_apart_from_changed_ones(
    signed: RunFolder, tmp_path: Path
) -> None:
    lines = signed.records_path.read_bytes().splitlines(keepends=True)
    signed.records_path.write_bytes(b"".join(lines[:5] + lines[6:]))
    messages = [problem.message for problem in seal.verify(signed.path, own(tmp_path)).problems]
    assert messages[1] == "40 records were signed, 39 are there; the first difference is in line 6"
    assert len(messages) == 2


def test_a_missing_file_is_named(signed: RunFolder, tmp_path: Path) -> None:
    (signed.path / "summary.json").unlink()
    assert [problem.message for problem in seal.verify(signed.path, own(tmp_path)).problems] == [
        "summary.json is missing"
    ]


@pytest.mark.parametrize("at", range(2, 2400, 97))
def test_a_changed_seal_never_passes_for_a_sound_one_of_another_run(
    signed: RunFolder, tmp_path: Path, at: int
) -> None:
    envelope = json.loads((signed.path / seal.FILE).read_bytes())
    payload = bytearray(base64.b64decode(envelope["payload"]))
    payload[at % len(payload)] ^= 1
    envelope["payload"] = base64.b64encode(payload).decode()
    (signed.path / seal.FILE).write_text(json.dumps(envelope), encoding="utf-8")
    assert not seal.verify(signed.path, own(tmp_path)).ok


def test_another_key_does_not_pass_for_the_one_asked_for(signed: RunFolder, tmp_path: Path) -> None:
    finding = seal.verify(signed.path, [keys.public_key(tmp_path / "other")])
    assert [problem.kind for problem in finding.problems] == ["key"]


def test_an_empty_list_of_keys_trusts_nobody(signed: RunFolder) -> None:
    assert not seal.verify(signed.path, []).ok


def test_without_a_key_a_seal_shows_that_nothing_changed_but_not_who_signed(signed: RunFolder) -> None:
    finding = seal.verify(signed.path)
    assert finding.ok
    assert not finding.trusted


def test_a_run_that_was_changed_and_sealed_again_is_not_the_first_signer_s(
    signed: RunFolder, tmp_path: Path
) -> None:
    change(signed.records_path, 40)
    seal.sign(signed, tmp_path / "thief")
    assert seal.verify(signed.path).ok
    assert not seal.verify(signed.path, own(tmp_path)).ok


def test_a_seal_of_one_run_does_not_fit_another(signed: RunFolder, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(signed.path, other)
    change(other / "run.json", 100)
    assert [problem.file for problem in seal.verify(other, own(tmp_path)).problems] == ["run.json"]


def test_the_signature_is_over_type_and_body_with_their_lengths() -> None:
    # The example of the DSSE protocol.
    assert seal.pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b'{"payload":"!","payloadType":"application/vnd.in-toto+json","signatures":[]}',
    ],
)
def test_what_is_no_seal_is_a_finding_and_never_a_crash(
    signed: RunFolder, tmp_path: Path, body: bytes
) -> None:
    (signed.path / seal.FILE).write_bytes(body)
    assert not seal.verify(signed.path, own(tmp_path)).ok
    assert not seal.verify(signed.path).ok


def test_a_link_in_place_of_a_file_is_not_followed(signed: RunFolder, tmp_path: Path) -> None:
    (signed.path / "run.json").rename(tmp_path / "elsewhere.json")
    (signed.path / "run.json").symlink_to(tmp_path / "elsewhere.json")
    assert not seal.verify(signed.path, own(tmp_path)).ok


def test_a_run_without_a_summary_is_not_sealed(run: RunFolder, tmp_path: Path) -> None:
    (run.path / "summary.json").unlink()
    with pytest.raises(UserError, match="no summary"):
        seal.sign(run, tmp_path / "key")


def test_a_key_is_made_once_and_for_its_owner_only(run: RunFolder, tmp_path: Path) -> None:
    key = tmp_path / "deep" / "key"
    first = seal.sign(run, key).signer
    assert key.stat().st_mode & 0o777 == 0o600
    assert seal.sign(run, key).signer == first
    key.chmod(0o644)
    with pytest.raises(UserError, match="can be read by others"):
        seal.sign(run, key)


def test_a_public_key_is_read_from_text_and_file_but_never_from_a_private_one(tmp_path: Path) -> None:
    public = keys.public_key(tmp_path / "key")
    (tmp_path / "key.pub").write_text(public + "\n", encoding="utf-8")
    assert keys.read_public_key(public) == keys.read_public_key(str(tmp_path / "key.pub")) == public
    with pytest.raises(UserError, match="holds a private key"):
        keys.read_public_key(str(tmp_path / "key"))
    with pytest.raises(UserError, match="no public key"):
        keys.read_public_key("ed25519:AAAA")


def test_the_signer_is_given_by_its_id_or_every_change_is_said(signed: RunFolder, tmp_path: Path) -> None:
    assert seal.signer_of(signed.path) == keys.key_id(*own(tmp_path))
    change(signed.records_path, 10)
    with pytest.raises(PlimsollError, match="is not what was signed"):
        seal.signer_of(signed.path)


def test_a_statement_without_digests_is_no_seal(tmp_path: Path) -> None:
    """Attack: a signed statement that names the files and no digest of them: nothing equals nothing."""
    folder = tmp_path / "run"
    folder.mkdir()
    private = keys.private_key(tmp_path / "key.pem")
    public = keys.text_of(private.public_key())
    for digest in ({}, {"sha256": ""}, {"sha256": "ab"}, {"md5": "0" * 32}):
        statement = {
            "_type": seal.STATEMENT_TYPE,
            "predicateType": seal.PREDICATE_TYPE,
            "subject": [{"name": name, "digest": digest} for name in seal.FILES],
            "predicate": {"id": "x", "signer": public, "lines": ""},
        }
        payload = json.dumps(statement).encode()
        signed = private.sign(seal.pae(seal.PAYLOAD_TYPE, payload))
        envelope = {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": seal.PAYLOAD_TYPE,
            "signatures": [{"sig": base64.b64encode(signed).decode(), "keyid": ""}],
        }
        (folder / "seal.json").write_text(json.dumps(envelope))
        assert not seal.verify(folder).ok


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_a_linked_seal_is_neither_read_nor_sent(tmp_path: Path) -> None:
    """Attack: `seal.json` is a link to a private key, which would be handed in along with the run."""
    from plimsoll.leaderboard import client

    secret = tmp_path / "signing.key"
    secret.write_text("secret")
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.json").write_text("{}")
    (folder / "seal.json").symlink_to(secret)
    assert "link" in seal.verify(folder).problems[0].message
    with pytest.raises(UserError, match="is a link"):
        client._files(folder)  # pyright: ignore[reportPrivateUsage]
