"""Plain Markdown, as it is read on a forge -> pages that Sphinx takes: contents, code blocks, links outside.

The pages themselves know nothing of the site. A page that no contents name is an error of the build.
"""

import posixpath
import re
from pathlib import Path
from typing import Any

from pairs_of_signs import PairsOfSigns
from pygments.lexers.data import JsonLexer
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

CONTENTS = {
    "README": (
        "tutorial",
        "how-to/README",
        "footguns",
        "responsible-use",
        "terms",
        "cli",
        "catalogue",
        "formats/README",
        "field/coverage",
        "field/systems",
        "field/attacks",
        "field/defenses",
        "architecture",
        "inside",
        "contributing",
        "design/README",
        "migration",
    ),
    "how-to/README": ("how-to/*",),
    "formats/README": ("formats/*",),
    "design/README": ("design/*",),
}
"""Page -> the pages below it, in the order of the sidebar."""

FENCE = re.compile(r"^(?P<mark>```+)(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=mark)[ \t]*$", re.M | re.S)
LINK = re.compile(r"\[(?P<text>[^\]\n]*)\]\((?P<path>\.\.?/[^)\s#]*)(?P<anchor>#[^)\s]*)?\)")
OTHER = {"en": ("zh", "中文", "zh/"), "zh_CN": ("en", "English", "../")}
"""Language -> the other one: its code, its name, where its pages lie from the root of this one's."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_search_language(PairsOfSigns)
    app.add_lexer("csv", TextLexer)
    app.add_lexer("jsonl", JsonLexer)
    app.connect("source-read", _read)
    app.connect("html-page-context", _offer_other_language)
    return {"parallel_read_safe": True}


def _read(app: Sphinx, page: str, source: list[str]) -> None:
    """A page, before it is parsed."""
    text = FENCE.sub(_block, source[0])
    parts = re.split(r"(^```+.*?^```+[ \t]*$)", text, flags=re.M | re.S)
    parts[::2] = [LINK.sub(lambda link: _link(app, page, link), part) for part in parts[::2]]
    source[0] = "".join(parts) + _contents(app, page)


def _block(found: re.Match[str]) -> str:
    """A block without the notes for the tests; the name of a file stands above it."""
    language, *notes = found["info"].partition("no-run:")[0].split() or ["text"]
    files = [note.removeprefix("file=") for note in notes if note.startswith("file=")]
    if not files:
        return f"{found['mark']}{language}\n{found['body']}{found['mark']}"
    return f"{found['mark']}{{code-block}} {language}\n:caption: {files[0]}\n\n{found['body']}{found['mark']}"


def _link(app: Sphinx, page: str, link: re.Match[str]) -> str:
    """A link that leaves this language's folder leads to the same place on the site, or on the forge."""
    root = Path(app.srcdir)
    target = (root / page).parent.joinpath(link["path"]).resolve()
    if target.is_relative_to(root) and not target.is_relative_to(root / "zh"):
        return link[0]
    between = target.is_relative_to(root.parent if root.name == "zh" else root)
    if target.suffix == ".md" and between:
        address = f"{link['path'].removesuffix('.md')}.html{link['anchor'] or ''}"
        return f'<a href="{address}">{link["text"]}</a>'
    return f"{link['text']} (`{target.relative_to(_checkout(root)).as_posix()}`)"


def _checkout(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.parents) if (parent / "pyproject.toml").is_file())


def _contents(app: Sphinx, page: str) -> str:
    """The contents below a page, which only the sidebar shows."""
    here = posixpath.dirname(page)
    there = [each for each in CONTENTS.get(page, ()) if list(Path(app.srcdir).glob(f"{each}.md"))]
    if not there:
        return ""
    listed = "\n".join(posixpath.relpath(each, here or ".") for each in there)
    return f"\n\n```{{toctree}}\n:hidden:\n:glob:\n\n{listed}\n```\n"


def _offer_other_language(
    app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: Any
) -> None:
    """The same page in the other language, or that language's first page."""
    code, name, place = OTHER[app.config.language]
    root = Path(app.srcdir) / place
    if not (root / "README.md").is_file():
        return
    same = page if (root / f"{page}.md").is_file() else "README"
    up = "../" * page.count("/")
    context["other_language"] = {"code": code, "name": name, "href": f"{up}{place}{same}.html"}
