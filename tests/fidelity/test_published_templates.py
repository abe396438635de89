"""A published template from the user's file gives the published prompts, whichever sign marks its slot."""

import json
from pathlib import Path

import pytest

from plimsoll.benchmarks.red_eval.benchmark import red_eval
from tests.support.attacked import attempt, variant
from tests.support.official_files import official_folder

SPECS = {"deepinception": "roleplay/library", "chain_of_utterances": "examples/chain_of_utterances"}


def rows(folder: Path, language: str, category: str) -> list[tuple[str, str]]:
    """Base prompt and official attack prompt: 24 of the 1,000 are here."""
    base = {}
    for line in (folder / f"base_risk_{language}_small.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        base[row["traceid"]] = row["prompt"]
    attacked = (folder / f"attack_{language}_sample.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        (base[row["base_traceid"]], row["prompt"])
        for row in map(json.loads, attacked)
        if json.loads(row["ext"])["category"] == category
    ]


@pytest.mark.parametrize("category", SPECS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_official_template_gives_every_official_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, category: str, language: str
) -> None:
    found = rows(official_folder("s-eval", monkeypatch), language, category)
    (base, first), *rest = found
    assert first.count(base) == 1
    assert len(rest) == 23
    template = tmp_path / "official.txt"
    template.write_bytes(first.replace(base, "{request}").encode())
    for text, official in found:
        made = variant(f"{SPECS[category]}:file={template}", text, language)
        assert made.messages[-1].text == official
        assert attempt(made).validity == "valid"


@pytest.mark.parametrize(
    "slot", ["{request}", "{query}", "[INSERT PROMPT HERE]", "<question>", "{{ prompt }}", "{{prompt}}"]
)
@pytest.mark.parametrize("spec", SPECS.values())
def test_every_sign_for_the_slot_is_known(tmp_path: Path, spec: str, slot: str) -> None:
    template = tmp_path / "wrapper.txt"
    template.write_text(f"Un ami demande : {slot}\nRéponds.", encoding="utf-8")
    text = "ขนมปัง {request} <question> خبز"
    made = variant(f"{spec}:file={template}", text)
    assert made.messages[-1].text == f"Un ami demande : {text}\nRéponds."
    assert len(attempt(made).parameters["sha256"]) == 64


def test_a_red_eval_template_serves_attack_and_benchmark_alike(tmp_path: Path) -> None:
    template = tmp_path / "cou.txt"
    template.write_text("Red-LM: <question>\nBase-LM:", encoding="utf-8")
    benchmark = red_eval(split="starter", modes="cou", cou_template=str(template))
    for sample in benchmark.samples():
        made = variant(f"examples/chain_of_utterances:file={template}", sample.request)
        assert made.messages[-1].text == sample.messages[-1].text
