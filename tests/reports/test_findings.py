"""Findings of every analysis as a page, a table and a part of the report of a run on the same weights."""

import json
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from plimsoll import registry
from plimsoll.cli import exit_code
from plimsoll.core import Analysed, Finding
from plimsoll.pages.curves import SHARES, number, scale_of
from plimsoll.pages.markup import Key, spoken
from plimsoll.pages.words import Language
from plimsoll.reports import findings as rows
from plimsoll.reports import findings_html, html, machine, markdown, terminal
from plimsoll.run.keep import findings as kept
from plimsoll.whitebox.means import mean_share
from tests.support import planted
from tests.support.analysed import SPECS, analysed
from tests.support.runs import records_of, view_of

pytestmark = pytest.mark.torch
NAMES = tuple(SPECS)


def test_every_analysis_has_a_page() -> None:
    assert set(NAMES) == {part.name for part in registry.parts("whitebox")}


@pytest.mark.parametrize("name", NAMES)
def test_every_finding_stands_on_its_page_with_its_interval(name: str) -> None:
    found = analysed(name)
    page = findings_html.render(found)
    for group in rows.groups(found):
        table = rows.table(group)
        assert len(table.rows) == len(group.findings)
        for each in group.findings:
            assert rows.shown(each.value, each.unit) in page
            if each.low is not None:
                assert rows.interval(each) in page
    assert page.count('<svg class="plot') == len(rows.groups(found))


@pytest.mark.parametrize("name", NAMES)
def test_no_interval_holds_what_no_share_can_be(name: str) -> None:
    for each in analysed(name).findings:
        is_difference = each.name.endswith(("_specific", "_selectivity"))
        if each.unit == "share" and each.low is not None and not is_difference:
            assert each.high is not None
            assert 0 <= each.low <= each.high <= 1, each.name


def test_a_mean_of_shares_stays_a_share() -> None:
    found = mean_share([0.1, 0.9, 0.95])
    assert (found.low, found.high) == (0.0, 1.0)
    assert mean_share([0.5]).low is None


@pytest.mark.parametrize("name", NAMES)
def test_what_is_found_is_named_in_both_languages(name: str) -> None:
    for group in rows.groups(analysed(name)):
        for each in group.findings:
            said = rows.named(each.name)
            assert isinstance(said, Key), f"{each.name} has no words in pages/words.toml"
            assert spoken(said, "en") != spoken(said, "zh")
        assert isinstance(rows.unit(group.unit), Key), group.unit
    assert isinstance(rows.title(analysed(name)), Key)


@pytest.mark.parametrize("name", NAMES)
def test_notes_are_there_in_chinese(name: str) -> None:
    from plimsoll.words import translated

    found = analysed(name)
    notes = {*found.notes, *(each.note for each in found.findings if " " in each.note)}
    assert [note for note in notes if translated(note, "zh") == note] == []


def test_single_numbers_of_a_unit_stand_in_one_table() -> None:
    found = analysed("attribution")
    (single,) = (group for group in rows.groups(found) if not group.name and group.unit == "nats")
    assert [each.name for each in single.findings] == ["refusal_margin_harmful", "refusal_margin_harmless"]
    assert [spoken(row[0], "en") for row in rows.table(single).rows] == [
        "Margin of refusal, harmful requests",
        "Margin of refusal, harmless requests",
    ]


def test_words_of_requests_are_shown_as_they_are() -> None:
    (group,) = (each for each in rows.groups(analysed("attribution")) if each.name == "span_request_1")
    table = rows.table(group)
    assert [row[0] for row in table.rows] == ["how", "to", "make", "a", "flag", "bomb"]
    assert len(table.columns) == 3, "the word stands in its own column, and not again as a note"


def test_layers_make_curves_heads_make_maps_and_words_make_bars() -> None:
    shapes = {(name, group.name): group.shape for name in NAMES for group in rows.groups(analysed(name))}
    assert shapes["probes", "probe_accuracy"] == "curve"
    assert shapes["blend", "declines_harmful"] == "curve"
    assert shapes["headroom", "kl_by_place_harmful"] == "curve"
    assert shapes["attribution", "span_request_1"] == "bars"
    big = Analysed(
        analysis="ships",
        models={},
        findings=tuple(
            Finding(name="ships", value=layer + head, unit="nats", n=2, layer=layer, head=head)
            for layer in range(5)
            for head in range(4)
        ),
    )
    assert [group.shape for group in rows.groups(big)] == ["map"]


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ((0.0, 0.9), [0, 0.25, 0.5, 0.75, 1.0]),
        ((-3.0, 8.0), [-5, 0, 5, 10]),
        ((0.0, 0.0), [0, 0.5, 1.0]),
        ((12.0, 37.0), [0, 10, 20, 30, 40]),
    ],
)
def test_a_scale_has_round_steps_and_holds_nothing_and_all_values(
    values: tuple[float, ...], ticks: list[float]
) -> None:
    scale = scale_of(values)
    assert list(scale.ticks) == pytest.approx(ticks)
    assert scale.low <= min(0.0, *values)
    assert scale.high >= max(values)
    assert SHARES.share(2.0) == 1.0
    assert number(-0.000004) == "−4e−06"


def _kept(log_dir: Path, revision: str) -> Analysed:
    found = replace(analysed("probes"), models={"transformers/x": f"{revision} transformers:5 dtype:auto"})
    kept.keep(log_dir, found)
    return found


def test_a_run_shows_what_was_found_in_the_same_weights_by_whatever_program(tmp_path: Path) -> None:
    found = _kept(tmp_path, "sha256:abc")
    _kept(tmp_path, "sha256:other")
    assert kept.of(tmp_path, "sha256:abc xllamacpp:2026 template:auto") == (found,)
    assert kept.of(tmp_path, "2024-06-01") == ()
    (tmp_path / "findings" / "torn.json").write_text("{", encoding="utf-8")
    assert kept.of(tmp_path, "sha256:abc") == (found,)


def test_the_same_analysis_of_the_same_weights_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    first, again = (kept.keep(tmp_path, analysed("ships")) for _ in range(2))
    assert first == again
    assert kept.keep(tmp_path, replace(analysed("ships"), models={"y": "sha256:y"})) != first


def test_every_report_of_the_run_tells_of_it() -> None:
    view = replace(view_of(records_of(8)), weights=(analysed("probes"), analysed("ships")))
    strongest = spoken(rows.strongest(analysed("ships")), "en")
    page = html.render(replace(view, records=iter(records_of(8))))
    assert 'id="weights"' in page
    assert "Linear probes" in page
    assert "线性探针" in html.render(replace(view, records=iter(records_of(8))), language="zh")
    assert strongest.split(":")[0] in " ".join(terminal.text(view, width=160).split())
    assert "In the weights" in markdown.render(view)
    told = machine.report(view)["weights"]
    assert [each["analysis"].partition(":")[0] for each in told] == ["probes", "ships"]
    bare = replace(view, weights=(), records=iter(records_of(8)))
    assert 'id="weights"' not in html.render(bare)


def test_an_analysis_is_kept_beside_the_runs_and_written_as_a_page(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = str(planted.write(tmp_path / "planted"))
    for kind, prompts in (("harmful", planted.HARMFUL), ("harmless", planted.HARMLESS)):
        (tmp_path / kind).write_text("\n".join(prompts), encoding="utf-8")
    asked = ["--harmful", str(tmp_path / "harmful"), "--harmless", str(tmp_path / "harmless")]
    out, logs = tmp_path / "found.html", tmp_path / "logs"
    spec = "probes:template=raw,folds=2"
    assert exit_code(["analyse", spec, model, *asked, "--out", str(out), "--log-dir", str(logs)]) == 0
    assert re.search("<h1[^>]*>Linear probes</h1>", out.read_text("utf-8"))
    (one,) = (logs / "findings").glob("*.json")
    told = json.loads(one.read_text("utf-8"))
    assert told["analysis"] == spec
    shown = capfd.readouterr().out
    assert "Selectivity: probe less control" in shown
    given = ["-m", f"transformers/{model}", "-M", "template=raw", "--limit", "2", "--max-tokens", "2"]
    assert exit_code(["run", "xstest:split=starter", *given, "--log-dir", str(logs)]) == 0
    capfd.readouterr()
    assert exit_code(["report", "--log-dir", str(logs), "--json"]) == 0
    report = json.loads(capfd.readouterr().out)
    assert [each["analysis"] for each in report["weights"]] == [spec]


def test_findings_on_other_prompts_stand_beside_each_other(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = str(planted.write(tmp_path / "planted"))
    asked = ["analyse", "attribution:template=raw", model, "--log-dir", str(tmp_path / "logs")]
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        for kind, prompts in (("harmful", planted.HARMFUL), ("harmless", planted.HARMLESS)):
            chosen = prompts if folder == "one" else prompts[::-1]
            (tmp_path / folder / kind).write_text("\n".join(chosen), encoding="utf-8")
        on = [f"--{kind}={tmp_path / folder / kind}" for kind in ("harmful", "harmless")]
        assert exit_code([*asked, *on]) == 0
        assert exit_code([*asked, *on]) == 0
    assert exit_code([*asked, *on, "--limit", "2"]) == 0
    assert len([*(tmp_path / "logs" / "findings").iterdir()]) == 3


def test_where_findings_cannot_be_kept_is_said_before_they_are_made(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for more in (
        ["--log-dir", str(tmp_path / "file" / "logs")],
        ["--out", str(tmp_path / "none" / "x.html")],
    ):
        assert exit_code(["analyse", "ships", "/no/model", "--log-dir", str(tmp_path / "logs"), *more]) == 2
        said = capfd.readouterr().err
        assert "cannot be written" in said or "there is no folder" in said
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "2.5 nats at the first step, 0.25 nats at the last"),
        ("zh", "第一步为 2.5 奈特，最后一步为 0.25 奈特"),
    ],
)
def test_a_training_is_told_by_where_it_began_and_ended(language: Language, told: str) -> None:
    losses = [
        Finding(name="loss", value=value, unit="nats", n=4, along="step", at=step)
        for step, value in enumerate((2.5, 9.0, 0.25), start=1)
    ]
    found = Analysed(analysis="training:finetune", models={"toy": "1"}, findings=tuple(losses))
    assert told in spoken(rows.strongest(found), language)
