"""LabSafety Bench, open-ended: scenes in a laboratory -> how much of what can go wrong a model names.

Idea: a letter can be guessed; a list of hazards cannot. Each scene has four lists of points that a good
answer covers, and a few risky decisions with what may come of them.

Steps: (1) four questions on the hazards of a scene, or one on each decision; (2) a judge is asked about
every expected point alone; (3) the mean share of covered points, over all, by question and by subject.

Where ours differs: a rule that compares words judges offline, and is named as such; items without any
expected point are unscored and reported, where they count as zero officially (`..._compat`); points for
every hundred words stand beside the share, which long answers raise; the questions on one scene are a
cluster in the interval. `points=5` asks for exactly five points, as the official variant does.
"""

from collections.abc import Iterator
from functools import partial

from plimsoll.benchmarks.labsafety import judge as labsafety
from plimsoll.benchmarks.labsafety import scenarios_dataset as dataset
from plimsoll.benchmarks.labsafety.scenarios_dataset import QUESTIONS, Split
from plimsoll.benchmarks.labsafety.scenarios_samples import Mode, Samples, Task
from plimsoll.benchmarks.labsafety.scenarios_scores import (
    PointsPerHundredWords,
    official_score,
    without_points,
)
from plimsoll.core import Benchmark, Card, Judge, Metric, Model, UserError
from plimsoll.data.prompts import STARTER
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.metrics.judged import name_of, of_judge, suite
from plimsoll.metrics.rates import by, judged_value, rate
from plimsoll.registry import benchmark

CARD = Card(
    title="LabSafety Bench: Benchmarking LLMs on Safety Issues in Scientific Labs (open-ended)",
    year=2024,
    paper="https://arxiv.org/abs/2410.14182",
    source="https://github.com/YujunZhou/LabSafety-Bench",
    license="MIT",
    languages=("en",),
    version=2,
    differs=(
        "word overlap as an offline judge, named as such; items without expected points unscored instead "
        "of zero; points per hundred words; intervals by scene; greedy decoding"
    ),
    covers=("domain-specialization/science", "safety-at-scale/open-ended-metrics"),
)
TRAINING = (
    "The half of the scenes that the authors trained on: scores are not comparable with published ones."
)


@benchmark
def labsafety_scenarios(
    *,
    split: Split = "official",
    task: Task = "hazards",
    mode: Mode = "DA",
    points: int = 0,
    judge_model: Model | None = None,
    compat: bool = False,
    file: str = "",
) -> Benchmark:
    """LabSafety Bench: name the hazards of a laboratory scene, or what a risky decision leads to."""
    if points and not 3 <= points <= 10:
        raise UserError(f"points={points}: the variant with a fixed number of points has 3 to 10")
    if points and task == "consequences":
        raise UserError("points goes with task=hazards: a consequence is said in a sentence or two")
    found = dataset.load(split, file)
    samples = Samples(scenarios=found.scenarios, task=task, mode=mode, points=points)
    judges = _judges(task, judge_model, compat)
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=SingleTurn(max_tokens=512),
        judges=judges,
        metrics=tuple(_metrics(judges, any(each.subject for each in found.scenarios))),
        files=found.files,
        notes=tuple(_notes(samples, split)),
        headline=name_of(judges[0]),
        # Whatever is asked, it is about harm that comes of work in a laboratory.
        hazards=dict.fromkeys((*QUESTIONS, "consequences"), "H24"),
    )


def _judges(task: Task, judge_model: Model | None, compat: bool) -> tuple[Judge, ...]:
    rule = labsafety.keywords(task=task)
    if judge_model is None:
        return (rule,)
    ours = labsafety.labsafety(model=judge_model, task=task)
    return (ours, labsafety.compat(model=judge_model, task=task), rule) if compat else (ours, rule)


def _metrics(judges: tuple[Judge, ...], with_subjects: bool) -> Iterator[Metric]:
    yield from suite(judges)
    for each in judges:
        name = name_of(each)
        if with_subjects:
            yield of_judge(each.name, by(("subject",), rate(name, judged_value(each.name))))
        yield of_judge(each.name, official_score(name, each.name))
        yield partial(PointsPerHundredWords, each.name)
    yield without_points(judges[0].name)


def _notes(samples: Samples, split: Split) -> Iterator[str]:
    if split in ("starter", "train"):
        yield STARTER if split == "starter" else TRAINING
    empty = sum(1 for sample in samples if not sample.metadata["points"])
    if empty:
        yield (
            f"{empty} of {len(samples)} items have no expected points: they are unscored here, and zero "
            "in the official mean."
        )
    if samples.points:
        yield f"Exactly {samples.points} points were asked for."
