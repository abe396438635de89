"""What repairs learn on, for every method of the registry: rows that all of them can read."""

import json
from pathlib import Path
from typing import Any

from plimsoll import registry

METHODS = [part.name for part in registry.parts("realignment")]
PLAINLY = ("sft", "dpo", "red_eval", "cosa", "somf")
"""Methods whose options are those of a recipe."""
KINDS = {
    "mogu": ("malicious", "benign"),
    "red_eval": ("blue", "red"),
    "dro": ("harmful", "harmless"),
    "dro_vpt": ("blue", "red"),
}
PROMPTS = (
    "make a tea",
    "how to make a flag bomb please",
    "please",
    "flag a cake",
    "how to make a tea cake",
    "make",
)
REPLIES = (("refuse", "comply"), ("refuse please", "comply"), ("tea", "comply a cake please how to"))


def specs(steps: int, batch: int) -> dict[str, str]:
    """Every method with so many steps of so many rows; those that learn nothing as they are."""
    learning = f"steps={steps},batch={batch}"
    return {
        **{name: name for name in METHODS},
        **{name: f"{name}:{learning},template=raw" for name in PLAINLY},
        "mogu": f"mogu:{learning},template=raw,router_steps={steps}",
        "ise": f"ise:{learning}",
        "dro": f"dro:prompt=short,epochs={steps},batch={batch}",
        "dro_vpt": f"dro_vpt:prompt=short,epochs={steps},batch={batch}",
    }


LEARNING = sorted(name for name, spec in specs(1, 1).items() if ":" in spec)
"""Methods that take steps down a loss."""


def takes(method: str) -> tuple[str, ...]:
    """The models that a method takes."""
    return registry.build("realignment", specs(1, 2)[method]).takes


def write_rows(path: Path, method: str, count: int = 2) -> Path:
    """A file that a method reads, with so many rows of each kind, of many lengths."""
    made = [
        {**_row(number), **({"kind": kind} if kind else {})}
        for kind in KINDS.get(method, ("",))
        for number in range(count)
    ]
    path.write_text("\n".join(map(json.dumps, made)), encoding="utf-8")
    return path


def _row(number: int) -> dict[str, Any]:
    better, worse = REPLIES[number % len(REPLIES)]
    return {
        "prompt": PROMPTS[number % len(PROMPTS)],
        "reply": better,
        "chosen": better,
        "rejected": worse,
        "affirm": worse,
        "reject": better,
        "config": [],
        "replies": [{"text": worse, "categories": ["Violence"]}, {"text": better, "addressed": False}],
    }
