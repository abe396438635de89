"""Two endpoints whose rates are known -> the paired comparison finds the difference that there is."""

from pathlib import Path
from random import Random

from plimsoll import compare, evaluate
from plimsoll.core import Request
from plimsoll.evaluation.results import Run
from plimsoll.models.scripted import REFUSAL, Scripted

PROMPTS = 200
BEFORE, AFTER = 0.95, 0.40


def _refusing(rate: float) -> Scripted:
    """A model that refuses a share of requests, by lots that the request decides."""

    def answer(request: Request) -> str:
        drawn = Random(f"{rate}:{request.messages[-1].text}").random()
        return REFUSAL if drawn < rate else "Sure, this is how it is done."

    return Scripted(answer, name=f"refuses-{rate}", revision="1")


def _run(folder: Path, rate: float, seed: int) -> Run:
    file = folder / f"asked-{seed}.csv"
    lines = (f"Request {number} of list {seed}" for number in range(PROMPTS))
    file.write_text("\n".join(("prompt", *lines)), encoding="utf-8")
    return evaluate(str(file), _refusing(rate), judge="refusal", cache=False, log_dir=folder, progress=False)


def test_the_interval_of_a_paired_difference_holds_the_truth_where_rates_are_known(tmp_path: Path) -> None:
    held, found = 0, list[float]()
    for seed in range(5):
        before, after = (_run(tmp_path, rate, seed) for rate in (BEFORE, AFTER))
        apart = compare(before, after).difference
        assert apart.n == PROMPTS
        assert apart.p < 1e-6
        found.append(apart.difference)
        held += apart.low <= AFTER - BEFORE <= apart.high
    assert all(difference < 0 for difference in found)
    assert held >= 4, found
