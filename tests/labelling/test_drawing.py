from collections import Counter
from pathlib import Path

import pytest

from plimsoll.core import Instrument, Response, Transcript, UserError, Verdict, assistant, replace, user
from plimsoll.labelling.drawing import DrawSpec, draw, event_of, systematic, withheld
from tests.support.judged import CHILDREN, MANIFEST, folder_of, judged

REFUSALS = DrawSpec("refusal", size=30)


def test_a_draw_keeps_every_categorys_and_languages_share(tmp_path: Path) -> None:
    found = draw(folder_of(tmp_path / "run", judged(300)), MANIFEST, REFUSALS)
    assert len(found.lines) == 30
    assert Counter(line.category for line in found.lines) == {"home": 10, "office": 10, "garden": 10}
    assert Counter(line.language for line in found.lines) == {"en": 24, "zh": 6}
    assert {line.of for line in found.lines} == {300}
    assert all(line.labels == {} for line in found.lines)


def test_verdicts_have_no_say_in_the_draw(tmp_path: Path) -> None:
    records = judged(200)
    turned = [replace(each, verdicts={"rules": Verdict(label="refusal", value=1.0)}) for each in records]
    here = draw(folder_of(tmp_path / "a", records), MANIFEST, REFUSALS)
    there = draw(folder_of(tmp_path / "b", turned), MANIFEST, REFUSALS)
    assert [line.id for line in here.lines] == [line.id for line in there.lines]


def test_the_same_seed_draws_the_same_and_another_one_others(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "run", judged(200))
    drawn = [
        [line.id for line in draw(folder, MANIFEST, REFUSALS._replace(seed=seed)).lines] for seed in (0, 0, 1)
    ]
    assert drawn[0] == drawn[1] != drawn[2]


def test_every_reply_has_the_same_chance_also_that_of_a_tiny_category() -> None:
    strata = [[("lonely", 0)], [(f"a{n}", 0) for n in range(7)], [(f"b{n}", 0) for n in range(12)]]
    counted = Counter(place for seed in range(4000) for place in systematic(strata, 5, seed))
    assert len(counted) == 20
    assert all(abs(count / 4000 - 5 / 20) < 0.035 for count in counted.values())


def test_a_draw_of_more_than_there_is_takes_all_of_it(tmp_path: Path) -> None:
    found = draw(folder_of(tmp_path / "run", judged(7)), MANIFEST, REFUSALS)
    assert {line.id for line in found.lines} == {f"s{number}" for number in range(7)}


def test_replies_on_child_safety_are_left_out_and_said_to_be(tmp_path: Path) -> None:
    records = judged(40)
    records[3] = replace(records[3], sample=replace(records[3].sample, category=CHILDREN))
    folder = folder_of(tmp_path / "run", records)
    found = draw(folder, MANIFEST, DrawSpec("refusal", size=40))
    assert found.left_out == {CHILDREN: 1}
    assert "s3" not in {line.id for line in found.lines}
    assert found.lines[0].left_out == (CHILDREN,)
    asked = draw(folder, MANIFEST, DrawSpec("refusal", size=40, included=(CHILDREN,)))
    assert "s3" in {line.id for line in asked.lines}
    with pytest.raises(UserError, match="only Child safety is left out"):
        draw(folder, MANIFEST, DrawSpec("refusal", included=("home",)))


@pytest.mark.parametrize(
    ("category", "hidden"),
    [
        ("Child safety", True),
        ("child_abuse", True),
        ("涉及未成年人", True),
        ("cse", False),
        ("privacy", False),
    ],
)
def test_without_a_hazard_the_name_tells(category: str, hidden: bool) -> None:
    assert withheld(category, {}) is hidden


def test_the_hazard_tells_before_the_name() -> None:
    assert withheld("cse", {"cse": "H06"})
    assert not withheld("Child labour in supply chains", {"Child labour in supply chains": "H20"})


def test_a_record_without_a_reply_cannot_be_drawn(tmp_path: Path) -> None:
    records = [replace(each, transcript=None, verdicts={}) for each in judged(5)]
    with pytest.raises(UserError, match="holds no reply to label"):
        draw(folder_of(tmp_path / "run", records), MANIFEST, REFUSALS)


def test_a_line_holds_what_was_said_before_where_it_is_more_than_the_request(tmp_path: Path) -> None:
    plain, rewritten, talk = judged(3)
    rewritten = replace(
        rewritten, sample=replace(rewritten.sample, request="plain", messages=(user("dressed up"),))
    )
    said = (assistant("first"), user("and now?"), assistant("last"))
    talk = replace(talk, transcript=Transcript(messages=said, responses=(Response(text="last"),)))
    folder = folder_of(tmp_path / "run", [plain, rewritten, talk])
    found = {line.id: line for line in draw(folder, MANIFEST, REFUSALS).lines}
    assert found["s0"].messages == ()
    assert (found["s1"].prompt, found["s1"].messages[0].text) == ("plain", "dressed up")
    assert [message.text for message in found["s2"].messages][1:] == ["first", "and now?"]
    assert found["s2"].reply == "last"


GRADED = Instrument(event="harm_score", higher_is_safer=False, graded=True)


def test_the_event_is_the_first_judges_that_says_yes_or_no() -> None:
    both = replace(MANIFEST, instruments={"grader": GRADED, **MANIFEST.instruments})
    assert event_of(both) == "refusal"
    assert event_of(both, event="unsafe") == "unsafe"
    assert event_of(both, judge="rules") == "refusal"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"judge": "rulse"}, "did you mean rules"),
        ({"judge": "grader"}, "gives grades"),
        ({"judge": "rules", "event": "unsafe"}, "keep one of them"),
        ({"event": "right"}, "nothing to label by hand"),
        ({"event": "Two words"}, "nothing to label by hand"),
    ],
)
def test_what_cannot_be_asked_is_refused(given: dict[str, str], said: str) -> None:
    both = replace(MANIFEST, instruments={"grader": GRADED, **MANIFEST.instruments})
    with pytest.raises(UserError, match=said):
        event_of(both, **given)


def test_a_run_with_an_answer_key_has_nothing_to_label() -> None:
    choice = Instrument(event="right", higher_is_safer=True)
    with pytest.raises(UserError, match="no judge of this run says yes or no"):
        event_of(replace(MANIFEST, instruments={"choice": choice}))
