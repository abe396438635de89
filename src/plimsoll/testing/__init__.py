"""A part -> the rules of its kind, as checks that any test runner can run.

    import pytest
    from plimsoll.testing import checks
    from my_package.judge import Politeness

    @pytest.mark.parametrize("check", checks(Politeness), ids=str)
    def test_the_judge_keeps_the_rules_of_its_kind(check):
        check()

The project's own parts are held to the same rules. Nothing here needs pytest: a check that does not
apply raises `unittest.SkipTest`, which pytest knows.
"""

from plimsoll.testing.checks import Check, checks
from plimsoll.testing.subjects import HOSTILE_REPLIES, Subject, questions

__all__ = ["HOSTILE_REPLIES", "Check", "Subject", "checks", "questions"]
