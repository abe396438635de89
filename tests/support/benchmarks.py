"""Every benchmark in a small form: from questions that it brings with it, or that lie beside the tests."""

from functools import cache
from pathlib import Path

import pytest

from plimsoll import registry
from plimsoll.core import Benchmark, DataError, MissingExtra, UserError
from plimsoll.run.ask import plan
from plimsoll.run.spec import RunSpec

SUPPORT = Path(__file__).parent
SMALL: dict[str, tuple[str, ...]] = {
    "agent_backdoor": ("agent_backdoor:scenarios=2", "agent_backdoor:scenarios=1,language=zh,style=react"),
    "agent_safetybench": (
        "agent_safetybench:split=starter",
        "agent_safetybench:split=starter,language=zh,style=react,runner=official",
    ),
    "agentdojo": (
        "agentdojo:suite=banking,attack=none",
        "agentdojo:suite=banking,injection=injection_task_4",
    ),
    "agents/own": (f"agents/own:file={SUPPORT / 'own_tasks.toml'}",),
    "agents/starter": ("agents/starter:language=en",),
    "antidote": tuple(f"antidote:split=starter,task={task}" for task in ("gsm8k", "sst2", "ag_news", "harm")),
    "auditor": ("auditor:auditor_model=scripted/tools,turns=2",),
    "toolemu": ("toolemu:split=starter",),
    "scientific_agents": (
        "scientific_agents:intent=A2",
        "scientific_agents:intent=benign,language=zh,sessions=joined",
    ),
    "ailuminate": ("ailuminate:split=starter",),
    "air_bench_2024": ("air_bench_2024:split=starter",),
    "chatgpt_red_teaming": (
        "chatgpt_red_teaming:split=starter",
        "chatgpt_red_teaming:split=starter,perspective=toxicity",
    ),
    "codeattack": ("codeattack:split=starter",),
    "cosa": ("cosa:split=starter",),
    "finetuning_compromises_safety": (
        "finetuning_compromises_safety:split=starter",
        "finetuning_compromises_safety:split=starter,style=alpaca",
    ),
    "gb_45654": (
        f"gb_45654:file={SUPPORT / 'own_bank.csv'}",
        f"gb_45654:file={SUPPORT / 'own_bank.csv'},bank=refuse",
    ),
    "dro": ("dro:split=starter", "dro:split=starter,questions=testset"),
    "ise": ("ise", "ise:language=zh,form=roles,warned=sandwich", "ise:form=reserved,warned=in_context"),
    "ise_hierarchy": (
        "ise_hierarchy:split=starter",
        "ise_hierarchy:split=starter,suite=extraction",
    ),
    "labsafety_bench": (
        "labsafety_bench:split=starter",
        "labsafety_bench:split=starter,mode=CoT,shots=5,order=cyclic",
    ),
    "labsafety_scenarios": (
        "labsafety_scenarios:split=starter,points=3",
        "labsafety_scenarios:split=starter,task=consequences,mode=CoT",
    ),
    "medreview": ("medreview:split=starter",),
    "longsafety": ("longsafety:split=starter", "longsafety:split=starter,context=none"),
    "multijail": ("multijail:split=starter",),
    "pcjailbreak": (
        "pcjailbreak:split=starter,controls=false",
        "pcjailbreak:split=starter,language=zh,reading=both",
    ),
    "prompts": (
        f"prompts:file={SUPPORT / 'own_choices.csv'}",
        f"prompts:file={SUPPORT / 'own_prompts.jsonl'}",
    ),
    "red_eval": ("red_eval:split=starter", "red_eval:split=starter,modes=standard+cot"),
    "s_eval": ("s_eval:split=starter",),
    "safechain": (
        "safechain:split=starter,max_tokens=64",
        "safechain:split=starter,max_tokens=64,thinking=zero",
        "safechain:split=starter,max_tokens=64,thinking=more",
    ),
    "safety_prompts": ("safety_prompts:split=starter",),
    "safetybench": (
        "safetybench:split=starter,language=both",
        "safetybench:split=starter,language=zh,shots=5",
        "safetybench:split=starter,language=en,setting=chat",
    ),
    "sciknoweval": ("sciknoweval:split=starter", "sciknoweval:split=starter,kinds=choice"),
    "scisafeeval": ("scisafeeval:split=starter",),
    "simplesafetytests": (
        "simplesafetytests:split=starter",
        "simplesafetytests:split=starter,condition=both,without=Child safety",
    ),
    "somf": ("somf:split=starter",),
    "sorry_bench": ("sorry_bench:split=starter", "sorry_bench:split=starter,release=202406,categories=1-25"),
    "strongreject": ("strongreject:split=starter",),
    "trustworthy_llms": tuple(
        f"trustworthy_llms:split=starter,study={study}"
        for study in (
            "hallucination",
            "safety",
            "fairness",
            "miscalibration",
            "misuse",
            "copyright",
            "causal",
            "robustness",
        )
    ),
    "wildjailbreak": ("wildjailbreak:split=starter",),
    "xlingeval": (
        "xlingeval:split=starter,axis=verifiability",
        "xlingeval:split=starter,axis=correctness",
        "xlingeval:split=starter,axis=consistency",
    ),
    "stereotyping": ("stereotyping:split=starter",),
    "xstest": ("xstest:split=starter",),
}
"""Specs of benchmarks that bring questions with them; any other one is asked as it stands, where its
data are at hand."""
SPECS = [spec for part in registry.parts("benchmarks") for spec in SMALL.get(part.name, (part.name,))]


@cache
def made(spec: str) -> Benchmark:
    """The benchmark of a spec; the test is skipped where its questions are not at hand."""
    try:
        return plan.build_benchmark(RunSpec(benchmark=spec, model=""))
    except MissingExtra:
        raise  # the hook in conftest.py skips, if the extra is missing indeed
    except (DataError, UserError) as error:
        pytest.skip(f"no questions at hand: {error}")
