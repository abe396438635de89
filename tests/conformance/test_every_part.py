import pytest

from plimsoll import registry
from plimsoll.cli import exit_code
from plimsoll.core import UserError
from tests.support.conformance import parts_of

EVERY = [parameter for room in registry.ROOMS for parameter in parts_of(room)]


@pytest.mark.parametrize("part", EVERY)
def test_a_part_says_in_one_line_what_it_is(part: registry.Part) -> None:
    assert part.summary.endswith("."), "the docstring's first line is the summary: one sentence"
    assert 10 <= len(part.summary) <= 120


@pytest.mark.parametrize("part", EVERY)
def test_a_part_is_found_under_the_name_it_is_listed_by(part: registry.Part) -> None:
    assert registry.find(part.room, part.name).factory is part.factory


@pytest.mark.parametrize("part", EVERY)
def test_a_part_names_the_types_of_its_arguments(part: registry.Part) -> None:
    for argument in part.arguments:
        assert argument.kind
        assert argument.kind not in {"Any", "Optional", "Union"}, argument.name


@pytest.mark.parametrize("part", EVERY)
def test_a_part_refuses_an_argument_it_does_not_have(part: registry.Part) -> None:
    with pytest.raises(UserError, match="no argument 'no_such_argument'"):
        registry.make(part, {"no_such_argument": "1"})


@pytest.mark.parametrize("part", EVERY)
def test_a_part_can_be_shown(part: registry.Part, capfd: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["show", f"{part.room}/{part.name}"]) == 0
    assert part.summary.split()[0] in capfd.readouterr().out


def test_part_names_are_used_once_in_a_room() -> None:
    for room in registry.ROOMS:
        names = [part.name for part in registry.parts(room)]
        assert len(names) == len(set(names))
