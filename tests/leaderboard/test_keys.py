import json
from pathlib import Path

import pytest

from plimsoll.core import DataError, UserError
from plimsoll.leaderboard import keys, opening
from plimsoll.leaderboard.keys import Question

SPEC = "safetybench:split=starter,language=en"


def test_a_key_comes_out_of_the_questions_of_any_benchmark() -> None:
    key = keys.of_benchmark(SPEC)
    assert len(key.questions) == sum(key.sizes.values())
    assert all(question.digest for question in key.questions)


def test_a_key_goes_through_the_database_unchanged() -> None:
    key = keys.of_benchmark(SPEC)
    assert keys.from_bytes(keys.to_bytes(key)) == key


@pytest.mark.parametrize("form", [lambda a: a, lambda a: "ABCD"[a], lambda a: {"answer": a, "category": "x"}])
def test_an_answer_file_is_read_in_every_form(tmp_path: Path, form: object) -> None:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({f"i{n}": form(n % 4) for n in range(8)}))  # type: ignore[operator]
    key = keys.of_file(path, SPEC)
    assert [question.answer for question in key.questions] == [0, 1, 2, 3] * 2


def test_an_answer_file_takes_categories_and_options_from_the_questions(tmp_path: Path) -> None:
    whole = keys.of_benchmark(SPEC)
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({question.id: question.answer for question in whole.questions}))
    assert keys.of_file(path, SPEC) == whole


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"a": {}}',
        b'{"a": 4}',
        b'{"a": -1}',
        b'{"a": "Z"}',
        b'{"a": 1.5}',
        b'{"a": 1, "a": 2}',
        b"{}",
    ],
)
def test_a_bad_answer_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "answers.json"
    path.write_bytes(content)
    with pytest.raises(DataError):
        keys.of_file(path, SPEC)


def test_an_unknown_benchmark_is_named_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no benchmark is called"):
        opening.key_for("safteybench", None)


@pytest.mark.parametrize(
    "questions",
    [
        [],
        [Question(id="a", category="c", answer=0)] * 2,
        [Question(id="a", category="c" * 41, answer=0)],
        [Question(id="a", category="c", answer=2, options=2)],
    ],
)
def test_a_key_that_is_not_sound_is_refused(questions: list[Question]) -> None:
    with pytest.raises(DataError):
        keys.key_of(questions)
