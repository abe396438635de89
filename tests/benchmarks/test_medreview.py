import asyncio
from collections import Counter
from pathlib import Path
from random import Random

import msgspec
import pytest

from plimsoll.benchmarks.medreview.benchmark import INSTRUCTION, Review, medreview, refuse_leaks
from plimsoll.core import DataError, Outcome, Record, Response, Sample, Transcript, UserError, Verdict, user
from plimsoll.judges.overlap import Overlap
from plimsoll.metrics.overlap import Contrast, Means
from plimsoll.stats.clusters import Sums
from plimsoll.stats.paired import mean_difference
from plimsoll.text.summaries import copy_rate, meteor

pytest.importorskip("rouge_score")
pytest.importorskip("sacrebleu")


def review(abstract: str, conclusion: str) -> Review:
    return Review(doi="10/1", abstract=abstract, conclusion=conclusion)


@pytest.mark.parametrize(
    "abstract",
    [
        "Results.\n Walking  helps a little.",
        "Results.\n\nAuthors' conclusions:\n It helps.",
        "x Authors’ conclusions : y",
    ],
)
def test_an_abstract_that_holds_its_conclusion_is_refused(abstract: str) -> None:
    with pytest.raises(DataError, match="holds its conclusion"):
        refuse_leaks([review(abstract, " Walking helps a little. ")], Path("x.json"))


def test_a_row_without_a_conclusion_is_refused() -> None:
    with pytest.raises(DataError, match="no conclusion"):
        refuse_leaks([review("Results.", " ")], Path("x.json"))


def test_a_file_of_ones_own_is_read_as_json_lines_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    rows = [Review(doi=f"10/{n}", abstract="Results.", conclusion=" It helps. ") for n in range(2)]
    path.write_bytes(b"\n".join(msgspec.json.encode(row) for row in rows))
    samples = list(medreview(split="after", file=str(path)).samples())
    assert [(sample.id, sample.target) for sample in samples] == [
        ("10/0", "It helps."),
        ("10/1", "It helps."),
    ]
    assert samples[0].messages[0].text == INSTRUCTION
    with pytest.raises(UserError, match="one period"):
        medreview(split="both", file=str(path))


def judged(reply: str, target: str | None = "It helps a little.") -> Verdict:
    sample = Sample(id="1", messages=(user("?"),), target=target, metadata={"source": "It helps a little."})
    return asyncio.run(Overlap().judge(sample, Transcript(responses=(Response(text=reply),))))


def test_the_reference_itself_scores_one_and_nothing_scores_nothing() -> None:
    same = judged("It helps a little.")
    assert same.value == 1.0
    assert same.detail["chrf"] == pytest.approx(1.0)
    assert same.detail["length_ratio"] == 1.0
    assert judged("Bananas grow elsewhere.").value == 0.0
    assert judged("").outcome is Outcome.EMPTY
    assert judged("x", None).outcome is Outcome.NOT_APPLICABLE


def test_meteor_matches_stems_but_no_synonyms() -> None:
    assert meteor("walking helped", "walk helps") > 0.4
    assert meteor("large cars", "big automobiles") == 0.0
    assert meteor("", "x") == 0.0


def test_only_runs_of_eight_words_count_as_copied() -> None:
    source = [f"w{n}" for n in range(20)]
    assert copy_rate(source[:10], source) == 1.0
    assert copy_rate(source[:7], source) == 0.0
    assert copy_rate([*source[:8], "x", "y"], source) == 0.8


def record(number: int, value: float, period: str) -> Record:
    sample = Sample(id=str(number), messages=(user("?"),), metadata={"period": period})
    return Record(
        sample=sample, verdicts={"overlap": Verdict(label="", value=value, detail={"rouge_l": value})}
    )


def test_what_was_seen_before_shows_as_a_difference_between_the_periods() -> None:
    tally = Contrast("gap", "rouge_l", "period", "before", "after")
    for number in range(50):
        tally.add(record(number, 0.30 + number % 5 / 100, "before"))
        tally.add(record(100 + number, 0.20 + number % 5 / 100, "after"))
    (found,) = tally.estimates()
    assert found.value == pytest.approx(0.1)
    assert 0.05 < found.low < 0.1 < found.high < 0.15


def test_means_bear_a_ratio_above_one() -> None:
    tally = Means(names=("length_ratio",))
    for number in range(10):
        verdict = Verdict(label="", value=0.5, detail={"length_ratio": 2.5 + number % 2})
        tally.add(Record(sample=Sample(id=str(number), messages=()), verdicts={"overlap": verdict}))
    (found,) = tally.estimates()
    assert found.value == pytest.approx(3.0)
    assert found.low < 3.0 < found.high


def test_a_planted_gain_lies_in_the_interval_of_the_paired_difference() -> None:
    random = Random(7)
    hits = 0
    for _ in range(100):
        gains = [0.09 + random.gauss(0, 0.1) for _ in range(200)]
        bounds = mean_difference(Counter(Sums(gain, 1) for gain in gains))
        hits += bounds is not None and bounds.low <= 0.09 <= bounds.high
    assert hits >= 88
