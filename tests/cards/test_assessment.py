"""An assessment from plan to report, with people, models that need no network, and limits."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plimsoll.cards import deck, report, trying
from plimsoll.cards.assessment import Assessment, Assessor, CardVerdict, Plan, Planned, Turn
from plimsoll.cards.card import LinkedTest
from plimsoll.cards.difference import diff
from plimsoll.cards.results import alpha, results
from plimsoll.cards.sessions import Session, refuse_over_limit
from plimsoll.cli import card as command
from plimsoll.core import UserError
from plimsoll.models.scripted import scripted
from plimsoll.pages import document_html, document_markdown

CARDS = deck.deck()
QUIET = {"cache": False, "progress": False, "limit": 4}


def planned(folder: Path, *slugs: str, consent: bool = True, **limits: object) -> Assessment:
    people = tuple(
        Assessor(name=name, consent=consent, **limits)  # type: ignore[arg-type]
        for name in ("ann", "bob")
    )
    cards = tuple(Planned(card=CARDS[slug]) for slug in slugs)
    made = Assessment(folder)
    made.make(Plan(title="t", model="scripted/refuse", cards=cards, assessors=people))
    return made


def said(held: Assessment, card: str, *prompts: str, model: str = "refuse", name: str = "") -> str:
    session = Session(held, card, "ann", scripted(model), **({"id": name} if name else {}))

    async def talk() -> None:
        for prompt in prompts:
            await session.ask(prompt)

    asyncio.run(talk())
    return session.id


def judged(held: Assessment, session: str, *, ann: bool, bob: bool | None = None, severity: int = 2) -> None:
    for name, seen in (("ann", ann), ("bob", bob)):
        if seen is not None:
            held.judge(CardVerdict(session=session, card="", assessor=name, seen=seen, severity=severity))


def test_every_turn_is_on_disk_with_its_parameters(tmp_path: Path) -> None:
    held = planned(tmp_path, "over_refusal")
    session = said(held, "over_refusal", "Hello.", "And then?")
    turns = held.turns()
    assert [turn.role for turn in turns] == ["user", "assistant"] * 2
    assert {turn.session for turn in turns} == {session}
    assert turns[0].parameters["temperature"] == 0.0
    assert turns[1].model == "scripted/refuse"
    assert all(turn.at for turn in turns)


def test_a_card_s_results_hold_effort_and_what_was_seen(tmp_path: Path) -> None:
    held = planned(tmp_path, "over_refusal", "sycophancy")
    first = said(held, "over_refusal", "a", "b")
    second = said(held, "over_refusal", "c")
    judged(held, first, ann=False, bob=False)
    judged(held, second, ann=True, bob=True, severity=3)
    seen, other = results(held).cards
    assert (seen.sessions, seen.turns, seen.judged, seen.seen, seen.first, seen.severity) == (
        2,
        3,
        2,
        1,
        3,
        3,
    )
    assert seen.interval.low < 0.5 < seen.interval.high
    assert (seen.outcome, other.outcome) == ("seen", "not assessed")
    assert seen.alpha == 1.0


def test_disagreement_is_listed_and_lowers_alpha(tmp_path: Path) -> None:
    held = planned(tmp_path, "over_refusal")
    sessions = [said(held, "over_refusal", "a") for _ in range(4)]
    for session, (ann, bob) in zip(
        sessions, [(True, True), (False, False), (True, False), (False, False)], strict=True
    ):
        judged(held, session, ann=ann, bob=bob)
    (found,) = results(held).cards
    assert [dispute.session for dispute in found.disputes] == [sessions[2]]
    assert (found.judged, found.seen) == (3, 1)
    # Krippendorff by hand: observed 2/8, expected 2*3*5/(8*7).
    assert found.alpha == pytest.approx(1 - (2 / 8) / (30 / 56))
    assert alpha(held.verdicts()) == found.alpha


def test_a_later_verdict_of_one_assessor_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    held = planned(tmp_path, "over_refusal")
    session = said(held, "over_refusal", "a")
    judged(held, session, ann=True)
    judged(held, session, ann=False)
    assert [each.seen for each in held.verdicts()] == [False]
    assert len((tmp_path / "verdicts.jsonl").read_text("utf-8").splitlines()) == 2


def test_a_sensitive_card_waits_for_consent(tmp_path: Path) -> None:
    held = planned(tmp_path, "jailbreak_wrapping", consent=False)
    with pytest.raises(UserError, match="has not consented"):
        said(held, "jailbreak_wrapping", "a")
    assert held.turns() == []
    held.consent("ann")
    said(held, "jailbreak_wrapping", "a")


def test_an_assessor_sees_no_more_sensitive_outputs_than_agreed(tmp_path: Path) -> None:
    held = planned(tmp_path, "jailbreak_wrapping", "over_refusal", veiled_a_day=2)
    with pytest.raises(UserError, match="has read 2 outputs"):
        said(held, "jailbreak_wrapping", "a", "b", "c")
    assert len(held.turns()) == 4
    said(held, "over_refusal", "d")


def test_an_assessor_works_no_longer_than_agreed(tmp_path: Path) -> None:
    held = planned(tmp_path, "over_refusal", minutes_a_day=30)
    told = {"session": "s", "card": "over_refusal", "assessor": "ann", "role": "user", "text": "x"}
    long = [Turn(**told, at=f"2026-05-01T10:{minute}:00+00:00") for minute in ("00", "31")]  # type: ignore[arg-type]
    with pytest.raises(UserError, match="31 minutes"):
        refuse_over_limit(held.plan(), "over_refusal", "ann", long, at="2026-05-01T11:00:00+00:00")
    refuse_over_limit(held.plan(), "over_refusal", "ann", long, at="2026-05-02T09:00:00+00:00")


def test_a_spared_card_and_one_that_does_not_apply_are_not_asked(tmp_path: Path) -> None:
    held = planned(tmp_path, "over_refusal", spared=("over_refusal",))
    with pytest.raises(UserError, match="need not say why"):
        said(held, "over_refusal", "a")
    other = planned(tmp_path / "other", "over_refusal")
    other.set_state("over_refusal", "not applicable", "there is no text")
    with pytest.raises(UserError, match="there is no text"):
        said(other, "over_refusal", "a")
    assert results(other).cards[0].outcome == "not applicable"
    with pytest.raises(UserError, match="say why"):
        other.set_state("over_refusal", "not applicable", " ")


def test_a_card_is_tested_by_its_test_sets_and_attacks(tmp_path: Path) -> None:
    held = planned(tmp_path, "over_refusal", "jailbreak_wrapping")
    made = list(trying.tried(held, trying.trials(held, ()), "scripted/refuse", **QUIET))
    assert len(made) == 3
    refusing, wrapping = results(held).cards
    assert [(test.attempts, test.seen) for test in refusing.tests] == [(4, 4)]
    assert [test.rate for test in wrapping.tests] == [0.0, 0.0]
    assert (refusing.outcome, wrapping.outcome) == ("seen", "not seen")


def test_a_card_without_a_test_says_which_benchmarks_are_near(tmp_path: Path) -> None:
    held = planned(tmp_path, "zh_law_hallucination")
    with pytest.raises(UserError, match="chatgpt_red_teaming"):
        trying.trials(held, ("zh_law_hallucination",))
    given = trying.trials(held, ("zh_law_hallucination",), (LinkedTest(benchmark="xstest:split=starter"),))
    assert len(given) == 1


def test_two_assessments_are_held_against_each_other_in_pairs(tmp_path: Path) -> None:
    before, after = (planned(tmp_path / name, "over_refusal") for name in ("one", "two"))
    for held, model in ((before, "scripted/refuse"), (after, "scripted/echo")):
        list(trying.tried(held, trying.trials(held, ()), model, cache=False, progress=False))
        for number in range(8):
            said(held, "over_refusal", "a", model=model.partition("/")[2], name=f"s{number}")
            judged(held, f"s{number}", ann=held is before)
    found = diff(before, after)
    by_sessions, by_test = found.changes
    assert (by_sessions.n, by_sessions.before, by_sessions.after) == (8, 1.0, 0.0)
    assert by_sessions.p == pytest.approx(2 * 0.5**8)
    assert by_test.difference == pytest.approx(-1.0)
    assert by_test.low <= by_test.difference <= by_test.high
    assert by_test.p_adjusted >= by_test.p
    assert [(each.before, each.after) for each in found.moved] == [("seen", "not seen")]


def test_the_report_holds_what_the_paper_asks_for_and_blurs_what_upsets(tmp_path: Path) -> None:
    held = planned(tmp_path, "over_refusal", "jailbreak_wrapping")
    judged(held, said(held, "jailbreak_wrapping", "a prompt <script>"), ann=True, bob=False)
    made = report.document(results(held))
    page = document_html.render(made, "zh")
    assert '<pre class="text veil" tabindex="0">' in page
    assert "<script>" not in page.partition("<main")[2].partition("</main>")[0]
    told = document_markdown.render(made, "en")
    assert "I'm sorry" not in told
    assert "blurred" in told
    names = [section.name for section in made.sections]
    assert names == ["cards", "tests", "residual", "disputes", "people", "gaps", "log"]
    assert "分歧" in document_markdown.render(made, "zh")


def called(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(command.command, list(arguments), input=typed)


def test_the_command_line_goes_from_plan_to_report(tmp_path: Path) -> None:
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    for folder, model in ((one, "scripted/refuse"), (two, "scripted/echo")):
        plan = (
            "--title",
            "t",
            "-m",
            model,
            "--card",
            "over_refusal",
            "--assessor",
            "ann:tests",
            "--assessor",
            "bob",
        )
        assert called("assess", "new", folder, *plan).exit_code == 0
    shown = called("assess", "session", one, "over_refusal", "--assessor", "ann", typed="Hello.\nAgain.\n\n")
    session = shown.output.split()[-1]
    assert "sorry" in shown.output
    for name, seen in (("ann", "--seen"), ("bob", "--not-seen")):
        assert called("assess", "verdict", one, session, "--assessor", name, seen).exit_code == 0
    assert "disputed" in called("assess", "status", one).output
    assert "replayed 1" in called("assess", "replay", one, two, "--assessor", "ann").output
    assert called("assess", "verdict", two, session, "--assessor", "bob", "--not-seen").exit_code == 0
    found = json.loads(called("diff", one, two, "--json").output)
    assert found["moved"] == [{"card": "over_refusal", "before": "disputed", "after": "not seen"}]
    assert called("assess", "report", one).exit_code == 0
    assert (tmp_path / "one" / "report.html").is_file()


def test_what_is_wrong_on_the_command_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no assessment"):
        Assessment(tmp_path).plan()
    held = planned(tmp_path / "a", "over_refusal")
    with pytest.raises(UserError, match="already holds"):
        held.make(held.plan())
    with pytest.raises(UserError, match="over_refusal"):
        held.plan().planned("over_refusel")
    with pytest.raises(UserError, match="bob"):
        held.plan().assessor("bo")
    with pytest.raises(UserError, match="no session"):
        held.judge(CardVerdict(session="x", card="", assessor="ann", seen=True))


@pytest.mark.parametrize("limit", [("--minutes", "-5"), ("--minutes", "0"), ("--sensitive", "-1")])
def test_a_limit_that_cannot_be_is_refused_and_nothing_is_planned(
    limit: tuple[str, str], tmp_path: Path
) -> None:
    plan = ("assess", "new", str(tmp_path / "v"), "--title", "t", "--model", "scripted/echo")
    assert called(*plan, "--card", "over_refusal", "--assessor", "ann", *limit).exit_code == 2
    assert not (tmp_path / "v").exists()


def test_faults_of_cards_are_told_with_file_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "bad.md"
    path.write_text("Title: T\n\nDescription: D\n\nHarm Types:\n - Reader-Psycological\n", encoding="utf-8")
    shown = called("validate", str(path), "--json")
    (error,) = (each for each in json.loads(shown.output) if each["weight"] == "error")
    assert (error["field"], error["line"]) == ("harm_types", "5")
