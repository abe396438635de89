from pathlib import Path

from tests.support.shell import plimsoll


def test_the_demo_shows_a_first_table_of_a_part_and_says_how_long_the_rest_takes(tmp_path: Path) -> None:
    done = plimsoll(
        tmp_path,
        "demo",
        "-m",
        "scripted/random",
        PLIMSOLL_DATA=str(tmp_path),
        HTTPS_PROXY="http://127.0.0.1:9",
    )
    assert done.code == 0, done.err
    first, told, rest = done.out.partition("That was a part: 14 questions in ")
    assert told
    assert "of 14 questions answered correctly" in first
    assert "Accuracy, strict" in first
    assert "minute" in rest.splitlines()[0]
    assert "report.html" in rest
    assert rest.count("questions answered correctly") == 1
