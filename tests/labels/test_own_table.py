import json
from pathlib import Path

import pytest

from plimsoll.core import DataError, UserError
from plimsoll.labels.named import pack_of
from plimsoll.screening.sets import chosen, conversation, split_hash


def pack(tmp_path: Path, text: str, name: str = "mine.csv") -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_table_is_a_pack_of_conversations(tmp_path: Path) -> None:
    rows = "prompt,response,label,category,guard\nHi,,0,,safe\nOh,No.,1,a; b,0.7\n"
    first, second = pack_of(pack(tmp_path, rows)).items()
    assert [turn.role for turn in conversation(first)] == ["user"]
    assert [(turn.role, turn.text) for turn in conversation(second)] == [("user", "Oh"), ("assistant", "No.")]
    assert (first.truth("binary"), second.truth("binary")) == (0.0, 1.0)
    assert second.sample.category == "a"
    assert second.metadata["categories"] == ["a", "b"]
    assert second.metadata["guard"] == "0.7"


def test_rows_of_one_prompt_are_one_cluster(tmp_path: Path) -> None:
    rows = "prompt,response,label\nHi,a,0\nHi,b,1\nHo,c,0\n"
    one, other, third = (item.cluster for item in pack_of(pack(tmp_path, rows)).items())
    assert one == other != third


def test_a_jsonl_of_flat_rows_is_read_as_a_table(tmp_path: Path) -> None:
    lines = "".join(json.dumps({"prompt": f"p{n}", "label": n % 2}) + "\n" for n in range(4))
    assert [item.truth("binary") for item in pack_of(pack(tmp_path, lines, "mine.jsonl")).items()] == [
        0,
        1,
        0,
        1,
    ]


@pytest.mark.parametrize("word", ["1", "1.0", "unsafe", "Harmful", "TRUE", "yes"])
def test_labels_may_be_called_by_their_usual_names(tmp_path: Path, word: str) -> None:
    (item,) = pack_of(pack(tmp_path, f"prompt,label\nHi,{word}\n")).items()
    assert item.truth("binary") == 1.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prompt,lable\nHi,1\n", "has no column 'label'; did you mean lable?"),
        ("text,label\nHi,1\n", "has no column 'prompt'"),
        ("prompt,label\nHi,1\nHo,maybe\n", r"record #2, line 3: label is 'maybe': write 1"),
        ("prompt,label\nHi,\n", r"record #1, line 2: label is ''"),
        ("prompt,label\n ,1\n", "record #1, line 2: prompt is empty"),
        ("prompt,label,id\nHi,1,a\nHo,0,a\n", "id 'a' again, after #1"),
    ],
)
def test_a_wrong_row_is_named_with_its_place_and_the_remedy(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        list(pack_of(pack(tmp_path, text)).items())


def test_a_table_that_is_not_there_is_said_so() -> None:
    with pytest.raises(UserError, match=r"nowhere\.csv is not there"):
        pack_of("nowhere.csv")


def test_the_hash_of_a_split_tells_another_text_label_or_order(tmp_path: Path) -> None:
    texts = ["Hi,,0\nHo,,1", "Hi,,0\nHo,,0", "Hi,,0\nHu,,1", "Ho,,1\nHi,,0", "Hi,Ho,0\nHo,,1"]
    made = [pack(tmp_path, f"prompt,response,label\n{text}\n", f"{n}.csv") for n, text in enumerate(texts)]
    hashes = [split_hash(chosen(pack_of(each), each).items) for each in made]
    assert len(set(hashes)) == len(texts)
    assert hashes[0] == split_hash(chosen(pack_of(made[0]), made[0]).items)
