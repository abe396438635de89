import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from unittest import SkipTest

import pytest

from plimsoll import registry
from plimsoll.core import Instrument, Outcome, Sample, Transcript, UserError, Verdict
from plimsoll.testing import Check, checks


@registry.judge
@dataclass(frozen=True)
class Blind:
    """Takes every reply for an answer."""

    name: str = "blind"
    instrument = Instrument(event="right", higher_is_safer=True)

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        return Verdict(label="right", value=1.0, outcome=Outcome.ANSWERED)


def broken_by(found: list[Check]) -> list[str]:
    """The rules that a part breaks."""
    return [check.rule.__name__ for check in found if is_broken(check)]


def is_broken(check: Check) -> bool:
    try:
        check()
    except AssertionError:
        return True
    except SkipTest:
        return False
    return False


def test_a_part_that_keeps_all_rules_passes_every_check() -> None:
    assert broken_by(checks("judges/refusal")) == []


def test_a_rule_that_is_broken_is_named_by_its_sentence() -> None:
    found = {check.rule.__name__: str(check) for check in checks(Blind) if is_broken(check)}
    assert set(found) == {
        "a_judge_tells_a_blank_reply_from_an_answer",
        "a_judge_of_right_answers_gives_no_credit_for_a_reply_that_says_nothing",
    }
    assert found["a_judge_tells_a_blank_reply_from_an_answer"] == (
        "blind: a judge tells a blank reply from an answer (huge lines)"
    )


def test_arguments_of_a_spec_and_arguments_given_reach_the_part() -> None:
    (check, *_) = checks("defenses/self_reminder:before=Mind.", after="Thanks.")
    assert check.subject.given == {"before": "Mind.", "after": "Thanks."}


def unmarked() -> None:
    """Nothing."""


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (unmarked, "bears no mark: put @attack"),
        ("refusal", "names no part: write ROOM/NAME"),
        ("judges/refusel", "no judge is called 'refusel'; did you mean refusal"),
    ],
)
def test_what_is_no_part_is_refused(part: Callable[[], None] | str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        checks(part)


def test_the_checks_need_no_pytest() -> None:
    script = (
        "import sys; sys.modules['pytest'] = None\n"
        "from plimsoll.testing import checks\n"
        "[check() for check in checks('judges/refusal/xstest_strings')[:8]]"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
