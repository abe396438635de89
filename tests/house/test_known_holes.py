"""No floor of ours, and nothing that is locked, admits a release with a hole that is known.

The table is by hand, out of the advisories that the packages' own change logs name; `make audit` asks a
database, which needs a network.
"""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOUND = {
    "aiohttp": "3.13.3",
    "cryptography": "46.0.5",
    "h11": "0.16.0",
    "jinja2": "3.1.6",
    "nltk": "3.9.1",
    "pyarrow": "14.0.1",
    "python-multipart": "0.0.22",
    "pyyaml": "5.4",
    "starlette": "0.49.1",
    "transformers": "4.53.0",
}
"""By package, the first release without a known hole. h11: chunked bodies; starlette: ranges, slow forms;
python-multipart: endless boundaries, names of files; jinja2: a way out of the sandbox; aiohttp: requests
within requests, packed bodies; cryptography: curves' subgroups; transformers: patterns that never end."""
EVERYWHERE = {"h11", "starlette", "jinja2", "python-multipart", "aiohttp", "cryptography"}
"""What an installed Plimsoll speaks with strangers through: these must have a floor of our own."""


def numbers(version: str) -> tuple[int, ...]:
    found = [int(piece) for piece in re.findall(r"\d+", version)[:4]]
    return (*found, *([0] * (4 - len(found))))


def floors() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    said = [
        *project["dependencies"],
        *(each for more in project["optional-dependencies"].values() for each in more),
    ]
    found = (re.match(r"([\w.-]+)(?:\[[^\]]*\])?\s*>=\s*([\w.]+)", each) for each in said)
    return {each[1].lower(): each[2] for each in found if each}


def locked() -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for package in tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]:
        made.setdefault(package["name"], []).append(package.get("version", "0"))
    return made


@pytest.mark.parametrize("name", SOUND)
def test_no_floor_admits_a_release_with_a_known_hole(name: str) -> None:
    if name in EVERYWHERE:
        assert name in floors()
    if name in floors():
        assert numbers(floors()[name]) >= numbers(SOUND[name])


@pytest.mark.parametrize("name", SOUND)
def test_nothing_is_locked_that_has_a_known_hole(name: str) -> None:
    assert all(numbers(version) >= numbers(SOUND[name]) for version in locked()[name])
