import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.core import DataError, Record, Response, Sample, Transcript, Verdict, user
from plimsoll.run.keep import index, journal


def record(sample_id: str, epoch: int = 0, reply: str = "(B)") -> Record:
    return Record(
        sample=Sample(id=sample_id, messages=(user("q"),), category="PH"),
        transcript=Transcript(responses=(Response(text=reply),)),
        verdicts={"strict": Verdict(label="B", value=1.0)},
        epoch=epoch,
    )


def written(path: Path, *records: Record) -> Path:
    sink = journal.Journal(path)
    for one in records:
        sink.append(one)
    sink.close()
    return path


def test_what_is_appended_is_read_back_in_order(tmp_path: Path) -> None:
    records = [record("1"), record("2", epoch=3)]
    assert list(journal.read(written(tmp_path / "records.jsonl", *records))) == records


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40), st.text(max_size=200))
def test_any_text_survives_the_journal(
    tmp_path_factory: pytest.TempPathFactory, name: str, reply: str
) -> None:
    path = tmp_path_factory.mktemp("journal") / "records.jsonl"
    one = record(name, reply=reply)
    written(path, record("other"), one)
    assert list(journal.read(path))[1] == one
    assert journal.find(path, name) == (one if name != "other" else record("other"))


def test_an_interrupted_line_is_dropped_when_read_and_cut_when_opened(tmp_path: Path) -> None:
    path = written(tmp_path / "records.jsonl", record("1"))
    with path.open("ab") as file:
        file.write(b'{"sample":{"id":"2"')
    assert [one.sample.id for one in journal.read(path)] == ["1"]
    written(path, record("3"))
    assert [one.sample.id for one in journal.read(path)] == ["1", "3"]


def test_a_broken_line_in_the_middle_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "records.jsonl", record("1"))
    with path.open("ab") as file:
        file.write(b'{"sample":7}\n')
    with pytest.raises(DataError, match=r"records\.jsonl: line 2 is no record"):
        list(journal.read(path))


def test_the_index_is_made_anew_when_it_is_missing_or_stale(tmp_path: Path) -> None:
    path = written(tmp_path / "records.jsonl", record("1"), record("2"))
    index.path_of(path).unlink()
    assert [entry.id for entry in journal.entries(path)] == ["1", "2"]
    index.path_of(path).write_bytes(index.path_of(path).read_bytes().splitlines(True)[0])
    assert journal.find(path, "2") == record("2")
    assert [entry.id for entry in journal.entries(path)] == ["1", "2"]


def test_a_record_is_found_by_id_and_epoch_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "records.jsonl", record("1"), record("11"), record("1", epoch=1))
    found = journal.find(path, "1", 1)
    assert found is not None
    assert found.epoch == 1
    assert journal.find(path, "1", 11) is None


def test_a_process_that_dies_with_its_index_in_memory_leaves_no_hole(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    dying = journal.Journal(path)
    dying.append(record("1"))
    written(path, record("2"))
    assert [entry.id for entry in journal.entries(path)] == ["1", "2"]
    assert journal.find(path, "1") == record("1")


FULL_DISK = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.run.test_journal import record
from plimsoll.core import PlimsollError
from plimsoll.run.keep import index, journal
sink = journal.Journal(Path(sys.argv[1]))
for number in range(1000):
    try:
        sink.append(record(str(number)))
    except PlimsollError as error:
        print(error)
        break
"""


def test_a_full_disk_stops_with_a_clear_error_and_an_intact_journal(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"

    resource: Any = pytest.importorskip("resource", reason="this system sets no limit to a file's size")

    def no_more_than_4000_bytes() -> None:
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    root = Path(__file__).parents[2]
    result = subprocess.run(
        [sys.executable, "-B", "-c", FULL_DISK, path, root],
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=no_more_than_4000_bytes,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])},
    )
    assert "cannot write to" in result.stdout, result.stderr
    assert "free some space and resume" in result.stdout
    kept = list(journal.read(path))
    assert len(kept) > 10
    assert [one.sample.id for one in kept] == [str(number) for number in range(len(kept))]
    assert path.read_bytes().endswith(b"\n")


def test_a_lone_surrogate_is_written_as_a_replacement_character(tmp_path: Path) -> None:
    path = written(tmp_path / "records.jsonl", record("1", reply="before \ud800 after 👩"), record("2"))
    first, second = journal.read(path)
    assert first.transcript is not None
    assert first.transcript.reply == "before \ufffd after 👩"
    assert second == record("2")
    assert [entry.id for entry in journal.entries(path)] == ["1", "2"]
