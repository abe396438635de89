"""Every document is held against its standard's own schema or tool.

`every_eval_ever_0.3.0.schema.json` and `every_eval_ever_instance_0.3.0.schema.json` are the
schemas of every-eval-ever 0.3.0 (MIT, EvalEval Coalition), which itself needs a newer Python.
"""

import hashlib
import json
import math
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.cli import exit_code
from plimsoll.core import (
    Estimate,
    Message,
    Record,
    Sample,
    ToolCall,
    Transcript,
    Verdict,
    assistant,
    user,
)
from plimsoll.documents import block_yaml, croissant, every_eval_ever, model_card
from plimsoll.documents.every_eval_ever_samples import Link
from plimsoll.documents.every_eval_ever_samples import rows as every_eval_ever_rows
from plimsoll.documents.gathering import Scope, gather

SCHEMA = Path(__file__).with_name("every_eval_ever_0.3.0.schema.json")
ROWS_SCHEMA = SCHEMA.with_name("every_eval_ever_instance_0.3.0.schema.json")
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc: -#", max_size=5), inner, max_size=3)
    ),
)


@given(st.dictionaries(st.text("abcXYZ_-:# ", min_size=1, max_size=8), values, max_size=4))
def test_block_yaml_is_read_back_as_it_was(value: dict[str, Any]) -> None:
    yaml = pytest.importorskip("yaml")
    read = yaml.safe_load(block_yaml.dumped(value)) if value else {}
    assert _same(read, value)


def _same(one: Any, other: Any) -> bool:
    if isinstance(other, dict):
        return (
            isinstance(one, dict)
            and one.keys() == other.keys()
            and all(_same(one[k], other[k]) for k in other)
        )
    if isinstance(other, list):
        return isinstance(one, list) and len(one) == len(other) and all(map(_same, one, other))
    if isinstance(other, float) or isinstance(one, float):
        return math.isclose(float(one), float(other))
    return one == other


def test_the_hub_s_own_library_reads_the_results_of_a_model_card(complying: Path) -> None:
    hub = pytest.importorskip("huggingface_hub")
    case = gather([complying])
    card = hub.ModelCard(model_card.render(case))
    results = card.data.eval_results
    assert len(results) == len(case.kept)
    by_spec = {(each.dataset_args["spec"], *each.dataset_args.get("attacks", ())): each for each in results}
    plain = by_spec["simplesafetytests:split=starter",]
    assert plain.metric_value == 0.0
    assert plain.metric_args["low"] <= plain.metric_value <= plain.metric_args["high"]
    assert ("simplesafetytests:split=starter", "encoding/rot13") in by_spec
    assert "# Safety evaluation" in card.text
    assert "answered unsafely" in card.text


def test_results_for_the_hub_name_its_data_sets_and_no_starter_set(complying: Path) -> None:
    hub = pytest.importorskip("huggingface_hub")
    case = gather([complying])
    assert model_card.eval_results(case) == []
    manifest = case.bare[0].manifest
    card = msgspec.structs.replace(
        manifest.card, source="https://huggingface.co/datasets/owner/name/tree/main"
    )
    official = case.bare[0]._replace(manifest=msgspec.structs.replace(manifest, card=card, notes=()))
    (entry,) = model_card.eval_results(case._replace(bare=(official,)))
    (read,) = hub.parse_eval_result_entries([entry])
    assert read.dataset_id == "owner/name"
    assert isinstance(read.value, float)


def test_a_record_of_every_eval_ever_fits_its_schema(complying: Path) -> None:
    schema = pytest.importorskip("jsonschema")
    check = schema.Draft7Validator(json.loads(SCHEMA.read_text("utf-8")))
    for each in gather([complying]).kept:
        found = json.loads(every_eval_ever.encoded(every_eval_ever.record(each, Scope(organisation="Acme"))))
        assert [error.message for error in check.iter_errors(found)] == []
        whole = found["evaluation_results"][0]
        interval = whole["score_details"]["uncertainty"]["confidence_interval"]
        assert interval["lower"] <= whole["score_details"]["score"] <= interval["upper"]
        names = [result["evaluation_result_id"] for result in found["evaluation_results"]]
        assert len(set(names)) == len(names)


def test_every_reply_has_a_row_that_fits_its_schema_and_belongs_to_its_record(
    complying: Path, tmp_path: Path
) -> None:
    schema = pytest.importorskip("jsonschema")
    check, check_row = (
        schema.Draft7Validator(json.loads(path.read_text("utf-8"))) for path in (SCHEMA, ROWS_SCHEMA)
    )
    assert exit_code(["report", str(complying), "--format", "eee", "-o", str(tmp_path)]) == 0
    records = sorted(tmp_path.glob("data/*/scripted/echo/*.json"))
    for path in records:
        made = json.loads(path.read_text("utf-8"))
        assert [error.message for error in check.iter_errors(made)] == []
        detail = made["detailed_evaluation_results"]
        file = tmp_path / detail["file_path"]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == detail["checksum"]
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        assert len(rows) == detail["total_rows"] > 0
        assert [error.message for row in rows for error in check_row.iter_errors(row)] == []
        (whole,) = (
            each
            for each in made["evaluation_results"]
            if each["evaluation_result_id"] == rows[0]["evaluation_result_id"]
        )
        assert {row["evaluation_id"] for row in rows} == {made["evaluation_id"]}
        score = whole["score_details"]["score"]
        right = sum(row["evaluation"]["is_correct"] for row in rows) / len(rows)
        assert math.isclose(right, 1 - score if whole["metric_config"]["lower_is_better"] else score)
        assert len({row["sample_id"] for row in rows}) == len(rows)


def test_conversations_and_agents_fit_the_schema_of_rows_too() -> None:
    schema = pytest.importorskip("jsonschema")
    check = schema.Draft7Validator(json.loads(ROWS_SCHEMA.read_text("utf-8")))
    call = ToolCall(id="1", name="look", arguments={"where": "shelf", "times": 2})
    turns = {
        "multi_turn": (assistant("Hi"), user("And?"), assistant("Ho")),
        "agentic": (
            Message(role="assistant", calls=(call,)),
            Message(role="tool", text="empty", call_id="1"),
            assistant("Nothing."),
        ),
    }
    estimate = Estimate(name="unsafe_rate", value=0.0, low=0, high=1, n=1, higher_is_safer=False)
    link = Link("e", "r", "n", "m", estimate, "judge", None)
    for kind, said in turns.items():
        record = Record(
            sample=Sample(id="a", messages=(user("Look"),)),
            transcript=Transcript(messages=said),
            verdicts={"judge": Verdict(label="safe", value=0.0)},
        )
        found = every_eval_ever_rows([record, msgspec.structs.replace(record, verdicts={})], link)
        assert (found.written, found.left_out) == (1, 1)
        row = json.loads(found.body)
        assert [error.message for error in check.iter_errors(row)] == []
        assert (row["interaction_type"], row["evaluation"]["is_correct"]) == (kind, True)
        assert [each["role"] for each in row["messages"]] == ["user", *(each.role for each in said)]
        assert row["answer_attribution"][0]["source"] == "messages[3].content"


def test_a_record_lies_where_its_data_set_wants_it(complying: Path, tmp_path: Path) -> None:
    assert exit_code(["report", str(complying), "--format", "eee", "-o", str(tmp_path)]) == 0
    found = sorted(tmp_path.glob("data/*/scripted/echo/*.json"))
    assert len(found) == 5
    assert len(list(tmp_path.glob("data/*/scripted/echo/*_samples.jsonl"))) == 5
    assert Counter(path.parts[-4] for path in found)["simplesafetytests"] == 3


@pytest.mark.filterwarnings("ignore")
def test_croissant_s_own_library_takes_the_description_and_reads_the_records(
    complying: Path, tmp_path: Path
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlc = pytest.importorskip("mlcroissant")
    each = gather([complying]).bare[0]
    held = croissant.table(each)
    (tmp_path / croissant.TABLE).write_bytes(held)
    path = tmp_path / croissant.FILE
    path.write_bytes(croissant.encoded(croissant.metadata(each, Scope(organisation="Acme"), held)))
    dataset = mlc.Dataset(jsonld=str(path))
    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    read = list(dataset.records("records"))
    assert len(read) == each.summary.records
    replies = {row["records/id"].decode(): row["records/reply"].decode() for row in read}
    assert replies == {
        record.sample.id: record.transcript.responses[-1].text for record in each.folder.records()
    }  # type: ignore[union-attr]
