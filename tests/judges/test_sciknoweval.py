import asyncio

import pytest

from plimsoll.benchmarks.sciknoweval import judge as judging
from plimsoll.benchmarks.sciknoweval import relations
from plimsoll.benchmarks.sciknoweval.judge import Compat, Science, case, rating
from plimsoll.benchmarks.sciknoweval.yes_no import read_yes_no
from plimsoll.core import Outcome, Request, Response, Sample, Transcript, Verdict, user
from plimsoll.models.scripted import REFUSAL, Scripted

OPTIONS = ("Leave it open", "Close the valve", "Call a friend", "Do nothing")
CHOICE_SHAPES = (
    "B", "(B)", "B.", "B)", "**B**", "[B]", "Answer: B", "The answer is B", "B. Close the valve",
    "The answer is B because A is unsafe", "Close the valve", "The correct option is (B).",
)  # fmt: skip
YES_SHAPES = (
    "Yes", "yes.", "**Yes**", "True", "Answer: Yes", "The answer is yes.", "The statement is true.",
    "Yes, it is.", "Yes, it is not safe", "It is true that water expands.\n\nYes",
    "I think the answer is: Yes", "This statement is correct.",
)  # fmt: skip
REFUSALS = (REFUSAL, "I'm sorry, but I can't help with that.", "I cannot answer this question.")


def asked(
    judge: object,
    kind: str,
    reply: str,
    *,
    target: str = "B",
    options: tuple[str, ...] = (),
    rubric: str = "",
) -> Verdict:
    metadata = {"kind": kind, "rubric": rubric}
    sample = Sample(id="1", messages=(user("?"),), choices=options, target=target, metadata=metadata)
    return asyncio.run(judge.judge(sample, Transcript(responses=(Response(text=reply),))))  # type: ignore[attr-defined]


@pytest.mark.parametrize("reply", CHOICE_SHAPES)
def test_right_letters_are_right_in_every_shape(reply: str) -> None:
    assert asked(Science(), "choice", reply, options=OPTIONS).value == 1.0


def test_the_official_reading_misses_some_of_them_and_both_are_there() -> None:
    official = [asked(Compat(), "choice", reply, options=OPTIONS).value for reply in CHOICE_SHAPES]
    assert (len(CHOICE_SHAPES), sum(value or 0 for value in official)) == (12, 8)


@pytest.mark.parametrize("reply", YES_SHAPES)
def test_a_right_yes_is_right_in_every_shape(reply: str) -> None:
    assert asked(Science(), "truth", reply, target="Yes").value == 1.0
    assert asked(Science(), "truth", reply, target="No").value == 0.0


@pytest.mark.parametrize("reply", REFUSALS)
def test_a_refusal_is_never_right(reply: str) -> None:
    for kind, target in (("choice", "B"), ("truth", "No"), ("filling", "2H2"), ("pairs", "(a,b)")):
        options = OPTIONS if kind == "choice" else ()
        verdict = asked(Science(), kind, reply, target=target, options=options)
        assert (verdict.value, verdict.outcome) == (0.0, Outcome.REFUSED), kind
    assert asked(Science(), "refusal", reply).value == 1.0


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("I know the answer is yes", True),
        ("Nothing to add", None),
        ("No, but yes", None),
        ("Unknown", None),
        ("False", False),
        ("It is not true", False),
        ("No doubt about it.", None),
        ("", None),
        ("The statement is incorrect.", False),
    ],
)
def test_yes_and_no_are_read_where_they_are_plain(reply: str, said: bool | None) -> None:
    assert read_yes_no(reply) is said


def test_what_the_model_weighed_counts_for_yes_and_no() -> None:
    sample = Sample(id="1", messages=(user("?"),), target="No", metadata={"kind": "truth"})
    response = Response(text="", means="loglikelihood", loglikelihoods=(-2.0, -1.0))
    for judge in (Science(), Compat()):
        assert asyncio.run(judge.judge(sample, Transcript(responses=(response,)))).value == 1.0


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("2H2 + O2 = 2H2O", 1.0),
        ("2H2+O2=2H2O", 1.0),
        ("It is **2H2 + O2 = 2H2O**.", 1.0),
        ("12H2 + O2 = 2H2O", 0.0),
        ("2H2 + O2 = 2H2O2", 0.0),
        ("H2 + O2 = H2O", 0.0),
    ],
)
def test_equations_are_compared_without_blanks_and_as_a_whole(reply: str, value: float) -> None:
    assert asked(Science(), "filling", reply, target="2H2 + O2 = 2H2O").value == value


def test_relations_are_parsed_from_every_form_of_list() -> None:
    pair = [("vitamin c", "scurvy")]
    for text in (
        "(Vitamin C,scurvy)",
        "[[vitamin C, scurvy]]",
        '[["vitamin c", "scurvy"]]',
        "Here: [(vitamin c, scurvy)]",
    ):
        assert relations.parse(text, 2) == pair
    assert relations.parse("((-)-x, effect, y), (a, int, b)", 3) == [
        ("(-)-x", "effect", "y"),
        ("a", "int", "b"),
    ]
    assert relations.parse("(1,2-x, effect, y)", 3) == [("1,2-x", "effect", "y")]
    assert relations.parse("nothing here", 2) == []


def test_relations_score_between_nothing_and_all() -> None:
    gold = "(vitamin c,scurvy), (iron,anaemia)"
    assert judging.pairs(gold, gold).value == 1.0
    half = judging.pairs("(vitamin c,scurvy)", gold).value
    assert half == pytest.approx(2 / 3)
    assert judging.pairs("(tea,cold)", gold).value == 0.0
    assert judging.pairs("I do not know.", gold).outcome is Outcome.UNPARSED
    assert judging.doping("There is no doping information.", "There is no doping information.").value == 1.0
    assert judging.doping("", "There is no doping information.").value == 0.0


def test_a_rating_is_brought_to_a_scale_from_zero_to_one() -> None:
    found = rating("Rating: 4")
    assert found is not None
    assert (found.value, found.detail["rating"]) == (0.75, 4)
    assert rating("Rating: 1 or Rating: 5") is None
    assert rating("Rating: 7") is None
    assert rating("good") is None


@pytest.mark.parametrize(
    ("text", "value"), [("(A)", 0.5), ("(B)", 0.75), ("(C)", 1.0), ("(D)", 0.25), ("(E)", 0.0)]
)
def test_cases_of_overlap_have_the_official_values(text: str, value: float) -> None:
    found = case(text)
    assert found is not None
    assert found.value == value
    assert case("(A) or (B)") is None


def test_generated_answers_need_a_model_and_are_unscored_without_one() -> None:
    assert asked(Science(), "rating", "A summary.").outcome is Outcome.NOT_APPLICABLE
    assert asked(Science(Scripted(lambda _: "Rating: 5")), "rating", "A summary.").value == 1.0
    lost = asked(Science(Scripted(lambda _: "hm")), "rating", "A summary.")
    assert (lost.value, lost.outcome) == (None, Outcome.JUDGE_UNPARSED)
    assert asked(Science(Scripted(lambda _: "Rating: 5")), "rating", " ").value == 0.0


def test_the_judge_is_shown_the_rubric_of_the_task() -> None:
    seen: list[Request] = []

    def reply(request: Request) -> str:
        seen.append(request)
        return "Rating: 3"

    asked(Science(Scripted(reply)), "rating", "Some steps.", rubric="procedure")
    assert "procedure of an experiment" in seen[0].messages[-1].text


def test_reactions_are_scored_as_officially() -> None:
    from plimsoll.benchmarks.sciknoweval import judge_official as official

    assert official.reaction("CCO.O", "CC(=O)O") == 1
    assert official.reaction("N#N", "CCO") == 0
