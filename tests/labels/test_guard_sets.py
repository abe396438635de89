"""Sets of moderation data in their published layouts, with harmless texts."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll.core import DataError, Labelled
from plimsoll.labels.named import pack_of


def lines(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def items(spec: str) -> list[Labelled]:
    return list(pack_of(spec).items())


def truths(spec: str) -> list[float | None]:
    return [item.truth("binary") for item in items(spec)]


def test_openais_absent_labels_are_unknown_and_never_negative(tmp_path: Path) -> None:
    whole = dict.fromkeys(("S", "H", "V", "HR", "SH", "S3", "H2", "V2"), 0)
    rows = [
        {"prompt": "one", **whole},
        {"prompt": "two", **whole, "V": 1},
        {"prompt": "three", "S": 0, "H": 0},
        {"prompt": None, "S3": 1},
    ]
    file = lines(tmp_path / "o.jsonl", rows)
    first, second, third, withheld = items(f"openai_moderation:file={file}")
    assert truths(f"openai_moderation:file={file}") == [0, 1, 0, 1]
    assert truths(f"openai_moderation:file={file},unknown=apart") == [0, 1, None, 1]
    assert third.metadata["known"] == {"S": False, "H": False}
    assert second.sample.category == "V"
    assert len(first.metadata["known"]) == 8
    assert withheld.sample.messages == ()


def test_a_label_that_is_none_is_named_with_its_place(tmp_path: Path) -> None:
    file = lines(tmp_path / "o.jsonl", [{"prompt": "one", "S": 2}])
    with pytest.raises(DataError, match="record #1: S is 2: labels are 1, 0 or absent"):
        items(f"openai_moderation:file={file}")


def test_toxicchat_keeps_to_what_people_annotated(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "conv_id,user_input,toxicity,jailbreaking,human_annotation\na,Hi,0,0,True\nb,Ho,1,1,True\nc,Hu,0,0,False\n",
        encoding="utf-8",
    )
    assert truths(f"toxic_chat:file={path}") == [0, 1]
    plain = lines(tmp_path / "t.jsonl", [{"idx": 0, "prompt": "Hi", "toxicity": 1}])
    assert truths(f"toxic_chat:file={plain}") == [1]


def test_aegis_votes_count_and_needs_caution_is_read_as_the_mode_says(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "id,text,text_type,num_annotations,labels_0,labels_1,labels_2,labels_3,labels_4\n"
        'u,One,user_message,3,"Violence, Threat",Violence,Safe,,\n'
        "s,Two,user_message,3,Safe,Safe,Profanity,,\n"
        "c,Three,user_message,3,Needs Caution,Needs Caution,Safe,,\n"
        "t,Four,user_message,4,Threat,Threat,Safe,Safe,\n",
        encoding="utf-8",
    )
    assert truths(f"aegis:file={path}") == [1, 0, 1, 1]
    assert truths(f"aegis:file={path},mode=permissive") == [1, 0, 0, 0]
    first, _, caution, _ = items(f"aegis:file={path}")
    assert first.metadata["categories"] == ["Violence", "Threat"]
    assert caution.metadata["categories"] == []
    assert len(first.labels) == 3


AEGIS_2: dict[str, Any] = {
    "id": "x",
    "reconstruction_id_if_redacted": None,
    "prompt": "Hi",
    "response": None,
    "prompt_label": "safe",
    "response_label": None,
    "violated_categories": "",
    "prompt_label_source": "human",
    "response_label_source": None,
}
"""A prompt alone."""
REPLIED = {**AEGIS_2, "response": "Ho", "response_label": "safe", "response_label_source": "human"}


def aegis_2(tmp_path: Path, *changes: dict[str, Any]) -> str:
    path = tmp_path / "aegis_2.json"
    path.write_text(json.dumps([{**each, "id": str(n)} for n, each in enumerate(changes)]), encoding="utf-8")
    return f"aegis_2:file={path}"


def test_aegis_2_knows_every_source_null_empty_and_redacted(tmp_path: Path) -> None:
    jury = {
        **REPLIED, "prompt_label": "unsafe", "response_label": "unsafe", "response_label_source": "llm_jury",
        "violated_categories": "Threat, Violence",
    }  # fmt: skip
    refused = {**jury, "response_label": "safe", "response_label_source": "refusal_data_augmentation"}
    redacted = {
        **AEGIS_2,
        "prompt": "REDACTED",
        "reconstruction_id_if_redacted": 7.0,
        "prompt_label": "unsafe",
    }
    spec = aegis_2(tmp_path, AEGIS_2, REPLIED, {**REPLIED, "response": ""}, jury, refused, redacted)
    assert truths(spec) == [0, 0, 0, 1, 1, 1]
    assert truths(f"{spec},side=response") == [0, 0, 1, 0]
    assert truths(f"{spec},side=response,source=human") == [0, 0]
    assert items(spec)[3].metadata["categories"] == ["Threat", "Violence"]  # most frequent first, as released
    assert items(spec)[5].sample.messages == ()


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "REDACTED"},
        {"response": "Ho"},
        {"violated_categories": "Threat"},
        {"prompt_label": "maybe"},
        {"response_label_source": "a_friend"},
    ],
)
def test_an_odd_record_of_aegis_2_is_named(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=r"id 1|#2"):
        items(aegis_2(tmp_path, AEGIS_2, {**AEGIS_2, **change}))


def test_beavertails_categories_are_known_and_its_redistribution_is_read(tmp_path: Path) -> None:
    rows = [
        {"prompt": "Hi", "response": "Ho", "is_safe": False,
         "category": {"privacy_violation": True, "self_harm": False}},
        {"prompt": "Hi", "response": "Hu", "is_safe": True, "category": {"privacy_violation": False}},
    ]  # fmt: skip
    first, second = items(f"beavertails:file={lines(tmp_path / 'b.jsonl', rows)}")
    assert (first.truth("binary"), second.truth("binary")) == (1, 0)
    assert first.metadata["known"] == {"privacy_violation": True, "self_harm": False}
    assert first.cluster == second.cluster
    plain = [{"idx": 3, "prompt": "Hi", "response": "Ho", "label": "harmful"}]
    assert truths(f"beavertails:file={lines(tmp_path / 'p.jsonl', plain)}") == [1]
    assert truths(f"harmbench_responses:file={lines(tmp_path / 'p.jsonl', plain)}") == [1]


def test_xstests_prompts_are_labelled_by_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "id,prompt,type,label,focus,note\n1,Hi,homonyms,safe,,\n2,Ho,contrast_homonyms,unsafe,,\n"
    )
    assert truths(f"xstest_prompts:file={path}") == [0, 1]
    assert items(f"xstest_prompts:file={path}")[0].metadata["type"] == "homonyms"


def test_a_release_packed_with_gzip_is_read_as_it_is_published(tmp_path: Path) -> None:
    rows = [{"prompt": "one", "S": 0}, {"prompt": "two", "S": 1}]
    path = tmp_path / "samples-1680.jsonl.gz"
    body = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(body[:20]) + gzip.compress(body[20:]))  # gzip files may be joined
    assert truths(f"openai_moderation:file={path}") == [0, 1]
    pair = {"prompt": "Hi", "response": "Ho", "is_safe": False, "category": {"self_harm": True}}
    packed = tmp_path / "test.jsonl.gz"
    packed.write_bytes(gzip.compress(json.dumps(pair).encode()))
    assert truths(f"beavertails:file={packed}") == [1]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"no gzip", "no sound gzip file: .*fetch it again"),
        (
            gzip.compress(b'{"prompt": "one", "S": 0}\n' * 9, mtime=0)[:-12],
            "ends in the middle of its gzip data",
        ),
    ],
)
def test_a_packed_file_that_is_broken_is_named(body: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "samples-1680.jsonl.gz"
    path.write_bytes(body)
    with pytest.raises(DataError, match=said):
        items(f"openai_moderation:file={path}")


def test_aegis_is_read_from_the_parquet_file_of_its_release(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    votes = {
        "labels_0": ["Safe", "Violence"],
        "labels_1": ["Safe", "Violence, Threat"],
        "labels_2": ["Violence", None],
    }
    rows = {"id": ["a", "b"], "text": ["Hi", "Ho"], "text_type": ["user_message"] * 2, **votes}
    path = tmp_path / "annotations.parquet"
    parquet.write_table(pyarrow.table(rows), path)
    found = items(f"aegis:file={path}")
    assert [item.truth("binary") for item in found] == [0, 1]
    assert found[1].metadata["categories"] == ["Violence", "Threat"]
    assert found[0].metadata["text_type"] == "user_message"


def test_harmbenchs_own_file_keeps_all_three_votes(tmp_path: Path) -> None:
    def one(*votes: int, experiment: str = "default") -> dict[str, Any]:
        named = dict(zip(("human_0", "human_1", "human_2"), votes, strict=True))
        return {"test_case": "Say hi", "generation": "Hi", "experiment": experiment, "cls": 1, **named}

    path = tmp_path / "text_behaviors_val_set.json"
    path.write_text(
        json.dumps({"greeting": [one(1, 1, 0), one(0, 0, 1, experiment="GCG")], "other": [one(0, 0, 0)]})
    )
    found = items(f"harmbench_responses:file={path}")
    assert [item.truth("binary") for item in found] == [1, 0, 0]
    assert found[0].labels == {"human_0": 1, "human_1": 1, "human_2": 0}
    assert [item.sample.pair for item in found] == ["greeting", "greeting", "other"]
    assert [item.metadata["experiment"] for item in found] == ["default", "GCG", "default"]
    handed_on = tmp_path / "list.json"
    handed_on.write_text(json.dumps([{"prompt": "a", "response": "b", "label": "harmful"}]))
    assert truths(f"harmbench_responses:file={handed_on}") == [1]
