from collections.abc import Callable, Iterable
from random import Random
from statistics import stdev

import pytest

from plimsoll.core import (
    Estimate,
    Metric,
    Outcome,
    Record,
    Response,
    Sample,
    Transcript,
    Verdict,
    replace,
    user,
)
from plimsoll.metrics.rates import breakdown, by, judged_value, rate
from plimsoll.metrics.tables import WHOLE
from plimsoll.stats.intervals import wilson


def record(
    number: int,
    value: float | None,
    *,
    pair: str = "",
    category: str = "PH",
    language: str = "en",
    epoch: int = 0,
) -> Record:
    sample = Sample(
        id=f"{language}-{number}", messages=(user("?"),), category=category, language=language, pair=pair
    )
    outcome = Outcome.JUDGE_ERROR if value is None else Outcome.ANSWERED
    return Record(
        sample=sample, verdicts={"strict": Verdict(label="x", value=value, outcome=outcome)}, epoch=epoch
    )


def counted(metric: Metric, records: Iterable[Record]) -> list[Estimate]:
    tally = metric()
    for each in records:
        tally.add(each)
    return list(tally.estimates())


RIGHT = rate("right", judged_value("strict"))


def test_a_rate_is_the_mean_with_wilsons_interval() -> None:
    (found,) = counted(RIGHT, [record(n, float(n < 7)) for n in range(10)])
    assert (found.value, found.n, found.unscored, found.method) == (0.7, 10, 0, "wilson")
    assert (found.low, found.high) == pytest.approx(wilson(7, 10))


def test_what_has_no_score_is_counted_apart_and_never_as_zero() -> None:
    lost = Record(sample=Sample(id="x", messages=(user("?"),)))
    (found,) = counted(RIGHT, [record(1, 1.0), record(2, None), lost])
    assert (found.value, found.n, found.unscored) == (1.0, 1, 2)


def test_records_that_the_question_is_not_about_are_left_out() -> None:
    only: Callable[[Record], bool] = lambda each: each.sample.language == "zh"  # noqa: E731
    spoken = rate("right", judged_value("strict"), applies=only)
    (found,) = counted(spoken, [record(1, 0.0), record(2, None), record(3, 1.0, language="zh")])
    assert (found.value, found.n, found.unscored) == (1.0, 1, 0)


def test_nothing_scored_gives_no_estimate() -> None:
    assert counted(RIGHT, [record(1, None)]) == []


def test_thirds_and_sevenths_add_up_in_any_order() -> None:
    records = [record(n, 1 / (2 + n % 9)) for n in range(1000)]
    (once,), (again,) = counted(RIGHT, records), counted(RIGHT, records[::-1])
    assert once == again


def test_epochs_of_the_same_answers_make_the_interval_no_narrower() -> None:
    (once,) = counted(RIGHT, [record(n, float(n % 2)) for n in range(200)])
    (often,) = counted(RIGHT, [record(n, float(n % 2), epoch=e) for e in range(10) for n in range(200)])
    assert (often.n, often.method) == (2000, "wilson_clustered")
    assert often.high - often.low == pytest.approx(once.high - once.low, rel=0.15)


def test_epochs_of_independent_answers_make_it_as_narrow_as_so_many_items() -> None:
    random = Random(4)
    records = [record(n, float(random.random() < 0.5), epoch=e) for e in range(5) for n in range(1500)]
    (found,) = counted(RIGHT, records)
    plain = wilson(found.value * found.n, found.n)
    assert found.high - found.low == pytest.approx(plain.high - plain.low, rel=0.1)


def test_two_languages_of_one_question_are_one_cluster() -> None:
    both = [
        record(n, float(n % 2), pair=str(n), language=spoken) for spoken in ("zh", "en") for n in range(300)
    ]
    (found,) = counted(RIGHT, both)
    alone = wilson(150, 300)
    assert found.high - found.low == pytest.approx(alone.high - alone.low, rel=0.15)


def test_all_right_in_every_epoch_still_leaves_doubt() -> None:
    (found,) = counted(RIGHT, [record(n, 1.0, epoch=e) for e in range(10) for n in range(20)])
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(wilson(20, 20).low)


def test_the_clustered_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random, covered = Random(9), 0
    for _ in range(150):
        abilities = [random.choice((0.3, 0.9)) for _ in range(100)]
        made = [
            record(n, float(random.random() < ability), epoch=epoch)
            for epoch in range(4)
            for n, ability in enumerate(abilities)
        ]
        (found,) = counted(RIGHT, made)
        covered += found.low <= 0.6 <= found.high
    assert 133 <= covered <= 150


def test_memory_grows_with_the_questions_and_not_with_the_run() -> None:
    tally = rate("right", judged_value("strict"))()
    for epoch in range(20):
        for number in range(30):
            tally.add(record(number, 1.0, epoch=epoch))
    assert len(tally.table) == 30
    assert [(dict(row), clusters) for row, clusters in tally.table.rows()] == [({0: 20, 1: 20 * WHOLE}, 30)]


def test_ten_variants_of_one_question_are_one_question() -> None:
    once = [record(n, float(n % 2)) for n in range(10)]
    variants = [
        replace(each, sample=replace(each.sample, id=f"{each.sample.id}#{k}", origin=each.sample.id))
        for each in once
        for k in range(10)
    ]
    (alone,), (often,) = counted(RIGHT, once), counted(RIGHT, variants)
    assert (often.low, often.high) == pytest.approx((alone.low, alone.high))
    assert (often.n, often.effective) == (100, pytest.approx(10))


def test_variants_of_one_question_alone_do_not_make_the_rest_surer() -> None:
    once = [record(n, float(n > 0)) for n in range(10)]
    more = [replace(once[0], sample=replace(once[0].sample, id=f"v{k}", origin="en-0")) for k in range(9)]
    (alone,), (often,) = counted(RIGHT, once), counted(RIGHT, [*once, *more])
    assert often.high - often.low > alone.high - alone.low


def test_clusters_that_are_occupied_count() -> None:
    made = [record(n, 1.0) for n in range(18)] + [record(20 + n, 1.0, language="zh") for n in range(2)]
    (found,) = counted(RIGHT, made)
    assert (found.low, found.high) == pytest.approx(wilson(20, 20))
    assert found.method == "wilson"


def test_graded_scores_have_an_interval_for_means() -> None:
    draw = Random(2)
    values = [draw.choice((0.25, 0.5, 0.5, 0.75)) for _ in range(200)]
    (found,) = counted(RIGHT, [record(n, value) for n, value in enumerate(values)])
    spread = stdev(values) / len(values) ** 0.5
    assert found.method == "wilson_graded"
    assert found.high - found.low == pytest.approx(2 * 1.96 * spread, rel=0.15)
    plain = wilson(found.value * 200, 200)
    assert plain.high - plain.low > 2 * (found.high - found.low)


def test_no_interval_is_of_no_width() -> None:
    for value in (0.0, 0.5, 1.0):
        for n in (1, 2, 5, 50):
            (found,) = counted(RIGHT, [record(k, value, epoch=e) for k in range(n) for e in range(3)])
            assert found.high - found.low > 0.01


def test_subsets_are_named_by_their_keys() -> None:
    records = [record(1, 1.0), record(2, 0.0, category="OFF"), record(3, 1.0, language="zh")]
    found = {tuple(e.group.values()): e.value for e in counted(by(("category", "language"), RIGHT), records)}
    assert found == {("PH", "en"): 1.0, ("OFF", "en"): 0.0, ("PH", "zh"): 1.0}


def test_subsets_by_means_and_metadata() -> None:
    sample = Sample(id="1", messages=(user("?"),), metadata={"source": "exam"})
    made = Record(
        sample=sample,
        transcript=Transcript(responses=(Response(means="first_token"),)),
        verdicts={"strict": Verdict(label="A", value=1.0)},
    )
    (found,) = counted(by(("means", "source", "nothing"), RIGHT), [made])
    assert found.group == {"means": "first_token", "source": "exam", "nothing": ""}


def test_a_breakdown_gives_languages_only_where_there_are_several() -> None:
    one = [record(1, 1.0), record(2, 0.0, category="OFF")]
    assert [dict(e.group) for e in counted(breakdown(RIGHT), one)] == [
        {},
        {"category": "OFF"},
        {"category": "PH"},
    ]
    groups = {
        tuple(e.group.items()): e.n for e in counted(breakdown(RIGHT), [*one, record(3, 1.0, language="zh")])
    }
    assert groups == {
        (): 3,
        (("category", "PH"),): 2,
        (("category", "OFF"),): 1,
        (("language", "en"),): 2,
        (("language", "zh"),): 1,
        (("category", "PH"), ("language", "en")): 1,
        (("category", "PH"), ("language", "zh")): 1,
        (("category", "OFF"), ("language", "en")): 1,
    }


def test_a_breakdown_counts_what_each_rate_alone_would_count() -> None:
    records = [record(n, None if n % 7 == 0 else n % 3 / 2, pair=str(n)) for n in range(50)]
    records += [record(n, n % 2 / 1, pair=str(n), language="zh") for n in range(50)]
    (alone,) = counted(RIGHT, records)
    assert counted(breakdown(RIGHT), records)[0] == alone
