"""`--help` and a base install -> seconds until the first word, megabytes on disk."""

import shutil
import sys
import venv
from pathlib import Path

from bench.measure import BIN, OUT, PLIMSOLL, Failed, Result, arguments, fresh, launch, median
from bench.peers.commands import present
from bench.peers.setup import folder, program
from bench.questions import ROOT


def megabytes(path: Path) -> float:
    """Size of all files below a folder."""
    return sum(file.lstat().st_size for file in path.rglob("*") if not file.is_symlink()) / 1e6


def libraries(environment: Path) -> Path:
    """Where an environment keeps its packages."""
    return next((environment / "lib").glob("python*")) / "site-packages"


def base_install(result: Result) -> float:
    """Size of what `pip install .` brings into an empty environment."""
    environment = fresh("base")
    venv.create(environment, with_pip=False)
    source = OUT / "source"
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source / name)
    pip = [BIN / "python", "-m", "pip", "--python", environment / "bin" / "python"]
    launch(result, [*pip, "install", "--quiet", source])
    launch(result, [environment / "bin" / "plimsoll", "--version"])
    size = megabytes(libraries(environment))
    names = sorted(path.name.partition("-")[0] for path in libraries(environment).glob("*.dist-info"))
    result.notes.append(f"base install: {', '.join(names)}")
    if (libraries(environment) / "torch").exists():
        raise Failed("the base install brought torch")
    return size


def main() -> None:
    given = arguments(__doc__)
    rounds = 3 if given.quick else 21
    result = Result(case="startup", title="Start-up and installed size")
    installed = base_install(result)
    lean = OUT / "base" / "bin" / "plimsoll"
    launch(result, [PLIMSOLL, "--help"])
    own = median(lambda: launch(result, [PLIMSOLL, "--help"]), rounds)
    base = median(lambda: launch(result, [lean, "--help"]), rounds)
    floor = median(lambda: launch(result, [BIN / "python", "-c", "pass"]), rounds)
    result.row("plimsoll --help, where `make setup` put it", 1, own)
    result.row("plimsoll --help, base install", 1, base)
    result.row("python -c pass (the floor)", 1, floor)
    if not given.no_peers:
        commands = (("inspect", "inspect", "--version"), ("lm-eval", "lm_eval", "--help"))
        for peer, name, word in commands:
            if present(result, peer):
                command = [program(peer, name), word]
                result.row(f"{name} {word}", 1, median(lambda: launch(result, command), given.repeats))  # noqa: B023
                result.notes.append(f"{peer}, installed: {megabytes(libraries(folder(peer))):.0f} MB")
    result.at_most("plimsoll --help, wall", own.seconds, 0.15, " s")
    result.at_most("base install", installed, 80, " MB")
    result.notes.append(
        f"Python {sys.version.split()[0]}; sizes with compiled bytecode, the interpreter left out"
    )
    result.print()


if __name__ == "__main__":
    main()
