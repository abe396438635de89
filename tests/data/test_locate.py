"""Where files are looked for."""

from pathlib import Path

import pytest

from plimsoll.data import locate


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(locate.VARIABLE, str(tmp_path / "given"))


def put(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True)
    (folder / name).write_text("x")
    return folder / name


def test_the_named_folder_goes_before_the_own_one(tmp_path: Path) -> None:
    own = put(tmp_path / "home" / "plimsoll" / "tiny", "a.json")
    assert locate.need("tiny", "a.json") == own
    given = put(tmp_path / "given" / "tiny", "a.json")
    assert locate.need("tiny", "a.json") == given


def test_downloads_go_to_the_named_folder_or_to_the_own_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert locate.folder("tiny") == tmp_path / "given" / "tiny"
    monkeypatch.delenv(locate.VARIABLE)
    assert locate.folder("tiny") == tmp_path / "home" / "plimsoll" / "tiny"


def test_another_name_of_the_same_content_serves(tmp_path: Path) -> None:
    other = put(tmp_path / "given" / "tiny", "b.json")
    assert locate.need("tiny", "a.json", "b.json") == other


def test_a_missing_file_says_how_to_get_it() -> None:
    with pytest.raises(locate.MissingData, match=r"a\.json of tiny .*plimsoll data pull tiny.* put the file"):
        locate.need("tiny", "a.json")
