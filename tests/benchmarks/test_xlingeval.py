import asyncio
import json
import re
from pathlib import Path
from random import Random

import pytest

from plimsoll.benchmarks.xlingeval.benchmark import xlingeval
from plimsoll.benchmarks.xlingeval.judge import (
    OPTIONS,
    official_case,
    read_case,
    similarities,
    through_a_table,
)
from plimsoll.benchmarks.xlingeval.scores import macro, ranking
from plimsoll.core import DataError, Estimate, Request, Response, Transcript, UserError
from plimsoll.models.scripted import Answer, Scripted
from plimsoll.run.spec import RunSpec
from tests.support.sessions import session

NAMES = {"en": "English", "es": "Spanish", "zh": "Chinese", "hi": "Hindi"}


def table(tmp_path: Path, questions: int = 60) -> str:
    rows = [
        {"id": n, "label": int(n == origin), "answer_ids": origin}
        | {f"question_{name}": f"Q{n} {code}?" for code, name in NAMES.items()}
        | {f"answer_{name}": f"A{origin} {code}." for code, name in NAMES.items()}
        for n in range(questions)
        for origin in (n, (n + 1) % questions)
    ]
    path = tmp_path / "table.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return str(path)


def estimates(file: str, model: Scripted, log_dir: Path, **given: str) -> list[Estimate]:
    benchmark = xlingeval(file=file, **given)  # type: ignore[arg-type]
    return list(
        asyncio.run(
            session(
                RunSpec(benchmark="xlingeval", model="scripted"), log_dir, benchmark=benchmark, model=model
            ).run()
        ).estimates
    )


def found(estimates: list[Estimate], name: str, judge: str = "xlingeval", **group: str) -> Estimate:
    (one,) = [e for e in estimates if e.name == name and dict(e.group) == group and e.judge in ("", judge)]
    return one


def knowing(request: Request) -> bool:
    numbers = re.findall(r"[QA](\d+) \w\w[?.]", request.messages[-1].text)
    return numbers[0] == numbers[1]


def test_a_planted_gap_between_languages_is_found_within_its_interval(tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        text = request.messages[-1].text
        wrong = " hi?" in text and Random(text).random() < 0.4
        return "Yes" if knowing(request) != wrong else "No"

    every = estimates(table(tmp_path), Scripted(answer, revision="1"), tmp_path / "log")
    assert found(every, "accuracy", language="en").value == 1.0
    hindi = found(every, "accuracy", language="hi")
    assert hindi.low <= 0.6 <= hindi.high
    assert hindi.high - hindi.low < 0.25
    gap = found(every, "language_difference", languages="hi-en")
    assert gap.low <= -0.4 <= gap.high
    assert found(every, "language_p", languages="hi-en").value < 0.001
    assert found(every, "language_p", languages="es-en").value == 1.0


def test_unknown_answers_are_dropped_in_one_column_and_wrong_in_the_other(tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        return "I am not sure" if "Q1" in request.messages[-1].text else "Yes" if knowing(request) else "No"

    every = estimates(table(tmp_path, 20), Scripted(answer, revision="1"), tmp_path / "log", languages="en")
    known = found(every, "known_rate", language="en")
    assert 0.4 < known.value < 0.6
    assert found(every, "accuracy", language="en").value == 1.0
    assert found(every, "accuracy_unknown_wrong", language="en").value == known.value
    assert found(every, "right_rate").value == known.value
    # Officially "not" is a "no".
    assert found(every, "known_rate", "xlingeval_compat", language="en").value == 1.0


def test_weighed_answers_give_a_true_area_under_the_curve(tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        weights = (-0.5, -1.0) if knowing(request) else (-0.7, -0.8)
        return Response(text="Yes", means="loglikelihood", loglikelihoods=weights)

    every = estimates(table(tmp_path, 20), Scripted(answer, revision="1"), tmp_path / "log", languages="en")
    assert found(every, "accuracy", language="en").value == 0.5
    assert found(every, "auc", language="en").value == 1.0


def test_macro_scores_equal_the_formulas_by_hand_on_random_labels() -> None:
    random = Random("macro")
    for _ in range(200):
        truth = [random.random() < 0.3 for _ in range(40)]
        said = [random.random() < 0.5 for _ in range(40)]
        cells = [
            sum(t and s for t, s in zip(truth, said, strict=True)),
            sum(t and not s for t, s in zip(truth, said, strict=True)),
            0,
            sum(s and not t for t, s in zip(truth, said, strict=True)),
            sum(not t and not s for t, s in zip(truth, said, strict=True)),
            0,
        ]
        scores = macro(cells)
        assert scores is not None
        by_class: list[tuple[float, float, float]] = []
        for label in (True, False):
            hit = sum(t == s == label for t, s in zip(truth, said, strict=True))
            precision = hit / said.count(label) if label in said else 0.0
            recall = hit / truth.count(label) if label in truth else 0.0
            f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
            by_class.append((precision, recall, f1))
        for place in range(3):
            assert scores[place] == pytest.approx(sum(each[place] for each in by_class) / 2)
        # On hard labels the area under the curve is the macro recall.
        area = ranking([(float(s), t) for t, s in zip(truth, said, strict=True)])
        assert area == pytest.approx(scores.recall)


def test_scores_of_nothing_do_not_exist() -> None:
    assert macro((0, 0, 3, 0, 0, 4)) is None
    assert macro((0, 0, 3, 0, 0, 4), unknown="wrong") == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("reply", "ours", "official"),
    [
        (f"They agree.\n3) {OPTIONS[2]}.", "more", "more"),
        (f"{OPTIONS[1]}", "contradictory", "contradictory"),
        (f"{OPTIONS[1]} or {OPTIONS[2]}", None, "contradictory"),
        (f"{OPTIONS[0]}. A. B. C. D.", None, "No Response"),
        ("", None, "No Response"),
    ],
)
def test_cases_are_read_from_the_last_line_and_officially_from_the_last_pieces(
    reply: str, ours: str | None, official: str
) -> None:
    case = read_case(reply)
    assert (case.label if case else None) == ours
    assert official_case(reply) == official


def test_likeness_in_chinese_and_hindi_is_not_lost_to_the_tokens() -> None:
    same = similarities(["多喝水休息", "多喝水休息"])
    assert (same["unigram"], same["bigram"]) == (1.0, 1.0)
    assert 0 < similarities(["多喝水", "多休息"])["unigram"] < 1
    assert similarities(["पानी पीजिए", "पानी लीजिए"])["unigram"] == pytest.approx(1 / 3)


def test_consistency_asks_the_same_question_often_with_draws_of_their_own(tmp_path: Path) -> None:
    draws: list[tuple[int, float | None]] = []

    def answer(request: Request) -> Answer:
        draws.append((request.draw, request.sampling.temperature))
        return "Drink some water."

    benchmark = xlingeval(split="starter", axis="consistency", languages="en", repeats=3, temperature=1.0)
    sample = next(iter(benchmark.samples()))
    transcript = asyncio.run(benchmark.elicitation.elicit(sample, Scripted(answer)))
    assert draws == [(0, 1.0), (1, 1.0), (2, 1.0)]
    assert asyncio.run(benchmark.judges[0].judge(sample, transcript)).value == 1.0
    wordless = Transcript(responses=(Response(text="words"), Response(text="123")))
    assert asyncio.run(benchmark.judges[0].judge(sample, wordless)).value is None


def test_rows_without_a_text_are_left_out_and_told(tmp_path: Path) -> None:
    file = Path(table(tmp_path, 3))
    file.write_text(file.read_text(encoding="utf-8").replace('"Q1 en?"', "null"), encoding="utf-8")
    benchmark = xlingeval(file=str(file))
    assert len({sample.pair for sample in benchmark.samples()}) == 4
    assert any(note.startswith("2 rows lack") for note in benchmark.notes)


def test_a_label_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    file = Path(table(tmp_path, 3))
    file.write_text(file.read_text(encoding="utf-8").replace('"label": 1', '"label": 0', 1), encoding="utf-8")
    with pytest.raises(DataError, match="record #1: label 0"):
        xlingeval(file=str(file))


def test_an_excel_table_is_read(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    rows = [json.loads(line) for line in Path(table(tmp_path, 3)).read_text(encoding="utf-8").splitlines()]
    book = openpyxl.Workbook()
    book.active.title = "Sheet1"
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(tmp_path / "LiveQA.xlsx")
    from_sheet = xlingeval(file=str(tmp_path / "LiveQA.xlsx"))
    assert list(from_sheet.samples()) == list(xlingeval(file=str(tmp_path / "table.jsonl")).samples())


def test_wrong_options_are_refused() -> None:
    with pytest.raises(UserError, match="'xx' is none of"):
        xlingeval(split="starter", languages="xx")
    with pytest.raises(UserError, match="at least 2"):
        xlingeval(split="starter", repeats=1)


@pytest.mark.parametrize(
    ("reply", "shown"), [("", "nan"), ("None", "nan"), ("N/A", "nan"), (" ", " "), ("No.", "No.")]
)
def test_the_official_case_is_shown_what_its_table_gives_back(reply: str, shown: str) -> None:
    assert through_a_table(reply) == shown
