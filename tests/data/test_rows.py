"""Files -> rows: what is refused, and how the place is named."""

from pathlib import Path

import pytest
from msgspec import Struct

from plimsoll.core import DataError
from plimsoll.data.rows import (
    decode,
    duplicate_keys,
    read_json,
    read_jsonl,
    refuse_duplicate_keys,
    refuse_duplicates,
)


class Row(Struct, frozen=True):
    id: int
    text: str = ""


def written(folder: Path, content: bytes, name: str = "rows.json") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_list_of_records_is_read(tmp_path: Path) -> None:
    assert read_json(written(tmp_path, b'[{"id": 1, "text": "a"}]'), list[Row]) == [Row(1, "a")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'[{"id": 1}, {"id": 2}, {"id"', r"record #3 \(after id 2\): the file is cut short"),
        (b'[{"id": 1}, {"id": "2"}]', r"record #2 \(id 2\): id: Expected int, got str"),
        (
            b'[{"id": 1}, {"text": "x"}]',
            r"record #2 \(after id 1\): Object missing required field id",
        ),
        (
            b'[{"id": 1}, {"id": 2, "text": "\xff"}]',
            r"record #2 \(after id 1\): bad UTF-8 at byte 31 \(0xff\)",
        ),
        (b'[{"id": 1} {"id": 2}]', r"record #2 \(after id 1\): JSON is malformed"),
        (
            b'[{"id": 1}, {"id": 2, "text": "\\ud800"}, {"id": 3}, {"id": 4}]',
            r"record #2 \(after id 1\): JSON is malformed: unexpected end of escaped utf-16 surrogate pair",
        ),
        (b'[{"id": 1}, {"id": 2, "x": NaN}, {"id": 3}]', r"record #2 \(after id 1\): JSON is malformed"),
        (
            b'[{"id": 1}, {"id": 2, "x": ' + b"[" * 200_000 + b"]" * 200_000 + b'}, {"id": 3}]',
            r"record #2 \(after id 1\): nested too deeply$",
        ),
        (b'{"id": 1}', r"Expected array, got object"),
        (b"", r"record #1: the file is cut short"),
    ],
)
def test_the_first_wrong_record_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=r"rows\.json: " + message):
        read_json(written(tmp_path, content), list[Row])


def test_a_wrong_member_of_an_object_is_named_by_its_key(tmp_path: Path) -> None:
    path = written(tmp_path, b'{"7": {"id": 1}, "8": {"id": "2"}}')
    with pytest.raises(DataError, match=r"record #2 \(id 8\): id: Expected int, got str"):
        read_json(path, dict[str, Row])
    with pytest.raises(DataError, match=r"record #2 \(after id 7\): JSON is malformed: .* surrogate pair"):
        read_json(written(tmp_path, b'{"7": {"id": 1}, "\\udc00": {"id": 2}, "9": {}}'), dict[str, Row])
    with pytest.raises(DataError, match=r"record #2 \(after id 7\): the file is cut short"):
        read_json(written(tmp_path, b'{"7": {"id": 1}, "8": {"i'), dict[str, Row])


def test_a_wrong_record_is_named_by_the_id_that_should_stand_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"record #2 \(id 5\): the file is cut short"):
        decode(b'[{"id": 4}, {"i', list[Row], tmp_path / "rows.json", expected=[4, 5])


def test_a_file_that_is_not_there_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"rows\.json: cannot be read"):
        read_json(tmp_path / "rows.json", list[Row])


def test_lines_are_read_and_blank_ones_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path, b'{"id": 1}\n\n{"id": 2}\n', "rows.jsonl")
    assert [row.id for row in read_jsonl(path, Row)] == [1, 2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"id": 1}\n{"id": 2', r"record #2, line 2: Input data was truncated"),
        (b'{"id": 1}\n\n{"id": "x"}', r"record #2, line 3: Expected int, got str"),
        (b'{"id": 1, "text": "\xe9"}\n', r"record #1, line 1: bad UTF-8"),
        (b'{"id": 1}\n{"x": ' + b"[" * 200_000, r"record #2, line 2: nested too deeply$"),
    ],
)
def test_the_first_wrong_line_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_jsonl(written(tmp_path, content, "rows.jsonl"), Row)


def test_a_second_record_of_one_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"record #3: id 7 again, after record #1"):
        refuse_duplicates([7, 8, 7], tmp_path / "rows.json")


def test_a_key_that_stands_twice_is_found_at_any_depth(tmp_path: Path) -> None:
    content = b'{"a": {"b": 1, "b": 2}, "a": 3, "a": 4}'
    assert duplicate_keys(content) == ("b", "a", "a")
    assert duplicate_keys(b'{"a": {"a": 1}}') == ()
    with pytest.raises(DataError, match="key 'b' stands twice"):
        refuse_duplicate_keys(content, tmp_path / "x.json")
    assert duplicate_keys(b'{"a": ' + b"1" * 5000 + b', "a": 2}') == ("a",)
    with pytest.raises(DataError, match=r"x\.json: nested too deeply"):
        refuse_duplicate_keys(b'{"a":' * 200_000 + b"0" + b"}" * 200_000, tmp_path / "x.json")
