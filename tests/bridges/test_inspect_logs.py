"""Our runs as Inspect's logs and back, without Inspect."""

import json
import math
import struct
import zipfile
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from plimsoll.bridges.inspect import export, import_log
from plimsoll.core import DataError, Outcome, Record, Verdict
from tests.support.inspect_logs import (
    MANIFEST,
    SUMMARY,
    foreign,
    foreign_log,
    records,
    written,
    zipped,
)


@pytest.mark.parametrize("form", ["json", "eval"])
def test_a_run_that_goes_through_a_log_comes_back_whole(
    tmp_path: Path, form: Literal["json", "eval"]
) -> None:
    path = export(MANIFEST, SUMMARY, records(), tmp_path, form=form)
    imported = import_log(path)
    assert imported.manifest == MANIFEST
    assert list(imported.records()) == records()


def test_the_file_is_named_by_time_task_and_id(tmp_path: Path) -> None:
    path = export(MANIFEST, SUMMARY, records(), tmp_path)
    assert path.name == "2026-11-21T07-00-00-00-00_colours_0f3a5b.json"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_run_is_said_to_be_cancelled(tmp_path: Path) -> None:
    path = export(MANIFEST, None, records(), tmp_path)
    assert json.loads(path.read_text())["status"] == "cancelled"


def test_a_multiple_choice_sample_of_theirs_keeps_choices_and_target(tmp_path: Path) -> None:
    imported = import_log(written(tmp_path, foreign_log(foreign())))
    (record,) = imported.records()

    assert imported.manifest.spec.benchmark == "inspect_evals/colours:shots=5"
    assert imported.manifest.model.name == "inspect/openai/gpt-4o"
    assert imported.manifest.total == 2
    assert (record.sample.id, record.epoch) == ("7", 1)
    assert (record.sample.choices, record.sample.target) == (("red", "blue"), "B")
    assert record.sample.messages[0].text.startswith("Answer with a letter.")
    assert record.sample.request == "What is the sky?"
    assert record.sample.category == "sky"
    assert record.transcript is not None
    assert record.transcript.reply == "ANSWER: B"
    response = record.transcript.responses[0]
    assert (response.finish, response.usage.input_tokens, response.usage.seconds) == ("length", 7, 0.25)
    assert record.verdicts["choice"] == Verdict(label="B", value=1.0, reason="said B")
    assert record.verdicts["judge"].value is None
    assert record.verdicts["judge"].outcome is Outcome.JUDGE_UNPARSED
    assert record.verdicts["many"].detail == {"value": {"a": 1, "b": 0}}


def test_a_sample_of_theirs_that_failed_is_a_failure(tmp_path: Path) -> None:
    broken = foreign(output={"model": "m", "choices": []}, scores=None, error={"message": "429"})
    (record,) = import_log(written(tmp_path, foreign_log(broken))).records()
    assert record.transcript is None
    assert record.outcome is Outcome.ERROR
    assert record.failures[0].message == "429"


def test_a_log_cut_short_is_refused_with_its_place(tmp_path: Path) -> None:
    whole = export(MANIFEST, SUMMARY, records(), tmp_path)
    whole.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(DataError, match=r"colours_0f3a5b\.json, document: no JSON"):
        import_log(whole)


def test_a_zip_cut_short_is_refused(tmp_path: Path) -> None:
    whole = export(MANIFEST, SUMMARY, records(), tmp_path, form="eval")
    whole.write_bytes(whole.read_bytes()[:-200])
    with pytest.raises(DataError, match="no complete zip file"):
        import_log(whole)


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        (foreign(epoch="two"), r"samples\[0\].*epoch"),
        (foreign(messages=[{"role": "king", "content": ""}]), r"samples\[0\].*role"),
        (foreign(metadata={"plimsoll": {"sample": {"category": 3}}}), r"samples\[0\].*category"),
        (foreign(metadata={"plimsoll": 3}), r"samples\[0\]"),
        (foreign(attachments={"aa": 3}), r"samples\[0\]"),
        ("hello", r"samples\[0\]"),
    ],
)
def test_a_malformed_sample_is_refused_with_its_place(tmp_path: Path, sample: Any, said: str) -> None:
    imported = import_log(written(tmp_path, foreign_log(sample)))
    with pytest.raises(DataError, match=rf"log\.json, {said}"):
        list(imported.records())


@pytest.mark.parametrize("log", [[], {}, {"eval": {}}, {"eval": {"task": 1, "model": "m"}}])
def test_what_is_no_log_is_refused(tmp_path: Path, log: Any) -> None:
    with pytest.raises(DataError, match=r"log\.json"):
        import_log(written(tmp_path, log))


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text("[" * 100_000)
    with pytest.raises(DataError, match="no JSON"):
        import_log(path)


def test_attachments_that_unfold_without_end_are_refused(tmp_path: Path) -> None:
    bomb = foreign(
        messages=[{"role": "user", "content": "attachment://aa"}] * 50, attachments={"aa": "x" * 10_000}
    )
    path = written(tmp_path, foreign_log(bomb))
    with pytest.raises(DataError, match="unfold"):
        list(import_log(path, limit=100_000).records())


def test_what_no_journal_could_hold_is_made_fit(tmp_path: Path) -> None:
    odd = {"big": 10**400, "id": 2**63 + 1, "half": "a\ud800b", "pair": "\U0001f600", "nan": math.inf}
    (record,) = import_log(written(tmp_path, foreign_log(foreign(metadata=odd)))).records()
    again = msgspec.json.decode(msgspec.json.encode(record), type=Record)
    assert again.sample.metadata["half"] == "a?b"
    assert again.sample.metadata["pair"] == "\U0001f600"


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, "samples/1_epoch_1.json", b" " * 3_000_000)
    with pytest.raises(DataError, match=r"samples/1_epoch_1\.json: unpacks to more than 1000000 bytes"):
        list(import_log(path, limit=1_000_000).records())


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, "samples/1_epoch_1.json", b" " * 3_000_000)
    true, false = struct.pack("<L", 3_000_000), struct.pack("<L", 1000)
    path.write_bytes(path.read_bytes().replace(true, false))
    with pytest.raises(DataError, match=r"samples/1_epoch_1\.json"):
        list(import_log(path, limit=1_000_000).records())


def test_a_sample_in_pieces_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = zipped(tmp_path, "samples/1_epoch_1/sample.json", b"{}")
    with pytest.raises(DataError, match="inspect log convert"):
        list(import_log(path).records())


def test_an_interrupted_evaluation_of_theirs_is_read_as_far_as_it_went(tmp_path: Path) -> None:
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("_journal/start.json", json.dumps(foreign_log()))
        out.writestr("samples/7_epoch_2.json", json.dumps(foreign()))
    assert [record.sample.id for record in import_log(path).records()] == ["7"]
