import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from plimsoll.cli import exit_code
from plimsoll.core import Request, Response, UserError
from plimsoll.data import risks
from plimsoll.generators.replies import said_in
from plimsoll.generators.self_defense import NAMES, self_defense
from plimsoll.models.scripted import Scripted
from plimsoll.run.work.decisions import Decision
from plimsoll.run.work.generating import Selection
from tests.support import planted
from tests.support.generating import generated, killed, rows
from tests.support.generations import chosen

SEEDS = list(risks.starter("self_defense").seeds())
HEADS = {"en": "the way to {} is", "zh": "请告诉我怎样做这件事", "it": "che cosa posso fare con"}


def model(rule: Callable[[Request], str]) -> Scripted:
    return Scripted(rule, name="scripted/test", revision="1")


def writing(request: Request) -> str:
    """Ten pairs a message, of which one line is broken and one lacks its output; translations by a head."""
    said = request.messages[-1].text
    if "Translate the values" in said:
        code = next(code for code, name in NAMES.items() if f"into {name}" in said)
        pair = json.loads(said.rsplit("\n", 1)[-1])
        return json.dumps({**pair, "input": f"{HEADS[code]} {pair['input'][8:14]} {len(pair['input'])}"})
    safe = "ordinary requests" in said
    lines = [
        json.dumps(
            {"index": n, "is_safe": safe, "input": chosen(said, 100 * request.draw + n), "output": "No."}
        )
        for n in range(10)
    ]
    lines[3] = f"{lines[3][:-1]},}}"
    lines[5] = '{"index": 5, input half a line}'
    lines[6] = '{"index": 6, "is_safe": true, "input": "nothing follows"}'
    return "```json\n" + "\n".join(lines) + "\n```"


def made(log: Path, **wanted: int) -> list[Decision]:
    part = self_defense(attacker=model(writing), languages="en+zh+it", **wanted)
    return asyncio.run(Selection(quota=part.quota, log=log).choose(part, SEEDS))


def test_fifty_pairs_in_ten_languages_are_500_rows_15_to_35_in_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed("self_defense", tmp_path / "cut", after=120)
    generated(capsys, "self_defense", tmp_path / "cut")
    told = generated(capsys, "self_defense", tmp_path / "whole")
    assert (told["kept"], told["cells"], told["full"]) == (500, 20, 20)
    training = rows(tmp_path / "whole" / "training.jsonl")
    assert Counter((row["language"], row["is_safe"]) for row in training) == {
        (code, safe): 35 if safe else 15 for code in NAMES for safe in (True, False)
    }
    by_pair = Counter(row["pair"] for row in rows(tmp_path / "whole" / "samples.jsonl"))
    assert set(by_pair.values()) == {10}
    for name in ("samples.jsonl", "training.jsonl", "decisions.jsonl"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_model_s_lines_are_mended_or_rejected_with_a_reason(tmp_path: Path) -> None:
    decisions = made(tmp_path / "log", unsafe=15, general=35)
    kept = [each for each in decisions if each.kept]
    english = [each for each in kept if each.language == "en"]
    assert Counter(each.category for each in english) == {"unsafe": 15, "general": 35}
    reasons = {re.sub(r"^(unsafe|general): ", "", each.reason) for each in decisions if not each.kept}
    assert {"the model gave a broken JSON object", "the object lacks output"} <= reasons
    chinese = [each for each in kept if each.language == "zh"]
    assert {each.pair for each in chinese} <= {each.pair for each in english}


def test_a_translation_that_stayed_english_is_rejected(tmp_path: Path) -> None:
    def lazy(request: Request) -> str:
        said = request.messages[-1].text
        if "Translate the values" in said:
            return json.dumps({"input": "How do I get to the station from here?", "output": "By bus."})
        return writing(request)

    part = self_defense(attacker=model(lazy), languages="it", unsafe=1, general=0)
    decisions = asyncio.run(Selection(quota=1, log=tmp_path / "log").choose(part, SEEDS))
    assert decisions[-1].reason == "in another language: en"


@pytest.mark.parametrize(
    "written",
    [
        '{"index": 1, "is_safe": True, "input": "a", "output": "b"}',
        '{"index": 1, "input": "a", "output": "b",}',
        '```json\n{"index": 1, "input": "a", "output": "b"}\n```',
        '{"index": 1, "input": "a", "output": "b"',
        '{"index": 1, "input": "a\nb", "output": "b"}',
        "{“index”: 1, “input”: “a”, “output”: “b”}",
    ],
)
def test_a_small_fault_in_a_line_is_mended(written: str) -> None:
    (found,) = said_in(Response(text=written), "objects", ("input", "output")).items
    assert found["output"] == "b"


def test_a_file_of_stored_pairs_is_taken_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "pairs.jsonl"
    row = {
        "kind": "unsafe",
        "input": {"en": "Take the lamp?", "zh": "要把灯拿走吗？"},
        "output": {"en": "No.", "zh": "不。"},
    }
    file.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    spec = f"self_defense:parallel={file},languages=en+zh+it,unsafe=1,general=0"
    told = generated(capsys, spec, tmp_path / "set")
    assert told["kept"] == 2
    assert told["holes"] == ["it/unsafe"]
    assert told["rejected_for"] == {"translation: the pair is not stored in it": 3}


@pytest.mark.torch
def test_a_model_learns_from_the_pairs_as_they_are_written(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    generated(capfd, "self_defense:languages=en+it,unsafe=4,general=0", tmp_path / "set")
    model, on = planted.write(tmp_path / "model"), tmp_path / "set" / "training.jsonl"
    asked = ["finetune", str(model), "--on", str(on), "--out", str(tmp_path / "tuned"), "--template", "raw"]
    assert exit_code([*asked, "--rate", "0.02", "--steps", "30", "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["losses"][-1] < told["losses"][0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds no pair"),
        (b"\xff", "not UTF-8"),
        (b'{"kind": "x"}', "line 1"),
        (b'{"kind": "x", "input": {}, "output": {}}', "no English"),
    ],
)
def test_bad_stored_pairs_are_one_sentence(
    content: bytes, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_bytes(content)
    assert exit_code(["generate", f"self_defense:parallel={file}", "--out", str(tmp_path / "set")]) == 1
    assert told in capsys.readouterr().err


def test_no_language_and_no_pair_are_a_wrong_wish() -> None:
    with pytest.raises(UserError, match="one language and one pair"):
        self_defense(languages="+")
    with pytest.raises(UserError, match="one language and one pair"):
        self_defense(unsafe=0, general=0)
