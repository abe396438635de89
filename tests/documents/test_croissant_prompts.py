"""Files of prompts, described as Croissant, as the format's own library reads them."""

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import exit_code

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    mlc = pytest.importorskip("mlcroissant")

pytestmark = pytest.mark.filterwarnings("ignore")
ROWS: list[dict[str, Any]] = [
    {"prompt": "Where is the parrot?", "label": 1, "category": "birds", "score": 0.75},
    {"prompt": "茶壶在哪里？", "label": 0, "category": "", "score": 0.25},
]


def described(path: Path, *more: str) -> Path:
    assert exit_code(["data", "croissant", str(path), *more]) == 0
    (found,) = (path if path.is_dir() else path.parent).glob("*.croissant.json")
    return found


def read(description: Path) -> list[dict[str, Any]]:
    """The rows, as the library reads them by the description; it must find no fault with that."""
    dataset = mlc.Dataset(jsonld=str(description))
    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    rows = dataset.records("prompts")
    return [
        {
            name.partition("/")[2]: value.decode() if isinstance(value, bytes) else value
            for name, value in row.items()
        }
        for row in rows
    ]


def written(folder: Path, ending: str) -> Path:
    path = folder / f"mine.{ending}"
    parts = {"csv": ",", "tsv": "\t"}
    if ending in parts:
        lines = [parts[ending].join(map(str, row)) for row in (ROWS[0], *(each.values() for each in ROWS))]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    elif ending == "parquet":
        pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)
    else:
        path.write_text("".join(f"{json.dumps(row)}\n" for row in ROWS), encoding="utf-8")
    return path


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_the_formats_own_library_reads_the_prompts_of_a_table(ending: str, tmp_path: Path) -> None:
    found = read(described(written(tmp_path, ending), "--license", "CC-BY-4.0", "--creator", "Acme"))
    assert [row["prompt"] for row in found] == [row["prompt"] for row in ROWS]
    if ending in ("jsonl", "parquet"):
        assert [(row["label"], row["score"]) for row in found] == [(1, 0.75), (0, 0.25)]


def test_a_checksum_that_no_longer_fits_is_found_by_the_library(tmp_path: Path) -> None:
    path = written(tmp_path, "csv")
    description = described(path)
    path.write_text(path.read_text("utf-8").replace("parrot", "heron"), encoding="utf-8")
    with pytest.raises(Exception, match=r"Download\(mine.csv\)"):
        read(description)


def test_a_generated_set_says_what_its_card_says(tmp_path: Path) -> None:
    out = tmp_path / "made"
    assert exit_code(["generate", "grammar", "--out", str(out), "--quota", "2"]) == 0
    description = described(out)
    found = read(description)
    rows = [json.loads(line) for line in (out / "samples.jsonl").read_text("utf-8").splitlines()]
    assert [row["prompt"] for row in found] == [row["prompt"] for row in rows] != []
    said = json.loads(description.read_text("utf-8"))
    assert (said["name"], said["license"]) == ("Generated-prompts", "the user's own")


def test_columns_of_lists_are_named_and_not_described_wrongly(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    rows = [{**row, "options": ["a", "b"]} for row in ROWS]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    description = described(path)
    assert "options" not in read(description)[0]
    assert "more than plain values: options." in json.loads(description.read_text("utf-8"))["description"]


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("mine.yaml", "- prompt: a\n", "write the prompts in one of these"),
        ("mine.jsonl", '{"options": [1]}\n', "no column holds plain values"),
        ("mine.csv", "prompt\n", "holds no row"),
    ],
)
def test_what_cannot_be_described_is_said(
    name: str, body: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_text(body, encoding="utf-8")
    assert exit_code(["data", "croissant", str(path)]) in (1, 2)
    assert said in capsys.readouterr().err
    assert not list(tmp_path.glob("*.croissant.json"))
