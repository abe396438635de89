"""A safety case out of any set of runs: what was found, what was not, who says so."""

import json
from pathlib import Path

import pytest

from plimsoll.cards import deck
from plimsoll.cards.assessment import Assessment, Assessor, CardVerdict, Plan, Planned, Turn
from plimsoll.cards.results import results
from plimsoll.cli import exit_code
from plimsoll.core import DataError, UserError
from plimsoll.documents import guarding, regulation, safety_case
from plimsoll.documents.gathering import Case, Scope, gather, read_scope
from plimsoll.pages import document_html, document_markdown
from plimsoll.pages.document import Document, Ruled, Section, in_language
from plimsoll.run.keep import seal
from plimsoll.run.keep.folder import runs
from plimsoll.taxonomies import gb_45654
from tests.support.guards import rows as guard_rows
from tests.support.guards import words_file, written

ORDER = (
    *("scope", "hazards", "judges", "gaps", "balance", "attacks", "guards", "residual", "risks"),
    *("regulation", "provenance"),
)


def table_of(document: Document, name: str) -> list[list[str]]:
    (section,) = (each for each in document.sections if each.name == name)
    (table,) = (each for each in section.blocks if isinstance(each, Ruled))
    return [[in_language(cell, "en") for cell in row] for row in table.rows]


def first_page(case: Case, language: str = "en") -> str:
    whole = document_markdown.render(safety_case.document(case), language)  # type: ignore[arg-type]
    return whole.partition("\n## ")[0]


def test_runs_are_sorted_by_what_stood_between(refusing: Path) -> None:
    case = gather([refusing])
    assert (len(case.bare), len(case.attacked), len(case.defended)) == (3, 1, 1)
    assert case.model == "scripted/refuse"


def test_every_part_that_a_case_must_have_is_there(refusing: Path) -> None:
    made = safety_case.document(gather([refusing]))
    assert tuple(section.name for section in made.sections) == ORDER


def test_the_first_page_says_in_plain_words_that_a_model_declines_everything(refusing: Path) -> None:
    page = first_page(gather([refusing]))
    assert "No request was answered unsafely" in page
    assert "Of 100 harmless requests about 100 were declined" in page
    assert "starter sets" in page
    assert "people's labels" in page
    assert "p-value" not in page
    assert "每 100 个无害请求约有 100 个被拒绝" in first_page(gather([refusing]), "zh")


def test_the_first_page_says_the_worst_of_a_model_that_declines_nothing(complying: Path) -> None:
    page = first_page(gather([complying]))
    assert "of 100 such requests about 100 were answered unsafely" in page
    assert "Of 100 harmless requests about 0 were declined" in page


def test_all_35_hazards_are_listed_and_gaps_are_gaps(refusing: Path) -> None:
    rows = table_of(safety_case.document(gather([refusing])), "hazards")
    assert len(rows) == 35
    by_id = {row[0][:3]: row for row in rows}
    assert by_id["H30"][1:5] == ["–"] * 4
    assert "100.0 (" in by_id["H05"][1]
    told = document_markdown.render(safety_case.document(gather([refusing])))
    assert "Hazards without a number" in told
    assert "Agency" in told


def test_attacks_stand_beside_the_same_questions_asked_plainly(complying: Path) -> None:
    rows = table_of(safety_case.document(gather([complying])), "attacks")
    assert [row[1:3] for row in rows] == [["encoding/rot13", "–"], ["–", "self_reminder"]]
    assert all("…" in row[5] for row in rows)


def test_without_an_attack_the_case_says_so(refusing: Path) -> None:
    plain = [folder.path for folder in runs(refusing) if not folder.manifest().spec.attacks][:1]
    assert "It was not attacked" in first_page(gather(plain))


def test_residual_risks_come_from_the_cards_of_what_was_answered_unsafely(complying: Path) -> None:
    rows = table_of(safety_case.document(gather([complying])), "residual")
    assert any("Agent misuses its tools" in row[0] and "not measured" in row[1] for row in rows)


def test_residual_risks_come_from_an_assessment_where_there_is_one(complying: Path, tmp_path: Path) -> None:
    held = Assessment(tmp_path)
    card = deck.deck()["sycophancy"]
    held.make(Plan(title="t", model="m", cards=(Planned(card=card),), assessors=(Assessor(name="ann"),)))
    held.add(
        Turn(session="s", card="sycophancy", assessor="ann", role="user", text="x", at="2026-05-01T00:00:00")
    )
    held.judge(CardVerdict(session="s", card="", assessor="ann", seen=True, severity=3))
    made = safety_case.document(gather([complying]), results(held))
    (row,) = table_of(made, "residual")
    assert (row[0], row[1], row[2]) == (
        "Agrees with what is wrong",
        "seen by assessors: 1 of 1 sessions",
        "3",
    )


def test_every_mapping_to_a_rule_is_a_proposal_with_its_source(refusing: Path) -> None:
    (section,) = (
        each for each in safety_case.document(gather([refusing])).sections if each.name == "regulation"
    )
    inner = [each for each in section.blocks if isinstance(each, Section)]
    assert [each.name for each in inner] == [
        "rule-eu-ai-act",
        "rule-nist-ai-600-1",
        "rule-gb-45654",
        "rule-iso-42001",
    ]
    for each, rule in zip(inner, regulation.rules(), strict=True):
        told = in_language(each.blocks[0].text, "en")  # type: ignore[union-attr]
        assert "proposal" in told
        assert rule.source in told
    counts = [len(each.blocks[1].rows) for each in inner]  # type: ignore[union-attr]
    assert counts[:3] == [21, 12, 31]


def test_the_risks_of_the_chinese_standard_are_31_in_five_classes() -> None:
    standard = gb_45654.standard()
    counts = [sum(risk.of == each.code for risk in standard.risk) for each in standard.classes]
    assert counts == [8, 9, 5, 7, 2]
    assert "from memory" in standard.source


def test_provenance_holds_checksums_and_tells_of_a_broken_seal(tmp_path: Path) -> None:
    import plimsoll

    pytest.importorskip("cryptography")
    run = plimsoll.evaluate(
        "xstest:split=starter",
        "scripted/refuse",
        cache=False,
        log_dir=tmp_path / "l",
        progress=False,
        limit=4,
    )
    seal.sign(run.folder, tmp_path / "key.pem")
    (row,) = table_of(safety_case.document(gather([run.path])), "provenance")
    assert "intact, key ed25519:" in row[4]
    (run.path / "summary.json").write_bytes((run.path / "summary.json").read_bytes() + b"\n")
    (row,) = table_of(safety_case.document(gather([run.path])), "provenance")
    assert "BROKEN" in row[4]
    assert "summary.json" in row[4]


def test_a_scope_says_what_no_run_knows(refusing: Path, tmp_path: Path) -> None:
    path = tmp_path / "scope.toml"
    path.write_text('system = "Helpdesk"\nlimits = ["no minors"]\ndocumented = ["W6.2"]\n', encoding="utf-8")
    made = safety_case.document(gather([refusing], read_scope(path)))
    told = document_markdown.render(made)
    assert told.startswith("# Safety case: Helpdesk")
    assert "Limit: no minors" in told
    assert any(
        row[0].startswith("W6.2") and row[1] == "documented elsewhere" for row in table_of(made, "risks")
    )
    path.write_text("sistem = 1\n", encoding="utf-8")
    with pytest.raises(DataError, match="intended_use"):
        read_scope(path)


def test_hostile_names_stay_text(refusing: Path) -> None:
    case = gather([refusing], Scope(system="<img src=x onerror=alert(1)>", limits=("</script>",)))
    main = document_html.render(safety_case.document(case)).partition("<main")[2].partition("</main>")[0]
    assert "<img" not in main
    assert "</script>" not in main


@pytest.fixture
def beside_guards(tmp_path: Path) -> Path:
    """A model's run in a log folder in which a guard was measured too, plainly and on disturbed texts."""
    import plimsoll

    logs = tmp_path / "logs"
    plimsoll.evaluate(
        "xstest:split=starter", "scripted/refuse", cache=False, log_dir=logs, progress=False, limit=4
    )
    on = written(tmp_path / "set.csv", guard_rows(80))
    guard = f"words:file={words_file(tmp_path)}"
    measured = ["guard", guard, "--on", str(on), "--log-dir", str(logs), "--json"]
    assert exit_code([*measured, "--disturbed", "encoding/base64"]) == 0
    return logs


def test_guards_that_were_measured_stand_in_the_case_with_intervals_and_hashes(
    beside_guards: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    case = gather([beside_guards])
    assert case.model == "scripted/refuse"
    assert len(case.guards) == 2
    guard = next(each.manifest.spec for each in case.guards if not each.manifest.spec.attacks)
    capsys.readouterr()
    assert (
        exit_code(["guard", guard.model, "--on", guard.benchmark, "--log-dir", str(beside_guards), "--json"])
        == 0
    )
    wanted = json.loads(capsys.readouterr().out)
    made = safety_case.document(case)
    (section,) = (each for each in made.sections if each.name == "guards")
    figures, conditions = (each for each in section.blocks if isinstance(each, Ruled))
    plain, disturbed = figures.rows
    for cell, name in zip(plain[3:7], ("auprc", "recall", "false_alarms", "f1"), strict=True):
        figure = wanted[name]
        assert cell == f"{100 * figure['value']:.1f} ({100 * figure['low']:.1f}–{100 * figure['high']:.1f})"
    assert in_language(disturbed[1], "en").endswith("disturbed by encoding/base64")
    hashes = {row[name] for row in conditions.rows for name in (3, 4)}
    assert {wanted["prompt_sha256"][:12], wanted["split_sha256"][:12]} <= hashes
    page = first_page(case)
    assert "flagged about 75 of 100 unsafe conversations (57 to 89) and wrongly 0 of 100 safe ones" in page
    assert "它没有给出判定" in first_page(case, "zh")
    provenance = table_of(made, "provenance")
    assert len(provenance) == 3
    for form in ("model-card", "eee", "croissant"):
        assert exit_code(["report", str(beside_guards), "--format", form, "-o", str(tmp_path / form)]) == 0


def test_a_case_without_a_guard_says_how_one_is_measured(refusing: Path) -> None:
    told = document_markdown.render(safety_case.document(gather([refusing])))
    assert "plimsoll guard GUARD --on SET" in told


def test_a_corpus_that_a_guard_judged_measures_no_guard(beside_guards: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.csv"
    corpus.write_text("text\na parrot\na lamp\n", encoding="utf-8")
    judged = [
        "corpus",
        str(corpus),
        "--by",
        f"words:file={words_file(tmp_path)}",
        "--log-dir",
        str(beside_guards),
    ]
    assert exit_code([*judged, "-o", str(tmp_path / "corpus.md")]) == 0
    case = gather([beside_guards])
    assert len(case.guards) == 3
    assert [each.n for each in guarding.measure(case)] == [80, 80]


def test_guards_alone_make_no_case_and_the_way_out_is_named(beside_guards: Path) -> None:
    guards = [each.folder.path for each in gather([beside_guards]).guards]
    with pytest.raises(UserError, match="guards' verdicts alone: add runs of the model"):
        gather(guards)


def test_runs_of_two_models_make_no_case(refusing: Path, complying: Path) -> None:
    with pytest.raises(UserError, match="2 models"):
        gather([refusing, complying])


def test_a_folder_without_runs_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=str(tmp_path)):
        gather([tmp_path])


def test_the_command_writes_one_page(refusing: Path, tmp_path: Path) -> None:
    target = tmp_path / "case.html"
    assert exit_code(["report", str(refusing), "--format", "safety-case", "-o", str(target)]) == 0
    text = target.read_text("utf-8")
    assert 'http-equiv="Content-Security-Policy"' in text
    assert exit_code(["report", str(refusing), "--format", "md", "--scope", str(target)]) == 2
