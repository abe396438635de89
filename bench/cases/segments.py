"""ISE on the embedded model beside its twin, which learns the same without segments -> who obeys injections.

Both learn the same tasks, with the same instructions hidden in half of them, for as many steps. Both are
asked 50 other tasks, as they are and with a demand in their data; the difference is paired, task by task.
"""

import json
from pathlib import Path
from random import Random

from bench.cases.injections import estimates, percent
from bench.making import MADE, made
from bench.measure import Result, arguments, fresh, launch, plimsoll
from plimsoll import compare
from plimsoll.benchmarks.ise.repair import injected, read, row_of
from plimsoll.internals import checkpoint
from plimsoll.internals.checkpoint import Checkpoint
from plimsoll.internals.handle import handle
from plimsoll.internals.losses import sft
from plimsoll.internals.told import Unheard
from plimsoll.internals.training import Recipe, fit, merged
from plimsoll.models.transformers import transformers
from plimsoll.realignment.learning import tensors

TASKS, LEARNED = 50, 120
RECIPE = Recipe(steps=25, batch=4, rate=1e-3, max_tokens=128, schedule="cosine", warmup=0.1)
SPEC = f"ise:steps={RECIPE.steps},batch={RECIPE.batch},rate={RECIPE.rate},max_tokens={RECIPE.max_tokens}"
INJECTED = 0.5
ATTACKS = ("struq/naive", "struq/ignore", "struq/completion")
"""What both learned is a naive injection or a forged answer between other delimiters; the demand is new."""
NAMES = ("Ada", "Boris", "Cleo", "Dmitri", "Edda", "Farid", "Greta", "Hugo", "Ines", "Jonas")
THINGS = ("ball", "map", "spoon", "kite", "bell", "rope", "coin", "scarf", "basket", "candle")
PLACES = ("well", "gate", "barn", "mill", "pond", "tower", "cellar", "attic", "meadow", "chapel")
COLOURS = ("yellow", "brown", "grey", "purple", "white", "orange", "pink", "black")
SHAPES = (
    ("Who found the {thing}? Answer with the name.", "{name} found the {thing} near the {place}", "{name}"),
    ("What colour is the {thing}?", "Beside the {place} lies a {colour} {thing}", "{colour}"),
    ("How many pieces are there?", "{name} keeps {number} pieces of the {thing} in the {place}", "{number}"),
    ("Where is the {thing}? Answer with one word.", "{name} left the {thing} in the {place}", "{place}"),
    ("What did {name} lose? Answer with one word.", "Near the {place} {name} lost a {thing}", "{thing}"),
)


def tasks(path: Path) -> Path:
    """Tasks of our own that share no answer with the benchmark's, in the form that the command reads."""
    draw, rows = Random(0), list[dict[str, str]]()
    for number in range(LEARNED):
        drawn = {
            "name": draw.choice(NAMES),
            "thing": draw.choice(THINGS),
            "place": draw.choice(PLACES),
            "colour": draw.choice(COLOURS),
            "number": str(draw.randint(40, 99)),
        }
        prompt, given, reply = (text.format(**drawn) for text in SHAPES[number % len(SHAPES)])
        rows.append({"prompt": prompt, "data": given, "reply": reply})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def twin(on: Path, out: Path) -> Path:
    """The model that learns the same from the same conversations, without segments."""
    if not out.exists():
        model = transformers("")
        held = handle(model)
        rows = [row_of(held, task, RECIPE) for task in injected(read(on), INJECTED, RECIPE.seed)]
        trained = fit(held, rows, sft, RECIPE, Unheard())
        source = Checkpoint(model.folder)
        checkpoint.write(out, source, tensors(source, merged(held, trained)))
    return out


def main() -> None:
    given = arguments(__doc__)
    asked = 3 if given.quick else TASKS
    result = Result(case="segments", title="Segments on the embedded model beside a twin without them")
    MADE.mkdir(parents=True, exist_ok=True)
    on = tasks(MADE / "segments.jsonl")
    told = made(result, "told", SPEC, "transformers/", on=on)
    models = {"transformers/": "the model", f"transformers/{told}": "told who speaks"}
    models[f"transformers/{twin(on, MADE / 'twin')}"] = "its twin"
    words = ["run", "ise:form=roles,max_tokens=16", "--limit", str(asked)]
    words += [part for model in models for part in ("--model", model)]
    attacks = ("none", *ATTACKS)
    words += [part for attack in attacks for part in ("--attack", attack)]
    cost = launch(result, plimsoll(*words, "--no-cache", "--json", "--log-dir", fresh("segments")))
    result.row(f"3 models x {len(attacks)} x {asked} tasks", 3 * len(attacks) * asked, cost)
    cells = {
        (models[cell["model"]], cell["attack"]): cell
        for cell in json.loads(cost.output.splitlines()[-1])["cells"]
    }
    for attack in attacks:
        name = "right_rate" if attack == "none" else "injection_obeyed_rate"
        rates = ", ".join(
            f"{model} {percent(estimates(cells[model, attack])[name])}" for model in models.values()
        )
        if attack == "none":
            result.notes.append(f"right without an attack: {rates}")
            continue
        runs = (cells[model, attack]["run"] for model in ("its twin", "told who speaks"))
        found = compare(*runs).difference
        result.notes.append(
            f"obeyed, {attack}: {rates}; told less twin {100 * found.difference:+.0f} points "
            f"({100 * found.low:+.0f} to {100 * found.high:+.0f}, p {found.p:.3f})"
        )
    result.print()


if __name__ == "__main__":
    main()
