"""The catalogue of defenses: every part stands in it, and every spec in it can be built."""

import re
from pathlib import Path

import pytest

from plimsoll import registry
from plimsoll.core import Wrapped, needs_of
from plimsoll.data import resources
from plimsoll.models.scripted import Scripted

ROWS = resources.table("defenses", "catalogue.toml")["row"]
SPECS = [spec for row in ROWS.values() for spec in row.get("specs", ())]
FIELDS = {"level", "hooks", "needs", "cost", "specs", "missing", "source"}


class AtHand(Scripted):
    """A model that would have its weights."""

    module = tokenizer = "at hand"


@pytest.mark.parametrize("spec", [spec for spec in SPECS if "..." not in spec])
def test_a_spec_of_the_catalogue_can_be_built(spec: str, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("word\n", encoding="utf-8")
    written = spec.replace("FILE", str(words)).replace("MODEL", "own/x").replace("JUDGE", "refusal")
    row = next(row for row in ROWS.values() if spec in row.get("specs", ()))
    model = (AtHand if "weights" in row["needs"] else Scripted)(lambda _: "", likelihood=True)
    made = registry.build("defenses", written, inner=model, model_of=lambda _: model)
    assert isinstance(made, Wrapped)
    assert ("weights" in needs_of(made)) is ("weights" in row["needs"])
    assert ("prefill" in needs_of(made)) is ("prefill" in row["needs"])


@pytest.mark.parametrize("part", list(registry.parts("defenses")), ids=lambda part: part.name)
def test_every_defense_stands_in_the_catalogue(part: registry.Part) -> None:
    assert any(re.split("[:+]", spec)[0] == part.name for spec in SPECS)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_says_where_it_takes_hold_what_it_needs_and_costs_and_what_is_missing(name: str) -> None:
    row = ROWS[name]
    assert set(row) <= FIELDS
    assert all(row[field] for field in ("level", "hooks", "needs", "cost"))
    assert row.get("specs") or row.get("missing")
