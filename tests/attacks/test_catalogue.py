"""Every attack that the literature and five tools name is ours, or said to be missing."""

import json
import re
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import pytest

import plimsoll
from plimsoll import registry
from plimsoll.attacks._transform import Transform
from plimsoll.core import Request
from plimsoll.data.prompts import starter
from plimsoll.data.resources import table
from plimsoll.judges.refusal import refusal
from plimsoll.models.scripted import REFUSAL, Scripted
from plimsoll.registry.spec import pieces
from tests.support.official_files import official_folder
from tests.support.toy import Adder

ROWS = table("attacks", "catalogue.toml")["row"]
SPECS = sorted({spec for row in ROWS.values() for spec in row.get("specs", ())})


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Any:
    folder = official_folder("attack-catalogue", monkeypatch)
    return json.loads((folder / "catalogue.json").read_text(encoding="utf-8"))


def test_every_row_of_the_catalogue_is_mapped_and_no_other(catalogue: Any) -> None:
    assert {row["id"] for row in catalogue["rows"]} == set(ROWS)


def test_every_name_of_the_five_tools_is_covered_or_left_out_with_a_reason(catalogue: Any) -> None:
    for tool, names in catalogue["external"].items():
        covered, excluded = catalogue["covered"][tool], catalogue["excluded"][tool]
        assert set(names) == set(covered) | set(excluded)
        assert all(reason.strip() for reason in excluded.values())
        assert {id for ids in covered.values() for id in ids} <= set(ROWS)


def test_a_row_has_specs_or_says_what_is_missing() -> None:
    for id, row in ROWS.items():
        assert set(row) <= {"specs", "missing"}, id
        assert row.get("specs") or row.get("missing", "").strip(), id


@pytest.mark.parametrize("spec", SPECS)
def test_every_spec_of_the_map_builds(spec: str, tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    file.write_text("Please: {request}", encoding="utf-8")
    tokens = tmp_path / "tokens.txt"
    tokens.write_text("\n".join(f"to{letter}" for letter in ascii_lowercase), encoding="utf-8")
    given = {"attacker=MODEL": {"attacker": Adder()}, "judge=JUDGE": {"judge": refusal()}}
    for part in pieces(spec, "+"):
        more = {name: value for mark, named in given.items() if mark in part for name, value in named.items()}
        plain = re.sub(r"(attacker=MODEL|judge=JUDGE),?", "", part).replace("FILE", str(file))
        plain = plain.replace("TOKENS", str(tokens)).rstrip(",:")
        assert registry.build("attacks", plain, **more).name == plain.partition(":")[0]


def test_every_attack_of_ours_stands_in_the_map() -> None:
    named = {piece.partition(":")[0] for spec in SPECS for piece in pieces(spec, "+")}
    ours = {part.name for part in registry.parts("attacks") if part.room == "attacks"}
    assert ours - named == set()


def test_a_chain_of_writings_is_applied_in_order_and_decoded_in_reverse(tmp_path: Path) -> None:
    seen: list[str] = []
    first: Transform = registry.build("attacks", "encoding/rot13")
    then: Transform = registry.build("attacks", "encoding/base64")

    def listen(request: Request) -> str:
        seen.append(request.messages[-1].text)
        return REFUSAL

    chain = ["encoding/rot13", "encoding/base64"]
    plimsoll.evaluate(
        "codeattack:split=starter", Scripted(listen), attack=chain, cache=False, log_dir=tmp_path
    )
    texts = [each.text for each in starter("codeattack").prompts]
    assert sorted(seen) == sorted(then.encode(first.encode(text)) for text in texts)
    assert sorted(first.decode(then.decode(said) or "") or "" for said in seen) == sorted(texts)


@pytest.mark.parametrize(
    ("attack", "refused"),
    [
        ("roleplay/fiction", 0.0),
        ("roleplay/nested:scenario=table", 0.0),
        ("steering/opener", 0.0),
        ("examples/in_context", 0.0),
        ("injection/latent", 0.0),
        ("code/codeattack:structure=string", 0.0),
        ("encoding/base64", 1.0),
        ("encoding/rot13", 1.0),
        ("encoding/morse", 1.0),
        ("characters/leet", 1.0),
        ("encoding/reversed_text", 1.0),
    ],
)
def test_a_target_that_answers_to_a_marker_gives_in_to_wrappers_and_to_no_encoding(
    attack: str, refused: float, tmp_path: Path
) -> None:
    markers = [each.text for each in starter("codeattack").prompts]

    def answer(request: Request) -> str:
        said = request.messages[-1].text
        return "Sure, this is how it is done." if any(mark in said for mark in markers) else REFUSAL

    run = plimsoll.evaluate(
        "codeattack:split=starter", Scripted(answer), attack=attack, cache=False, log_dir=tmp_path
    )
    assert {each.name: each.value for each in run.estimates}["refusal_rate"] == refused
