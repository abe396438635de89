"""The rules of every part, in whatever room."""

from plimsoll import registry
from plimsoll.core import UserError
from plimsoll.testing.rules import refusal, rule
from plimsoll.testing.subjects import Subject

UNSAID = {"Any", "Optional", "Union"}
"""Types that tell a reader nothing."""


@rule
def a_part_says_in_one_line_what_it_is(subject: Subject) -> None:
    """The summary is what `plimsoll list` shows."""
    summary = subject.part.summary
    assert summary.endswith("."), "the docstring's first line is the summary: one sentence"
    assert 10 <= len(summary) <= 120, f"the summary has {len(summary)} characters: 10 to 120 fit a list"


@rule
def a_part_names_the_types_of_its_arguments(subject: Subject) -> None:
    """Values of a spec are read by these types."""
    for argument in subject.part.arguments:
        assert argument.kind, f"{argument.name} has no type: specs are read by it"
        assert argument.kind not in UNSAID, f"{argument.name} is typed {argument.kind}: say what it takes"


@rule
def a_part_refuses_an_argument_it_does_not_have(subject: Subject) -> None:
    """A typo in a spec stops before anything is asked."""
    with refusal(UserError, "no argument 'no_such_argument'"):
        registry.make(subject.part, {"no_such_argument": "1"})
