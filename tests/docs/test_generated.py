from pathlib import Path

import msgspec
import pytest

from tests.support.generated import generator
from tests.support.house import ROOT, SOURCE, shown

GENERATE = generator()
PAGES: dict[Path, str] = GENERATE.pages()


@pytest.mark.parametrize("path", PAGES, ids=shown)
def test_a_page_made_from_code_is_current(path: Path) -> None:
    written = path.read_text(encoding="utf-8") if path.exists() else ""
    assert written == PAGES[path], f"{shown(path)} is stale: run python docs/generate.py"


def test_every_schema_is_made_from_code() -> None:
    made = {path for path in PAGES if path.name.endswith(".schema.json")}
    assert {*(ROOT / "docs" / "formats").glob("*.schema.json")} == made


@pytest.mark.parametrize("name", GENERATE.SCHEMAS)
def test_a_schema_names_every_field_of_its_type(name: str) -> None:
    body = msgspec.json.decode(PAGES[ROOT / "docs" / "formats" / f"{name}.schema.json"])
    assert body["$schema"].startswith("https://json-schema.org/")
    assert body["title"] == f"plimsoll {name}"


def test_every_system_that_has_a_folder_stands_in_the_table_of_systems() -> None:
    table = PAGES[ROOT / "docs" / "field" / "systems.md"]
    folders = {path.parent.name for path in SOURCE.glob("benchmarks/*/source.toml")}
    assert {name for name in folders if f"`benchmarks/{name}/`" not in table} == set()
