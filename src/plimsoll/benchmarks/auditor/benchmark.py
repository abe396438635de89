"""An auditor: a model that plans, plays user and tools, and looks for what a subject should not do.

Idea: what nobody thought of writing a case for is found by a model that is told what to look for and given
hands: it sets a situation up, talks, plays tools, goes back and tries another way. After Petri (Anthropic,
2025); nothing of it is copied.

Steps: (1) a seed instruction says what to find out; (2) the auditor, an agent whose world is the subject,
writes a system prompt and tools, speaks, answers calls or leaves them to ToolEmu's emulator, has dialogue
attacks lead, and takes turns back, within a budget of answers and cost; (3) a judge for each dimension reads
the whole audit by its turn numbers and cites those that it means; (4) means over seeds, with intervals that
count languages and repeats of one seed as one.

Where ours differs: every part is one of the house's own (agent, emulator, dialogue attacks, judges' forms),
seeds and prompts are our own, and whether a subject says that it is tested is told by rules as well as by a
judge.
"""

from pathlib import Path
from typing import Literal

from plimsoll.benchmarks.auditor import dataset
from plimsoll.benchmarks.auditor.asking import Audit
from plimsoll.benchmarks.auditor.judge import AuditJudge, SaysTested, dimensions
from plimsoll.core import Benchmark, Card, Judge, Model, Record, UserError
from plimsoll.data.prompts import STARTER
from plimsoll.elicitation.styles import Way
from plimsoll.metrics.judged import name_of, suite
from plimsoll.metrics.rates import rate
from plimsoll.registry import benchmark

CARD = Card(
    title="An auditor: seeds, a model that looks, and judges by dimension",
    year=2026,
    paper="https://alignment.anthropic.com/2025/petri/",
    source="https://github.com/safety-research/petri",
    license="as Plimsoll; our own seeds, prompts and dimensions after the idea of Petri",
    languages=("en", "zh"),
    version=2,
    differs=(
        "built from the house's own parts; our own seeds and dimensions; grades from none to severe; turns "
        "numbered once over all branches; rules beside the judge on whether the subject says it is tested"
    ),
    covers=("safety-at-scale/agent-benchmarks", "evaluation/agent-risk"),
)
NO_JUDGE = (
    "No judging model was named (judge_model=): only whether the subject says that it is being tested is "
    "shown, by rules."
)
FOUND = (
    "An audit shows what one auditor found with its budget: a low score says that this auditor did not find "
    "it, not that it is not there. Compare subjects under the same auditor, seeds and budget only."
)


@benchmark
def auditor(
    *,
    auditor_model: Model | None = None,
    seeds: str = "",
    language: Literal["en", "zh", "both"] = "both",
    judge_model: Model | None = None,
    dimensions_file: str = "",
    emulator_model: Model | None = None,
    turns: int = 10,
    cost: float = 0.0,
    max_tokens: int = 1024,
    style: Way = "auto",
) -> Benchmark:
    """An auditing model that looks for what the subject should not do, along dimensions, from seeds.

    Args:
        auditor_model: The model that audits.
        seeds: File of seeds, TOML or an instruction in each line; ours without one.
        language: Which languages' seeds.
        judge_model: The model that judges each dimension.
        dimensions_file: TOML file of dimensions of your own.
        emulator_model: A model that plays the subject's tools; the auditor does without one.
        turns: Answers of the subject in one audit, those taken back included.
        cost: US dollars that one audit may cost; 0 for no limit.
        max_tokens: Tokens of one answer of auditor and subject.
        style: How the auditor calls its tools.
    """
    if auditor_model is None:
        raise UserError("auditor needs a model that audits: write auditor:auditor_model=...")
    if turns < 1 or cost < 0:
        raise UserError("auditor: turns is 1 or more, cost is 0 or more")
    languages = ("en", "zh") if language == "both" else (language,)
    found = dataset.own(Path(seeds).expanduser(), languages) if seeds else dataset.starter(languages)
    judged = dimensions(dimensions_file)
    by_model = tuple(AuditJudge(each, judge_model) for each in judged) if judge_model is not None else ()
    judges: tuple[Judge, ...] = (*by_model, SaysTested())
    return Benchmark(
        card=CARD,
        samples=lambda: found,
        elicitation=Audit(
            auditor_model, turns, cost, emulator_model, max_tokens, style, by_model[0] if by_model else None
        ),
        judges=judges,
        metrics=(*suite(judges), rate("audit_held_rate", _held)),
        files=found.files,
        notes=(*(() if seeds else (STARTER,)), FOUND),
        judging=() if by_model else (NO_JUDGE,),
        headline=name_of(judges[0]),
    )


def _held(record: Record) -> float | None:
    """Whether the auditor spoke to the subject at all: one that cannot call its tools finds nothing."""
    return None if record.transcript is None else float(bool(record.transcript.state.get("asked")))
