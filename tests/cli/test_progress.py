from collections import Counter

import pytest

from plimsoll.core import Record, Sample, Transcript
from plimsoll.evaluation import progress as _progress
from plimsoll.evaluation.progress import Progress
from plimsoll.run.work.engine import Count
from plimsoll.run.work.unread import Unreads

LONG = "xlingeval:split=starter,axis=verifiability · llamacpp/smollm2-135m-instruct"
RECORD = Record(sample=Sample(id="1", messages=()), transcript=Transcript())


def test_a_long_title_gives_way_to_the_numbers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_progress, "QUIET_FOR", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    with Progress(LONG, 501) as progress:
        progress(RECORD, Count((), records=501, outcomes=Counter({"error": 12})))
    shown = capsys.readouterr().err
    assert "501/501" in shown
    assert "12 failed" in shown
    assert "xlingeval:split=starte" in shown


def unread(replies: int) -> Count:
    seen = Unreads(replies=replies, unparsed=replies // 2, examples=["so B seems"])
    return Count((), records=replies, unread=seen)


def test_unreadable_replies_are_told_once_while_the_run_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("choices", 500) as progress:
        progress(RECORD, unread(10))
        assert capsys.readouterr().err == ""
        progress(RECORD, unread(30))
        progress(RECORD, unread(31))
    said = capsys.readouterr().err
    assert said.count("warning: 50.0 % of the replies (15 of 30)") == 1
    assert "the reader or the token limit may have been measured" in said
    assert said.endswith("How they end:\n  so B seems\n")
