"""Every line that tells people how to install something, typed in an empty environment."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from plimsoll.core.extras import DISTRIBUTION, EMBEDDED, TORCH, VLLM, Way, line_for, remedy
from tests.support.house import ROOT, shown
from tests.support.pages import pages
from tests.support.wheel import Newcomer, dist, need_index, shell, uv

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = tuple(PROJECT["optional-dependencies"])
LARGE = ("whitebox", "inspect", "agents", "vllm", "all")
"""Extras of more than a hundred megabytes: they are resolved, and not fetched."""
SOURCES_ONLY = "rouge-score"
"""What the index has as source only. It is plain Python; anything else that would be compiled is a fault."""
LINE = re.compile(
    r"`((?:pip install|uv pip|uv tool|uv sync|uvx|pipx) [^`]+)`|^\$ ((?:pip|uv|uvx|pipx) .+)$", re.M
)
OWN = re.compile(rf"{DISTRIBUTION}\[([\w,]+)\]")


def printed() -> Iterator[tuple[Path, str]]:
    """Each page with an install line on it; `pip install -e` is about a reader's own package."""
    for page in pages():
        for found in LINE.finditer(page.read_text("utf-8")):
            line = found[1] or found[2].partition("  #")[0].strip()
            if not line.startswith("pip install -e ") and line != "pip install plimsoll":
                yield page, line


PRINTED = sorted({line for _, line in printed()})


def newcomer(folder: Path) -> Newcomer:
    need_index()
    someone = Newcomer(folder)
    someone.begin()
    return someone


def installed(folder: Path) -> Newcomer:
    someone = newcomer(folder)
    done = someone.types(f"uv pip install --python env {DISTRIBUTION}")
    assert done.code == 0, done.printed
    return someone


def resolves(someone: Newcomer, line: str) -> None:
    """Nothing that the line brings has to be compiled."""
    asked = f"{line} --dry-run --only-binary :all: --no-binary {SOURCES_ONLY}"
    done = someone.types(asked)
    assert done.code == 0, f"$ {asked}\n{done.printed}"


def test_an_install_without_extras_runs_a_benchmark(tmp_path: Path) -> None:
    someone = installed(tmp_path)
    done = someone.types("plimsoll run safetybench:split=starter -m scripted/random --limit 3")
    assert done.code == 0, done.printed
    assert "report  plimsoll report" in done.printed


@pytest.mark.parametrize("extra", [extra for extra in EXTRAS if extra not in LARGE] + [EMBEDDED])
def test_the_line_that_an_error_names_brings_what_is_missing(extra: str, tmp_path: Path) -> None:
    someone = installed(tmp_path)
    asked = f"from plimsoll.core import MissingExtra; print(MissingExtra('a part', {extra!r}))"
    said = someone.types(f"env/bin/python -c {shlex.quote(asked)}").printed.strip()
    done = someone.types(said.partition(": ")[2])
    assert done.code == 0, f"{said}\n{done.printed}"
    found = someone.doctor()["embedded model" if extra == EMBEDDED else extra]
    assert found["state"] == "works", found


@pytest.mark.parametrize("extra", EXTRAS)
def test_an_extra_brings_nothing_that_has_to_be_compiled(extra: str, tmp_path: Path) -> None:
    resolves(newcomer(tmp_path), f'uv pip install --python env "{DISTRIBUTION}[{extra}]"')


def test_pages_name_extras_that_there_are() -> None:
    wrong = [
        f"{shown(page)}: {line}"
        for page, line in printed()
        for named in OWN.findall(line)
        if not {*named.split(",")} <= {*EXTRAS}
    ]
    assert wrong == []


def test_pages_quote_what_every_shell_takes_as_one_word() -> None:
    assert [f"{shown(page)}: {line}" for page, line in printed() if "'" in line] == []


@pytest.mark.parametrize("line", [line for line in PRINTED if not line.startswith(("uv sync", "pipx"))])
def test_a_line_of_a_page_can_be_typed(line: str, tmp_path: Path) -> None:
    someone = newcomer(tmp_path)
    for command in line.split(" && "):
        if command.startswith("pip "):
            done = someone.types(f"uv {command} --python env --dry-run")
        else:
            done = someone.types(command)
        assert done.code == 0, f"$ {line}\n{done.printed}"


@pytest.mark.slow
def test_pip_itself_takes_the_lines_of_the_pages(tmp_path: Path) -> None:
    need_index()
    someone = Newcomer(tmp_path)
    someone.begin(pip=True)
    for line in (f"pip install {DISTRIBUTION}", *PRINTED):
        if line.startswith("pip ") and not {*OWN.findall(line)} & {*LARGE}:
            done = someone.types(line)
            assert done.code == 0, f"$ {line}\n{done.printed}"
    told = someone.types("python -c \"from plimsoll.core.extras import *; print(line_for('whitebox'))\"")
    assert told.printed.strip() == f'pip install "{DISTRIBUTION}[whitebox]"'


@pytest.mark.parametrize("extra", [*(extra for extra in EXTRAS if extra != VLLM), EMBEDDED])
def test_the_line_for_a_clone_is_right_in_a_clone(extra: str, tmp_path: Path) -> None:
    need_index()
    for name in ("pyproject.toml", "uv.lock", "README.md"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    line = line_for(extra, Way.CLONE)
    meant = re.sub(
        r'^.* sync(?: --project "[^"]*")?', f'"{uv()}" sync --frozen --dry-run --no-install-project', line
    )
    done = shell(meant, tmp_path)
    assert done.code == 0, f"{line}\n{done.printed}"


def test_a_clone_in_an_environment_of_one_s_own_is_installed_from_its_folder(tmp_path: Path) -> None:
    someone = newcomer(tmp_path)
    done = someone.types(f'uv pip install --python env -e "{ROOT}"')
    assert done.code == 0, done.printed
    line = someone.types(
        "env/bin/python -c \"from plimsoll.core.extras import *; print(line_for('view'))\""
    ).printed
    assert f'-e "{ROOT}[view]"' in line
    done = someone.types(line)
    assert done.code == 0, done.printed
    assert someone.doctor()["view"]["state"] == "works"


def test_uvx_runs_the_command_and_names_a_line_for_itself(tmp_path: Path) -> None:
    someone = newcomer(tmp_path)
    done = someone.types(
        f"uvx --from {DISTRIBUTION} plimsoll run xstest:split=starter -m scripted/refuse --limit 2"
    )
    assert done.code == 0, done.printed
    told = someone.types(f"uvx --from {DISTRIBUTION} plimsoll view")
    line = re.search(r"uvx --from .*", told.printed)
    assert line, told.printed
    again = someone.types(f"{line[0]} doctor --json")
    assert again.code == 0, again.printed
    assert '"name":"view","state":"works"' in again.printed


@pytest.mark.slow
def test_pipx_installs_the_command_and_takes_the_line_it_names(tmp_path: Path) -> None:
    someone = newcomer(tmp_path)
    pipx = "uvx --quiet pipx"
    done = someone.types(f'{pipx} install {DISTRIBUTION} --pip-args "--find-links {dist()}"')
    assert done.code == 0, done.printed
    told = someone.types(".local/bin/plimsoll view")
    line = re.search(r"pipx runpip .*", told.printed)
    assert line, told.printed
    done = someone.types(line[0].replace("pipx", pipx, 1))
    assert done.code == 0, done.printed
    assert '"name":"view","state":"works"' in someone.types(".local/bin/plimsoll doctor --json").printed


def test_pytorch_has_a_line_for_every_way() -> None:
    assert all(TORCH in line_for(TORCH, way) or "setup-test" in line_for(TORCH, way) for way in Way)


def test_where_pytorch_alone_is_missing_no_extra_is_named() -> None:
    alone, both = remedy("A part", "whitebox", [TORCH]), remedy("A part", "whitebox", ["peft", TORCH])
    assert line_for(TORCH) in alone
    assert "extra" not in alone
    assert line_for(TORCH) in both
    assert line_for("whitebox") in both
    told = remedy("A part", "whitebox", ["peft"])
    assert told == f"A part needs the extra 'whitebox': {line_for('whitebox')}"


def test_vllm_has_a_line_for_every_way() -> None:
    assert line_for(VLLM, Way.CLONE).endswith(f"pip install {VLLM}"), "the lock knows nothing of it"
    named = [line_for(VLLM, way) for way in Way if way is not Way.CLONE]
    assert all(f"[{VLLM}]" in line or f" {VLLM}" in line for line in named)


def test_the_lock_brings_nothing_of_vllm_and_neither_does_all() -> None:
    locked = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
    assert VLLM not in {each["name"] for each in locked}
    every = PROJECT["optional-dependencies"]["all"]
    assert not any(VLLM in each for each in every)
    assert {*",".join(OWN.findall(" ".join(every))).split(",")} | {"view"} == {*EXTRAS} - {VLLM, "all"}


def test_make_setup_brings_every_extra_but_what_needs_pytorch() -> None:
    brought = re.search(r"^EXTRAS := (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert brought
    # `board` holds `view`.
    assert {*brought[1].split(), "view"} == {*EXTRAS} - {"whitebox", "vllm", "all"}
