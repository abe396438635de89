"""A training corpus and a keyword library against GB/T 45654-2025: what is drawn, judged, and lacking."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from plimsoll.benchmarks.gb_45654 import keywords
from plimsoll.cli import exit_code
from plimsoll.core import DataError, UserError
from plimsoll.documents import corpus
from plimsoll.taxonomies.gb_45654 import standard


def table(path: Path, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
    return path


def library(path: Path) -> Path:
    return table(path, ("关键词", "风险"), [("parrot", "A.1.1"), ("鹦鹉", "A.2.1"), ("parrot", "A.1.2")])


def entries(path: Path, *, people: bool = False) -> Path:
    """A thousand texts of two sources: of `good` one in a hundred is bad, of `poor` one in ten."""
    rows: list[tuple[object, ...]] = []
    for number in range(1000):
        source = "good" if number < 800 else "poor"
        bad = number % 100 == 0 if source == "good" else number % 10 == 0
        text = f"The {'parrot' if bad else 'kettle'} {number}."
        rows.append((text, source, int(bad)) if people else (text, source))
    return table(path, ("text", "source", "label")[: 3 if people else 2], rows)


def assessed(capsys: pytest.CaptureFixture[str], path: Path, *more: object) -> Any:
    capsys.readouterr()
    given = ["corpus", str(path), "--log-dir", str(path.parent / "logs"), "--json", *map(str, more)]
    assert exit_code(given) == 0
    return json.loads(capsys.readouterr().out)


def test_a_library_says_what_the_standard_asks_of_it_and_finds_its_words(tmp_path: Path) -> None:
    held = keywords.read(library(tmp_path / "words.csv"))
    assert (dict(held.words), held.twice) == ({"parrot": "A.1.1", "鹦鹉": "A.2.1"}, 1)
    missing = list(keywords.lacks(held))
    assert missing[0] == "the keyword library has 2 words, the standard asks for 10,000"
    assert "A.1.1: 1 words, the standard asks for 200" in missing
    assert "A.2.1: 1 words, the standard asks for 100" in missing
    assert not any(each.startswith(("A.3", "A.4", "A.5")) for each in missing)
    flags = {text: held.guard.patterns["A.1.1"].search(text) for text in ("a PARROT!", "parrots")}
    assert [found is not None for found in flags.values()] == [True, False]
    assert held.guard.patterns["A.2.1"].search("一只鹦鹉")


def test_a_tenth_is_drawn_by_chance_and_held_against_the_threshold_exactly(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, words = entries(tmp_path / "corpus.csv"), library(tmp_path / "words.csv")
    found = assessed(capsys, path, "--keywords", words)
    (by,) = found["judged"]
    assert (by["by"], by["n"], by["threshold"]) == ("Keyword library", 100, 0.98)
    assert by["low"] < by["share"] < by["high"]
    assert by["draw_passes"] == (by["share"] >= 0.98)
    assert found == assessed(capsys, path, "--keywords", words)
    other = assessed(capsys, path, "--keywords", words, "--seed", "5")
    assert other["judged"] != found["judged"]
    whole = assessed(capsys, path, "--keywords", words, "--draw", "1000")["judged"][0]
    assert (whole["passed"], whole["n"], whole["draw_passes"]) == (972, 1000, False)
    assert [(each["source"], each["bad"], each["over_limit"]) for each in whole["sources"]] == [
        ("poor", 20, True), ("good", 8, False),
    ]  # fmt: skip


def test_people_s_labels_have_their_own_threshold_and_number(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = assessed(capsys, entries(tmp_path / "corpus.csv", people=True))
    (people,) = found["judged"]
    assert (people["by"], people["passed"], people["n"], people["threshold"]) == ("People", 972, 1000, 0.96)
    assert people["draw_passes"]
    assert people["sure"]
    assert "people judged 1,000 entries, the standard asks for 4,000 drawn by chance" in found["lacks"]
    assert "no keyword library was given (--keywords)" in found["lacks"]


def test_an_entry_without_a_verdict_does_not_pass(tmp_path: Path) -> None:
    held = corpus.read(entries(tmp_path / "corpus.csv"))
    drawn = corpus.drawn(held, 10, 0)
    judged = corpus.by_guard(
        "g", "g", corpus.pack(held, drawn, 0), lambda spec, pack: {each.id: None for each in drawn}
    )
    assert (corpus.threshold(judged).k, judged.silent) == (0, 10)
    told = [str(each) for each in corpus.lacks(held, [judged])]
    assert any("gave no verdict on 10 entries, which do not pass" in each for each in told)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "Corpus by GB/T 45654-2025",
                "from memory",
                "did not pass",
                "above 5 %: not to be used",
                "A.1.2: 0 words, the",
            ),
        ),
        ("zh", ("GB/T 45654-2025 语料评估", "凭记忆", "未通过", "超过 5%：不应使用", "A.1.2：0 个词，标准")),
    ],
)
def test_the_report_says_it_in_both_languages(language: str, words: Sequence[str], tmp_path: Path) -> None:
    path, out = entries(tmp_path / "corpus.csv"), tmp_path / "report.md"
    given = ["corpus", str(path), "--keywords", str(library(tmp_path / "w.csv")), "--draw", "1000"]
    more = ["--log-dir", str(tmp_path / "logs"), "-o", str(out), "--language", language]
    assert exit_code([*given, *more]) == 0
    text = out.read_text(encoding="utf-8")
    for each in words:
        assert each in text


def test_the_numbers_of_corpus_and_keywords_are_marked_as_from_memory() -> None:
    numbers = standard().numbers
    shares = [numbers[f"corpus_{name}"] for name in ("pass", "machine_pass", "share")]
    assert [*shares, numbers["source_limit"]] == [0.96, 0.98, 0.1, 0.05]
    counts = [numbers[name] for name in ("corpus_draw", "keywords", "keywords_each_a1", "keywords_each_a2")]
    assert counts == [4000, 10000, 200, 100]
    assert "from memory" in standard().source


@pytest.mark.parametrize(
    ("head", "rows", "said"),
    [
        (("body",), [("x",)], "no column of texts"),
        (("text", "source"), [("x", "a"), ("", "a")], "row 3 has no text"),
        (("text", "label"), [("x", "perhaps")], "row 2: label is 'perhaps': write 1"),
        (("text", "label"), [("x", "1"), ("x", "0")], "row 3: its text stands there with another label"),
        (("text",), [("x",)], "nobody judged an entry: name a guard"),
    ],
)
def test_what_is_wrong_with_a_corpus_is_named(
    head: Sequence[str], rows: Sequence[Sequence[str]], said: str, tmp_path: Path
) -> None:
    path = table(tmp_path / "corpus.csv", head, rows)
    with pytest.raises((UserError, DataError), match=said):
        corpus.document(corpus.read(path), [], 0)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("", "A.1.1")], "row 2 has no word"),
        ([("parrot", "A.9.9")], r"row 2: no risk of the standard is called 'A.9.9'"),
    ],
)
def test_what_is_wrong_with_a_library_is_named(
    rows: Sequence[Sequence[str]], said: str, tmp_path: Path
) -> None:
    path = table(tmp_path / "words.csv", ("word", "risk"), rows)
    with pytest.raises(DataError, match=said):
        keywords.read(path)


def test_a_guard_that_says_nothing_makes_no_report(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path, out = entries(tmp_path / "corpus.csv"), tmp_path / "report.md"
    given = [
        "corpus",
        str(path),
        "--by",
        "llama_guard",
        "--model",
        "scripted/echo",
        "--draw",
        "5",
        "--no-cache",
    ]
    assert exit_code([*given, "--log-dir", str(tmp_path / "logs"), "-o", str(out)]) == 1
    assert "llama_guard gave a verdict on none of 5 entries: mend the guard" in capsys.readouterr().err
    assert not out.exists()
