import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import plimsoll
from plimsoll.cli._options import own_prompts
from plimsoll.core import Benchmark, DataError, Request, Response, Sample, UserError, needs_of
from plimsoll.models._local_prompt import OFFERS
from plimsoll.run.ask.plan import build_benchmark
from plimsoll.run.spec import RunSpec

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)


class Blind:
    """A model that takes text only."""

    name = "mine/blind"
    revision = "1"
    offers = frozenset({"prefill"})

    async def generate(self, request: Request) -> Response:
        return Response(text="A cat.")

    async def close(self) -> None:
        pass


def table(folder: Path, rows: Sequence[Mapping[str, Any]], name: str = "own.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def built(path: Path, **columns: str) -> Benchmark:
    spec = f"prompts:file={path}" + "".join(f",{role}={name}" for role, name in columns.items())
    return build_benchmark(RunSpec(benchmark=spec, model=""))


def samples(path: Path, **columns: str) -> list[Sample]:
    return list(built(path, **columns).samples())


@pytest.mark.parametrize(
    "options",
    [
        ["Yes.", "No."],
        '["Yes.", "No."]',
        "Yes. | No.",
        {"A": "Yes.", "B": "No."},
        '{"b": "No.", "a": "Yes."}',
        {"text": ["Yes.", "No."]},
        "['Yes.', 'No.']",
        "{'B': 'No.', 'A': 'Yes.'}",
    ],
)
def test_options_are_read_however_they_are_written(options: Any, tmp_path: Path) -> None:
    (sample,) = samples(table(tmp_path, [{"prompt": "Safe?", "options": options, "target": "B"}]))
    assert sample.choices == ("Yes.", "No.")
    assert sample.request == "Safe?"
    assert sample.messages[-1].text.startswith("Safe?\n\nOptions:\n(A) Yes.\n(B) No.\n")


@pytest.mark.parametrize("names", [("A", "B", "C"), ("a", "b", "c"), ("option_a", "option_b", "option_c")])
def test_options_may_stand_in_columns_of_their_own(names: tuple[str, ...], tmp_path: Path) -> None:
    rows = [
        {"prompt": "Which?", **dict(zip(names, ("one", "two", "three"), strict=True)), "target": "c"},
        {"prompt": "And now?", **dict(zip(names, ("one", "two", ""), strict=True)), "target": "A"},
    ]
    first, second = samples(table(tmp_path, rows))
    assert (first.choices, first.target) == (("one", "two", "three"), "C")
    assert (second.choices, second.target) == (("one", "two"), "A")


@pytest.mark.parametrize(
    ("target", "letter"), [("B", "B"), ("b", "B"), ("(B)", "B"), ("B.", "B"), ("No.", "B"), ("no.", "B")]
)
def test_a_target_is_a_letter_or_a_text(target: str, letter: str, tmp_path: Path) -> None:
    (sample,) = samples(table(tmp_path, [{"prompt": "p", "options": ["Yes.", "No."], "target": target}]))
    assert sample.target == letter


def test_a_target_by_text_is_the_option_that_is_written_like_it(tmp_path: Path) -> None:
    row = {"prompt": "Which word?", "options": ["polish", "Polish", "POLISH"], "target": "Polish"}
    assert samples(table(tmp_path, [row]))[0].target == "B"


def test_every_column_is_found_by_its_name_in_any_case(tmp_path: Path) -> None:
    row = {
        "ID": "q1",
        "Prompt": "Hello",
        "Category": "greeting",
        "language": "de",
        "pair": "p",
        "system": "Be kind.",
        "topic": "x",
        "Target": "Hi",
    }
    (sample,) = samples(table(tmp_path, [row]))
    said = [(message.role, message.text) for message in sample.messages]
    assert said == [("system", "Be kind."), ("user", "Hello")]
    found = (sample.id, sample.category, sample.language, sample.pair, sample.target, sample.metadata)
    assert found == ("q1", "greeting", "de", "p", "Hi", {"topic": "x"})


def test_a_column_of_another_name_is_named_by_the_user(tmp_path: Path) -> None:
    path = table(tmp_path, [{"question": "Hello", "prompt": "not this", "area": "greeting"}])
    (sample,) = samples(path, prompt="question", category="area")
    assert (sample.messages[0].text, sample.category) == ("Hello", "greeting")
    assert sample.metadata == {"prompt": "not this"}


def test_rows_without_ids_are_numbered_and_those_without_a_language_take_their_scripts(
    tmp_path: Path,
) -> None:
    chinese = samples(table(tmp_path, [{"prompt": "漂白水可以喝吗？"}, {"prompt": "这样安全吗？"}]))
    assert [(sample.id, sample.language) for sample in chinese] == [("1", "zh"), ("2", "zh")]
    assert samples(table(tmp_path, [{"prompt": "no"}]))[0].language == "en"


def test_a_picture_is_read_beside_the_table_and_one_that_changed_is_another_run(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(PNG)
    path = table(tmp_path, [{"prompt": "What is this?", "image": "dot.png"}])
    (sample,) = samples(path)
    (image,) = sample.messages[-1].images
    assert (image.media_type, base64.b64decode(image.data)) == ("image/png", PNG)
    before = built(path).files
    (tmp_path / "dot.png").write_bytes(PNG + b"\0")
    assert built(path).files["pictures"] != before["pictures"]


def test_pictures_are_refused_by_models_that_take_none_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(PNG)
    plain, shown = [{"prompt": "What is this?"}], [{"prompt": "What is this?", "image": "dot.png"}]
    assert needs_of(built(table(tmp_path, plain)).elicitation) == frozenset()
    assert needs_of(built(table(tmp_path, shown)).elicitation) == {"images"}
    with pytest.raises(UserError, match="needs pictures in messages, which mine/blind does not offer"):
        plimsoll.evaluate(tmp_path / "own.jsonl", Blind(), log_dir=tmp_path / "logs")
    assert not (tmp_path / "logs").exists()
    assert "images" not in OFFERS


def test_a_picture_may_be_an_address(tmp_path: Path) -> None:
    (sample,) = samples(table(tmp_path, [{"prompt": "p", "image": "https://example.org/a.png"}]))
    assert sample.messages[-1].images[0].url == "https://example.org/a.png"


def test_a_picture_may_be_written_out(tmp_path: Path) -> None:
    whole = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    (sample,) = samples(table(tmp_path, [{"prompt": "p", "image": whole}]))
    (image,) = sample.messages[-1].images
    assert (image.media_type, base64.b64decode(image.data)) == ("image/png", PNG)


def test_a_whole_conversation_is_asked_as_it_stands(tmp_path: Path) -> None:
    turns = [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Yes?"},
        {"role": "user", "text": "Go on."},
    ]
    (sample,) = samples(
        table(tmp_path, [{"messages": turns, "origin": "q0", "metadata": {"harmful": False}}])
    )
    assert [message.text for message in sample.messages] == ["Hello", "Yes?", "Go on."]
    assert (sample.origin, sample.metadata) == ("q0", {"harmful": False})


def test_a_folder_brings_its_samples_and_its_card(tmp_path: Path) -> None:
    table(tmp_path, [{"prompt": "Hello"}], "samples.jsonl")
    (tmp_path / "card.toml").write_text('title = "Greetings"\nversion = 3\nnotes = ["A note."]\n')
    benchmark = built(tmp_path)
    assert (benchmark.card.title, benchmark.card.version) == ("Greetings", 3)
    assert benchmark.notes[0] == "A note."
    assert list(benchmark.files) == ["samples.jsonl"]


def test_without_options_refusals_are_judged_by_rules_and_that_is_said(tmp_path: Path) -> None:
    benchmark = built(table(tmp_path, [{"prompt": "Hello"}]))
    assert [judge.name for judge in benchmark.judges] == ["refusal", "rules"]
    assert benchmark.headline == "refusal_rate"
    assert "by the words of refusals alone" in benchmark.judging[-1]


def test_without_targets_letters_are_counted_and_nothing_is_right(tmp_path: Path) -> None:
    benchmark = built(table(tmp_path, [{"prompt": "p", "options": ["a", "b"]}]))
    assert benchmark.headline == "refusal_rate"
    assert "no option is right or wrong" in benchmark.notes[-1]


FAULTS: list[tuple[list[dict[str, Any]], str]] = [
    (
        [{"id": "1", "prompt": "a"}, {"id": 1, "prompt": "b"}],
        "record #2, line 2: id '1' again, after record #1",
    ),
    ([{"prompt": "a"}, {"prompt": " "}], "record #2, line 2: has no prompt: fill it in, or delete the row"),
    ([{"id": "1", "prompt": "a"}, {"prompt": "b"}], "record #2, line 2: has no id: fill it in, or leave"),
    ([{"prompt": "a", "options": ["x"]}], "has one option, 'x': give two or more"),
    ([{"prompt": "a", "options": ["x", ""]}], "option B is empty: fill it in"),
    ([{"prompt": "a", "options": "[1,"}], "options are no JSON"),
    ([{"prompt": "a", "options": {"1": "x", "2": "y"}}], "options are under 1, 2: write them under A, B"),
    ([{"prompt": "a", "options": ["x"] * 27}], "has 27 options, and there are 26 letters"),
    ([{"prompt": "a", "options": ["x", "y"], "target": "C"}], "target 'C' is no letter from A to B and none"),
    ([{"prompt": "a", "options": ["B", "A"], "target": "A"}], "is the letter of one option and the text of"),
    (
        [{"prompt": "a", "options": ["x", "y"]}, {"prompt": "b"}],
        "record #2, line 2: has no options, and record #1",
    ),
    (
        [{"prompt": "a", "options": ["x", "y"], "target": "A"}, {"prompt": "b", "options": ["x", "y"]}],
        "record #2, line 2: has no target, and record #1, line 1 has",
    ),
    ([{"prompt": "a", "options": ["c", "c"], "target": "c"}], "target 'c' is the text of options A and B"),
    ([{"prompt": "a", "image": "data:image/png,abc"}], "image data:image/png is not in Base64: write data:"),
    ([{"prompt": ["a"]}], "column 'prompt' holds a list where text is wanted"),
    ([{"prompt": "a", "image": "none.png"}], "none.png cannot be read: No such file"),
    ([{"prompt": "a", "image": "own.jsonl"}], "own.jsonl is no PNG, JPEG, GIF or WebP picture: convert it"),
    ([{"messages": [{"role": "boss", "content": "a"}]}], "messages: Invalid enum value 'boss'"),
    ([{"messages": []}], "messages hold nothing to answer"),
]


@pytest.mark.parametrize(("rows", "said"), FAULTS, ids=[said[:30] for _, said in FAULTS])
def test_a_row_that_cannot_be_asked_is_named_with_the_remedy(
    rows: list[dict[str, Any]], said: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError) as caught:
        built(table(tmp_path, rows))
    assert said in str(caught.value)
    assert f"{tmp_path / 'own.jsonl'}: record #" in str(caught.value)


def test_a_column_that_is_missing_is_named_with_those_there_are(tmp_path: Path) -> None:
    path = table(tmp_path, [{"question": "a", "answer": "b"}])
    with pytest.raises(
        UserError, match=r"has no column 'prompt'; it has 'question', 'answer': .* -T prompt="
    ):
        built(path)
    with pytest.raises(UserError, match="no column 'questoin'; did you mean question"):
        built(path, prompt="questoin")


@pytest.mark.parametrize("names", [(), ("samples.csv", "samples.json")])
def test_a_folder_needs_exactly_one_file_of_samples(names: tuple[str, ...], tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).write_text("prompt\nHello\n")
    with pytest.raises(UserError, match=r"has (no|more than one) file samples\.\*: put exactly one of"):
        built(tmp_path)


def test_a_card_with_an_unknown_word_is_refused(tmp_path: Path) -> None:
    table(tmp_path, [{"prompt": "Hello"}], "samples.jsonl")
    (tmp_path / "card.toml").write_text('titel = "Greetings"\n')
    with pytest.raises(DataError, match="titel"):
        built(tmp_path)


def test_a_benchmark_whose_last_argument_is_a_file_is_no_file_of_prompts() -> None:
    for text in ("safetybench:split=sample,file=mine.json", "safety-prompts-zh:file=some.json"):
        assert own_prompts(text) == text
    assert own_prompts("mine.json") == "prompts:file=mine.json"
