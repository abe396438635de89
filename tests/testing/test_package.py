import os
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll import registry
from plimsoll.core import UserError
from plimsoll.testing.package import COMMANDS, package
from tests.support.pages import ROOT, install
from tests.support.shell import plimsoll


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_package_that_was_begun_keeps_the_rules_of_its_kind(kind: str, tmp_path: Path) -> None:
    done = plimsoll(tmp_path, "init", kind, f"own-{kind}", PYTHONPATH=str(ROOT / "src"))
    assert done.code == 0, done.err
    folder = tmp_path / f"own-{kind}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout
    assert "passed" in tested.stdout


@pytest.mark.parametrize("kind", COMMANDS)
def test_the_part_of_a_package_is_found_once_it_is_installed(kind: str, tmp_path: Path) -> None:
    plimsoll(tmp_path, "init", kind, f"own-{kind}", PYTHONPATH=str(ROOT / "src"))
    folder = tmp_path / f"own-{kind}"
    install(folder, folder)
    paths = os.pathsep.join(map(str, (folder / "src", folder, ROOT / "src")))
    room = next(room for room in registry.ROOMS if registry.MARKS[room] == kind)
    listed = plimsoll(folder, "list", room, PYTHONPATH=paths)
    assert f"own_{kind}" in listed.out, listed.err
    _, *arguments = COMMANDS[kind].replace("{{name}}", f"own_{kind}").split()
    tried = plimsoll(folder, *arguments, PYTHONPATH=paths)
    assert tried.code == 0, tried.err


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("jugde", "mine", "no kind of part; did you mean judge"),
        ("judge", "My Judge", "is no name: small letters"),
        ("judge", "refusal", "judges has a part called 'refusal' already"),
        ("judge", "json", "the name of a module or a word of Python"),
        ("attack", "class", "the name of a module or a word of Python"),
        ("attack", "../x", "is no name"),
    ],
)
def test_a_name_that_cannot_be_taken_is_refused_with_the_reason(kind: str, name: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        package(kind, name)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me")
    done = plimsoll(tmp_path, "init", "judge", "mine", PYTHONPATH=str(ROOT / "src"))
    assert done.code == 2
    assert "is there and not empty" in done.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
