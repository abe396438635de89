import asyncio
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from plimsoll.core import (
    DataError,
    ModelError,
    Record,
    Request,
    Response,
    Sample,
    Transcript,
    UserError,
    system,
    user,
)
from plimsoll.registry import build_model


def ask(path: Path, text: str, draw: int = 0) -> Response:
    messages = (system("Be kind."), user(text))
    return asyncio.run(build_model(f"replay/{path}").generate(Request(messages=messages, draw=draw)))


def record(text: str, reply: Response | None, epoch: int = 0) -> bytes:
    transcript = None if reply is None else Transcript(responses=(reply,))
    sample = Sample(id=text, messages=(system("Be kind."), user(text)))
    return msgspec.json.encode(Record(sample=sample, transcript=transcript, epoch=epoch)) + b"\n"


def test_a_run_folder_answers_as_the_model_did(tmp_path: Path) -> None:
    weighed = Response(text="(A", loglikelihoods=(-0.1, -2.0), means="loglikelihood")
    lines = [record("one?", weighed), record("one?", Response(text="again"), 1), record("lost?", None)]
    (tmp_path / "records.jsonl").write_bytes(b"".join(lines) + b'{"sample": {"id"')
    assert ask(tmp_path, "one?") == weighed
    assert ask(tmp_path, "one?", draw=1).text == "again"
    with pytest.raises(ModelError, match=r"no reply to 'lost\?'"):
        ask(tmp_path, "lost?")
    with pytest.raises(ModelError, match="in epoch 2"):
        ask(tmp_path, "one?", draw=2)


def test_a_file_of_prompts_and_replies_answers(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    digest = sha256("二?".encode()).hexdigest()
    path.write_text(
        '{"id": "1", "prompt": "one?", "response": "yes"}\n\n'
        f'{{"prompt_sha256": "{digest}", "text": "是"}}\n'
        '{"prompt": "Be kind.\\n\\nthree?", "response": ""}\n',
        encoding="utf-8",
    )
    assert [ask(path, text).text for text in ("one?", "二?", "three?")] == ["yes", "是", ""]


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "1", "response": "x"}',
        '{"prompt": "x"}',
        '{"prompt": 7}',
        "{",
        '{"prompt_sha256": "zz", "text": ""}',
    ],
)
def test_a_row_that_cannot_be_found_again_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text('{"prompt": "a", "response": "b"}\n' + line + "\n")
    with pytest.raises(DataError, match=r"mine\.jsonl, line 2"):
        build_model(f"replay/{path}")


def test_predictions_by_id_are_sent_to_the_command_that_scores_them(tmp_path: Path) -> None:
    path = tmp_path / "predictions.json"
    path.write_text('{"1": 0}')
    with pytest.raises(UserError, match="plimsoll score --predictions"):
        build_model(f"replay/{path}")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(UserError, match=r"'nowhere\.jsonl'"):
        build_model("replay/nowhere.jsonl")


def test_another_file_is_another_revision(tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    one.write_text('{"prompt": "a", "response": "b"}\n')
    two.write_text('{"prompt": "a", "response": "c"}\n')
    assert build_model(f"replay/{one}").revision != build_model(f"replay/{two}").revision
