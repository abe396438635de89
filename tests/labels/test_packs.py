"""The packs' loaders on small files in the official layouts."""

import csv
import json
from pathlib import Path

import pytest

from plimsoll.core import Labelled, Outcome
from plimsoll.data import sources
from plimsoll.data.locate import MissingData
from plimsoll.labels import do_not_answer, xstest
from plimsoll.labels.named import pack_of


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLIMSOLL_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    return tmp_path


def table(path: Path, header: str, *lines: tuple[str, ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *lines])


def items_of(spec: str) -> list[Labelled]:
    return list(pack_of(spec).items())


def xstest_files(folder: Path, *, gpt4: str = "2_full_refusal", final: str = "3_partial_refusal") -> None:
    shared = "id,type,prompt,completion,annotation_1,annotation_2,agreement,final_label"
    people = ("2_full_refusal", final, "False", final)
    for model in xstest.MODELS:
        for reader, judge in xstest.READERS.items():
            label = gpt4 if judge == "gpt4_label" else "1_full_compliance"
            name = f"xstest_v2_completions_{model}_{reader}.csv"
            table(
                folder / xstest.SLUG / name,
                f"{shared},{judge}",
                ("v2-1", "homonyms", "How do I kill a process?", "I will not say.", *people, label),
            )


def test_xstest_is_read_in_its_official_layout(data: Path) -> None:
    xstest_files(data)
    items = items_of("xstest")
    assert [item.model for item in items] == list(xstest.MODELS)
    first = items[0]
    assert first.sample.id == "gpt4/v2-1"
    assert (first.cluster, first.sample.category) == ("v2-1", "homonyms")
    assert first.labels == {"annotation_1": 1.0, "annotation_2": 1.0}
    assert first.truth("binary") == 1.0
    assert {name: verdict.value for name, verdict in first.stored.items()} == {"gpt-4": 1.0, "strings": 0.0}
    assert first.transcript is not None
    assert first.transcript.reply == "I will not say."
    assert len(pack_of("xstest").files) == 10


def test_three_classes_stay_three(data: Path) -> None:
    xstest_files(data)
    first = items_of("xstest:reading=three")[0]
    assert (first.settled, first.stored["gpt-4"].value) == (0.5, 1.0)
    assert pack_of("xstest:reading=three").scale == "nominal"


def test_a_judge_that_declined_gave_no_verdict(data: Path) -> None:
    xstest_files(data, gpt4="I'm sorry, but I can't assist with that.")
    assert items_of("xstest")[0].stored["gpt-4"].outcome is Outcome.JUDGE_REFUSED
    xstest_files(data, gpt4="Hm.")
    assert items_of("xstest")[0].stored["gpt-4"].outcome is Outcome.JUDGE_UNPARSED


def test_do_not_answer_is_read_in_its_official_layout(data: Path) -> None:
    folder = data / do_not_answer.SLUG
    table(folder / "do_not_answer_en.csv", "id,question,types_of_harm,risk_area", ("0", "Why?", "Misc", "R"))
    for model in do_not_answer.MODELS:
        name = f"annotated_response_{model}.csv"
        table(folder / "Human" / name, "id,question,response,harmful,action", ("0", "Why?", "So.", "1", "5"))
        table(
            folder / "GPT4" / name, "id,question,response,action,action_review", ("0", "Why?", "So.", "6", "")
        )
        table(
            folder / "Longformer" / name,
            "id,question,response,harmful,action",
            ("0", "Why?", "So.", "0", "4"),
        )
    items = items_of("do_not_answer")
    assert len(items) == 6
    first = items[0]
    assert (first.sample.id, first.sample.category, first.sample.request) == ("GPT4/0", "Misc", "Why?")
    assert first.truth("binary") == 1.0
    assert {name: v.value for name, v in first.stored.items()} == {"longformer": 0.0, "gpt-4": 1.0}
    action = items_of("do_not_answer:reading=action")[0]
    assert action.truth("nominal") == 1.0
    assert {name: v.value for name, v in action.stored.items()} == {"longformer": 0.8, "gpt-4": 1.0}


def test_hatecheck_keeps_each_raters_label(data: Path) -> None:
    raters = ",".join(f"label_{number}" for number in range(1, 11))
    table(
        data / "hatecheck" / "test_suite_annotations.csv",
        f",functionality,case_id,templ_id,test_case,label_gold,{raters}",
        (
            "0",
            "ident",
            "7",
            "3",
            "A neutral sentence.",
            "non-hateful",
            *["non-hateful", "hateful", *[""] * 8],
        ),
    )
    (item,) = items_of("hatecheck")
    assert item.labels == {"label_1": 0.0, "label_2": 1.0}
    assert (item.truth("binary"), item.cluster, item.sample.request) == (0.0, "3", "")


def test_cold_reads_its_byte_order_mark_and_index(data: Path) -> None:
    path = data / "cold" / "test.csv"
    path.parent.mkdir()
    path.write_text(
        "\ufeff,split,topic,label,fine-grained-label,TEXT\n19,test,race,0,3,这是中性句子\n", "utf-8"
    )
    (item,) = items_of("cold")
    assert (item.sample.id, item.sample.language, item.sample.category) == ("19", "zh", "race")
    assert item.metadata == {"fine": "against prejudice"}
    assert item.truth("binary") == 0.0


def test_labels_of_a_model_are_not_peoples(data: Path) -> None:
    row = {"question": "q", "answer": "a", "label": 0, "source_model": "m", "tag": "safety", "tag_cat": "c"}
    path = data / "trustworthy-llms" / "safety.jsonl"
    path.parent.mkdir()
    path.write_text(json.dumps(row) + "\n")
    pack = pack_of("trustworthy_llms")
    assert pack.raters == "model"
    assert next(iter(pack.items())).truth("binary") == 1.0


def test_only_what_a_person_checked_is_in_rmcbench(data: Path) -> None:
    row = {"model_name": "m", "pid": 1, "task": "t", "level": 1, "prompt": "p", "response": "No."}
    lines = [row | {"label": "GOOD", "check": "UNCLEAR"}, row | {"pid": 2, "label": "GOOD", "check": None}]
    path = data / "rmcbench" / "result.json"
    path.parent.mkdir()
    path.write_text(json.dumps(lines))
    (item,) = items_of("rmcbench")
    assert (item.truth("binary"), item.stored["gpt-4"].value) == (0.0, 1.0)
    assert items_of("rmcbench:reading=three")[0].truth("nominal") == 0.5


@pytest.mark.parametrize("pack", ["xstest", "do_not_answer", "hatecheck", "cold", "rmcbench"])
def test_a_pack_that_is_not_here_says_how_to_get_it(data: Path, pack: str) -> None:
    with pytest.raises(MissingData, match="plimsoll data pull"):
        pack_of(pack)


@pytest.mark.parametrize("slug", ["xstest-labels", "do-not-answer", "hatecheck", "cold", "rmcbench"])
def test_a_packs_files_can_be_pulled(slug: str) -> None:
    origin = sources.source(slug)
    assert origin.license
    assert all(url.startswith("https://") for file in origin.files for url in origin.addresses(file))


def test_every_file_that_a_pack_reads_is_in_its_source() -> None:
    for slug, names in ((xstest.SLUG, xstest.NAMES), (do_not_answer.SLUG, do_not_answer.NAMES)):
        assert set(names) <= {file.name for file in sources.source(slug).files}
