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

SPOKEN: Mapping[str, str] = {
    "<span>Next</span>": "<span>下一页</span>",
    "<span>Previous</span>": "<span>上一页</span>",
    '<div class="title">Home</div>': '<div class="title">首页</div>',
    "<span>Back to top</span>": "<span>回到顶部</span>",
    "Skip to content": "跳到正文",
    "On this page": "本页内容",
    "Toggle Light / Dark / Auto color theme": "切换浅色、深色、自动主题",
    "Toggle site navigation sidebar": "显示或隐藏导航",
    "Toggle navigation of ": "显示或隐藏：",
    "Toggle table of contents sidebar": "显示或隐藏本页目录",
    "Copyright &#169; the Plimsoll authors": "版权所有 &#169; Plimsoll 作者",
    "Made with ": "制作工具：",
}
"""What the theme says in English alone -> the same in Chinese."""


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
    if language == "zh_CN":
        _speak(into)
    for page in into.rglob("README.html"):
        shutil.copy(page, page.with_name("index.html"))
    (into / ".buildinfo").unlink(missing_ok=True)
    return done.returncode == 0


def _speak(folder: Path) -> None:
    for page in folder.rglob("*.html"):
        text = page.read_text("utf-8")
        for english, chinese in SPOKEN.items():
            text = text.replace(english, chinese)
        page.write_text(text, "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: python {sys.argv[0]} FOLDER")
    sys.exit(0 if build(Path(sys.argv[1]).resolve()) else 1)
