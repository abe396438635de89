"""The wheel and the source distribution hold all that belongs to them, and nothing else."""

import json
import tarfile
import tomllib
import zipfile

import pytest

from plimsoll import registry
from tests.support.house import ROOT, SOURCE
from tests.support.wheel import Newcomer, dist, shell, uv

PER_ROOM = """
import json
from plimsoll import registry
print(json.dumps({room: sorted(part.name for part in registry.parts(room)) for room in registry.ROOMS}))
"""


def package_files() -> set[str]:
    """Every file of the package that the project keeps: code, tables, templates, pages' parts."""
    listed = shell("git ls-files src/plimsoll", ROOT)
    if listed.code:
        pytest.skip("no git checkout: the list of tracked files is not known")
    return {line.removeprefix("src/") for line in listed.printed.splitlines() if (ROOT / line).is_file()}


def in_wheel() -> zipfile.ZipFile:
    return zipfile.ZipFile(next(dist().glob("*.whl")))


def in_source() -> set[str]:
    with tarfile.open(next(dist().glob("*.tar.gz"))) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def test_the_wheel_holds_every_file_of_the_package() -> None:
    with in_wheel() as wheel:
        held = {*wheel.namelist()}
    assert package_files() - held == set()


def test_the_wheel_holds_nothing_but_the_package_and_what_describes_it() -> None:
    with in_wheel() as wheel:
        foreign = {name for name in wheel.namelist() if not name.startswith(("plimsoll/", "plimsoll_eval-"))}
        licence = [name for name in wheel.namelist() if name.endswith("/LICENSE")]
    assert foreign == set()
    assert licence


def test_the_source_distribution_holds_what_is_needed_to_build_and_to_test() -> None:
    held = in_source()
    assert {f"src/{name}" for name in package_files()} - held == set()
    assert {"pyproject.toml", "README.md", "LICENSE", "uv.lock", "Makefile"} <= held
    assert any(name.startswith("tests/") for name in held)
    assert not any(".venv" in name or name.startswith(("logs/", "shared/")) for name in held)


@pytest.fixture(scope="module")
def someone(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """Someone who installed the source distribution."""
    newcomer = Newcomer(tmp_path_factory.mktemp("someone"))
    newcomer.begin()
    source = next(dist().glob("*.tar.gz"))
    done = newcomer.types(f'"{uv()}" pip install --quiet --python env "{source}"')
    assert done.code == 0, done.printed
    return newcomer


def test_an_install_of_the_source_distribution_has_every_part(someone: Newcomer) -> None:
    told = someone.types(f"env/bin/python -c '{PER_ROOM}'")
    assert told.code == 0, told.printed
    ours = {
        room: sorted(part.name for part in registry.parts(room) if _is_ours(part)) for room in registry.ROOMS
    }
    assert json.loads(told.printed.splitlines()[-1]) == ours


def _is_ours(part: registry.Part) -> bool:
    return part.factory.__module__.startswith("plimsoll.")


def test_every_starter_set_of_an_install_can_be_asked(someone: Newcomer) -> None:
    """The tables, prompts and cards of every benchmark are there; a missing library is a gap and no error."""
    done = someone.types("plimsoll run suite/starter -m scripted/refuse --limit 1")
    assert done.code == 0, done.printed
    suites = len(tomllib.loads((SOURCE / "run/ask/suites/starter.toml").read_text("utf-8"))["run"])
    summaries = list(someone.folder.glob("logs/*/summary.json"))
    lacking = done.printed.count("needs the extra")
    assert lacking <= 4
    assert len(summaries) >= suites - 4


@pytest.mark.parametrize(
    "line",
    [
        "plimsoll --version",
        "plimsoll --help",
        "plimsoll list",
        "plimsoll show safetybench",
        "plimsoll coverage",
        "plimsoll init judge my_judge",
        "plimsoll run xstest:split=starter -m scripted/refuse --limit 2 && plimsoll report --format html",
        "plimsoll run safetybench:split=starter -m scripted/random --limit 2 && plimsoll report --format md",
        "python -m plimsoll --version",
        "env/bin/python -c 'import plimsoll; print(plimsoll.evaluate)'",
    ],
)
def test_a_command_of_an_install_works(line: str, someone: Newcomer) -> None:
    done = someone.types(line)
    assert done.code == 0, f"$ {line}\n{done.printed}"
