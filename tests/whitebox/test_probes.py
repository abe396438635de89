"""Linear probes: what is planted is found, what is a question's own is not taken for harm."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from plimsoll.cli import exit_code
from plimsoll.core import Analysed, DataError, Finding, UserError
from plimsoll.internals.told import Unheard
from plimsoll.whitebox.anchors import Anchors, Origin, anchors, translated
from plimsoll.whitebox.probes import Asked, by_unit, folded, probes, shuffle
from tests.support import planted

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch
WORDS = ("make", "a", "cake", "bomb", "tea", "please", "how", "to")


def _anchors(questions: int = 12) -> Anchors:
    """Pairs of prompts with and without the flag, each in two wordings that stand for two languages."""
    harmful, harmless, origins = list[str](), list[str](), list[Origin]()
    for number in range(questions):
        draw = Random(number)
        words = [draw.choice(WORDS) for _ in range(4)]
        for language, said in (("en", words), ("zh", words[::-1])):
            harmful.append(" ".join([*said[:2], "flag", *said[2:]]))
            harmless.append(" ".join([*said[:2], "tea", *said[2:]]))
            origins.append(Origin(str(number), language))
    told = {"harmful": tuple(origins), "harmless": tuple(origins)}
    return Anchors(harmful=tuple(harmful), harmless=tuple(harmless), paired=True, told=told)  # type: ignore[arg-type]


def _column(found: Analysed, name: str) -> list[Finding]:
    return [each for each in found.findings if each.name == name]


def _analysed(given: Anchors, **more: Any) -> Analysed:
    model: Any = planted.handle()
    return probes(template="raw", **{"folds": 4, **more}).analyse([model], given, Unheard())


def test_the_planted_signal_is_found_after_the_layer_that_carries_it() -> None:
    found = _analysed(_anchors())
    assert [each.layer for each in _column(found, "probe_accuracy")] == [0, 1, 2, None]
    for name in ("probe_accuracy", "probe_auroc", "probe_transfer_en_zh", "probe_transfer_zh_en"):
        assert _column(found, name)[1].value == 1.0, name
        assert _column(found, name)[1].low < 1.0, name  # type: ignore[operator]
    selectivity = _column(found, "probe_selectivity")[1]
    assert selectivity.low is not None
    assert selectivity.low > 0.2
    assert {each.n for each in _column(found, "probe_accuracy")} == {24}, "a question counts once"


def test_shuffled_labels_are_read_no_better_than_by_chance() -> None:
    for each in _column(_analysed(_anchors(), shuffles=10), "probe_control"):
        assert 0.25 < each.value < 0.65
        assert each.low is not None
        assert each.low < 0.5


def _asked(questions: int, wordings: int) -> list[Asked]:
    return [
        Asked(number % 2 == 0, str(number), f"wording {wording}")
        for number in range(questions)
        for wording in range(wordings)
    ]


def test_translations_of_a_question_are_never_on_both_sides_of_a_fold() -> None:
    asked = _asked(20, 3)
    for fold in folded(asked, 5):
        learned = {asked[place].question for place in fold.learned}
        assert not learned & {asked[place].question for place in fold.measured}
        assert {asked[place].harmful for place in fold.measured} == {True, False}
        assert len(fold.learned) + len(fold.measured) == len(asked)


def test_what_only_tells_questions_apart_is_no_harm() -> None:
    """Each question has a place of its own, which its wordings share; labels have nothing to do with it."""
    generator = torch.Generator().manual_seed(5)
    asked = _asked(40, 3)
    own = torch.randn(40, 32, generator=generator).double()
    noise = torch.randn(len(asked), 32, generator=generator).double()
    states = torch.stack([own[int(each.question)] for each in asked]) + 0.05 * noise
    truth = [each.harmful for each in asked]
    part: Any = probes(components=31)
    (honest,) = part.held_out(states, [truth], folded(asked, 4))
    each_alone = [each._replace(question=f"{place}") for place, each in enumerate(asked)]
    (leaking,) = part.held_out(states, [truth], folded(each_alone, 4))

    def right(scores: list[float]) -> float:
        return sum((score > 0) == kind for score, kind in zip(scores, truth, strict=True)) / len(truth)

    assert right(leaking) > 0.85, "a question's other wordings give it away"
    assert right(honest) < 0.7


def test_a_shuffled_label_is_one_for_all_wordings_of_a_question() -> None:
    asked = _asked(30, 3)
    dealt = shuffle(asked, "0:1")
    assert dealt != [each.harmful for each in asked]
    assert sum(dealt) == sum(each.harmful for each in asked)
    assert all(len(set(dealt[place : place + 3])) == 1 for place in range(0, len(asked), 3))
    assert dealt == shuffle(asked, "0:1")


def test_a_question_counts_once_however_many_wordings_it_has() -> None:
    assert by_unit(_asked(2, 2), [[True, False, True, True]]) == [0.5, 1.0]


def test_too_few_questions_for_the_folds_are_refused() -> None:
    with pytest.raises(UserError, match="at least 8 questions of each kind for its folds, not 3"):
        _analysed(_anchors(3), folds=8)


def test_prompts_in_one_language_leave_transfer_unmeasured() -> None:
    plain = Anchors(harmful=planted.HARMFUL, harmless=planted.HARMLESS, paired=False)
    found = _analysed(plain, folds=2)
    assert not [each for each in found.findings if "transfer" in each.name]
    assert any("no transfer" in note for note in found.notes)


def test_our_own_prompts_stand_side_by_side_in_both_languages() -> None:
    ours = translated()
    assert [origin.language for origin in ours.origins("harmful")[:4]] == ["en", "zh", "en", "zh"]
    assert len(ours.harmful) == len(ours.harmless) == 16
    assert ours.harmful[0].isascii()
    assert not ours.harmful[1].isascii()
    assert len(ours.first(4).origins("harmless")) == 4


def test_json_lines_say_which_question_a_prompt_puts(tmp_path: Path) -> None:
    good, plain, bad = (tmp_path / name for name in ("good.jsonl", "plain.jsonl", "bad.jsonl"))
    rows = [
        '{"prompt": "how", "question": 7, "language": "en"}',
        "",
        '{"prompt": "怎样", "question": "7", "language": "zh"}',
    ]
    good.write_text("\n".join(rows), encoding="utf-8")
    plain.write_text('{"prompt": "tea"}\n', encoding="utf-8")
    bad.write_text('{"prompt": "how"}\n{"text": "tea"}\n', encoding="utf-8")
    found = anchors(harmful=good, harmless=plain, language="en")
    assert found.harmful == ("how", "怎样")
    assert found.origins("harmful") == (Origin("7", "en"), Origin("7", "zh"))
    assert found.origins("harmless")[0].question == "plain.jsonl 1"
    with pytest.raises(DataError, match="record #2"):
        anchors(harmful=good, harmless=bad, language="en")


def test_translations_are_not_counted_as_if_they_were_independent(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert exit_code(["analyse", "ships", "/no/such/model", "--language", "both"]) == 2
    assert "count by question" in capfd.readouterr().err


def test_what_one_language_asks_once_is_no_ground_to_carry_harm_from() -> None:
    torch = pytest.importorskip("torch")
    asked = [Asked(harmful, str(number), "en") for number in range(6) for harmful in (True, False)]
    asked += [Asked(harmful, "0", "zh") for harmful in (True, False)]
    states = torch.randn(len(asked), 6, generator=torch.Generator().manual_seed(0)).double()
    part, folds = probes(components=2, folds=3), folded(asked, 3)
    # Where question 0 is measured, Chinese has nothing to learn from; elsewhere it has both kinds.
    hits = part._carried(states, asked, folds, "zh", "en")  # pyright: ignore[reportPrivateUsage]
    assert len(hits) == 2 * 4
