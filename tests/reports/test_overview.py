"""What a suite's report says of the model, and what its numbers cannot see."""

from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import mkdtemp

import pytest
from rich.console import Console

from plimsoll.cli._suite import SuiteSession
from plimsoll.cli._tied import overview_of
from plimsoll.cli.report import write_tied
from plimsoll.core import Request, replace
from plimsoll.models.scripted import REFUSAL, Scripted
from plimsoll.pages.markup import spoken
from plimsoll.reports import overview_html, overview_machine, overview_says, overview_terminal
from plimsoll.reports import overview_rows as rows
from plimsoll.reports.overview import KINDS, Overview, overview
from plimsoll.run.ask import suite
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.keep.manifest import Extremes
from plimsoll.run.spec import RunSpec
from tests.support.counting import COMPLIES
from tests.support.extras import need

SUBJECTS = {"refuses": REFUSAL, "complies": COMPLIES}


def said(subject: str) -> Scripted:
    """A model that refuses everything, or does whatever it is asked: the first option of a question."""

    def answer(request: Request) -> str:
        return "(A" if request.continuations and subject == "complies" else SUBJECTS[subject]

    return Scripted(answer, name=f"scripted/{subject}", revision=subject)


def carried_out(log_dir: Path, loaded: suite.Suite, subject: str, base: RunSpec | None = None) -> Path:
    model = f"scripted/{subject}"
    pool = Pool(Settings(log_dir=log_dir), {model: said(subject)})
    spec = replace(base or RunSpec(benchmark="", model=""), model=model)
    return SuiteSession(suite.build("mine", loaded, spec, pool)).carry_out()


@cache
def of_everything(subject: str) -> Overview:
    need("metrics")
    return overview(carried_out(Path(mkdtemp()), suite.load("suite/starter"), subject))


def of(folder: Path, subject: str, *specs: str, base: RunSpec | None = None) -> Overview:
    loaded = suite.Suite(title="Mine", run=tuple(suite.Entry(benchmark=spec) for spec in specs))
    return overview(carried_out(folder / "logs", loaded, subject, base))


def shown(found: Overview) -> dict[str, float]:
    """The numbers that stand as safe replies, by benchmark."""
    return {
        line.entry.benchmark: float(str(rows.number(line)).lstrip("⚠").partition(" ")[0])
        for line in found.lines
        if line.kind == "replies" and str(rows.number(line)) != rows.MISSING and rows.is_share(line)
    }


def test_no_number_is_shown_as_safety_that_both_subjects_get_alike() -> None:
    refuses, complies = (shown(of_everything(subject)) for subject in SUBJECTS)
    both = refuses.keys() & complies.keys()
    assert len(both) > 10
    assert {name for name in both if abs(refuses[name] - complies[name]) < 5} == set()


def test_what_cannot_tell_is_named_with_what_both_would_get_and_is_in_no_hazard() -> None:
    found = of_everything("complies")
    blind = [line for line in found.lines if line.blind]
    assert any(line.entry.benchmark.startswith("safety_prompts") for line in blind)
    told = [spoken(each, "en") for each in overview_says.unseen(found)]
    assert any("safety_prompts" in each and "always refuses would get 100.0" in each for each in told)
    behind = {name for each in found.hazards for cell in each.whole.values() for name in cell.benchmarks}
    assert "safety_prompts" not in behind


def test_right_answers_and_safe_replies_are_two_columns_and_never_one() -> None:
    refuses = of_everything("refuses")
    bias = next(each for each in refuses.hazards if each.id == "H12")
    assert bias.whole["replies"].value > 0.9
    assert bias.whole["answers"].value < 0.1
    assert not set(bias.whole["replies"].benchmarks) & set(bias.whole["answers"].benchmarks)
    health = next(each for each in refuses.hazards if each.id == "H25")
    assert "replies" not in health.whole or health.whole["replies"].value > 0.5


def sections(found: Overview, language: str = "en") -> Iterator[str]:
    """The report in every form."""
    tongue = "zh" if language == "zh" else "en"
    console = Console(width=80, no_color=True, record=True, file=StringIO())
    console.print(overview_terminal.render(found, language=tongue))
    yield " ".join(console.export_text().split())
    yield overview_machine.markdown(found, language=tongue)
    yield overview_html.render(found, language=tongue)


def test_every_form_begins_with_two_sentences_on_the_model_and_names_who_judged() -> None:
    found = of_everything("complies")
    worst, rest = (spoken(each, "en") for each in overview_says.sentences(found))
    assert worst.startswith("Among the hazards measured by its replies, scripted/complies is least safe on: ")
    assert worst.count("(0.0–") == overview_says.WORST
    assert "harmless requests refused: xstest" in rest
    assert "utility, right answers: " in rest
    assert "of 35 hazards" in rest
    for form in sections(found):
        assert form.index("is least safe on") < form.index("Side by side".lower())
        assert "udged by" in form


def test_a_model_without_an_unsafe_reply_is_not_called_least_safe_on_anything() -> None:
    worst = spoken(overview_says.sentences(of_everything("refuses"))[0], "en")
    assert worst.startswith(("No unsafe reply", "Among"))
    cells = [each.whole["replies"] for each in of_everything("refuses").hazards if "replies" in each.whole]
    assert worst.startswith("No unsafe reply") == all(cell.value == 1 for cell in cells)


def test_a_model_that_judges_itself_is_warned_of(tmp_path: Path) -> None:
    base = RunSpec(benchmark="", model="", judge_model="scripted/refuses")
    found = of(tmp_path, "refuses", "xstest:split=starter", base=base)
    assert found.lines[0].itself
    assert found.lines[0].judging == "scripted/refuses"
    for form in sections(found):
        assert "judged its own replies" in form
    other = replace(base, judge_model="scripted/echo")
    found = of(tmp_path / "other", "refuses", "xstest:split=starter", base=other)
    assert not found.lines[0].itself
    assert spoken(overview_says.judging(found), "en") == "scripted/echo"


def test_a_score_that_is_missing_stays_a_row(tmp_path: Path) -> None:
    base = RunSpec(benchmark="", model="", judge_model="scripted/empty")
    found = of(tmp_path, "refuses", "strongreject:split=starter", base=base)
    assert found.lines[0].estimate is None
    assert [row[0] for row in rows.benchmarks(found).rows] == ["strongreject*"]
    for form in sections(found):
        assert "strongreject" in form
    page = overview_html.render(found)
    assert page.count("strongreject*") >= 4  # beside the bars, in the table, among the gaps, as a link


def test_empty_replies_stand_beside_the_hazards(tmp_path: Path) -> None:
    model = Scripted(lambda _: "", name="scripted/empty", revision="empty")
    loaded = suite.Suite(title="Mine", run=(suite.Entry(benchmark="simplesafetytests:split=starter"),))
    pool = Pool(Settings(log_dir=tmp_path), {"scripted/empty": model})
    spec = RunSpec(benchmark="", model="scripted/empty")
    found = overview(SuiteSession(suite.build("mine", loaded, spec, pool)).carry_out())
    measured = [each for each in found.hazards if each.replies]
    assert measured
    assert {rows.empty(each) for each in measured} == {"100.0"}
    assert "empty 100.0" in overview_html.render(found)


def test_the_page_leads_to_the_page_of_every_run(tmp_path: Path) -> None:
    found = of(tmp_path, "refuses", "xstest:split=starter", "safetybench:split=starter")
    for target in (found.path / "report.html", tmp_path / "else where" / "suite.html"):
        target.parent.mkdir(exist_ok=True)
        page = write_tied(overview_of(found.path), "html", target).read_text(encoding="utf-8")
        for line in found.lines:
            (href,) = [
                part.partition('"')[0] for part in page.split('href="') if line.entry.run in part[:400]
            ]
            assert (target.parent / href).resolve() == (
                found.path.parent / line.entry.run / "report.html"
            ).resolve()
            assert (target.parent / href).is_file()


def test_every_kind_has_words_in_both_languages() -> None:
    found = of_everything("complies")
    for kind in KINDS:
        assert spoken(rows.key(f"ov.measure.{kind}"), "zh") != spoken(rows.key(f"ov.measure.{kind}"), "en")
    for form in sections(found, "zh"):
        assert "最不安全的是" in form


@pytest.mark.parametrize(
    ("one", "other", "alike"), [(1, 1, True), (0.97, 1, True), (0.9, 1, False), (0, 1, False)]
)
def test_numbers_are_alike_that_lie_less_than_five_points_apart(
    one: float, other: float, alike: bool
) -> None:
    assert Extremes(refuses=one, complies=other).alike == alike
