"""Failures are told with their cause, and numbers with what they cannot see, above everything else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import exit_code
from plimsoll.cli.report import rendered
from plimsoll.core import Failure, Instrument, Outcome, Reference, Verdict, replace
from plimsoll.pages.markup import spoken
from plimsoll.reports import failing, html, markdown, seeing, terminal
from plimsoll.reports.figures import figures
from plimsoll.reports.view import RunView
from plimsoll.run.keep.folder import runs
from plimsoll.run.keep.manifest import Extremes, Summary
from plimsoll.words import translated
from tests.support.endpoint import FakeEndpoint, Fault, status
from tests.support.runs import records_of, view_of

REPORTS = ("table", "html", "md")


def shown(view: RunView, form: str) -> str:
    """A report in one of its forms."""
    if form == "table":
        return " ".join(terminal.text(view).split())
    if form == "md":
        return markdown.render(view)
    page = html.render(view)
    return page[page.index("<main") : page.index("<footer")]


@pytest.mark.parametrize(
    ("code", "sentence", "remedy"),
    [
        (400, "the moon is in the wrong phase", ""),
        (400, "the prompt is too long", "--num-fewshot"),
    ],
)
def test_an_endpoints_own_sentence_stands_at_the_end_of_the_run_and_at_the_top_of_its_reports(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], code: int, sentence: str, remedy: str
) -> None:
    seen: list[Any] = []

    def answer(body: Mapping[str, Any]) -> Fault | None:
        seen.append(body)
        return status(code, sentence) if len(seen) == 2 else None

    with FakeEndpoint(reply="I cannot help with that.", answer=answer) as endpoint:
        asked = ["run", "xstest:split=starter", "-m", "openai/any", "-M", f"base_url={endpoint.url}"]
        limits = ["--limit", "6", "--max-connections", "1", "--no-cache", "--log-dir", str(tmp_path)]
        assert exit_code([*asked, *limits]) == 1
        address = endpoint.url
    out, err = capfd.readouterr()
    cause = f"from {address}/chat/completions: {sentence}"
    assert f"HTTP {code} {cause}" in " ".join(err.split())
    assert f"HTTP {code}" in out
    assert remedy in err
    (folder,) = runs(tmp_path)
    page, text = rendered(folder, "html"), rendered(folder, "md")
    for whole, result in ((page, "answer"), (text, "**")):
        told = whole[whole.index("<main") :] if whole is page else whole
        assert told.index("1 of 6 samples failed") < told.index(result)
        assert sentence in told[: told.index(result)]
        assert remedy in told[: told.index(result)]


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        ("elicit: Late: no answer within 60 s from http://h/v1", "-M timeout"),
        ("elicit: Overloaded: HTTP 429 from http://h/v1: slow down", "--max-connections"),
        ("elicit: Denied: HTTP 401 from http://h/v1: wrong key", "/v1"),
        ("elicit: TransientError: http://h/v1 cannot be reached: connection refused", "/v1"),
        ("elicit: ServerFault: HTTP 500 from http://h/v1: oops", "--max-connections"),
        ("elicit: ContextExceeded: HTTP 400 from http://h/v1: too long", "--num-fewshot"),
    ],
)
def test_every_kind_of_failure_brings_its_remedy_in_both_languages(cause: str, remedy: str) -> None:
    for language in ("en", "zh"):
        (told,) = failing.causes(Summary(failures={cause: 7}))
        said = spoken(told, "zh" if language == "zh" else "en")
        assert said.startswith(f"7 × {translated(cause, 'zh' if language == 'zh' else 'en')} → ")
        assert remedy in said


def test_a_remedy_that_the_cause_tells_itself_is_not_told_twice() -> None:
    cause = "elicit: Late: no answer; wait longer by -M timeout=300"
    (told,) = failing.causes(Summary(failures={cause: 1}))
    assert spoken(told, "en") == f"1 × {cause}"


def test_a_run_without_failures_says_nothing_of_them() -> None:
    view = view_of(records_of(4))
    summary = replace(view.summary, outcomes={"answered": 4}, failures={})
    assert failing.warnings(RunView(manifest=view.manifest, summary=summary, records=iter(()))) == []


def test_judges_that_failed_are_told_as_well() -> None:
    record = records_of(1)[0]
    broken = replace(
        record,
        verdicts={"strict": Verdict(label="error", value=None, outcome=Outcome.JUDGE_ERROR)},
        failures=(Failure(stage="judge strict", error="Late", message="no answer"),),
    )
    told = [spoken(each, "en") for each in failing.warnings(view_of([broken]))]
    assert told[0].startswith("1 of 1 samples failed")


def seen_by(extremes: tuple[Extremes, ...], measures: str = "safety") -> RunView:
    """A run whose headline is a rate of replies."""
    view = view_of(records_of(8))
    of_replies = Instrument(event="safe", higher_is_safer=True)
    manifest = replace(view.manifest, instruments={"strict": of_replies}, measures=measures)
    return RunView(manifest=manifest, summary=replace(view.summary, extremes=extremes), records=view.records)


@pytest.mark.parametrize("form", REPORTS)
def test_a_number_that_cannot_tell_says_so_above_itself(form: str) -> None:
    blind = seen_by((Extremes(refuses=1.0, complies=1.0),))
    text = shown(blind, form)
    assert "a model that always refuses would get 100.0" in text
    assert "It says nothing of safety" in text
    telling = seen_by((Extremes(refuses=1.0, complies=0.0),))
    text = shown(telling, form)
    assert "It says nothing of safety" not in text
    assert "For scale: a model that always refuses would get 100.0 here" in text


@pytest.mark.parametrize("form", REPORTS)
def test_calls_that_the_cache_answered_are_said(form: str) -> None:
    view = view_of(records_of(4))
    assert "cache of responses: 1,200" not in shown(view, form)
    kept = replace(view, summary=replace(view.summary, cached=1200))
    assert "cache of responses: 1,200" in " ".join(shown(kept, form).split())


def test_for_scale_a_question_with_options_is_held_against_one_letter() -> None:
    view = view_of(records_of(4))
    scaled = replace(view.summary, extremes=(Extremes(refuses=0.0, complies=0.4),))
    printed = terminal.text(replace(view, summary=scaled))
    assert "one that always answers A 40.0" in " ".join(printed.split())


def test_a_language_in_which_a_number_cannot_tell_is_named() -> None:
    spoken_in = (
        Extremes(refuses=1.0, complies=0.4),
        Extremes(group={"language": "zh"}, refuses=0.8, complies=0.8),
        Extremes(group={"language": "en"}, refuses=1.0, complies=0.0),
    )
    view = seen_by(spoken_in)
    found = figures(view)
    assert (found.blind(), found.blind("", "zh"), found.blind("PH", "zh"), found.blind("", "en")) == (
        False, True, True, False,
    )  # fmt: skip
    told = [spoken(each, "en") for each in seeing.warnings(view, found)]
    assert [each.partition(":")[0] for each in told] in ([], ["Chinese"])


def test_what_was_published_stands_apart_from_what_guessing_gives() -> None:
    view = view_of(records_of(8))
    guessing = Reference(name="Random", kind="baseline", values={"": 0.25})
    other = Reference(name="Some model", kind="published", values={"": 0.5}, source="a paper")
    for references, published in (((guessing,), False), ((guessing, other), True)):
        page = html.render(replace_references(view, references))
        assert ('id="references"' in page) == published
        assert 'id="baselines"' in page
        if published:
            section = page[page.index('id="references"') : page.index('id="baselines"')]
            assert "Some model" in section
            assert "Random" not in section


def replace_references(view: RunView, references: tuple[Reference, ...]) -> RunView:
    """The same run beside other rows."""
    summary = replace(view.summary, references=references)
    return RunView(manifest=view.manifest, summary=summary, records=iter(records_of(8)))
