"""Headlines that are no judge's own rate, corrected or said not to be."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from plimsoll.calibration import keeping
from plimsoll.calibration.correct import corrections
from plimsoll.core import Estimate, Instrument, Outcome, Record, replace
from plimsoll.metrics.tables import estimate_of
from plimsoll.run.keep.manifest import Summary
from plimsoll.stats.clusters import Sums, macro
from tests.support.judged_runs import (
    KIND,
    KNOWN,
    MANIFEST,
    folder_of,
    label_lines,
    records,
    summed,
    truths,
    whole,
)
from tests.support.labelled import written


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


HALVES = replace(MANIFEST, headline="left_alone_rate", scope={"harmful": True})


def halves(truth: Sequence[float]) -> list[Record]:
    """A run of which every second sample is harmful; a reply in twenty is empty."""
    made: list[Record] = []
    for number, record in enumerate(records(truth)):
        metadata = {"harmful": number % 2 == 0}
        verdict = record.verdicts["known"]
        if number % 20 == 0:
            verdict = replace(verdict, value=1.0, outcome=Outcome.EMPTY)
        sample = replace(record.sample, metadata=metadata)
        made.append(replace(record, sample=sample, verdicts={"known": verdict}))
    return made


def left_alone(found: Sequence[Record]) -> Summary:
    """The headline of such a run: harmful samples of which the judge says that nothing happened."""
    values = [
        0.0 if each.outcome is Outcome.EMPTY else 1.0 - (each.verdicts["known"].value or 0.0)
        for each in found
        if each.sample.metadata["harmful"]
    ]
    value, n = sum(values) / len(values), len(values)
    half = 1.96 * (value * (1 - value) / n) ** 0.5
    headline = Estimate(
        name="left_alone_rate", value=value, low=value - half, high=value + half, n=n, judge="known"
    )
    return Summary(estimates=(headline,))


def test_a_headline_about_a_part_of_the_samples_is_corrected(tmp_path: Path) -> None:
    truth = truths(4000)
    made = halves(truth)
    found = corrections(left_alone(made), HALVES, folder_of(tmp_path / "run", made), calibration=KNOWN)
    raw, corrected = (
        whole(found.summary, "left_alone_rate"),
        whole(found.summary, "left_alone_rate_corrected"),
    )
    spoken = [place for place in range(0, 4000, 2) if place % 20]
    true_rate = sum(1 - truth[place] for place in spoken) / 2000
    assert abs(raw.value - true_rate) > 0.02
    assert corrected.low < true_rate < corrected.high
    assert corrected.value == pytest.approx(true_rate, abs=0.03)


def test_labels_correct_a_headline_about_a_part_of_the_samples(tmp_path: Path) -> None:
    truth = truths(3000)
    made = halves(truth)
    chosen = random.Random(3).sample(range(3000), 600)
    path = written(tmp_path / "labels.jsonl", label_lines(truth, chosen))
    found = corrections(left_alone(made), HALVES, folder_of(tmp_path / "run", made), labels=str(path))
    corrected = whole(found.summary, "left_alone_rate_corrected")
    spoken = [place for place in range(0, 3000, 2) if place % 20]
    true_rate = sum(1 - truth[place] for place in spoken) / 1500
    assert corrected.low < true_rate < corrected.high
    assert corrected.labels == sum(place % 2 == 0 for place in chosen)


def test_a_headline_that_is_no_share_of_verdicts_says_that_it_is_not_corrected(tmp_path: Path) -> None:
    made = records(truths(400))
    score = Estimate(name="score", value=0.123, low=0.1, high=0.2, n=400)
    summary = replace(summed(made), estimates=(score, *summed(made).estimates))
    told = replace(MANIFEST, headline="score")
    found = corrections(summary, told, folder_of(tmp_path / "run", made), calibration=KNOWN)
    assert "score is not corrected: it is no share of one judge's verdicts" in found.notes[-1]
    assert whole(found.summary, "unsafe_rate_corrected").labels == 1000


EVEN = replace(MANIFEST, headline="safe_overall")


def uneven(sizes: Sequence[int], shares: Sequence[float]) -> tuple[list[Record], Summary, float]:
    """Categories of very different sizes, the mean of their safe shares, and the truth of it."""
    draw = random.Random(5)
    kept: list[Record] = []
    truth: list[float] = []
    for category, (size, share) in enumerate(zip(sizes, shares, strict=True)):
        unsafe = [float(draw.random() < share) for _ in range(size)]
        truth.append(1 - sum(unsafe) / size)
        for place, each in enumerate(records(unsafe)):
            sample = replace(each.sample, id=f"{category}-{place}", category=str(category))
            kept.append(replace(each, sample=sample))
    groups: dict[str, dict[str, Sums]] = {}
    for each in kept:
        safe = 1 - (each.verdicts["known"].value or 0.0)
        groups.setdefault(each.sample.category, {})[each.sample.id] = Sums(safe, 1)
    known = macro(list(groups.values()))
    assert known is not None
    headline = estimate_of("safe_overall", known, len(kept), judge="known", method="mean_of_categories")
    return kept, Summary(estimates=(headline,)), sum(truth) / len(truth)


def test_a_mean_in_which_every_category_counts_as_one_is_corrected(tmp_path: Path) -> None:
    made, summary, truth = uneven((3000, 400, 200), (0.02, 0.1, 0.2))
    found = corrections(summary, EVEN, folder_of(tmp_path / "run", made), calibration=KNOWN)
    raw, corrected = whole(found.summary, "safe_overall"), whole(found.summary, "safe_overall_corrected")
    assert abs(raw.value - truth) > 0.02
    assert corrected.low < truth < corrected.high
    assert corrected.value == pytest.approx(truth, abs=0.03)
    assert corrected.high - corrected.low > raw.high - raw.low


def test_labels_of_a_draw_leave_such_a_mean_to_a_kept_calibration(tmp_path: Path) -> None:
    made, summary, _ = uneven((300, 200, 100), (0.05, 0.3, 0.6))
    folder = folder_of(tmp_path / "run", made)
    lines = [
        {
            "id": each.sample.id,
            "prompt": "?",
            "reply": each.transcript.reply if each.transcript else "",
            "event": "unsafe",
            "labels": {"ann": each.verdicts["known"].value},
            "run": "run1",
        }
        for each in made
    ]
    path = written(tmp_path / "labels.jsonl", lines)
    found = corrections(summary, EVEN, folder, labels=str(path))
    assert found.summary == summary
    assert "every category counts as one in it" in found.notes[0]
    keeping.keep(KNOWN)
    assert whole(corrections(summary, EVEN, folder, labels=str(path)).summary, "safe_overall_corrected")


def test_a_headline_that_cannot_be_corrected_says_so_where_nothing_else_is_either(tmp_path: Path) -> None:
    made = records(truths(400))
    score = Estimate(name="score", value=0.123, low=0.1, high=0.2, n=400, judge="known")
    keeping.keep(KNOWN)
    found = corrections(
        Summary(estimates=(score,)), replace(MANIFEST, headline="score"), folder_of(tmp_path / "run", made)
    )
    assert [note[:22] for note in found.notes] == ["score is not corrected"]


def test_a_headline_by_an_answer_key_has_nothing_to_correct(tmp_path: Path) -> None:
    made = records(truths(400))
    right = Estimate(name="accuracy", value=0.5, low=0.4, high=0.6, n=400, judge="key")
    told = replace(
        MANIFEST,
        headline="accuracy",
        instruments={"key": Instrument(event="right", higher_is_safer=True), "known": KIND},
    )
    keeping.keep(KNOWN)
    assert corrections(Summary(estimates=(right,)), told, folder_of(tmp_path / "run", made)).notes == ()
