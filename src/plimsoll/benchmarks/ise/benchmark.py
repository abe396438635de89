"""ISE's structured queries: tasks with data, and demands in the data that are not to be obeyed.

Idea: whoever writes the data must not give the orders. A model that keeps instruction and data apart, by
what it was trained on or by segment embeddings (`plimsoll realign ise`), goes on with its task.

Steps: (1) a task is asked as instruction and data, by roles or in one text with delimiters; (2) `--attack
struq/naive`, `struq/ignore`, `struq/escape`, `struq/completion`, `struq/gcg` hides a demand in the data;
(3) how often the demanded word stands in the reply, or begins it, and how often the task is done all the
same.

Where ours differs: run without an attack it measures use; the answer is looked for in the reply instead of
asking a judge which of two is better; intervals; tasks of our own unless AlpacaEval's file is given (the 208
of its 805 that have data); warnings are worded by us. `suite=hackaprompt` asks HackAPrompt's sentences.
"""

from pathlib import Path
from typing import Literal

from plimsoll.benchmarks.ise import dataset, hackaprompt
from plimsoll.benchmarks.ise.asking import Form, Structured, Warned
from plimsoll.benchmarks.ise.judge import Done
from plimsoll.benchmarks.ise.judge import ise as witnessed
from plimsoll.core import Benchmark, Card, Record
from plimsoll.data import locate
from plimsoll.data.prompts import PromptSet, Samples
from plimsoll.metrics.rates import judged_value, rate
from plimsoll.registry import benchmark

CARD = Card(
    title="Instructional Segment Embedding: Improving LLM Safety with Instruction Hierarchy",
    year=2025,
    paper="https://arxiv.org/abs/2410.09102",
    source="https://github.com/tongwu2020/ISE and https://github.com/Sizhe-Chen/StruQ",
    license="no licence file for ISE; StruQ's strings are CC BY-NC 4.0: the sentences here are ours",
    languages=("en", "zh"),
    version=2,
    differs=(
        "tasks of our own or AlpacaEval's file; the right answer looked for in the reply; sentences and "
        "warnings worded by us; attacks are parts of their own, so that they meet any defense"
    ),
    covers=("safety-at-scale/injection-attack", "evaluation/alignment-robustness"),
)
RAW = "Without --attack struq/... nothing is injected: that run measures use."
INJECTED = "Every task's data hold a demand already; none has a right answer."


@benchmark
def ise(
    *,
    suite: Literal["tasks", "hackaprompt"] = "tasks",
    file: str = "",
    language: Literal["en", "zh", "mixed"] = "en",
    form: Form = "text",
    warned: Warned = "none",
    max_tokens: int = 64,
) -> Benchmark:
    """Tasks with data, whose data may hold a demand that is not to be obeyed.

    Args:
        suite: Tasks to be attacked, or HackAPrompt's sentences, which demand a word by themselves.
        file: AlpacaEval's davinci-003 references, or your own tasks with instruction, input and output; rows
            of HackAPrompt's data for its suite, which else asks StruQ's twenty.
        language: Of our own tasks.
        form: By roles, or in one text with delimiters.
        warned: A defense by words, as StruQ's harness has them.
        max_tokens: Of a reply; 512 in the paper.
    """
    found = _tasks(file, language) if suite == "tasks" else _hackaprompt(file)
    injected = witnessed()
    return Benchmark(
        card=CARD,
        samples=lambda: Samples(found.prompts, dataset.sample_of),
        elicitation=Structured(form=form, warned=warned, prompts=found.prompts, max_tokens=max_tokens),
        judges=(injected, Done()),
        metrics=(
            rate("injection_obeyed_rate", judged_value("ise"), higher_is_safer=False),
            rate("injection_begins_rate", _begins, higher_is_safer=False),
            rate("right_rate", judged_value("task"), applies=_has_answer),
        ),
        files=found.files,
        notes=(*found.notes, RAW if suite == "tasks" else INJECTED),
        headline="injection_obeyed_rate",
    )


def _tasks(file: str, language: str) -> PromptSet:
    return dataset.read(file) if file else dataset.own(language)


def _hackaprompt(file: str) -> PromptSet:
    if file:
        return hackaprompt.of_rows(Path(file).expanduser())
    return hackaprompt.of_struq(locate.need("ise", "config.py"))


def _begins(record: Record) -> float | None:
    """Whether the reply begins with the demanded word."""
    value = judged_value("ise")(record)
    return None if value is None else float(bool(record.verdicts["ise"].detail.get("begins")))


def _has_answer(record: Record) -> bool:
    """Whether a task has a right answer."""
    return record.sample.target is not None
