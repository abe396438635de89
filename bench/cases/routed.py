"""MoGU on the embedded model, routed and plain -> harm, over-refusal and use, question by question.

The routers learn for some minutes of computing on published requests with stubs as replies. What is shown is
what so short a training does, and how small a difference can be told.
"""

import json
from collections.abc import Mapping, Sequence

from bench.cases.injections import percent
from bench.cases.mogu import requests
from bench.making import MADE, made
from bench.measure import Result, arguments, fresh, launch, plimsoll

ASKED = 30
DRIFT = ("simplesafetytests", "xstest", "safetybench:split=starter")
MOGU = "mogu:steps=6,batch=4,rate=0.0005,router_steps=40,router_rate=0.003,max_tokens=64"


def drift(result: Result, models: Mapping[str, str], benchmarks: Sequence[str], asked: int) -> None:
    """Hold models against the first: each difference, and where each stands. The values are their names."""
    words = ["drift", *models, "--template", "chat", "--limit", str(asked), "--max-tokens", "16"]
    words += [part for each in benchmarks for part in ("-b", each)]
    cost = launch(result, plimsoll(*words, "--log-dir", fresh(f"{result.case}-drift"), "--json"))
    count = len(models) * len(benchmarks) * asked * 2
    result.row(f"{len(models)} models x {len(benchmarks)} benchmarks x {asked} x 2 prompts", count, cost)
    read = json.loads(cost.output.splitlines()[-1])
    for row in read["cells"]:
        apart = row["difference"]
        result.notes.append(
            f"{row['benchmark']}, defense {row['defense']}: {row['before']['name']} of "
            f"{next(iter(models.values()))} {percent(row['before'])}, of {_named(models, row['model'])} "
            f"{percent(row['after'])}: {100 * apart['value']:+.1f} points "
            f"({100 * apart['low']:+.1f} to {100 * apart['high']:+.1f})"
        )
    for front in read["fronts"]:
        for each in front["standings"]:
            cost_ = each["cost"]
            result.notes.append(
                f"defense {front['defense']}: {_named(models, each['model'])} has rank {each['rank']}, "
                f"{'on' if each['front'] else 'not on'} the front; {cost_['tokens'] or 0:.0f} tokens and "
                f"{cost_['seconds'] or 0:.2f} s an answer"
            )


def _named(models: Mapping[str, str], spec: str) -> str:
    return next(name for path, name in models.items() if spec.endswith(path))


def main() -> None:
    given = arguments(__doc__)
    asked = 3 if given.quick else ASKED
    result = Result(
        case="routed", title=f"MoGU on the embedded model, measured, {asked} questions of each kind"
    )
    MADE.mkdir(parents=True, exist_ok=True)
    routed = made(result, "mogu", MOGU, "transformers/", on=requests(MADE, 100))
    models = {"transformers/": "the model", str(routed): "the routed model"}
    found = json.loads((routed / "mogu.json").read_text("utf-8"))["made"]
    decided, cost = found["decisions"], found["cost"]
    result.notes.append(
        f"routers say, safe / usable: malicious {decided['malicious']['safe']:.2f} / "
        f"{decided['malicious']['usable']:.2f}, benign {decided['benign']['safe']:.2f} / "
        f"{decided['benign']['usable']:.2f}; {decided['requests']} held-out requests are told apart with "
        f"AUROC {decided['auroc']:.3f}; a routed token takes {1000 * cost['routed_seconds']:.1f} ms, a plain "
        f"one {1000 * cost['plain_seconds']:.1f} ms; {cost['numbers']:,} numbers more"
    )
    drift(result, models, DRIFT, asked)
    result.print()


if __name__ == "__main__":
    main()
