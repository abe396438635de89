"""The documentation as a site: built strictly, read from disk, in both languages."""

import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.browser import chromium
from tests.support.house import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("furo") is None, reason="the group 'site' is not installed"),
]
LOADED = re.compile(r"<(?:script|link|img|source|iframe)\b[^>]*\b(?:src|href)=\"([^\"]+)\"")
CHINESE = """# 文档

- [教程](tutorial.md)
- [所有部件](../catalogue.md#models)
"""


def build(checkout: Path, into: Path) -> subprocess.CompletedProcess[str]:
    script = checkout / "docs" / "site" / "build.py"
    return subprocess.run(
        [sys.executable, str(script), str(into)], capture_output=True, text=True, check=False, timeout=280
    )


def copied(folder: Path) -> Path:
    """The documentation in a checkout of its own, whose pages may be changed."""
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, with two pages in Chinese."""
    folder = tmp_path_factory.mktemp("checkout")
    copied(folder)
    pages = folder / "docs" / "zh"
    if not (pages / "README.md").exists():
        pages.mkdir(exist_ok=True)
        (pages / "README.md").write_text(CHINESE, "utf-8")
        (pages / "tutorial.md").write_text("# 教程\n\n过度拒答与攻击成功率。\n", "utf-8")
    made = build(folder, folder / "site")
    assert made.returncode == 0, made.stderr
    return folder / "site"


def test_the_documentation_is_built_without_a_warning(tmp_path: Path) -> None:
    made = build(ROOT, tmp_path / "site")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "site" / "index.html").is_file()


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("[nowhere](no-such-page.md)", "no-such-page"),
        ("[nowhere](tutorial.md#no-such-heading)", "no-such-heading"),
    ],
)
def test_a_link_to_nowhere_fails_the_build(page: str, told: str, tmp_path: Path) -> None:
    checkout = copied(tmp_path)
    for each in (checkout / "docs").glob("*/*.md"):
        if each.parent.name != "site":
            each.unlink()
    for each in ("architecture", "catalogue", "cli", "migration", "footguns"):
        (checkout / "docs" / f"{each}.md").unlink(missing_ok=True)
    (checkout / "docs" / "tutorial.md").write_text("# Tutorial\n", "utf-8")
    (checkout / "docs" / "README.md").write_text(f"# Documents\n\n{page}\n", "utf-8")
    made = build(checkout, tmp_path / "site")
    assert made.returncode == 1
    assert told in made.stderr


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    loaded = {
        (page.name, address)
        for page in site.rglob("*.html")
        for address in LOADED.findall(page.read_text("utf-8"))
        if re.match(r"(?:https?:)?//", address)
    }
    assert loaded == set()
    styles = "\n".join(path.read_text("utf-8") for path in site.rglob("*.css"))
    assert not re.search(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", styles)


def test_every_link_of_the_built_site_leads_to_a_file(site: Path) -> None:
    lost = set()
    for page in site.rglob("*.html"):
        for address in re.findall(r"href=\"([^\"#?:]+)(?:#[^\"]*)?\"", page.read_text("utf-8")):
            if not (page.parent / address).exists():
                lost.add((page.relative_to(site).as_posix(), address))
    assert lost == set()


def test_a_page_leads_to_itself_in_the_other_language(site: Path) -> None:
    assert 'href="zh/tutorial.html" lang="zh"' in (site / "tutorial.html").read_text("utf-8")
    assert 'href="../tutorial.html" lang="en"' in (site / "zh" / "tutorial.html").read_text("utf-8")


def test_what_the_theme_says_is_chinese_on_a_chinese_page(site: Path) -> None:
    page = (site / "zh" / "tutorial.html").read_text("utf-8")
    for english in (
        "Skip to content",
        ">Next<",
        ">Previous<",
        "Copyright",
        "Made with",
        "On this page",
        "Toggle ",
    ):
        assert english not in page
    assert "下一页" in page
    assert "本页内容" in page
    assert "Skip to content" in (site / "tutorial.html").read_text("utf-8")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("page", "word"), [("search.html?q=kappa", "Measure a judge"), ("zh/search.html?q=过度拒答", "术语")]
)
def test_the_search_finds_a_page_from_disk(page: str, word: str, site: Path) -> None:
    with chromium() as browser:
        view = browser.new_page()
        view.goto(f"{site.as_uri()}/{page}")
        view.wait_for_selector("#search-results li a")
        assert word in view.inner_text("#search-results")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_site_scrolls_sideways_on_a_telephone(scheme: str, site: Path) -> None:
    with chromium() as browser:
        context = browser.new_context(color_scheme=scheme, viewport={"width": 375, "height": 800})
        view = context.new_page()
        wide = []
        for page in (
            "index",
            "cli",
            "architecture",
            "catalogue",
            "design/dependencies",
            "how-to/add-a-judge",
        ):
            view.goto(f"{site.as_uri()}/{page}.html")
            if view.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append(page)
        dark = view.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
        assert wide == []
        assert dark is (scheme == "dark")
