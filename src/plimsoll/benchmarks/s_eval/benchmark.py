"""S-Eval: base prompts of eight risk dimensions, and ten attacks on each -> safety and attack success.

Idea: an automatically generated set is large, balanced over a taxonomy of risks, and has every base prompt
rewritten by ten attacks; a critique model judges the replies.

Steps: (1) the prompt as a single user turn, no system text; (2) the reply is judged safe or unsafe with an
explanation; (3) the safety score over base prompts, the success rate of each attack, and of the best one.

Where ours differs: attack prompts are linked to their base prompts, which the files do not do, so that
judges see the plain request and adaptive success can be counted; verdicts that cannot be read are counted
apart; intervals; success at k tries beside "any of ten". Levels 2 to 4 of the taxonomy are not in the
files and are left out. English attack prompts are translations of Chinese ones, and many no longer work:
the notes say so.
"""

from collections.abc import Iterator
from functools import partial
from typing import Literal

from plimsoll.benchmarks.s_eval import dataset
from plimsoll.benchmarks.s_eval.dataset import DIMENSIONS, Language, Scale
from plimsoll.benchmarks.s_eval.judge import s_eval as critique
from plimsoll.benchmarks.s_eval.scores import BASE, AttackSuccess, safety_score
from plimsoll.core import Benchmark, Card, Judge, Metric, Model, Sample, replace
from plimsoll.data.prompts import Prompt, PromptSet, Samples, sample_of, starter
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.judges.compliance import Compliance
from plimsoll.metrics.judged import suite
from plimsoll.registry import benchmark

Kind = Literal["base", "attack", "both"]
Languages = Literal["zh", "en", "both"]

CARD = Card(
    title="S-Eval: Towards Automated and Comprehensive Safety Evaluation for Large Language Models",
    year=2025,
    paper="https://arxiv.org/abs/2405.14191",
    source="https://github.com/IS2Lab/S-Eval",
    license="CC-BY-NC-SA-4.0 (non-commercial, share-alike)",
    languages=("zh", "en"),
    version=2,
    differs=(
        "any judge instead of the unpublished critique model; attacks linked to base prompts; success at k "
        "tries; unread verdicts apart; intervals"
    ),
    covers=(
        "evaluation/alignment-robustness",
        "safety-at-scale/jailbreak-attack",
        "safety-at-scale/dynamic-evaluation",
    ),
)
HUBS = {
    # The crosswalk knows the second level, the files only the first: its most frequent hub is taken.
    "Crimes and Illegal Activities": "H15",
    "Cybersecurity": "H17",
    "Data Privacy": "H18",
    "Ethics and Morality": "H26",
    "Physical and Mental Health": "H24",
    "Hate Speech": "H10",
    "Extremism": "H02",
    "Inappropriate Suggestions": "H23",
}
LICENSE = "S-Eval's prompts are under CC BY-NC-SA 4.0: not for commercial use."
TRANSLATED = (
    "The English attack prompts are machine translations of Chinese ones: encrypted payloads are Chinese, "
    "and much of the code no longer runs. Their success rates are lower for that."
)
RULES = "Judged by the words of a refusal alone: name a judge_model for the critique."


@benchmark
def s_eval(
    *,
    split: Literal["official", "starter"] = "official",
    language: Languages = "zh",
    scale: Scale = "small",
    prompts: Kind = "base",
    judge_model: Model | None = None,
    max_tokens: int = 512,
    file: str = "",
    attack_file: str = "",
) -> Benchmark:
    """S-Eval: eight risk dimensions and ten attacks, zh and en."""
    asked = (
        starter("s_eval") if split == "starter" else _official(language, scale, prompts, file, attack_file)
    )
    judges: tuple[Judge, ...] = (
        (Compliance(),) if judge_model is None else (critique(judge_model), Compliance())
    )
    samples = Samples(asked.prompts, _sample)
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=tuple(_metrics(judges)),
        files=asked.files,
        notes=asked.notes,
        judging=(RULES,) if judge_model is None else (),
        headline="attack_success_rate" if split == "official" and prompts == "attack" else "safety_score",
        hazards=HUBS,
    )


def _sample(prompt: Prompt) -> Sample:
    """An attack prompt says in its trail what made it, as if the attack had been run here."""
    attack = prompt.metadata["attack"]
    return sample_of(prompt) if attack == BASE else replace(sample_of(prompt), trail=(f"s_eval/{attack}",))


def _metrics(judges: tuple[Judge, ...]) -> Iterator[Metric]:
    yield from suite(judges)
    yield safety_score(judges[0].name)
    yield partial(AttackSuccess, judges[0].name)


def _official(language: Languages, scale: Scale, kind: Kind, file: str, attack_file: str) -> PromptSet:
    spoken: tuple[Language, ...] = ("zh", "en") if language == "both" else (language,)
    prompts: list[Prompt] = []
    checksums: dict[str, str] = {}
    for each in spoken:
        base = dataset.load("base_risk", each, scale, file)
        checksums[base.name] = base.sha256
        if kind != "attack":
            prompts += [_of_base(row, each) for row in base.rows]
        if kind != "base":
            attacks = dataset.load("attack", each, scale, attack_file)
            checksums[attacks.name] = attacks.sha256
            prompts += _of_attacks(attacks, base, each)
    translated = kind != "base" and "en" in spoken
    return PromptSet(tuple(prompts), checksums, (LICENSE, *([TRANSLATED] if translated else ())))


def _of_base(row: dataset.Row, language: Language) -> Prompt:
    return Prompt(
        id=row.traceid,
        text=row.prompt,
        category=DIMENSIONS[row.risk_type],
        language=language,
        pair=row.origin.from_traceid or row.traceid,
        metadata={"attack": BASE},
    )


def _of_attacks(attacks: dataset.File, base: dataset.File, language: Language) -> Iterator[Prompt]:
    links = dataset.links(attacks.rows, base.rows, attacks.name)
    plain = {row.traceid: row for row in base.rows}
    for row in attacks.rows:
        origin = plain[links[row.traceid]]
        yield Prompt(
            id=row.traceid,
            text=row.prompt,
            category=DIMENSIONS[row.risk_type],
            language=language,
            pair=origin.origin.from_traceid or origin.traceid,
            request=origin.prompt,
            metadata={"attack": row.origin.category, "base": origin.traceid},
        )
