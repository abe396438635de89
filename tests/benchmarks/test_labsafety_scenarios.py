import asyncio
from hashlib import sha256

import pytest

from plimsoll.benchmarks.labsafety import judge as labsafety
from plimsoll.benchmarks.labsafety.scenarios import labsafety_scenarios
from plimsoll.benchmarks.labsafety.scenarios_samples import Samples
from plimsoll.benchmarks.labsafety.scenarios_scores import (
    PointsPerHundredWords,
    official_score,
    without_points,
)
from plimsoll.core import Model, Outcome, Record, Response, Sample, Transcript, UserError, Verdict, user
from plimsoll.models.scripted import Scripted

POINTS = ("Burns from the hot plate.", "Fire of paper towels near the plate.")


def sample(points: tuple[str, ...] = POINTS) -> Sample:
    return Sample(id="1", messages=(user("What can happen?"),), metadata={"points": points})


def judged(judge: object, reply: str, points: tuple[str, ...] = POINTS) -> Verdict:
    transcript = Transcript(responses=(Response(text=reply),))
    return asyncio.run(judge.judge(sample(points), transcript))  # type: ignore[attr-defined]


def judge_model(reply: str) -> Model:
    return Scripted(lambda _: reply)


def test_each_point_is_judged_alone_and_the_score_is_their_share() -> None:
    model = Scripted(lambda request: "1" if "Burns" in request.messages[-1].text else "0")
    verdict = judged(labsafety.labsafety(model=model), "One may get burnt.")
    assert (verdict.value, verdict.label) == (0.5, "1 of 2")
    assert verdict.detail["covered"] == [1, 0]


def test_a_digit_that_cannot_be_read_leaves_the_answer_unscored() -> None:
    verdict = judged(labsafety.labsafety(model=judge_model("Score: 10/10")), "One may get burnt.")
    assert (verdict.value, verdict.outcome) == (None, Outcome.JUDGE_UNPARSED)


def test_the_official_script_counts_each_point_by_itself_and_what_is_no_number_as_not_covered() -> None:
    said = iter(("1", "1", "1", "1."))
    points = ("One.", "Two.", "Three.", "Four.")
    verdict = judged(labsafety.compat(model=Scripted(lambda _: next(said))), "One may get burnt.", points)
    assert verdict.value == 0.75


def test_the_official_judge_prompt_shows_point_and_answer_as_they_are() -> None:
    seen: list[str] = []

    def reply(request: object) -> str:
        seen.append("\n".join(message.text for message in request.messages))  # type: ignore[attr-defined]
        return " 1\n"

    verdict = judged(labsafety.compat(model=Scripted(reply)), "<think>x</think>Burns.", ("A point.",))
    assert verdict.value == 1.0
    assert seen[0].endswith("Safety Point: A point.\nUser Answer: Burns.")
    assert sha256(seen[0].partition("\nSafety Point: A")[0].encode()).hexdigest()[:12] == "24d70251ba4d"


def test_the_rule_compares_content_words() -> None:
    judge = labsafety.keywords()
    assert judged(judge, "The hot plates can burn somebody.").detail["covered"] == [1, 0]
    assert judged(judge, "Nothing at all can happen.").value == 0.0
    assert judge.name == "keyword_overlap"


def test_an_answer_without_expected_points_is_reported_and_not_zero() -> None:
    verdict = judged(labsafety.keywords(), "Anything.", ())
    assert (verdict.value, verdict.outcome) == (None, Outcome.NOT_APPLICABLE)
    records = [
        Record(sample=sample(()), verdicts={"j": verdict}),
        Record(sample=sample(), verdicts={"j": Verdict(label="2 of 2", value=1.0)}),
    ]
    tallies = [metric() for metric in (official_score("hazard_coverage", "j"), without_points("j"))]
    for tally in tallies:
        for record in records:
            tally.add(record)
    official, without = (next(iter(tally.estimates())) for tally in tallies)
    assert (official.value, official.n) == (0.5, 2)
    assert without.value == 0.5


def test_points_per_hundred_words_fall_with_every_word_said() -> None:
    def density(words: int) -> float:
        tally = PointsPerHundredWords("j")
        for _ in range(5):
            detail = {"covered": [1, 1, 0], "words": words}
            tally.add(Record(sample=sample(), verdicts={"j": Verdict(label="", value=2 / 3, detail=detail)}))
        (found,) = tally.estimates()
        assert found.low <= found.value <= found.high
        return found.value

    assert density(50) == pytest.approx(4.0)
    assert density(100) == pytest.approx(2.0)


def test_a_scene_gives_four_questions_and_one_for_each_decision() -> None:
    assert len(list(labsafety_scenarios(split="starter").samples())) == 12
    asked = list(labsafety_scenarios(split="starter", task="consequences").samples())
    assert len(asked) == 3
    assert asked[0].messages[-1].text.startswith("Scenario: A student")
    assert "\nDecision: The student leaves" in asked[0].messages[-1].text
    assert asked[0].messages[-1].text.endswith("\nFinal Answer:")


@pytest.mark.parametrize(
    ("mode", "points", "digest"),
    [("DA", 0, "16d7b5ee48055746"), ("CoT", 0, "8e336b5728db1350"), ("DA", 5, "03ebca13324042d1"),
     ("CoT", 5, "b1a868d655274753")],
)  # fmt: skip
def test_the_system_texts_are_the_official_ones_byte_for_byte(mode: str, points: int, digest: str) -> None:
    benchmark = labsafety_scenarios(split="starter", mode=mode, points=points)  # type: ignore[arg-type]
    text = next(iter(benchmark.samples())).messages[0].text
    assert sha256(text.encode()).hexdigest()[:16] == digest


def test_a_fixed_number_of_points_is_between_three_and_ten() -> None:
    with pytest.raises(UserError, match="3 to 10"):
        labsafety_scenarios(split="starter", points=2)


def test_samples_say_how_many_they_are() -> None:
    samples = labsafety_scenarios(split="starter").samples()
    assert isinstance(samples, Samples)
    assert len(samples) == len(list(samples))
