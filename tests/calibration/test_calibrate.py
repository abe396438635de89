from pathlib import Path
from typing import Any

import pytest

from plimsoll import registry
from plimsoll.calibration import asking
from plimsoll.calibration.calibrate import CalibrationSpec, calibrate, differences
from plimsoll.calibration.measure import judged, slices
from plimsoll.calibration.packs import Fit, fit, value_of
from plimsoll.core import (
    BudgetExceeded,
    Instrument,
    Labelled,
    LabelPack,
    ModelError,
    PlimsollError,
    Sample,
    Transcript,
    UserError,
    Verdict,
)
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.ask.wiring import Wiring
from tests.support.labelled import labelled, rows, written

AS_IT_IS = Fit(False, None, "")


def measured(items: list[Labelled], scale: Any = "binary") -> Any:
    return slices([judged(item, item.stored["known"], AS_IT_IS, scale) for item in items], scale)


def test_what_the_judge_left_open_is_counted_apart() -> None:
    items = [labelled(0, 1, 1), labelled(1, 0, 0), labelled(2, 1, None), labelled(3, None, 1)]
    (whole,) = measured(items)
    assert (whole.items, whole.n, whole.unparsed, whole.undecided) == (4, 2, 1, 1)
    assert (whole.accuracy, whole.sensitivity, whole.specificity) == (1.0, 1.0, 1.0)


def test_a_judge_that_never_gives_a_verdict_agrees_with_nobody() -> None:
    (whole,) = measured([labelled(n, n % 2, None) for n in range(20)])
    assert (whole.n, whole.unparsed) == (0, 20)
    assert whole.kappa is whole.accuracy is whole.said is whole.truth is None


def test_constant_labels_have_no_kappa() -> None:
    (whole,) = measured([labelled(n, 0, 0) for n in range(20)])
    assert whole.kappa is None
    assert whole.accuracy == 1.0
    assert whole.sensitivity is None


def test_models_categories_and_languages_stand_apart() -> None:
    items = [labelled(n, n % 2, n % 2, model="ab"[n % 4 < 2]) for n in range(40)]
    found = measured(items)
    assert [dict(each.group) for each in found] == [{}, {"model": "a"}, {"model": "b"}]
    assert sum(each.n for each in found[1:]) == found[0].n == 40


def test_replies_to_one_prompt_are_drawn_together() -> None:
    alone = [labelled(n, n % 2, (n % 2) ^ (n % 5 == 0)) for n in range(60)]
    copies = [
        labelled(100 * n + k, n % 2, (n % 2) ^ (n % 5 == 0), pair=str(n)) for n in range(60) for k in range(5)
    ]
    (one,), (other,) = measured(alone), measured(copies)
    assert one.kappa.value == pytest.approx(other.kappa.value)
    assert one.kappa.high - one.kappa.low == pytest.approx(other.kappa.high - other.kappa.low)


def test_graded_labels_get_errors_and_ranks() -> None:
    items = [labelled(n, n / 10, min(1.0, n / 10 + 0.1)) for n in range(10)]
    (whole,) = measured(items, "graded")
    assert whole.kappa is None
    assert whole.scores["bias"] == pytest.approx(0.1)
    assert whole.scores["mae"] == pytest.approx(0.1)
    assert whole.scores["spearman"] == pytest.approx(1.0)


def test_a_judge_of_another_event_is_refused() -> None:
    pack = pack_about("refusal")
    with pytest.raises(UserError, match="measures unsafe, the labels are about refusal"):
        fit("j", Instrument(event="unsafe", higher_is_safer=False), pack)
    assert fit("j", Instrument(event="unsafe", higher_is_safer=False), pack, same=True).said


def test_the_opposite_event_is_turned_round() -> None:
    how = fit("j", Instrument(event="compliance", higher_is_safer=False), pack_about("refusal"))
    assert how.turned
    assert value_of(1.0, how) == 0.0


def test_a_score_is_cut_at_a_threshold() -> None:
    graded = Instrument(event="refusal", higher_is_safer=True, graded=True)
    assert value_of(0.5, fit("j", graded, pack_about("refusal"))) == 1.0
    assert value_of(0.5, fit("j", graded, pack_about("refusal"), threshold=0.6)) == 0.0


def pack_about(event: str) -> LabelPack:
    from tests.support.toy import CARD

    return LabelPack(card=CARD, event=event, items=list[Labelled])


def test_a_judge_of_the_registry_is_held_against_a_file(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.jsonl", rows(60))
    result = calibrate(CalibrationSpec(labels=str(path), judges=("refusal", "compliance")))
    refusal, compliance = result.calibrations
    assert refusal.whole.accuracy == 1.0
    assert refusal.whole.alpha == 1.0
    assert compliance.turned
    assert compliance.whole.accuracy == 1.0
    revision = registry.build("judges", "refusal").instrument.revision
    assert (refusal.pack_event, refusal.revision, refusal.raters) == ("refusal", revision, "people")
    assert result.live == (True, True)


def test_the_same_wish_gives_the_same_numbers(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.jsonl", rows(60, raters=("ann",)))
    goal = CalibrationSpec(labels=str(path), judges=("refusal",), limit=30)
    one, other = calibrate(goal).calibrations[0], calibrate(goal).calibrations[0]
    assert one.slices == other.slices
    assert one.whole.items == 30
    assert one.notes == ("a random draw of 30 out of 60 items",)


def ask(judges: list[Any], items: list[Labelled]) -> list[asking.Asked]:
    return asking.ask(
        [asking.Wired(judge, Wiring()) for judge in judges],
        items,
        pool=Pool(),
        observer_of=lambda judge, total: None,
    )


def test_labels_without_replies_can_be_asked_of_no_judge() -> None:
    with pytest.raises(UserError, match="labels without replies"):
        ask([Broken()], [Labelled(sample=Sample(id="1", messages=()), labels={"ann": 1.0})])


class Broken:
    name = "broken"
    instrument = Instrument(event="refusal", higher_is_safer=True)

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        raise ModelError("no such model")


def test_a_judge_that_only_fails_is_given_up() -> None:
    with pytest.raises(PlimsollError, match="broken failed 25 times in a row, last with ModelError"):
        ask([Broken()], [labelled(n, 1, 1) for n in range(40)])


def test_a_few_failures_are_counted() -> None:
    items = [labelled(n, 1, 1) for n in range(5)]
    (found,) = ask([Broken()], items)
    whole = slices(
        [judged(i, v, AS_IT_IS, "binary") for i, v in zip(items, found.verdicts, strict=True)], "binary"
    )[0]
    assert (whole.failed, whole.n) == (5, 0)


def test_an_unknown_stored_judge_names_the_known_ones(tmp_path: Path) -> None:
    line = rows(1)[0] | {"stored": {"old": 1}}
    path = written(tmp_path / "mine.jsonl", [line])
    with pytest.raises(UserError, match="stores no verdicts of 'odl'; it has old"):
        calibrate(CalibrationSpec(labels=str(path), judges=("stored:odl",)))
    with pytest.raises(UserError, match="named twice"):
        calibrate(CalibrationSpec(labels=str(path), judges=("stored:old", "stored:old")))


def paired(errors: tuple[int, int], count: int = 200) -> Any:
    """Two judges that err on every so-manieth item."""
    found = [
        [
            judged(labelled(n, n % 2, (n % 2) ^ (n % each == 0)), _verdict(n, each), AS_IT_IS, "binary")
            for n in range(count)
        ]
        for each in errors
    ]
    return differences(("one", "other"), found)[0]


def _verdict(number: int, every: int) -> Verdict:
    value = float((number % 2) ^ (number % every == 0))
    return Verdict(label=f"{value:g}", value=value)


def test_judges_that_err_alike_are_not_ranked() -> None:
    found = paired((7, 8))
    assert not found.told_apart
    assert found.n == 200


def test_a_clearly_better_judge_is_named() -> None:
    found = paired((3, 40))
    assert found.told_apart
    assert found.value < 0
    assert found.high < 0


def test_a_judge_is_no_better_than_itself() -> None:
    found = paired((7, 7))
    assert not found.told_apart
    assert found.p == 1.0
    assert found.value == 0.0


def test_a_cost_limit_holds_for_all_judges_together_and_needs_their_prices() -> None:
    goal = CalibrationSpec(
        labels="starter", judges=("safety",), judge_model="scripted/refuse", same_event=True
    )
    with pytest.raises(BudgetExceeded):
        calibrate(goal, settings=Settings(max_cost=0.5, price_of=lambda _: lambda usage: 0.1))
    with pytest.raises(UserError, match="price of scripted/refuse"):
        calibrate(goal, settings=Settings(max_cost=0.5))


def test_a_pack_in_which_nothing_is_labelled_yet_measures_nobody(tmp_path: Path) -> None:
    lines = [row | {"labels": {"ann": None}} for row in rows(2)]
    with pytest.raises(UserError, match="no label yet"):
        calibrate(CalibrationSpec(labels=str(written(tmp_path / "mine.jsonl", lines)), judges=("refusal",)))
