"""docs/ -> a site: `python docs/site/build.py FOLDER`. Any warning, such as a link to nowhere, is an error.

English pages lie at the root, Chinese ones (docs/zh) under zh/. Nothing is loaded from elsewhere, and
the search runs in the browser, so the folder may be opened from disk or put on any server.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

SITE = Path(__file__).parent
DOCS = SITE.parent
LANGUAGES: Mapping[str, tuple[Path, str]] = {"en": (DOCS, ""), "zh_CN": (DOCS / "zh", "zh")}
"""Language -> its pages, and their place on the site."""


def build(into: Path) -> bool:
    """Build the site; whether nothing was complained of."""
    shutil.rmtree(into, ignore_errors=True)
    there = {name: each for name, each in LANGUAGES.items() if (each[0] / "README.md").is_file()}
    # All of them are built, so that all that is wrong is told at once.
    built = [_one(name, pages, into / place) for name, (pages, place) in there.items()]
    return all(built)


def _one(language: str, pages: Path, into: Path) -> bool:
    """One language, in a process of its own: two of Sphinx in one complain of each other."""
    with tempfile.TemporaryDirectory() as trees:
        strict = ("--fail-on-warning", "--keep-going", "--nitpicky", "--quiet")
        told = ("-c", str(SITE), "-d", trees, "-D", f"language={language}", str(pages), str(into))
        done = subprocess.run([sys.executable, "-m", "sphinx", *strict, *told], check=False)
    for page in into.rglob("README.html"):
        shutil.copy(page, page.with_name("index.html"))
    (into / ".buildinfo").unlink(missing_ok=True)
    return done.returncode == 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: python {sys.argv[0]} FOLDER")
    sys.exit(0 if build(Path(sys.argv[1]).resolve()) else 1)
