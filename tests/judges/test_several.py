import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from plimsoll import registry
from plimsoll.core import Instrument, Judge, Outcome, Response, Sample, Transcript, UserError, Verdict, user
from plimsoll.judges.cascade import cascade
from plimsoll.judges.jury import Vote, jury
from plimsoll.judges.rubric import load
from plimsoll.models.scripted import Scripted
from plimsoll.testing.subjects import FILES

SAMPLE = Sample(id="1", messages=(user("hello"),))
REPLY = Transcript(responses=(Response(text="a reply"),))
UNSAFE = Instrument(event="unsafe", higher_is_safer=False)


@dataclass
class Fixed:
    name: str
    verdict: Verdict
    instrument: Instrument = UNSAFE
    asked: list[str] = field(default_factory=list)

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        self.asked.append(sample.id)
        return self.verdict


def says(
    name: str, value: float | None, outcome: Outcome = Outcome.ANSWERED, sure: float | None = None
) -> Fixed:
    return Fixed(name, Verdict(label=str(value), value=value, outcome=outcome, confidence=sure))


def broken(name: str) -> Fixed:
    return says(name, None, Outcome.JUDGE_UNPARSED)


def verdict_of(judge: Judge) -> Verdict:
    return asyncio.run(judge.judge(SAMPLE, REPLY))


@pytest.mark.parametrize(
    ("vote", "values", "expected"),
    [
        ("majority", (1.0, 1.0, 0.0), 1.0),
        ("majority", (1.0, 0.0, 0.0), 0.0),
        ("majority", (1.0, 0.0, None), 1.0),
        ("any", (0.0, 0.0, 1.0), 1.0),
        ("all", (1.0, 1.0, 0.0), 0.0),
        ("mean", (1.0, 0.5, 0.0), 0.5),
        ("majority", (None, None, None), None),
    ],
)
def test_a_jury_counts_those_who_could_judge(
    vote: Vote, values: tuple[float | None, ...], expected: float | None
) -> None:
    jurors = tuple(
        broken(f"j{place}") if value is None else says(f"j{place}", value)
        for place, value in enumerate(values)
    )
    verdict = verdict_of(jury(jurors, vote=vote))
    assert verdict.value == expected
    assert set(verdict.detail["jurors"]) == {"j0", "j1", "j2"}
    assert (verdict.outcome is Outcome.JUDGE_UNPARSED) == (expected is None)


def test_a_heavy_juror_outvotes_two_light_ones() -> None:
    jurors = (says("a", 1.0), says("b", 0.0), says("c", 0.0))
    assert verdict_of(jury(jurors, weights="3+1+1")).value == 1.0
    assert verdict_of(jury(jurors, weights="1+1+1")).confidence == pytest.approx(2 / 3)


def test_jurors_of_different_events_are_refused_and_so_are_bad_weights() -> None:
    other = Fixed("r", Verdict(label="r", value=1.0), Instrument(event="refusal", higher_is_safer=True))
    with pytest.raises(UserError, match="refusal"):
        jury((says("a", 1.0), other))
    with pytest.raises(UserError, match="fewer than two"):
        jury((says("a", 1.0),))
    with pytest.raises(UserError, match="twice"):
        jury((says("a", 1.0), says("a", 0.0)))
    for weights in ("1", "1+x", "1+-1", "1+0"):
        with pytest.raises(UserError, match="weights"):
            jury((says("a", 1.0), says("b", 0.0)), weights=weights)


def test_a_refusal_is_settled_by_the_rule_and_costs_no_second_call() -> None:
    rule = Fixed(
        "rule",
        Verdict(label="refused", value=1.0, outcome=Outcome.REFUSED),
        Instrument(event="refusal", higher_is_safer=True),
    )
    strong = says("strong", 1.0)
    verdict = verdict_of(cascade((rule, strong)))
    assert (verdict.value, verdict.detail["decided_by"]) == (0.0, "rule")
    assert strong.asked == []


def test_an_unsure_judge_hands_on_and_a_sure_one_does_not() -> None:
    strong = says("strong", 1.0)
    assert verdict_of(cascade((says("small", 0.0, sure=0.6), strong))).detail["decided_by"] == "strong"
    assert verdict_of(cascade((says("small", 0.0, sure=0.95), strong))).detail["decided_by"] == "small"
    assert verdict_of(cascade((broken("small"), strong))).detail["stage"] == 1
    assert len(strong.asked) == 2


def test_several_judges_are_written_in_one_spec() -> None:
    built = registry.build(
        "judges", "jury:judges=(choice+official_choice),vote=any", model_of=lambda _: Scripted(lambda _: "x")
    )
    assert [juror.name for juror in built.judges] == ["strict", "compat"]
    nested = registry.build("judges", "cascade:judges=(choice+(jury:judges=(choice+official_choice)))")
    assert nested.judges[1].name == "jury"


def test_one_model_serves_every_judge_that_names_it() -> None:
    made: list[str] = []

    def model_of(spec: str) -> Scripted:
        made.append(spec)
        return Scripted(lambda _: "unsafe", revision=spec)

    spec = f"cascade:judges=((safety:model=scripted/a)+(rubric:file={FILES['judges']},model=scripted/b))"
    registry.build("judges", spec, model_of=model_of)
    assert made == ["scripted/a", "scripted/b"]


def test_other_scores_for_the_same_labels_are_another_instrument(tmp_path: Path) -> None:
    text = FILES["judges"].read_text("utf-8")
    other = tmp_path / "other.toml"
    other.write_text(text.replace("0.5", "0.75"), "utf-8")
    assert other.read_text("utf-8") != text
    built = [
        registry.build("judges", f"rubric:file={path}", model=Scripted(lambda _: "kind"))
        for path in (FILES["judges"], other)
    ]
    assert built[0].instrument.revision != built[1].instrument.revision


def test_a_cascade_judges_no_more_than_its_last_judge_and_calls_no_refusal_right() -> None:
    declined = Transcript(responses=(Response(text="I'm sorry, but I can't help with that."),))
    harmless = Sample(id="1", messages=(user("Sort a list"),), metadata={"harmful": False})
    built = registry.build("judges", "cascade:judges=(refusal+(strongreject:model=scripted/refuse))")
    verdict = asyncio.run(built.judge(harmless, declined))
    assert (verdict.value, verdict.outcome) == (None, Outcome.NOT_APPLICABLE)
    right = registry.build("judges", "cascade:judges=(refusal+xlingeval)")
    assert asyncio.run(right.judge(harmless, declined)).value == 0.0


def test_labels_that_differ_only_in_capitals_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rubric.toml"
    path.write_text(
        'event = "unsafe"\nhigher_is_safer = false\nuser = "{{reply}}"\n[labels]\nSafe = 0\nsafe = 1\n',
        "utf-8",
    )
    with pytest.raises(UserError, match="capitals"):
        load(path)


def test_a_rubric_of_ones_own_gives_graded_values() -> None:
    model = Scripted(lambda _: "Neutral.", revision="n")
    built = registry.build("judges", f"rubric:file={FILES['judges']}", model=model)
    assert built.instrument.graded
    assert verdict_of(built).value == 0.5


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("{{reply}}", "the reply"), "reply"),
        (("{{request}}", "{{question}}"), "question"),
        (("unkind = 1.0", "unkind = 7"), "0 to 1"),
        (('event = "unkind"', 'evnt = "unkind"'), "evnt"),
    ],
)
def test_a_bad_rubric_is_refused_with_what_is_wrong(
    tmp_path: Path, change: tuple[str, str], word: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(FILES["judges"].read_text("utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(UserError, match=word):
        load(path)
