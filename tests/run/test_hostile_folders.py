"""Run folders that somebody else packed, or that a fault left behind."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from plimsoll.core import DataError, PlimsollError, Record, Request, Response, Sample, user
from plimsoll.core import files as doors
from plimsoll.core.decoding import TooDeep, converted, decode, loosely
from plimsoll.core.hidden import escaped, visible
from plimsoll.data import trust
from plimsoll.data.yaml_text import read as read_yaml
from plimsoll.run.keep import index, journal
from plimsoll.run.keep.cache import Cache, key_of
from plimsoll.run.keep.folder import RunFolder, runs
from plimsoll.run.keep.importing import made_whole
from tests.support.bounds import bounded

DEEP = b"[" * 200_000


def record(number: int) -> Record:
    return Record(sample=Sample(id=f"s{number}", messages=(user("Hello"),)), epoch=0)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    made = tmp_path / "run" / "records.jsonl"
    made.parent.mkdir()
    journal.rewrite(made, map(record, range(5)))
    return made


def broken_index(index: Path, how: str) -> None:
    index.unlink()
    if how == "folder":
        index.mkdir()
    elif how == "pipe":
        os.mkfifo(index)
    elif how == "offset":
        index.write_bytes(b'["s0",0,"scored","","","",9223372036854775807,null,null,null]\n')
    elif how == "before":
        index.write_bytes(b'["s0",0,"scored","","","",-1,null,null,null]\n')
    else:
        index.write_bytes(how.encode() + b"\n")


@pytest.mark.skipif(os.name != "posix", reason="needs pipes in folders")
@pytest.mark.parametrize("how", ["folder", "pipe", "offset", "before", "\0" * 100, "[" * 100_000, "{}"])
def test_an_index_that_tells_nothing_costs_no_record(path: Path, how: str) -> None:
    broken_index(index.path_of(path), how)
    assert [entry.id for entry in journal.entries(path)] == [f"s{n}" for n in range(5)]
    found = journal.find(path, "s3")
    assert found is not None
    assert found.sample.id == "s3"


def lied(how: str, lines: list[bytes]) -> list[bytes]:
    *rest, end = lines
    if how == "a place":
        rest[0] = rest[0].replace(b'"s0"', b'"s3"', 1)
    elif how == "an outcome":
        rest = [line.replace(b'"error"', b'"answered"') for line in rest]
    elif how == "a label":
        rest[2] = rest[2].replace(b'"",0', b'"safe",0').replace(b'"","en","",', b'"PH","en","A",')
    elif how == "an id too few":
        rest = rest[:2] + rest[3:]
    elif how == "an id too many":
        rest = [*rest, rest[0].replace(b'"s0"', b'"s9"', 1)]
    elif how == "a record twice":
        rest = [*rest, rest[0]]
    elif how == "the last one missing":
        rest = rest[:-1]
    elif how == "no end":
        return rest
    return [*rest, end]


@pytest.mark.parametrize(
    "how",
    [
        *("a place", "an outcome", "a label", "an id too few", "an id too many", "a record twice"),
        *("the last one missing", "no end"),
    ],
)
def test_an_index_that_lies_is_not_believed(path: Path, how: str) -> None:
    """Attack: another index with the end of a true one, or with none."""
    true = list(journal.entries(path))
    whole = index.path_of(path).read_bytes().splitlines(keepends=True)
    forged = lied(how, whole)
    assert forged != whole
    index.path_of(path).write_bytes(b"".join(forged))
    assert how == "no end" or not journal.is_derived(path)
    assert list(journal.entries(path)) == true
    index.path_of(path).write_bytes(b"".join(forged))
    for number in range(5):
        found = journal.find(path, f"s{number}")
        assert found is not None
        assert found.sample.id == f"s{number}"
    assert journal.find(path, "s9") is None
    assert journal.is_derived(path)


def is_believed(path: Path) -> bool:
    found = index.believed(path)
    return found is not None and len(list(found)) > 0


def test_an_index_of_another_machine_or_another_journal_is_not_believed(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack: an index that is whole in itself, packed beside a journal that says otherwise."""
    other = tmp_path / "other" / "records.jsonl"
    other.parent.mkdir()
    journal.rewrite(other, map(record, range(5, 10)))
    assert other.stat().st_size == path.stat().st_size
    assert is_believed(path)
    index.path_of(other).replace(index.path_of(path))
    assert not is_believed(path)
    assert [entry.id for entry in journal.entries(path)] == [f"s{n}" for n in range(5)]
    assert is_believed(path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "elsewhere"))
    assert not is_believed(path)
    assert len(list(journal.entries(path))) == 5


def test_an_index_of_a_journal_that_was_changed_since_is_not_believed(path: Path) -> None:
    """Attack, or an editor: a line that says otherwise and is as long as before."""
    list(journal.entries(path))
    body = path.read_bytes().replace(b'"s3"', b'"s8"')
    path.write_bytes(body)
    assert [entry.id for entry in journal.entries(path)] == ["s0", "s1", "s2", "s8", "s4"]
    assert journal.find(path, "s3") is None


def test_lists_are_true_where_no_key_can_be_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/dev/null")
    assert [entry.id for entry in journal.entries(path)] == [f"s{n}" for n in range(5)]
    sink = journal.Journal(path)
    sink.append(record(5))
    sink.close()
    assert [entry.id for entry in journal.entries(path)] == [f"s{n}" for n in range(6)]


def test_who_looks_while_a_run_is_under_way_leaves_no_record_twice_in_its_list(path: Path) -> None:
    sink = journal.Journal(path)
    for number in range(5, 1010):
        sink.append(record(number))
    assert len(list(journal.entries(path))) == 1010
    sink.append(record(1010))
    sink.close()
    assert [entry.id for entry in journal.entries(path)] == [f"s{n}" for n in range(1011)]
    assert journal.is_derived(path)


@pytest.mark.skipif(os.name != "posix", reason="needs pipes in folders")
@pytest.mark.parametrize("name", ["run.json", "summary.json", "records.jsonl"])
def test_a_pipe_or_a_deep_text_in_a_run_ends_in_an_error_of_ours(path: Path, name: str) -> None:
    folder = RunFolder(path.parent)
    for content in (None, DEEP, b"\xff\xfe", b"1" * 10_000):
        (path.parent / name).unlink(missing_ok=True)
        if content is None:
            os.mkfifo(path.parent / name)
        else:
            (path.parent / name).write_bytes(content + b"\n")
        for reads in (folder.manifest, lambda: list(folder.records()), folder.summary):
            with suppress(PlimsollError):
                reads()


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_a_link_to_nowhere_hides_no_other_run(path: Path) -> None:
    (path.parent / "run.json").write_bytes(b"{}")
    bad = path.parent.parent / "bad"
    bad.mkdir()
    (bad / "run.json").symlink_to("nowhere")
    assert "run" in {each.path.name for each in runs(path.parent.parent)}


def test_a_bad_row_of_the_cache_is_a_miss_and_is_replaced(tmp_path: Path) -> None:
    request = Request(messages=(user("Hello"),))
    with Cache(tmp_path / "c.sqlite") as cache:
        cache.put(key_of("m", request), Response(text="hi"))
        cache.flush()
        with sqlite3.connect(cache.path) as database:
            database.execute("update response set body = ?", (DEEP,))
        assert cache.get(key_of("m", request)) is None
        cache.put(key_of("m", request), Response(text="hi"))
        cache.flush()
        found = cache.get(key_of("m", request))
    assert found is not None
    assert found.text == "hi"


def test_what_fails_half_way_leaves_no_folder(tmp_path: Path) -> None:
    def fails() -> None:
        with made_whole(tmp_path / "run") as folder:
            assert folder.path.is_dir()
            raise DataError("line 2 is no record")

    with pytest.raises(DataError):
        fails()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_writing_replaces_a_link_and_leaves_nothing_when_it_fails(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "report").symlink_to(tmp_path / "mine")
    doors.write_text(tmp_path / "report", "theirs")
    assert (tmp_path / "mine").read_text() == "mine"

    def fails() -> None:
        with doors.writing(tmp_path / "report") as file:
            file.write(b"x")
            raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        fails()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["mine", "report"]
    assert (tmp_path / "report").read_text() == "theirs"


def test_checksums_that_are_trusted_at_once_are_all_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack: many processes that each read, add and write the same list."""
    from threading import Thread

    monkeypatch.setenv("PLIMSOLL_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    threads = [Thread(target=trust.hold, args=("set", f"file{n}", f"{n:064x}")) for n in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [trust.known("set", f"file{n}") for n in range(20)] == [f"{n:064x}" for n in range(20)]


@pytest.mark.parametrize("body", [DEEP, b'"\xff"', b"1" * 10_000, b"", b"\0"])
def test_whatever_is_decoded_fails_in_one_way(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError) as caught:
        decode(body)
    assert len(str(caught.value)) < 200
    with pytest.raises(TooDeep):
        loosely(DEEP)


def test_aliases_that_name_each_other_are_counted_out(tmp_path: Path) -> None:
    pytest.importorskip("yaml", reason="the extra `data` is not installed")
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(DataError, match="aliases"):
        read_yaml("\n".join(lines), tmp_path / "a.yaml")
    with pytest.raises(DataError):
        read_yaml("&a [*a]", tmp_path / "a.yaml")


def test_what_commands_a_terminal_is_shown() -> None:
    assert visible("\x1b[2J\u202egnp.exe\r") == "⟨U+001B⟩[2J⟨U+202E⟩gnp.exe⟨U+000D⟩"
    assert decode(escaped('"\u202e\x9b\U000e0041"')) == "\u202e\x9b\U000e0041"


def test_what_is_wrong_with_a_file_is_told_in_few_words_whatever_it_holds() -> None:
    told = str(DataError(f"log.eval, sample: cannot be unpacked: {'x' * 10**6}: convert it anew"))
    assert len(told) < 2_100
    assert told.startswith("log.eval, sample: cannot be unpacked")
    assert told.endswith("convert it anew")
    assert str(DataError("short")) == "short"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_a_million_brackets_in_yaml_are_refused_before_they_cost_anything(opening: str) -> None:
    pytest.importorskip("yaml", reason="the extra `data` is not installed")
    with bounded(), pytest.raises(DataError, match="nested too deeply"):
        read_yaml(opening * 10**6, Path("prompts.yaml"))


@pytest.mark.parametrize("text", ['limit: "\\ud800"', '"\\ud800": 1', 'a: [["\\udfff"]]'])
def test_half_a_character_in_yaml_is_no_text(text: str, tmp_path: Path) -> None:
    pytest.importorskip("yaml", reason="the extra `data` is not installed")
    with pytest.raises(DataError, match="half a character"):
        read_yaml(text, tmp_path / "a.yaml")


def test_half_a_character_fits_no_type() -> None:
    for value, kind in (("\ud800", int), ({"a": "\ud800"}, dict[str, int])):
        with pytest.raises(msgspec.ValidationError):
            converted(value, kind, strict=False)
