"""Every part of the house under the rules of its kind, which packages of others are held to as well."""

import pytest

from plimsoll import registry
from plimsoll.cli import exit_code
from plimsoll.testing import Check, Subject
from tests.support.conformance import checks_of, parts_of

EVERY = [parameter for room in registry.ROOMS for parameter in parts_of(room)]


@pytest.mark.parametrize("check", [each for room in registry.ROOMS for each in checks_of(room)])
def test_a_part_keeps_the_rules_of_its_kind(check: Check) -> None:
    check()


@pytest.mark.parametrize("part", EVERY)
def test_a_part_is_found_under_the_name_it_is_listed_by(part: registry.Part) -> None:
    assert registry.find(part.room, part.name).factory is part.factory


@pytest.mark.parametrize("part", EVERY)
def test_a_part_can_be_shown(part: registry.Part, capfd: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["show", f"{part.room}/{part.name}"]) == 0
    assert part.summary.split()[0] in capfd.readouterr().out


@pytest.mark.parametrize("part", parts_of("attacks"))
def test_an_attack_is_called_as_the_registry_calls_it(part: registry.Part) -> None:
    assert Subject(part).built().name == part.name


def test_part_names_are_used_once_in_a_room() -> None:
    for room in registry.ROOMS:
        names = [part.name for part in registry.parts(room)]
        assert len(names) == len(set(names))
