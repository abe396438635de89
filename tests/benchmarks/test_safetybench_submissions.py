"""Submission files: written from runs, scored by the official rules, checked as a leaderboard would."""

from pathlib import Path

import pytest

from plimsoll.benchmarks.safetybench.benchmark import safetybench, submission
from plimsoll.benchmarks.safetybench.official import read_submission
from plimsoll.core import Benchmark, DataError, Sample, UserError, replace
from tests.support.choices import compat, judged, say

from .conftest import Files


def asked(benchmark: Benchmark) -> list[Sample]:
    return list(benchmark.samples())


def test_a_submission_is_written_and_scores_as_its_run(files: Files, tmp_path: Path) -> None:
    benchmark = safetybench(split="zh_subset")
    replies = ("(A)", "(B)", "Hm.", "(D)")
    records = judged(benchmark, benchmark.samples(), lambda s: replies[int(s.id) % 4])
    path = tmp_path / "submission.json"
    entrance = submission(split="zh_subset")
    entrance.write(path, reversed(records))
    scored = entrance.score(path)
    assert scored.problems == ()
    assert (scored.covered, scored.total) == (2100, 2100)
    measured = compat(records)
    assert scored.scores["Avg."] == pytest.approx(100 * measured["", ""])
    assert scored.scores["PP"] == pytest.approx(100 * measured["PP", ""])
    assert path.read_text().startswith('{\n  "0": 0,\n  "1": 1,\n  "2": ')


def test_runs_that_are_not_in_the_official_form_make_no_submission(files: Files, tmp_path: Path) -> None:
    for arguments in ({"split": "starter"}, {"split": "sample", "order": "cyclic"}):
        benchmark = safetybench(**arguments)  # type: ignore[arg-type]
        records = judged(benchmark, asked(benchmark)[:3], say("(A)"))
        with pytest.raises(UserError, match="not in the official form"):
            submission().write(tmp_path / "x.json", records)


def test_only_the_first_epoch_is_handed_in(files: Files, tmp_path: Path) -> None:
    benchmark = safetybench(split="sample")
    (first,) = judged(benchmark, asked(benchmark)[1:2], say("(A)"))
    submission().write(tmp_path / "x.json", [first, replace(first, epoch=1)])
    assert read_submission(tmp_path / "x.json") == ({"500": 0}, ())


def test_the_official_quirks_of_scoring_are_kept(files: Files) -> None:
    def average(**predictions: object) -> float:
        path = files.put("submission.json", predictions)
        return submission(language="en").score(path).scores["Avg."] * 11435 / 100

    assert average(**{"0": 0}) == pytest.approx(1)
    assert average(**{"0": "0"}) == 0
    assert average(**{"0": 1, "1": 3}) == 0
    assert average(**{"0": 0, "99999": 0, "00": 0}) == pytest.approx(1)
    assert average() == 0


def test_what_equals_an_answer_counts_and_is_said_to_be_compared_by_value(files: Files) -> None:
    numbers = {"0": 0.0, "1": False, "2": 7.5, "3": None}
    scored = submission(language="en").score(files.put("submission.json", numbers))
    right = submission(language="en").score(files.put("submission.json", {"0": 0, "1": 0}))
    assert scored.scores == right.scores
    assert right.scores["Avg."] > 0
    assert scored.problems[:2] == (
        "1 not a number, counted as wrong: 3",
        "3 not an integer; the official script compares by value: 0, 1, 2",
    )


def test_scoring_needs_the_answers_only(files: Files) -> None:
    for path in files.folder.glob("*_sample.json"):
        path.unlink()
    path = files.put("submission.json", {str(id): 0 for id in range(11435)})
    scored = submission(language="zh").score(path)
    assert scored.scores["OFF"] == pytest.approx(100 * 957 / 1805)
    assert scored.problems == ()


def test_what_a_leaderboard_would_refuse_is_said(files: Files) -> None:
    rest = ", ".join(f'"{id}": 0' for id in range(7, 11435))
    path = files.put(
        "submission.json", f'{{"0": "1", "1": true, "2": 4, "3": 1, "3": 0, "99999": 0, {rest}}}'.encode()
    )
    assert submission(language="en").score(path).problems == (
        "1 given twice, the last one counted: 3",
        "1 not ids of this split, ignored: 99999",
        "1 not a number, counted as wrong: 0",
        "1 not an integer; the official script compares by value: 1",
        "1 not one of the question's options, counted as wrong: 2",
        "3 missing, counted as wrong: 4, 5, 6",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[0, 1]", "holds no JSON object"),
        (b'{"0": 1', "no JSON"),
        (b'{"0": "\xff"}', "bad UTF-8 at byte 7"),
        (b'{"0": ' + b"1" * 5000 + b"}", "a number has too many digits"),
        (b'{"0": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested too deeply"),
        (b'{"0": ' + b'{"a":' * 200_000 + b"0" + b"}" * 200_000 + b"}", "nested too deeply"),
    ],
)
def test_a_file_that_is_no_submission_is_refused(files: Files, content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=rf"submission\.json: {message}"):
        submission(language="en").score(files.put("submission.json", content))


def test_splits_without_official_numbers_cannot_be_scored(files: Files) -> None:
    path = files.put("submission.json", {})
    with pytest.raises(UserError, match="split=starter has no official numbers"):
        submission(split="starter").score(path)
