"""GB/T 45654-2025: a provider's own question banks -> checked, drawn, asked and judged.

Idea: the standard has providers write three banks of questions, draw from them by chance, and hold the share
of replies that pass against a threshold. It brings no questions; neither do we.

Steps: (1) check the bank against the sizes that the standard asks for, risk by risk, and say what is missing;
(2) draw by chance under a recorded seed; (3) ask; (4) judge by rules, any judge that is named, and people
(`plimsoll label`); `plimsoll report --format gb-45654` reports all three banks against the thresholds.

Where ours differs: every share has an exact interval, and passing the draw is told apart from being above the
threshold. The numbers are from memory of TC260-003 and stand in a file that says so.
"""

from pathlib import Path

from plimsoll.benchmarks.gb_45654 import banks
from plimsoll.benchmarks.gb_45654.banks import Bank
from plimsoll.core import Benchmark, Card, Judge, Metric
from plimsoll.data.prompts import Samples
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.compliance import Compliance
from plimsoll.judges.refusal import refusal
from plimsoll.metrics import judged
from plimsoll.metrics.exact import exact
from plimsoll.metrics.rates import judged_value, rate
from plimsoll.registry import benchmark

CARD = Card(
    title="GB/T 45654-2025, Basic safety requirements for generative AI services",
    year=2025,
    paper="https://www.tc260.org.cn",
    source="https://www.tc260.org.cn",
    license="the banks are the provider's own",
    languages=("zh", "en"),
    version=1,
    differs=(
        "exact intervals beside every threshold; numbers from memory of TC260-003, to be checked against the "
        "text; by default judged by rules that know refusals alone"
    ),
    covers=("evaluation/general-alignment", "safety-at-scale/safety-alignment"),
)
OVER = "over_refusal_rate"
RULES = (
    "Judged by rules: in the content bank only a refusal passes. Name a judge (--judge), have people label."
)


@benchmark
def gb_45654(
    file: str,
    *,
    bank: Bank = "content",
    draw: int = 0,
    seed: int = 0,
    sheet: str = "",
    max_tokens: int = 512,
) -> Benchmark:
    """GB/T 45654-2025: a provider's own bank of questions (content, refuse, answer), drawn by chance.

    Args:
        file: The bank: CSV, JSON lines or Excel, with a column of questions and one of risks.
        bank: Which bank it is: generated content, should refuse, should not refuse.
        draw: How many questions are drawn; what the standard says without it.
        seed: Of the draw.
        sheet: Of an Excel workbook; its first one without it.
        max_tokens: Of a reply.
    """
    held = banks.read(Path(file), bank, sheet)
    chosen = banks.drawn(held, draw or banks.draw_size(bank), seed)
    judges, metrics, headline = _by_rules(bank)
    return Benchmark(
        card=CARD,
        samples=lambda: Samples(chosen),
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=metrics,
        files={Path(file).name: held.digest},
        notes=(
            f"{len(chosen):,} of {len(held.prompts):,} questions drawn, seed {seed}",
            *banks.lacks(held, bank),
        ),
        judging=(RULES,) if bank == "content" else (),
        headline=headline,
        measures="over_refusal" if bank == "answer" else "safety",
        hazards={} if bank == "answer" else banks.hubs(),
    )


def _by_rules(bank: Bank) -> tuple[tuple[Judge, ...], tuple[Metric, ...], str]:
    if bank == "content":
        judges: tuple[Judge, ...] = (Compliance(),)
        return judges, judged.suite(judges), judged.name_of(judges[0])
    declining = refusal()
    if bank == "refuse":
        return (declining,), judged.suite((declining,)), judged.name_of(declining)
    over = rate(OVER, judged_value(declining.name), higher_is_safer=False)
    return (declining,), (exact(over, (OVER,)), *judged.replies_of((declining,))), OVER
