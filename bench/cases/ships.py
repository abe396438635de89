"""Ships over 16 published pairs on the embedded model -> is the head that moves every request called generic?

The specification measured head (18, 8) on one pair: it moves harmful and harmless requests alike, so it must
be among the first of both and near the bottom of what is specific to harm.
"""

import json
from collections.abc import Mapping
from typing import Any

from bench.measure import Result, arguments, fresh, launch, plimsoll

HEAD = (18, 8)
PAIRS, HEADS = 16, 270
TOLD = "told from zero (Holm over all heads)"

Found = Mapping[tuple[int, int], Mapping[str, Any]]


def column(read: Mapping[str, Any], name: str) -> Found:
    """A number of every head."""
    return {(each["layer"], each["head"]): each for each in read["findings"] if each["name"] == name}


def place(found: Mapping[tuple[int, int], float]) -> int:
    """Where the head stands, the largest first."""
    return 1 + sum(value > found[HEAD] for value in found.values())


def nats(found: Mapping[str, Any]) -> str:
    """A mean with its interval, where there is one."""
    if found.get("low") is None:
        return f"{found['value']:.3f}"
    return f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"


def measured(result: Result, pairs: int) -> None:
    """Ships over some pairs: where the head stands, and what stands before it."""
    words = (
        "analyse",
        "ships",
        "transformers/",
        "--limit",
        str(pairs),
        "--log-dir",
        fresh("ships"),
        "--json",
    )
    cost = launch(result, plimsoll(*words))
    result.row(f"{HEADS} heads x {2 * pairs} prompts", HEADS * 2 * pairs, cost)
    read = json.loads(cost.output.splitlines()[-1])
    harmful, harmless, specific = (
        column(read, each) for each in ("ships", "ships_harmless", "ships_specific")
    )
    values = [
        {head: each["value"] for head, each in found.items()} for found in (harmful, harmless, specific)
    ]
    asked = "the first pair" if pairs == 1 else f"{pairs} pairs"
    result.at_most(f"place of head {HEAD} on harmful prompts, {asked}", place(values[0]), 3)
    result.at_most(f"place of head {HEAD} on harmless prompts, {asked}", place(values[1]), 3)
    result.at_least(f"its place of {HEADS} by the specific score, {asked}", place(values[2]), 0.9 * HEADS)
    result.notes.append(
        f"{asked}: head {HEAD}: harmful {nats(harmful[HEAD])}, harmless {nats(harmless[HEAD])}, specific "
        f"{nats(specific[HEAD])} nats; {specific[HEAD].get('note') or TOLD}"
    )
    share = {
        head: abs(each["value"]) / (harmful[head]["value"] + harmless[head]["value"])
        for head, each in specific.items()
    }
    result.notes.append(
        f"{asked}: {share[HEAD]:.1%} of its score is specific: place {place(share)} of {HEADS} by that"
    )
    for head in sorted(specific, key=lambda head: -specific[head]["value"])[:3]:
        note = specific[head].get("note") or TOLD
        result.notes.append(f"{asked}: specific before others is {head}, {nats(specific[head])} nats; {note}")
    clear = sum(not each.get("note") for each in specific.values())
    near = sum(abs(each["value"]) < 0.01 for each in specific.values())
    result.notes.append(
        f"{asked}: {clear} heads are told from zero; {near} of {HEADS} lie within 0.01 nats of it"
    )
    result.notes += [f"{asked}: {note}" for note in read["notes"] if "Spearman" in note]


def main() -> None:
    given = arguments(__doc__)
    result = Result(case="ships", title="Ships on the embedded model: one published pair and 16, all heads")
    measured(result, 1)
    if not given.quick:
        measured(result, PAIRS)
    result.print()


if __name__ == "__main__":
    main()
