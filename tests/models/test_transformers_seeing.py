"""A model that sees, asked in text alone: its language part answers, as a text model does."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.cli import exit_code
from plimsoll.core import Request, Response, Sampling, user
from plimsoll.internals.checkpoint import Checkpoint
from tests.support import planted

pytestmark = pytest.mark.torch
GREEDY = Sampling(max_tokens=6, temperature=0.0)
REQUESTS = (
    *(Request(messages=(user(each),), template="raw", sampling=GREEDY) for each in planted.HARMFUL),
    Request(
        messages=(user(planted.HARMLESS[0]),), template="raw", continuations=(" refuse", " comply please")
    ),
)


def _answers(folder: Path) -> list[Response]:
    model = registry.build_model(f"transformers/{folder}")

    async def all_of_them() -> list[Response]:
        try:
            return [await model.generate(each) for each in REQUESTS]
        finally:
            await model.close()

    return asyncio.run(all_of_them())


def test_its_language_part_says_what_the_text_model_says(tmp_path: Path) -> None:
    seeing = _answers(planted.write_seeing(tmp_path / "seeing"))
    reading = _answers(planted.write(tmp_path / "reading"))
    for one, other in zip(seeing, reading, strict=True):
        assert one.text == other.text
        assert one.loglikelihoods == pytest.approx(other.loglikelihoods, abs=1e-4)


def test_the_merge_of_a_seeing_model_with_a_safe_text_model_loads_and_answers(tmp_path: Path) -> None:
    seeing = planted.write_seeing(tmp_path / "seeing", ())
    safe = planted.write(tmp_path / "safe")
    asked = ["realign", "linear:weight=1", str(seeing), str(safe), "--out", str(tmp_path / "merged")]
    assert exit_code(asked) == 0
    before, after = Checkpoint(seeing), Checkpoint(tmp_path / "merged")
    tower = [name for name in before.places if "language_model" not in name]
    assert tower
    assert all(before.read(name).equal(after.read(name)) for name in tower)
    merged, expected = _answers(tmp_path / "merged"), _answers(safe)
    assert [each.text for each in merged] == [each.text for each in expected]


def test_a_text_model_and_a_seeing_one_are_compared_prompt_by_prompt_by_mcnemars_test(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    stats = pytest.importorskip("scipy.stats")
    llm = planted.write(tmp_path / "llm")
    lvlm = planted.write_seeing(tmp_path / "lvlm", ())
    prompts = [f"{each} {more}".strip() for each in planted.HARMFUL for more in ("", "tea", "cake")]
    (tmp_path / "asked.jsonl").write_text(
        "\n".join(json.dumps({"id": f"{n}", "prompt": each}) for n, each in enumerate(prompts)), "utf-8"
    )
    (tmp_path / "words.txt").write_text("refuse\n", encoding="utf-8")
    given = ["drift", str(llm), str(lvlm), "-b", f"prompts:file={tmp_path / 'asked.jsonl'}"]
    judged = ["--judge", f"guarded:guard=(words:file={tmp_path / 'words.txt'})"]
    more = ["--template", "raw", "--max-tokens", "1", "--log-dir", str(tmp_path / "runs"), "--json"]
    assert exit_code([*given, *judged, *more]) == 0
    cells: list[Any] = json.loads(capfd.readouterr().out)["cells"]
    plain = next(each for each in cells if each["defense"] == "none")
    one, other = (round(plain[side]["value"] * len(prompts)) for side in ("before", "after"))
    told = plain["difference"]
    assert told["n"] == len(prompts)
    assert one > other, "the word is planted in one of the two"
    assert told["flips"] == one - other, "all that changed went one way"
    assert told["p"] == pytest.approx(stats.binomtest(0, told["flips"], 0.5).pvalue)
    assert told["low"] <= told["value"] <= told["high"] < 0
