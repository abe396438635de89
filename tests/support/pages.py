"""Pages of the documentation -> their blocks, and a folder in which those run as a reader runs them.

The first word after the fence is the language, then come notes for the tests, which readers do not see:

- `python file=PATH`: the whole file of that name; it is written, not run.
- `console no-run: why`: shown only, with the reason; it comes last.
- `console needs=MODULE`: runs where that module is installed; without it the page is skipped.
- `console llm`: needs the embedded model; runs where it is installed.
- `console long`: takes long, and a quicker test shows the same; it runs in `make test-all`.
- `console endpoint`: a server stands in for http://localhost:8000/v1.
- `console mcp=PATH`: that file, started with a port, serves http://localhost:8000/mcp.

In a `console` block, lines after a command are what it prints; `...` stands for anything. A line
`# exit code 2` says how the command ends, where that is not with 0.
"""

import doctest
import os
import re
import shlex
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.support.house import ROOT

FENCE = re.compile(r"^(?P<mark>```+)(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=mark)\s*$", re.MULTILINE | re.DOTALL)
EXIT_CODE = re.compile(r"^# exit code (\d+)$", re.MULTILINE)
PROGRESS = re.compile(r"^.+: [\d,]+/[\d,]+ \(\d+%\), .+ left$\n?", re.MULTILINE)
"""A line that is shown only where a run takes its time."""
LOCAL = "http://localhost:8000/v1"
LOCAL_MCP = "http://localhost:8000/mcp"
LEAST_REASON = 10


class Block(NamedTuple):
    """One fenced block of a page."""

    page: Path
    line: int
    language: str
    notes: Mapping[str, str]
    body: str


def pages() -> list[Path]:
    """README, and every page of the documentation."""
    top = [ROOT / name for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    return [path for path in top if path.exists()] + sorted((ROOT / "docs").rglob("*.md"))


MADE = ("cli.md", "catalogue.md")
"""Pages that are made from code, in both languages."""


def twin(page: Path) -> Path | None:
    """The English page that a Chinese one says the same as; nothing for other pages."""
    if page == ROOT / "README.zh-CN.md":
        return ROOT / "README.md"
    chinese = ROOT / "docs" / "zh"
    english = ROOT / "docs" / page.relative_to(chinese) if page.is_relative_to(chinese) else None
    return english if english and english.exists() and english.name not in MADE else None


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        info, no_run, reason = found["info"].partition("no-run:")
        language, *notes = info.split() or [""]
        pairs = dict(note.partition("=")[::2] for note in notes)
        if no_run:
            pairs["no-run"] = reason.strip()
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, language, pairs, found["body"])


class Step(NamedTuple):
    """A command of a console block, with what it is said to print."""

    command: str
    printed: str


def steps(body: str) -> Iterator[Step]:
    """The commands of a console block; a backslash at the end goes on in the next line."""
    for piece in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        lines = piece.splitlines(keepends=True)
        size = next(n for n, line in enumerate(lines, start=1) if not line.endswith("\\\n"))
        yield Step("".join(lines[:size]).strip(), "".join(lines[size:]))


@dataclass
class Reader:
    """Someone who follows a page from top to bottom, in a folder and a home of their own."""

    folder: Path
    endpoint: str = LOCAL
    mcp: str = LOCAL_MCP
    python: str = sys.executable
    environment: dict[str, str] = field(default_factory=dict)
    names: dict[str, object] = field(default_factory=dict)
    served: list["subprocess.Popen[bytes]"] = field(default_factory=list["subprocess.Popen[bytes]"])

    def __post_init__(self) -> None:
        kept = {name: value for name, value in os.environ.items() if name in {"LANG", "TMPDIR", "PATH"}}
        self.environment = kept | {
            "HOME": str(self.folder),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            # This checkout's code, wherever another is installed.
            "PYTHONPATH": f"{self.folder}{os.pathsep}{ROOT / 'src'}",
            "COLUMNS": "100",
            "PLIMSOLL_LANG": "en",
        }

    def follow(self, block: Block) -> None:
        """Do what a block says."""
        if "mcp" in block.notes:
            self.serve(block.notes["mcp"])
        if "file" in block.notes:
            self.write(block.notes["file"], block.body)
        elif block.language == "python":
            self.run(Step(f"{shlex.quote(self.python)} -W error -c {shlex.quote(block.body)}", "..."))
        elif block.language == "console":
            for step in steps(block.body):
                self.run(step)
        else:
            self.run(Step(f"set -e\n{block.body}", "..."))

    def serve(self, name: str) -> None:
        """Start a file of the page as a server, and wait for it."""
        with socket.create_server(("127.0.0.1", 0)) as found:
            port: int = found.getsockname()[1]
        command = [self.python, name, str(port)]
        quiet = subprocess.DEVNULL
        self.served.append(
            subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=quiet, stderr=quiet)
        )
        self.mcp = f"http://127.0.0.1:{port}/mcp"
        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.1)

    def close(self) -> None:
        """End what was started."""
        for process in self.served:
            process.kill()
            process.wait()

    def write(self, name: str, body: str) -> None:
        """Put a file of the page into the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
        if path.suffix == ".sh":
            path.chmod(0o755)

    def run(self, step: Step) -> None:
        """Run a command; its end and what it prints are as the page says."""
        if exported := re.fullmatch(r"export (\w+)=(\S*)", step.command):
            self.environment[exported[1]] = self._meant(exported[2])
            return
        if package := re.fullmatch(r"pip install -e (\S+)", step.command):
            self.install(self.folder / package[1])
            return
        made = subprocess.run(
            ["bash", "-c", self._meant(step.command)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=900,
        )
        shown = f"$ {step.command}\n{made.stdout}"
        code = EXIT_CODE.search(step.printed)
        assert made.returncode == (int(code[1]) if code else 0), shown
        printed = EXIT_CODE.sub("", step.printed)
        assert not printed.strip() or _fits(printed, made.stdout), shown

    def install(self, package: Path) -> None:
        """What `pip install -e` does for imports and entry points, without asking an index."""
        install(package, self.folder)
        self.environment["PYTHONPATH"] += f"{os.pathsep}{package / 'src'}"

    def _meant(self, text: str) -> str:
        return text.replace(LOCAL, self.endpoint).replace(LOCAL_MCP, self.mcp)


def install(package: Path, into: Path) -> None:
    """Write what tells Python of a package's entry points into a folder of its path."""
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    made = into / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    made.mkdir(exist_ok=True)
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (made / "METADATA").write_text(head, encoding="utf-8")
    lines = [
        line
        for group, points in project.get("entry-points", {}).items()
        for line in (f"[{group}]", *(f"{name} = {target}" for name, target in points.items()))
    ]
    (made / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _fits(wanted: str, got: str) -> bool:
    """Whether a page tells what was printed; how far a slow run is may stand there or not."""
    got = PROGRESS.sub("", got)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return doctest.OutputChecker().check_output(wanted.strip() + "\n", got.strip() + "\n", flags)
