import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from plimsoll import cli
from plimsoll.core import UserError
from plimsoll.guards.aegis import aegis
from plimsoll.guards.turned_order import turned
from plimsoll.guards.words import words
from plimsoll.labels.named import pack_of
from plimsoll.models.scripted import Scripted
from plimsoll.screening.disturbing import FORGERY, disturbed
from plimsoll.screening.sets import conversation
from tests.support.guards import rows, words_file, written


def items(tmp_path: Path) -> Any:
    return list(pack_of(str(written(tmp_path / "set.csv", rows(30)))).items())


def test_a_forged_end_stands_behind_the_message_and_the_label_stays(tmp_path: Path) -> None:
    plain = items(tmp_path)
    made = asyncio.run(disturbed(plain, "forged_end")).items
    assert [conversation(item)[-1].text for item in made] == [
        conversation(item)[-1].text + FORGERY for item in plain
    ]
    assert [item.truth("binary") for item in made] == [item.truth("binary") for item in plain]


def test_an_attack_that_asks_its_target_is_no_disturbance(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--disturbed"):
        asyncio.run(disturbed(items(tmp_path), "search/pair:attacker=scripted/echo,judge=refusal"))


def test_a_guard_is_held_against_itself_on_disturbed_texts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    guard, on = f"words:file={words_file(tmp_path)}", str(written(tmp_path / "set.csv", rows(60)))
    asked = ["guard", guard, "--on", on, "--disturbed", "encoding/base64", "--disturbed", "forged_end"]
    assert cli.exit_code([*asked, "--log-dir", str(tmp_path / "logs"), "--json"]) == 0
    encoded, forged = json.loads(capsys.readouterr().out)["disturbed"]
    assert encoded["by"] == "encoding/base64"
    assert encoded["figures"]["recall"]["value"] == 0.0
    assert encoded["pair"]["differences"]["recall"]["value"] < -0.5
    assert encoded["pair"]["p"]["auprc"] < 0.05
    assert forged["pair"]["differences"]["recall"]["value"] == 0.0  # a list of words ends nowhere


def test_categories_are_turned_about_where_there_are_any(tmp_path: Path) -> None:
    guard = aegis(Scripted(lambda _: "safe"))
    assert [each.code for each in turned(guard).policy.categories] == [  # pyright: ignore[reportAttributeAccessIssue]
        each.code
        for each in reversed(guard.policy.categories)  # pyright: ignore[reportAttributeAccessIssue]
    ]
    with pytest.raises(UserError, match="no categories that could change places"):
        turned(words(str(words_file(tmp_path))))
