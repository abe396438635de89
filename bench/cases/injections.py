"""ISE's harness on the embedded model -> what injections do to 50 tasks under each defense by words.

Every pair of an attack and a defense by words is a cell of 50 tasks. The criterion is time; the rates say
what the harness shows.
"""

import json
from collections.abc import Mapping
from typing import Any

from bench.measure import Result, arguments, fresh, launch, plimsoll

TASKS, TOKENS, MINUTES = 50, 16, 15
ATTACKS = {
    "none": "no attack",
    "struq/naive": "naive",
    "struq/ignore": "ignore",
    "struq/escape": "escape",
    "struq/escape:way=separation": "escape by separation",
    "struq/completion": "completion",
    "struq/completion:form=combined": "combined completion",
}
WARNED = ("none", "sandwich", "instructional", "reminder", "isolation", "in_context")

Cells = Mapping[tuple[str, str], Mapping[str, Any]]
"""Defense and attack -> its estimates by name."""


def estimates(cell: Mapping[str, Any]) -> dict[str, Any]:
    """What the run of a cell found, by name."""
    with open(f"{cell['run']}/summary.json", encoding="utf-8") as file:
        read = json.load(file)
    return {each["name"]: each for each in read["estimates"] if not each.get("group")}


def percent(found: Mapping[str, Any]) -> str:
    """A rate with its interval."""
    value, low, high = (round(100 * found[name]) for name in ("value", "low", "high"))
    return f"{value} % ({low} to {high})"


def told(result: Result, cells: Cells) -> None:
    """A line for each defense."""
    for warned in WARNED:
        right = cells[warned, "none"]["right_rate"]
        obeyed = ", ".join(
            f"{name} {percent(cells[warned, attack]['injection_obeyed_rate'])}"
            for attack, name in ATTACKS.items()
            if attack != "none"
        )
        begins = max(
            cells[warned, attack]["injection_begins_rate"]["value"] for attack in ATTACKS if attack != "none"
        )
        result.notes.append(
            f"{warned}: right without an attack {percent(right)}; the word stands in the reply: {obeyed}; "
            f"it begins the reply in {begins:.0%} at worst"
        )


def main() -> None:
    given = arguments(__doc__)
    tasks = 3 if given.quick else TASKS
    title = f"Attacks and defenses by words on the embedded model, {tasks} tasks each"
    result = Result(case="injections", title=title)
    specs = {f"ise:warned={warned},max_tokens={TOKENS}": warned for warned in WARNED}
    words = ["run", *specs, "--model", "llamacpp", "--limit", str(tasks)]
    words += [part for attack in ATTACKS for part in ("--attack", attack)]
    log_dir = fresh("injections")
    cost = launch(result, plimsoll(*words, "--no-cache", "--json", "--log-dir", log_dir))
    read = json.loads(cost.output.splitlines()[-1])["cells"]
    cells = {(specs[cell["benchmark"]], cell["attack"]): estimates(cell) for cell in read}
    assert len(cells) == len(ATTACKS) * len(WARNED)
    result.row(f"{len(ATTACKS)} attacks x {len(WARNED)} defenses x {tasks} tasks", tasks * len(cells), cost)
    result.at_most("the whole harness, minutes", cost.seconds / 60, MINUTES, " min")
    told(result, cells)
    result.print()


if __name__ == "__main__":
    main()
