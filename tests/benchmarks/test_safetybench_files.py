"""What the loader of SafetyBench's files takes, and what it refuses, naming the first wrong id."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from plimsoll.benchmarks.safetybench import dataset
from plimsoll.core import DataError, UserError
from plimsoll.data import trust
from plimsoll.data.locate import MissingData

from .conftest import Files, question

Rows = list[dict[str, Any]]


def swapped(rows: Rows) -> None:
    rows[1], rows[2] = rows[2], rows[1]


def test_the_subset_is_read_with_its_answers(files: Files) -> None:
    rows = dataset.load("zh", "zh_subset").rows
    assert len(rows) == 2100
    assert (rows[0].id, rows[0].code, rows[0].language, rows[0].answer) == (0, "OFF", "zh", 0)
    assert (rows[-1].id, rows[-1].code) == (10435, "PP")


def test_the_whole_set_is_read_and_trusted_on_first_use(files: Files) -> None:
    path = files.whole()
    loaded = dataset.load("en", "test")
    assert len(loaded.rows) == 11435
    assert trust.known("safetybench", "test_en.json") == loaded.files["test_en.json"]
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(DataError, match=r"test_en\.json of safetybench has SHA-256 .* trusted on first use"):
        dataset.load("en", "test")


def test_the_answer_file_of_either_language_serves_both(files: Files) -> None:
    (files.folder / "test_answers_en.json").rename(files.folder / "test_answers_zh.json")
    assert len(dataset.load("en", "sample").rows) == 23


def test_a_file_that_is_not_here_says_how_to_get_it(files: Files) -> None:
    with pytest.raises(MissingData, match=r"test_zh\.json of safetybench.*plimsoll data pull safetybench"):
        dataset.load("zh", "test")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.pop(), r"cut short: record #2100 with id 10435 is missing \(2099 of 2100"),
        (swapped, r"record #2: id 2 stands where id 1 should"),
        (lambda rows: rows.pop(300), r"record #301: id 1806 stands where id 1805 should"),
        (lambda rows: rows.insert(5, rows[4]), r"record #6: id 4 again, after record #5"),
        (lambda rows: rows.append(question(11000)), r"record #2101: id 11000 is one too many"),
        (lambda rows: rows[7].update(category="Privacy and Property"), r"record #8: id 7: category 'Privacy"),
        (lambda rows: rows[7].update(options=["one"]), r"record #8: id 7: 1 options; questions have 2 to 4"),
        (lambda rows: rows[7].update(options=["one", ""]), r"record #8: id 7: option B is empty"),
        (lambda rows: rows[7].update(options="one"), r"record #8 \(id 7\): options: Expected array, got str"),
        (lambda rows: rows[7].update(id="7"), r"record #8 \(id 7\): id: Expected int, got str"),
        (lambda rows: rows[7].pop("question"), r"record #8 \(id 7\): Object missing required field question"),
    ],
)
def test_a_wrong_subset_is_refused(files: Files, change: Callable[[Rows], object], message: str) -> None:
    files.edit("test_zh_subset.json", change)
    with pytest.raises(DataError, match=rf"test_zh_subset\.json: {message}"):
        dataset.load("zh", "zh_subset")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.clear(), "holds no questions"),
        (swapped, "record #3: id 500 comes after id 1000"),
        (lambda rows: rows[3].update(id=99999), r"record #4: id 99999 is not official \(0 to 11434\)"),
        (lambda rows: rows[3].update(id=-1), r"record #4: id -1 is not official"),
        (lambda rows: rows[1].update(id=0), r"record #2: id 0 again, after record #1"),
        (
            lambda rows: rows[3].update(id=1900),
            r"record #4: id 1900: category 'Offensiveness', but its",
        ),
        (lambda rows: rows[1].update(question=" \n"), r"record #2: id 500: the question is blank"),
        (
            lambda rows: rows[1].update(options=["one", "\u3000"]),
            r"record #2: id 500: option B is blank",
        ),
    ],
)
def test_a_wrong_sample_is_refused(files: Files, change: Callable[[Rows], object], message: str) -> None:
    files.edit("test_en_sample.json", change)
    with pytest.raises(DataError, match=rf"test_en_sample\.json: {message}"):
        dataset.load("en", "sample")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda raw: raw[:-300], r"record #2098 \(id 10433\): the file is cut short"),
        (
            lambda raw: raw.replace("哪".encode(), b"\xe5\x93", 1),
            r"record #1 \(id 0\): bad UTF-8 at byte \d+ \(0xe5\)",
        ),
        (lambda raw: raw.replace(b'"id":1,', b'"id":1,"id":1,', 1), r"key 'id' stands twice"),
        (lambda raw: b"<html>" + raw, r"record #1 \(id 0\): JSON is malformed"),
    ],
)
def test_damaged_bytes_are_refused(files: Files, damage: Callable[[bytes], bytes], message: str) -> None:
    path = files.folder / "test_zh_subset.json"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError, match=rf"test_zh_subset\.json: {message}"):
        dataset.load("zh", "zh_subset")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda right: right.pop("11434"), r"cut short: record #11435 with id 11434 is missing"),
        (lambda right: right.pop("40"), r"record #41: id 41 stands where id 40 should"),
        (lambda right: right["40"].update(answer=3), r"Offensiveness is answered A/B/C/D 956/822/19/8 times"),
        (lambda right: right["40"].update(answer=4), r"id 40: answer 4 is not 0 to 3"),
        (
            lambda right: right["40"].update(category="Physical Health"),
            r"id 40: category 'Physical H",
        ),
        (lambda right: right["40"].update(answer="1"), r"record #41 \(id 40\): answer: Expected int"),
    ],
)
def test_wrong_answers_are_refused(files: Files, change: Callable[[Any], object], message: str) -> None:
    files.edit("test_answers_en.json", change)
    with pytest.raises(DataError, match=rf"test_answers_en\.json: {message}"):
        dataset.load("en", "sample")


def test_answers_of_a_cut_subset_are_refused(files: Files) -> None:
    files.edit("test_answers_zh_subset.json", lambda right: right.pop("10435"))  # type: ignore[arg-type]
    with pytest.raises(DataError, match="cut short: 2099 answers; the subset has 300 in each category"):
        dataset.load("zh", "zh_subset")


def test_a_wrong_dev_file_is_refused(files: Files) -> None:
    shots = msgspec.json.decode((files.folder / "dev_en.json").read_bytes())
    shots["Mental Health"][2]["answer"] = 2
    files.put("dev_en.json", shots)
    with pytest.raises(DataError, match="Mental Health: record #3: answer 2 is not one of its 2 options"):
        dataset.examples("en", "test")
    shots["Mental Health"].pop()
    files.put("dev_en.json", shots)
    with pytest.raises(DataError, match="'Mental Health' with 4 examples"):
        dataset.examples("en", "test")


def test_a_sample_may_lie_anywhere(files: Files, tmp_path: Any) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(msgspec.json.encode([question(5), question(9000)]))
    loaded = dataset.load("en", "sample", str(path))
    assert [row.id for row in loaded.rows] == [5, 9000]
    assert set(loaded.files) == {"mine.json", "test_answers_en.json"}
    with pytest.raises(DataError, match=r"nowhere\.json: cannot be read"):
        dataset.load("en", "sample", "nowhere.json")


def test_arguments_that_do_not_go_together_are_refused(files: Files) -> None:
    with pytest.raises(UserError, match="goes with split=sample"):
        dataset.load("en", "test", "mine.json")
    with pytest.raises(UserError, match="zh_subset is Chinese"):
        dataset.load("en", "zh_subset")
