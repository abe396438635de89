"""Any spelling of a system's name -> the one that it bears in code, commands, data and documents.

`-` and `_` are the same. Names of earlier versions, and those under which a system is also known, lead
to its folder; so commands, run files and data folders of theirs go on working.
"""

from collections.abc import Iterator

FORMER = {
    "air": "air_bench_2024",
    "labsafety_bench": "labsafety",
    "mlcommons_ai_safety": "ailuminate",
    "official_choice": "safetybench",
    "safety_prompts_zh": "safety_prompts",
    "scientific_agents_risks": "scientific_agents",
    "sorry": "sorry_bench",
    "stereotyping_autocomplete": "stereotyping",
    "thinking": "safechain",
    "trustworthy": "trustworthy_llms",
}

TOGETHER = {
    "guard-bench": ("aegis", "beavertails", "harmbench_responses", "openai_moderation", "toxic_chat"),
    "strongreject-wildjailbreak-xstest": ("simplesafetytests", "strongreject", "wildjailbreak", "xstest"),
}
"""Data folders that hold the files of several systems."""


def slug_of(name: str) -> str:
    """The system's own spelling; a name that no system has had comes back as it is, with `_` for `-`."""
    spelled = name.replace("-", "_")
    return FORMER.get(spelled, spelled)


def spellings(slug: str) -> Iterator[str]:
    """The names under which a data folder of a system may lie, its own first."""
    known = [slug, *(former for former, name in FORMER.items() if name == slug)]
    yield from dict.fromkeys(each for name in known for each in (name, name.replace("_", "-")))
    yield from (folder for folder, systems in TOGETHER.items() if slug in systems)
