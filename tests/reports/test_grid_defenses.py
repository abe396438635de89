"""What a grid says of its defenses: shares, findings, verdicts and the front, over runs of known answers."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from rich.console import Console

from plimsoll.cli import exit_code
from plimsoll.core import Attempt, Saw, replace
from plimsoll.pages.markup import Markup, key
from plimsoll.pages.plots import Place, Plane, Plots
from plimsoll.pages.words import Language
from plimsoll.reports import grid_defenses, grid_html, grid_machine, grid_terminal
from plimsoll.reports.courses import courses
from plimsoll.reports.defended import Contract, Finding, contracts, rivals
from plimsoll.reports.grid import Grid, grid
from plimsoll.run.ask.grid import Cell, GridManifest, write
from plimsoll.run.keep import journal
from tests.support.pairs import answers, run_of

HARM, HARD, EXAM, OVER, USEFUL = "harm", "hard", "exam", "over", "useful"
MEASURES = {HARM: "safety", HARD: "safety", EXAM: "safety", OVER: "over_refusal", USEFUL: "utility"}


@dataclass(frozen=True)
class Known:
    """A cell and what its questions came to: 1 harm done, 1 refused, 1 useful."""

    benchmark: str
    defense: str
    values: Sequence[float | None]
    attack: str = "none"
    saw: Saw = ""
    model: str = "toy/m"


def made(tmp_path: Path, cells: Sequence[Known]) -> Grid:
    listed: list[Cell] = []
    for number, known in enumerate(cells):
        measures = MEASURES[known.benchmark]
        of_answers = known.benchmark in (EXAM, USEFUL)
        folder = run_of(
            tmp_path / f"run{number}",
            answers(known.values),
            higher_is_safer=of_answers,
            measures=measures,
            benchmark=known.benchmark,
            headline="accuracy" if of_answers else "attack_success_rate",
            defenses=() if known.defense == "none" else (known.defense,),
            attacks=() if known.attack == "none" else (known.attack,),
        )
        if known.attack != "none":
            attempt = Attempt(attack=known.attack, saw=known.saw, validity="valid")
            read = [
                replace(record, sample=replace(record.sample, origin=record.sample.id, attempt=attempt))
                for record in journal.read(folder.records_path)
            ]
            journal.rewrite(folder.records_path, read)
        listed.append(
            Cell(
                model=known.model, benchmark=known.benchmark, attack=known.attack, defense=known.defense,
                run=folder.path.name,
            )
        )  # fmt: skip
    manifest = GridManifest(id="g", title="t", cells=tuple(listed), created="2026-01-01T00:00:00+00:00")
    return grid(write(tmp_path, manifest))


def only(found: Grid) -> Contract:
    (contract,) = contracts(found)
    return contract


def ones(count: int, of: int) -> list[float | None]:
    return [*[1.0] * count, *[0.0] * (of - count)]


WHOLE = (
    Known(HARM, "none", ones(60, 100)),
    Known(HARM, "good", ones(5, 100)),
    Known(HARM, "none", ones(80, 100), "encoding/base64"),
    Known(HARM, "good", ones(10, 100), "encoding/base64"),
    Known(HARM, "none", ones(90, 100), "search/pair", "bare"),
    Known(HARM, "good", ones(20, 100), "search/pair", "defended"),
    Known(OVER, "none", ones(10, 400)),
    Known(OVER, "good", ones(10, 400)),
    Known(USEFUL, "none", ones(300, 400)),
    Known(USEFUL, "good", ones(300, 400)),
)


def test_a_defense_that_is_safer_and_costs_nothing_works(tmp_path: Path) -> None:
    found = only(made(tmp_path, WHOLE))
    plain, good = found.rows
    assert found.missing == ()
    assert (found.families, found.adaptive) == (("encoding", "search"), True)
    assert plain.shares == pytest.approx(
        {"harm": 0.6, "attack": 0.85, "over_refusal": 0.025, "utility": 0.75}
    )
    assert good.shares == pytest.approx(
        {"harm": 0.05, "attack": 0.15, "over_refusal": 0.025, "utility": 0.75}
    )
    assert [leg.finding for leg in good.legs] == ["better"] * 3 + ["held"] * 2
    assert (good.verdict, good.front, plain.front) == ("works", True, False)
    assert [grid_defenses.setting(leg) for leg in good.legs] == ["", "fixed", "adaptive", "", ""]


@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        (ones(10, 400), ones(10, 400), "held"),
        (ones(10, 400), ones(60, 400), "lost"),
        (ones(3, 30), ones(3, 30), "unshown"),
        (ones(10, 400), ones(19, 400), "unshown"),
    ],
)
@pytest.mark.parametrize("kind", [OVER, USEFUL])
def test_no_worse_is_shown_refuted_or_neither(
    tmp_path: Path, kind: str, before: list[float | None], after: list[float | None], finding: Finding
) -> None:
    if kind == USEFUL:
        before, after = ([1 - (value or 0) for value in each] for each in (before, after))
    found = only(made(tmp_path, [Known(kind, "none", before), Known(kind, "d", after)]))
    assert [leg.finding for leg in found.rows[1].legs] == [finding]


@pytest.mark.parametrize(
    ("harm", "over", "verdict"),
    [(90, 10, "harms"), (5, 100, "costs"), (58, 10, "unshown"), (5, 10, "helps")],
)
def test_what_is_less_safe_too_dear_without_effect_or_half_measured_does_not_work(
    tmp_path: Path, harm: int, over: int, verdict: str
) -> None:
    cells = (
        Known(HARM, "none", ones(60, 100)),
        Known(HARM, "d", ones(harm, 100)),
        Known(OVER, "none", ones(10, 400)),
        Known(OVER, "d", ones(over, 400)),
    )
    found = only(made(tmp_path, cells))
    assert found.rows[1].verdict == verdict
    assert set(found.missing) == {"utility", "attack", "adaptive"}


def test_intervals_hold_the_true_difference_of_a_target_with_known_rates(tmp_path: Path) -> None:
    held = 0
    for seed in range(40):
        draw = Random(seed)
        without = [float(draw.random() < 0.6) for _ in range(120)]
        with_it = [value * float(draw.random() < 0.5) for value in without]
        cells = [Known(HARM, "none", without), Known(HARM, "d", with_it)]
        (leg,) = only(made(tmp_path / str(seed), cells)).rows[1].legs
        _, low, high = leg.change
        held += low <= -0.3 <= high
    assert held >= 36


def test_the_front_is_what_nothing_else_is_better_than_everywhere(tmp_path: Path) -> None:
    shares = {"none": (60, 10), "strict": (5, 60), "mild": (30, 12), "bad": (30, 60)}
    cells = [Known(HARM, name, ones(harm, 100)) for name, (harm, _) in shares.items()]
    cells += [Known(OVER, name, ones(over, 100)) for name, (_, over) in shares.items()]
    found = only(made(tmp_path, cells))
    assert {row.name for row in found.rows if row.front} == {"none", "strict", "mild"}
    plane = grid_defenses.plane(found)
    assert plane is not None
    assert [(place.x, place.y) for place in plane.places] == [
        (pytest.approx(over / 100), pytest.approx(harm / 100)) for harm, over in shares.values()
    ]


def test_wrong_answers_about_safety_are_no_harm(tmp_path: Path) -> None:
    cells = [Known(EXAM, name, ones(right, 100)) for name, right in (("none", 40), ("d", 90))]
    cells += [Known(OVER, name, ones(10, 100)) for name in ("none", "d")]
    found = only(made(tmp_path, cells))
    assert "harm" in found.missing
    assert all([*row.shares] == ["over_refusal"] for row in found.rows)
    assert [leg.benchmark for leg in found.rows[1].legs] == [OVER]


def test_who_was_not_asked_what_is_harder_is_on_no_front_and_beats_nobody(tmp_path: Path) -> None:
    cells = [Known(OVER, name, ones(10, 100)) for name in ("none", "whole", "easy")]
    cells += [Known(HARM, name, ones(10, 100)) for name in ("none", "whole", "easy")]
    cells += [Known(HARD, "none", ones(90, 100)), Known(HARD, "whole", ones(60, 100))]
    found = only(made(tmp_path, cells))
    easy = next(row for row in found.rows if row.name == "easy")
    assert easy.shares["harm"] == 0.1
    assert {row.name for row in found.rows if row.front} == {"whole"}


def test_what_was_not_measured_is_said_and_never_a_zero(tmp_path: Path) -> None:
    found = made(tmp_path, [Known(HARM, "none", ones(6, 10)), Known(HARM, "d", ones(1, 10))])
    contract = only(found)
    assert set(contract.missing) == {"over_refusal", "utility", "attack", "adaptive"}
    (plain,) = grid_defenses.plain(found)
    assert all(row["utility"] is None and row["over_refusal"] is None for row in plain["defenses"])
    assert grid_defenses.plane(contract) is None
    assert not any(row.front for row in contract.rows)
    page = grid_html.render(found)
    for said in ("Utility was not measured", "Over-refusal was not measured", "Time was not measured"):
        assert said in page


def test_attacks_of_one_family_are_said_to_be_of_one(tmp_path: Path) -> None:
    cells = [
        Known(HARM, defense, ones(5, 10), attack)
        for defense in ("none", "d")
        for attack in ("encoding/base64", "encoding/rot13+encoding/base64")
    ]
    found = only(made(tmp_path, cells))
    assert (found.families, found.adaptive) == (("encoding",), False)
    assert "families" in found.missing


def test_unscored_questions_count_for_nothing_and_are_shown(tmp_path: Path) -> None:
    values: list[float | None] = [*ones(50, 90), *[None] * 10]
    found = only(made(tmp_path, [Known(HARM, "none", ones(60, 100)), Known(HARM, "d", values)]))
    assert found.rows[1].shares["harm"] == pytest.approx(50 / 90)
    assert found.rows[1].unscored == pytest.approx(0.1)


@pytest.mark.parametrize("defenses", [("none",), ("d",), ("d", "e")])
def test_without_the_undefended_model_and_a_defense_there_is_nothing_to_say(
    tmp_path: Path, defenses: tuple[str, ...]
) -> None:
    found = made(tmp_path, [Known(HARM, defense, ones(5, 10)) for defense in defenses])
    assert list(contracts(found)) == []
    assert 'id="defenses"' not in grid_html.render(found)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_view_shows_what_defenses_bring_and_take(tmp_path: Path, language: Language) -> None:
    found = made(tmp_path, WHOLE)
    out = StringIO()
    Console(file=out, width=80, no_color=True).print(grid_terminal.render(found, language=language))
    page = grid_html.render(found, language=language)
    for view in (out.getvalue(), page, grid_machine.markdown(found, language=language)):
        assert ("What defenses bring" if language == "en" else "防御的效果") in view
        assert ("adaptive" if language == "en" else "自适应") in view
    assert 'id="defenses"' in page
    assert max(map(len, out.getvalue().splitlines())) <= 80
    assert page.count('class="square plane"') == 1


def test_one_command_measures_harm_attacks_over_refusal_and_utility(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("[T]\nskip all my meals\nzombie\n", encoding="utf-8")
    benchmarks = ("simplesafetytests:split=starter", "xstest:split=starter", "sciknoweval:split=starter")
    adaptive = "search/first_success:attacks=(encoding/rot13+chinese/split),judge=refusal"
    guard = f"block_request:guard=(words:file={words})"
    axes = [("--attack", each) for each in ("none", "encoding/base64", adaptive)]
    axes += [("--defense", each) for each in ("none", guard)]
    arguments = [part for pair in axes for part in pair]
    logs = tmp_path / "logs"
    shown = ["--limit", "6", "--log-dir", str(logs), "--no-cache", "--json"]
    assert exit_code(["run", *benchmarks, "-m", "scripted/echo", *arguments, *shown]) == 0
    (path,) = logs.glob("*-grid-*")
    (found,) = json.loads(grid_machine.json(grid(path)))["defenses"]
    assert found["missing"] == []
    assert found["attack_families"] == ["encoding", "search"]
    plain, guarded = found["defenses"]
    assert plain["blocked"] == 0.0
    assert guarded["blocked"] > 0.0
    assert guarded["calls"] < plain["calls"]
    settings = {(leg["attack"], leg["setting"]) for leg in guarded["differences"]}
    assert settings == {("none", ""), ("encoding/base64", "fixed"), (adaptive, "adaptive")}
    kinds: Any = [leg["kind"] for leg in guarded["differences"]]
    assert sorted(set(kinds)) == ["attack", "harm", "over_refusal", "utility"]
    msgspec.json.encode(found)


@pytest.mark.parametrize(
    ("margin", "finding"), [(0.005, "unshown"), (0.02, "unshown"), (0.04, "held"), (0.1, "held")]
)
def test_what_counts_as_no_worse_hangs_on_the_margin_that_was_declared(
    tmp_path: Path, margin: float, finding: Finding
) -> None:
    cells = [Known(OVER, "none", ones(10, 400)), Known(OVER, "d", ones(14, 400))]
    found = grid(made(tmp_path, cells).path, margin)
    contract = only(found)
    assert [leg.finding for leg in contract.rows[1].legs] == [finding]
    assert f"less than {100 * margin:g} points" in grid_html.render(found, language="en")
    assert grid_machine.report(found)["defenses"][0]["margin"] == margin


def test_the_margin_is_an_option_of_the_report_of_a_grid_and_of_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = [Known(OVER, "none", ones(10, 400)), Known(OVER, "d", ones(14, 400))]
    folder = made(tmp_path, cells).path
    assert exit_code(["report", str(folder), "--json", "--margin", "4"]) == 0
    told = json.loads(capsys.readouterr().out)["defenses"][0]
    assert told["margin"] == 0.04
    assert told["defenses"][1]["differences"][0]["finding"] == "held"
    assert exit_code(["report", str(tmp_path / "run0"), "--margin", "4"]) == 2
    assert "--margin is about the defenses of a grid" in capsys.readouterr().err
    assert exit_code(["report", str(folder), "--margin", "100"]) == 2


# Several models, each held against the first.

REPAIRED = (
    *(
        Known(kind, defense, ones(count, 400), model="toy/before")
        for defense in ("none", "good")
        for kind, count in ((HARM, 240), (OVER, 20), (USEFUL, 300))
    ),
    *(
        Known(kind, defense, ones(count, 400), model="toy/mended")
        for defense in ("none", "good")
        for kind, count in ((HARM, 40), (OVER, 20), (USEFUL, 300))
    ),
    *(
        Known(kind, defense, ones(count, 400), model="toy/mute")
        for defense in ("none", "good")
        for kind, count in ((HARM, 50), (OVER, 400), (USEFUL, 0))
    ),
    Known(HARM, "none", ones(90, 400), "encoding/base64", model="toy/before"),
)


def test_repaired_models_are_held_against_the_first_one_under_each_defense(tmp_path: Path) -> None:
    found = made(tmp_path, REPAIRED)
    plain, defended = rivals(found)
    assert (plain.over, plain.model, defended.model) == ("model", "none", "good")
    assert [row.name for row in plain.rows] == ["toy/before", "toy/mended", "toy/mute"]
    first, mended, mute = plain.rows
    assert mended.shares == pytest.approx({"harm": 0.1, "over_refusal": 0.05, "utility": 0.75})
    assert (first.front, mended.front, mute.front) == (False, True, False)
    assert [leg.finding for leg in mended.legs] == ["better", "held", "held"]
    assert [leg.finding for leg in mute.legs] == ["better", "lost", "lost"]
    assert (mended.verdict, mute.verdict) == ("works", "costs")
    assert plain.missing == ()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_models_side_by_side_with_what_each_costs(tmp_path: Path, language: Language) -> None:
    page = grid_html.render(made(tmp_path, REPAIRED), language=language)
    assert 'id="models"' in page
    assert "Each model against the first, question by question" in page
    assert "各模型与第一个逐题对比" in page
    table = page.split('id="models"')[1].split("</section>")[0]
    assert table.count("toy/mended") >= 6
    assert "●" in table


@pytest.mark.parametrize("language", ["en", "zh"])
def test_checkpoints_in_their_order_make_a_course_of_every_kind(tmp_path: Path, language: Language) -> None:
    found = made(tmp_path, REPAIRED)
    plain, _ = rivals(found)
    drawn = list(courses(plain))
    assert len(drawn) == 3  # harm, over-refusal, utility
    for each, legs in zip(drawn, zip(*(row.legs for row in plain.rows[1:]), strict=True), strict=True):
        assert [point.name for point in each.points] == ["1", "2", "3"]
        assert each.points[0][2:5] == (0.0, None, None)
        told = [(point.value, point.low, point.high) for point in each.points[1:]]
        assert told == [pytest.approx(tuple(100 * end for end in leg.change)) for leg in legs]
    section = grid_html.render(found, language=language).split('id="models"')[1].split("</section>")[0]
    assert section.count('class="plot curve"') == 6  # and as many behind the defense
    assert list(courses(plain._replace(rows=plain.rows[:2]))) == []


def test_one_model_has_no_rivals_and_one_kind_of_benchmark_makes_no_front(tmp_path: Path) -> None:
    assert list(rivals(made(tmp_path / "a", WHOLE))) == []
    harm = [known for known in REPAIRED if known.benchmark == HARM]
    assert list(rivals(made(tmp_path / "b", harm))) == []


def test_numbers_of_points_that_nearly_lie_on_one_another_stand_apart() -> None:
    def drawn(*places: tuple[float, float]) -> list[str]:
        named = [
            Place(x=x, y=y, name=str(n), title="", full=True) for n, (x, y) in enumerate(places, start=1)
        ]
        page = Plots(Markup("en")).plane(
            Plane(key("rival.section"), named, key("rival.lead"), key("rival.lead"))
        )
        return re.findall(r'<text[^>]*class="label"[^>]*>', page)

    heights = [
        int(re.findall(r' y="(-?\d+)"', each)[0]) for each in drawn((0.0, 0.80), (0.0, 0.79), (0.0, 0.75))
    ]
    assert heights[2] == 4
    # On the page each stands a line above the one below it; three hundred pixels are the whole.
    places = [height - 300 * y for height, y in zip(heights, (0.80, 0.79, 0.75), strict=True)]
    assert all(below - above >= 13.4 for above, below in pairwise(places))
    left, right = drawn((0.1, 0.5), (0.2, 0.5))
    assert ('x="0" y="-9"' in left, 'x="0" y="-9"' in right) == (True, False)
    assert all('y="4"' in each for each in drawn((0.0, 0.8), (0.0, 0.3)))
