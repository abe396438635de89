"""This machine -> what of Plimsoll works on it, what is missing, and the line that brings it."""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

from plimsoll import __version__
from plimsoll.core import MissingExtra
from plimsoll.core.extras import DISTRIBUTION, EMBEDDED, TORCH, installed, lacking, line_for, way_here
from plimsoll.data import locate
from plimsoll.run.keep.cache import default_path

FOR = {
    "llamacpp": "run GGUF models on this machine",
    "whitebox": "run Hugging Face models, look into their weights (PyTorch comes apart)",
    "metrics": "sentiment, ROUGE, chrF and METEOR of the health and bias studies",
    "data": "read Parquet, YAML and .xlsx; write Parquet",
    "frames": "records as pandas or polars data frames",
    "view": "look at runs and label replies in a browser",
    "board": "host a leaderboard",
    "sign": "sign runs",
    "pdf": "safety cases as PDF",
    "agents": "the worlds of Agent-SafetyBench and AgentDojo, and MCP servers",
    "baselines": "a weak guard to measure others against",
    "embeddings": "how varied generated prompts are, by what they mean",
    "vllm": "generate fast on an accelerator (Linux; brings its own PyTorch)",
    "chinese": "attacks on Chinese text: scripts, pinyin, homophones",
    "inspect": "Inspect AI's models, runner, viewer and logs",
}
"""Extra -> what a person wants it for."""

KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "HF_TOKEN")
"""Secrets: only whether they are set is told."""

ADDRESSES = ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "HF_ENDPOINT", "HTTPS_PROXY", "https_proxy")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "firefox", "msedge")
LEAST_SPACE = 500_000_000
"""Bytes; a run of ten thousand long replies takes about as much."""

INSTALL = f"pip install {DISTRIBUTION}"

UNSUPPORTED = {
    "Windows": "On Windows `make`, an orderly end of a run that is killed from outside, and a board with "
    "several processes are not supported: use WSL for these."
}
"""System -> what does not work there, as the README says it."""


class State(StrEnum):
    """What became of a check."""

    WORKS = "works"
    MISSING = "missing"
    NOTE = "note"
    BROKEN = "broken"


class Check(Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    group: str
    name: str
    state: State
    said: str
    line: str = ""
    """What to type to have it, or to mend it."""


def checks(log_dir: Path) -> Iterator[Check]:
    """All that is looked at, in the order in which people read it."""
    yield from _here()
    if installed(DISTRIBUTION):
        yield from (_extra(extra, wish) for extra, wish in FOR.items())
    yield from _on_this_machine()
    yield from _folders(log_dir)
    yield from _endpoints()
    yield from _screen()


def _here() -> Iterator[Check]:
    group = "here"
    if installed(DISTRIBUTION):
        yield _works(group, "plimsoll", f"{__version__} ({way_here()})")
    else:
        said = f"{__version__}, run from a folder and not installed: which extras are here is not known"
        yield Check(group=group, name="plimsoll", state=State.BROKEN, said=said, line=INSTALL)
    yield _works(group, "python", f"{platform.python_version()}, {sys.prefix}")
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processor cores"
    if limits := UNSUPPORTED.get(platform.system()):
        yield Check(group=group, name="system", state=State.NOTE, said=f"{system}. {limits}")
    else:
        yield _works(group, "system", system)


def _extra(extra: str, wish: str) -> Check:
    absent = lacking(extra)
    if absent:
        return _missing("extras", extra, f"{wish}; lacks {', '.join(absent)}", line_for(extra))
    return _works("extras", extra, wish)


def _on_this_machine() -> Iterator[Check]:
    yield _embedded()
    yield _torch()
    yield _gpu()
    yield _browser()
    yield _questions()


def _embedded() -> Check:
    from plimsoll.models.llamacpp import llamacpp

    try:
        import_module("xllamacpp")
        model = llamacpp()
    except (ImportError, MissingExtra):
        return _missing(
            "local", "embedded model", "SmolLM2-135M, which plimsoll demo asks", line_for(EMBEDDED)
        )
    except Exception as error:  # noqa: BLE001  a library that is broken raises what it likes
        return _missing("local", "embedded model", _unloadable(error), line_for(EMBEDDED))
    return _works("local", "embedded model", f"{model.name}, which plimsoll demo asks")


def _torch() -> Check:
    if find_spec("torch") is None:
        said = "for transformers/... models and weights; pytorch.org says which build fits"
        return _missing("local", "PyTorch", said, line_for(TORCH))
    try:
        said = _torch_here()
    except Exception as error:  # noqa: BLE001  a library that is broken raises what it likes
        return _missing("local", "PyTorch", _unloadable(error), line_for(TORCH))
    return _works("local", "PyTorch", said)


def _torch_here() -> str:
    import torch

    device = (
        "CUDA"
        if torch.cuda.is_available()
        else "MPS"
        if torch.backends.mps.is_available()
        else "the processor"
    )
    return f"{torch.__version__}, on {device}"


def _unloadable(error: Exception) -> str:
    return f"is installed and cannot be loaded ({type(error).__name__}: {str(error)[:200]})"


def _gpu() -> Check:
    said = "; ".join(_graphics_cards())
    if said:
        return _works("local", "GPU", said)
    said = "none that nvidia-smi shows; nothing here needs one"
    return Check(group="local", name="GPU", state=State.NOTE, said=said)


def _graphics_cards() -> list[str]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    asked = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [] if done.returncode else done.stdout.strip().splitlines()


def _browser() -> Check:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), "")
    if found or platform.system() != "Linux":
        return _works("local", "browser", found or "the system's own")
    said = "none found; reports and plimsoll view are read in one, on this machine or another"
    return Check(group="local", name="browser", state=State.NOTE, said=said)


def _questions() -> Check:
    """The official questions of the main benchmark; each other one says itself what it lacks."""
    path = locate.find("safetybench", "test_en.json")
    if path is None:
        said = "SafetyBench's official questions; the starter sets need no data"
        return _missing("local", "official data", said, "plimsoll data pull safetybench")
    return _works("local", "official data", f"SafetyBench's official questions, {path.parent}")


def _folders(log_dir: Path) -> Iterator[Check]:
    yield _writable(
        "log folder", log_dir, "name another: --log-dir FOLDER, or export PLIMSOLL_LOG_DIR=FOLDER"
    )
    yield _writable("cache", default_path().parent, "name another: export PLIMSOLL_CACHE=FOLDER")
    yield _writable("data folder", locate.roots()[0], f"name another: export {locate.VARIABLE}=FOLDER")


def _writable(name: str, folder: Path, remedy: str) -> Check:
    """Whether the folder can be written into, or made; nothing stays behind."""
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        said = f"{folder} cannot be written: {error.strerror or error}"
        return Check(group="folders", name=name, state=State.BROKEN, said=said, line=remedy)
    said = f"{folder}, {free / 1e9:,.1f} GB free"
    if free < LEAST_SPACE:
        return Check(
            group="folders", name=name, state=State.BROKEN, said=f"{said}: too little for a run", line=remedy
        )
    return _works("folders", name, said)


def _endpoints() -> Iterator[Check]:
    for name in KEYS:
        told = "set (not shown)" if os.environ.get(name, "").strip() else "not set"
        yield Check(group="endpoints", name=name, state=State.NOTE, said=told)
    for name in ADDRESSES:
        if given := os.environ.get(name, "").strip():
            yield Check(group="endpoints", name=name, state=State.NOTE, said=_without_password(given))


def _without_password(address: str) -> str:
    return re.sub(r"//[^/@]*@", "//...@", address.partition("?")[0])


def _screen() -> Iterator[Check]:
    coding = sys.stdout.encoding or "ascii"
    shown = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or "not set"
    try:
        "安全 ±−≤┃".encode(coding)
    except (UnicodeEncodeError, LookupError):
        said = f"{coding}, locale {shown}: Chinese and signs such as ± are shown as ?"
        yield Check(
            group="screen",
            name="characters",
            state=State.NOTE,
            said=said,
            line="export PYTHONUTF8=1 LANG=C.UTF-8",
        )
    else:
        yield _works("screen", "characters", f"{coding}, locale {shown}")


def _works(group: str, name: str, said: str) -> Check:
    return Check(group=group, name=name, state=State.WORKS, said=said)


def _missing(group: str, name: str, said: str, line: str) -> Check:
    return Check(group=group, name=name, state=State.MISSING, said=said, line=line)
