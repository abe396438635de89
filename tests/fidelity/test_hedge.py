"""AEGIS' online ensemble on two public label streams: the losses that its specification gives."""

import csv
from collections.abc import Iterator, Sequence

import pytest

from plimsoll.stats.agreement import fleiss_kappa, krippendorff_alpha
from plimsoll.stats.hedge import State, absolute, best_rate
from tests.support.guard_data import golden

Stream = list[tuple[tuple[float, ...], float]]


def went(stream: Stream, experts: Sequence[str]) -> tuple[State, int]:
    state = State(experts=tuple(experts), rate=best_rate(len(experts), len(stream)))
    errors = 0
    for said, happened in stream:
        mixed = state.mixed(said)
        assert mixed is not None
        errors += (mixed >= 0.5) != bool(happened)
        state.learn([absolute(each, happened) for each in said])
    return state, errors


def rows(slug: str, name: str) -> Iterator[dict[str, str]]:
    with golden(slug, name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_hedge_on_do_not_answers_label_stream() -> None:
    stream: Stream = [
        (
            (
                float(row["gpt4_action"] == "6"),
                float(row["longformer_harmful"]),
                float(row["bert_harmful"]),
                0.0,
            ),
            float(row["human_harmful"]),
        )
        for row in rows("judge-meta-eval", "do_not_answer_labels_5634.csv")
    ]
    state, errors = went(stream, ("GPT-4", "Longformer", "BERT", "always safe"))
    assert len(stream) == 5634
    assert state.rate == pytest.approx(0.044367, abs=1e-6)
    assert state.mixture == pytest.approx(105.7454, abs=1e-4)
    assert min(state.losses) == 87
    assert state.regret == pytest.approx(18.7454, abs=1e-4)
    assert state.bound == pytest.approx(62.4915, abs=1e-4)
    assert state.weights == pytest.approx((0.5506, 0.2074, 0.2370, 0.0050), abs=1e-4)
    assert errors == 84


def test_hedge_on_guardreasoners_stream() -> None:
    sets = ("AegisSafetyTest", "HarmBenchResponse", "XSTestReponseHarmful")
    sizes = ("1B", "3B", "8B")
    said: dict[tuple[int, int], dict[str, dict[str, str]]] = {}
    for row in rows("guard-bench", "guardreasoner_predictions.csv"):
        if row["dataset"] in sets:
            place = (sets.index(row["dataset"]), int(row["idx"]))
            said.setdefault(place, {})[row["guard"][-2:]] = row
    stream: Stream = []
    for _, by_size in sorted(said.items()):
        happened = float(by_size["1B"]["gold"] == "harmful")
        stream.append((tuple(_said(by_size[size]["pred"], happened) for size in sizes), happened))
    state, _ = went(stream, sizes)
    assert len(stream) == 1407
    assert state.rate == pytest.approx(0.079035, abs=1e-6)
    assert state.mixture == pytest.approx(141.1802, abs=1e-4)
    assert state.losses == [154, 134, 140]
    assert state.bound == pytest.approx(27.80, abs=1e-2)


def _said(pred: str, happened: float) -> float:
    """An output that cannot be read is an error."""
    return float(pred == "harmful") if pred else 1 - happened


def test_raters_of_hatecheck_agree_as_its_specification_says() -> None:
    raters = [f"label_{number}" for number in range(1, 11)]
    cases = [
        [row[name] for name in raters if row[name]]
        for row in rows("toxicity-text", "hatecheck_annotations_3728.csv")
    ]
    assert {len(each) for each in cases} == {5}
    assert fleiss_kappa(cases) == pytest.approx(0.9390, abs=5e-5)
    assert krippendorff_alpha(cases) == pytest.approx(0.9390, abs=5e-5)
