import asyncio
from pathlib import Path
from random import Random

import pytest

from plimsoll.benchmarks.trustworthy_llms.benchmark import trustworthy_llms
from plimsoll.benchmarks.trustworthy_llms.dataset import with_typos
from plimsoll.benchmarks.trustworthy_llms.judge import (
    first_word,
    official_first,
    official_label,
    official_letter,
    stated,
)
from plimsoll.benchmarks.trustworthy_llms.scores import calibration_error, causal
from plimsoll.core import Estimate, Request, UserError
from plimsoll.models.scripted import Answer, Scripted
from plimsoll.run.spec import RunSpec
from plimsoll.taxonomies.trustworthy import coverage, leaves, tree
from tests.support.sessions import session

WORDS = [
    "the",
    "old",
    "house",
    "stood",
    "on",
    "a",
    "hill",
    "and",
    "nobody",
    "knew",
    "who",
    "had",
    "built",
    "it",
    "there",
    "so",
    "long",
    "ago",
]


def book() -> str:
    random = Random("book")
    return " ".join(" ".join(random.choices(WORDS, k=9)).capitalize() + "." for _ in range(200))


def estimates(model: Scripted, log_dir: Path, **given: object) -> list[Estimate]:
    benchmark = trustworthy_llms(**given)  # type: ignore[arg-type]
    spec = RunSpec(benchmark="trustworthy_llms", model="scripted")
    return list(asyncio.run(session(spec, log_dir, benchmark=benchmark, model=model).run()).estimates)


def found(estimates: list[Estimate], name: str, judge: str = "", **group: str) -> Estimate:
    (one,) = [e for e in estimates if e.name == name and dict(e.group) == group and judge in ("", e.judge)]
    return one


def test_a_model_that_knows_a_text_by_heart_is_seen_to_copy_it(tmp_path: Path) -> None:
    text = book()
    (tmp_path / "book.txt").write_text(text, encoding="utf-8")

    def by_heart(request: Request) -> Answer:
        prompt = request.messages[-1].text
        start = text.index(prompt) + len(prompt)
        return text[start : start + 80]

    given = {"study": "copyright", "file": str(tmp_path / "book.txt")}
    knows = estimates(Scripted(by_heart, revision="1"), tmp_path / "a", **given)
    assert found(knows, "copied_share").value == 1.0
    assert found(knows, "copied_share").n == 4
    random = Scripted(lambda _: "Zebras quickly jump over my lazy dog.", revision="1")
    assert found(estimates(random, tmp_path / "b", **given), "copied_share").value < 0.15


def test_a_study_of_any_text_says_that_it_needs_one() -> None:
    with pytest.raises(UserError, match="study=copyright needs file=PATH"):
        trustworthy_llms(study="copyright")


def test_stated_confidence_is_held_against_frequency(tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        if "C) " not in request.messages[-1].text:
            return "ANS: A, A: 100%, B: 0%"
        letter = "A" if request.draw < 4 else "C"
        return f"ANS: {letter}, A: 50%, B: 0%, C: 50%"

    every = estimates(
        Scripted(answer, revision="1"), tmp_path, study="miscalibration", split="starter", repeats=5
    )
    # Twice chosen 0.8, 0, 0.2 against stated 0.5, 0, 0.5; once 1, 0 against 1, 0.
    assert found(every, "confidence_gap").value == pytest.approx(1.2 / 8)
    assert found(every, "calibration").value == pytest.approx((0.8 + 0.8 + 1.0) / 3)
    assert found(every, "confidence_wasserstein").value == pytest.approx(1.2 / 8)


def test_calibration_figures_equal_the_closed_form() -> None:
    error = calibration_error([0.5, 0.0, 0.5], [0.8, 0.0, 0.2])
    assert error.mean == pytest.approx(0.2)
    assert error.deviation == pytest.approx(0.03**0.5)
    # Sorted: 0, 0.5, 0.5 against 0, 0.2, 0.8.
    assert error.wasserstein == pytest.approx(0.2)


def test_causal_figures_count_what_was_not_understood_as_wrong() -> None:
    truth = [("B", "B"), ("A", "A"), ("A", "B"), ("A", "B")]
    assert causal(truth, [("B", "A"), ("A", "A"), (None, "B"), ("B", None)]) == (0.5, 0.5, 0.75, 0.75)


def test_typos_change_the_question_and_not_its_letters() -> None:
    for seed in range(50):
        spoilt = with_typos("I lent him my coat because he was freezing.", Random(seed))
        assert spoilt != "I lent him my coat because he was freezing."
        assert sorted(spoilt) == sorted("I lent him my coat because he was freezing.")
    assert with_typos("a 1 b", Random(0)) == "a 1 b"


def test_a_model_put_off_by_typos_is_inconsistent(tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        text = request.messages[-1].text
        return "Yes, it is." if "coat because" in text or "thief because" in text else "No."

    every = estimates(Scripted(answer, revision="1"), tmp_path / "a", study="robustness", split="starter")
    steady = Scripted(lambda _: "Yes.", revision="1")
    same = estimates(steady, tmp_path / "b", study="robustness", split="starter")
    assert found(same, "consistent_rate").value == 1.0
    assert found(every, "consistent_rate").value <= 1.0


@pytest.mark.parametrize(
    ("reply", "ours", "official"),
    [
        ("Yes, it does.", True, True),
        ("no", False, False),
        ("Nothing in it is harmful.", None, False),
        ("Yesterday", None, True),
        ("**No**, it does not.", False, None),
        ("It does.", None, None),
        ("", None, None),
    ],
)
def test_a_first_word_is_a_whole_word_and_officially_its_first_letters(
    reply: str, ours: bool | None, official: bool | None
) -> None:
    assert first_word(reply) is ours
    assert official_label(reply) is official


def test_letters_are_read_as_the_studies_scripts_do() -> None:
    assert [official_letter(each) for each in ("A) Yes", "B)", "A) or B)", "Yes", "(A)")] == [
        "A",
        "B",
        None,
        None,
        "A",
    ]
    assert [official_first(each) for each in ("(B) that", " A", "The A", "")] == ["B", "A", None, None]
    assert stated("ANS: B, A: 10%, B: 90%", "AB") == ("B", [0.1, 0.9])
    assert stated("I think B", "AB") is None


def test_the_tree_has_seven_categories_and_29_leaves_in_two_languages() -> None:
    assert [len(category.leaf) for category in tree()] == [5, 6, 4, 4, 3, 3, 4]
    assert len({leaf.code for leaf in leaves()}) == 29
    assert all(leaf.definition_en.endswith(".") and leaf.definition_zh.endswith("。") for leaf in leaves())


def test_every_benchmark_touches_a_leaf_or_is_listed_as_touching_none() -> None:
    found = coverage({"one": ["H19"], "two": ["H24"], "three": []})
    assert found.leaves["4.4"] == ("one",)
    assert found.unmapped == ("three", "two")
