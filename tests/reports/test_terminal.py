import re
from typing import Literal

import pytest
from rich.cells import cell_len

from plimsoll.core import Estimate, replace
from plimsoll.pages.words import named
from plimsoll.reports import RunView, terminal
from plimsoll.run.keep.manifest import Summary
from tests.support.runs import records_of, view_of


def test_two_languages_fit_eighty_columns_without_losing_a_cell() -> None:
    printed = terminal.text(view_of(records_of(20)), width=80)

    assert max(map(cell_len, printed.splitlines())) <= 80
    assert "…" not in printed.replace("… and", "")
    row = next(line for line in printed.splitlines() if line.strip().startswith("Privacy and Property"))
    assert len(re.findall(r"\d+\.\d \(\d+\.\d–\d+\.\d\)", row)) == 2


def test_without_colour_no_escape_sequence_is_printed() -> None:
    assert "\x1b" not in terminal.text(view_of(records_of(4)))


def test_wide_characters_keep_the_columns_aligned() -> None:
    printed = terminal.text(view_of(records_of(20)), language="zh").splitlines()
    start = next(n for n, line in enumerate(printed) if "攻击冒犯" in line)
    ends = {cell_len(line) for line in printed[start : start + 8]}

    assert len(ends) == 1


def test_a_title_stands_on_one_line_and_chinese_has_colons_of_its_own() -> None:
    printed = terminal.text(view_of(records_of(20)), width=80)
    assert "Accuracy, strict (%) · higher is safer" in printed
    assert "答案读取方式：" in terminal.text(view_of(records_of(20)), language="zh")


def test_the_result_is_compared_with_the_random_baseline() -> None:
    printed = terminal.text(view_of(records_of(40)), width=200)

    assert "above the random baseline of 36.0 %" in printed
    assert "log-likelihood of the options" in printed


def test_an_interval_that_holds_the_baseline_is_not_called_better() -> None:
    view = view_of(records_of(4))
    unsure = Estimate(name="accuracy", value=0.4, low=0.2, high=0.6, n=56)
    printed = terminal.text(replace(view, summary=replace(view.summary, estimates=(unsure,))), width=200)

    assert "not distinguishable from the random baseline" in printed


def test_an_unsound_number_is_marked() -> None:
    view = view_of(records_of(4))
    lossy = Estimate(name="accuracy", value=0.4, low=0.2, high=0.6, n=90, unscored=10)
    printed = terminal.text(replace(view, summary=replace(view.summary, estimates=(lossy,))))

    assert "⚠40.0" in printed
    assert "More than 5 %" in printed


def test_an_estimate_nobody_knows_is_still_shown() -> None:
    view = view_of(records_of(4))
    strange = Estimate(name="rhyme_rate", value=0.25, low=0.1, high=0.5, n=8, group={"tide": "low"})
    printed = terminal.text(
        replace(view, summary=replace(view.summary, estimates=(*view.summary.estimates, strange)))
    )

    assert "rhyme rate" in printed
    assert "tide low" in printed


def test_a_run_without_any_number_says_so() -> None:
    view = view_of(records_of(1))
    printed = terminal.text(RunView(manifest=view.manifest, summary=Summary(status="interrupted")))

    assert "Nothing was measured" in printed
    assert "interrupted" in printed


def test_commands_to_the_terminal_in_names_and_notes_are_shown_not_sent() -> None:
    view = view_of(records_of(2), model="evil\x1b]0;owned\x07", notes=("[red]bold[/red] \x1b[2J\u202e",))
    printed = terminal.text(view, width=200)

    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert "⟨U+001B⟩" in printed
    assert "[red]bold[/red]" in printed


def test_hundreds_of_further_numbers_do_not_bury_the_result() -> None:
    view = view_of(records_of(4))
    many = [
        Estimate(
            name="letter_share", value=0.25, low=0.1, high=0.5, n=8, group={"letter": "A", "room": str(n)}
        )
        for n in range(300)
    ]
    printed = terminal.text(
        replace(view, summary=replace(view.summary, estimates=(*view.summary.estimates, *many)))
    )

    assert printed.count("Share of a letter") < 20
    assert "Calibration error" in printed
    assert "more numbers in the HTML" in printed


def test_languages_and_categories_measured_apart_are_both_shown() -> None:
    view = view_of(records_of(4))
    apart = [e for e in view.summary.estimates if len(e.group) < 2 and e.name == "accuracy"]
    apart.append(Estimate(name="accuracy", value=0.5, low=0.3, high=0.7, n=8, group={"category": "PH"}))
    printed = terminal.text(replace(view, summary=replace(view.summary, estimates=tuple(apart))))

    assert "50.0 (30.0–70.0)" in printed


def test_a_long_category_name_gives_way_to_the_numbers() -> None:
    view = view_of(records_of(1))
    name = "everything that may happen in a household on a long and rainy afternoon in autumn"
    long = Estimate(name="accuracy", value=0.5, low=0.3, high=0.7, n=1234, group={"category": name})
    printed = terminal.text(replace(view, summary=replace(view.summary, estimates=(long,), references=())))

    assert "50.0 (30.0–70.0)" in printed
    assert "1,234" in printed
    assert max(map(cell_len, printed.splitlines())) <= 80


def test_no_cell_of_the_further_numbers_is_cut_at_eighty_columns() -> None:
    printed = terminal.text(view_of(records_of(20)), width=80)
    assert "Further numbers" in printed
    assert "Unscored" in printed
    assert "Method" not in printed


LANGUAGES = ("en", "zh", "it", "vi", "ar", "ko", "th")


@pytest.mark.parametrize("count", [2, 3, 4, 7])
@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_many_languages_cut_no_table(count: int, width: int, language: Literal["en", "zh"]) -> None:
    chosen = LANGUAGES[:count]
    records = [
        replace(record, sample=replace(record.sample, language=spoken))
        for spoken in chosen
        for record in records_of(8)
    ]
    view = view_of(records)
    estimates = [
        Estimate(name="accuracy", value=0.5, low=0.25, high=0.75, n=8, group=group)
        for spoken in chosen
        for group in ({"language": spoken}, {"language": spoken, "category": "Sexual content of minors"})
    ]
    held = replace(view.summary, estimates=(*view.summary.estimates, *estimates))
    shown = terminal.text(replace(view, summary=held), width=width, language=language)
    assert all(cell_len(line) <= width for line in shown.splitlines())
    assert "Sexual content of" in shown
    for spoken in chosen:
        assert named("language", spoken, language) in shown
