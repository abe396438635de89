import csv
import io
import json
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.core import DataError, UserError
from plimsoll.data import delimited
from plimsoll.data.tables import read_table, text_of

ROWS = [{"id": "1", "prompt": "Hello, world"}, {"id": "2", "prompt": 'Say "hi"\nand go'}]
CELLS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), min_size=1, max_size=20
)


def written(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def as_csv(delimiter: str) -> str:
    sink = io.StringIO(newline="")
    writer = csv.DictWriter(sink, ["id", "prompt"], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROWS)
    return sink.getvalue()


def as_parquet(path: Path) -> Path:
    pyarrow = pytest.importorskip("pyarrow", reason="the extra 'data' is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra 'data' is not installed")
    parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)
    return path


def as_workbook(path: Path) -> Path:
    openpyxl = pytest.importorskip("openpyxl", reason="the extra 'data' is not installed")
    book = openpyxl.Workbook()
    book.active.append(("id", "prompt", None))
    for row in ROWS:
        book.active.append((int(row["id"]), row["prompt"]))
        book.active.append((None, None))
    book.create_sheet("more").append(("another", "sheet"))
    book.save(path)
    return path


def every_form(folder: Path) -> list[Path]:
    pytest.importorskip("yaml", reason="the extra 'data' is not installed")
    lines = "\n".join(map(json.dumps, ROWS))
    return [
        written(folder / "a.csv", as_csv(",")),
        written(folder / "b.csv", as_csv(";")),
        written(folder / "c.tsv", as_csv("\t")),
        written(folder / "d.csv", "\ufeff" + as_csv("|")),
        written(folder / "e.csv", as_csv("\t"), "utf-16"),
        written(folder / "f.csv", "sep=;\r\n" + as_csv(";") + "\r\n;\r\n\r\n"),
        written(folder / "m.csv", ',id,prompt\n0,1,"Hello, world"\n7,2,"Say ""hi""\nand go"\n'),
        written(folder / "l.csv", as_csv(";").replace("\r\n", "\r")),
        written(folder / "g.json", json.dumps(ROWS)),
        written(folder / "h.json", json.dumps({"about": "two rows", "samples": ROWS})),
        written(folder / "i.jsonl", f"\ufeff{lines}\n\n"),
        written(folder / "j.yaml", json.dumps(ROWS)),
        as_parquet(folder / "k.parquet"),
        as_workbook(folder / "n.xlsx"),
    ]


def test_every_form_holds_the_same_rows(tmp_path: Path) -> None:
    for path in every_form(tmp_path):
        table = read_table(path)
        assert [dict(row.cells) for row in table.rows] == ROWS, path.name
        assert table.columns == ("id", "prompt"), path.name


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_what_a_spreadsheet_writes_is_read_as_it_was(rows: list[list[str]], delimiter: str) -> None:
    sink = io.StringIO(newline="")
    csv.writer(sink, delimiter=delimiter).writerows([["first", "second"], *rows])
    found = delimited.rows(sink.getvalue().encode(), Path("x.csv"))
    assert [list(row.cells.values()) for row in found] == [row for row in rows if any(map(str.strip, row))]


def test_a_cell_may_be_longer_than_the_csv_library_allows(tmp_path: Path) -> None:
    limit = csv.field_size_limit()
    table = read_table(written(tmp_path / "long.csv", f"prompt\n{'word ' * 100_000}\n"))
    assert len(table.rows[0].cells["prompt"]) == 500_000
    assert csv.field_size_limit() == limit


def test_words_of_yaml_stay_words(tmp_path: Path) -> None:
    pytest.importorskip("yaml", reason="the extra 'data' is not installed")
    table = read_table(written(tmp_path / "x.yaml", "- {id: 007, options: [yes, no], target: no}\n"))
    assert table.rows[0].cells == {"id": "007", "options": ["yes", "no"], "target": "no"}


def test_nothing_in_yaml_is_an_empty_cell_unless_it_stands_between_quotation_marks(tmp_path: Path) -> None:
    pytest.importorskip("yaml", reason="the extra 'data' is not installed")
    table = read_table(written(tmp_path / "x.yaml", "- {a: null, b: ~, c: 'null', d: nullable, e: No}\n"))
    assert table.rows[0].cells == {"a": None, "b": None, "c": "null", "d": "nullable", "e": "No"}


def test_a_list_of_texts_is_a_list_of_prompts(tmp_path: Path) -> None:
    table = read_table(written(tmp_path / "x.json", '["one", "two"]'))
    assert [row.cells for row in table.rows] == [{"prompt": "one"}, {"prompt": "two"}]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.csv", "", "x.csv: is empty: name the columns"),
        ("x.csv", "id,prompt\n\n,\n", "x.csv: holds no row: write at least one"),
        ("x.csv", "id,prompt\n1,a, b\n", "record #1, line 2: has 3 cells where the header has 2: put a cell"),
        ("x.csv", "id,prompt\n1,a\n2\n", "record #2, line 3: has 1 cell where the header has 2: write a"),
        ("x.csv", 'id,prompt\n1,"a\nb,c\n', "line 2: a quotation mark that opens in this record is never"),
        ("x.csv", 'id,prompt\n1,"a"b\n', "line 2: a quotation mark stands inside a cell: write two of them"),
        ("x.csv", "id,prompt,id\n1,a,2\n", "line 1: two columns are called 'id': rename one"),
        ("x.csv", "id,,prompt\n1,x,a\n", "record #1, line 2: column 2 has no name: name it in the header"),
        ("x.csv", b"id,prompt\n1,caf\xe9\n", "line 2: byte 0xe9 is no UTF-8: save the file with"),
        ("x.jsonl", '{"a": 1}\n{"a": \n', "record #2, line 2: no JSON: Input data was truncated"),
        ("x.jsonl", "[1]\n", 'record #1, line 1: is no object: write {"prompt": "...", ...}'),
        ("x.json", '{"a": 1}', "x.json: holds no list of rows: write [{...}, {...}]"),
        ("x.json", '[{"a": 1, "a": 2}]', "key 'a' stands twice in one object"),
        (
            "x.jsonl",
            '{"a": 1}\n{"a": "b: c", "a": 2}',
            "record #2, line 2: key 'a' stands twice in one object",
        ),
        ("x.yaml", "- a: 1\n- b: 1\n  b: 2\n", "key 'b' stands twice in one object, which begins in line 2"),
        ("x.json", "[]", "x.json: holds no row"),
        ("x.parquet", "PAR", "x.parquet: no sound Parquet file"),
        ("x.xlsx", "PK", "x.xlsx: is no Excel workbook"),
        ("x.yaml", "- [\n", "x.yaml: no YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_remedy(
    name: str, content: str | bytes, said: str, tmp_path: Path
) -> None:
    needed = {"x.parquet": "pyarrow", "x.yaml": "yaml", "x.xlsx": "openpyxl"}.get(name)
    if needed:
        pytest.importorskip(needed, reason="the extra 'data' is not installed")
    with pytest.raises(DataError) as caught:
        read_table(written(tmp_path / name, content))
    assert said in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_file_that_is_not_there_or_no_table_is_refused_with_the_endings(tmp_path: Path) -> None:
    for name in ("missing.csv", "picture.png"):
        with pytest.raises(UserError, match=r"\.csv, \.tsv, \.jsonl"):
            read_table(tmp_path / name)


@pytest.mark.parametrize(
    ("cell", "text"),
    [(None, ""), (float("nan"), ""), (True, "true"), (3.0, "3"), (2.5, "2.5"), (7, "7"), (" a ", " a "),
     (Decimal("1.50"), "1.50"), (date(2026, 11, 30), "2026-11-30"), (time(9, 30), "09:30:00")],
)  # fmt: skip
def test_a_cell_is_text_as_a_person_would_write_it(cell: object, text: str) -> None:
    assert text_of(cell) == text


def test_a_list_is_no_text() -> None:
    with pytest.raises(TypeError, match="holds a list where text is wanted"):
        text_of(["a"])


@pytest.mark.parametrize(
    "body", ['{"a":' + "9" * 6000 + "}", "[" + "9" * 6000 + "]", '[{"prompt": 1e999999}]']
)
def test_a_number_of_thousands_of_digits_is_refused_with_its_place(body: str, tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    path.write_text(body, encoding="utf-8")
    with pytest.raises(DataError, match=r"own\.json"):
        read_table(path)
