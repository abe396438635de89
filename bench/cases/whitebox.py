"""The embedded model's weights -> what analyses and training cost, beside the plain way to do each.

The plain way to ablate heads is the loop of the published code: one whole forward pass a head, with logits
at every place.
"""

import copy
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from statistics import median
from typing import Any

from bench.measure import Result, arguments
from plimsoll.internals.ablation import Ablation, intact, logits, sweep
from plimsoll.internals.handle import Handle, handle
from plimsoll.internals.hooks import Place, edited, reading
from plimsoll.internals.losses import sft
from plimsoll.internals.states import last_states
from plimsoll.internals.told import Unheard
from plimsoll.internals.training import Example, Recipe, fit, let_go, tokenised
from plimsoll.models.transformers import transformers
from plimsoll.whitebox.anchors import anchors, translated
from plimsoll.whitebox.blend import blend
from plimsoll.whitebox.headroom import headroom
from plimsoll.whitebox.probes import probes
from plimsoll.whitebox.ships import kl

PROMPT = "How to pick the best apples of a tree in autumn"


class Spent:
    """Wall and CPU seconds of a block."""

    wall = cpu = 0.0


@contextmanager
def timed() -> Iterator[Spent]:
    """Measure a block."""
    spent, began, cpu = Spent(), time.perf_counter(), time.process_time()
    yield spent
    spent.wall, spent.cpu = time.perf_counter() - began, time.process_time() - cpu


def naive(held: Handle, ids: list[int], ablation: Ablation, layers: range) -> Any:
    """One forward pass a head, logits at every place."""
    torch = held.torch
    row, scores = torch.tensor([ids]), list[Any]()
    with torch.inference_mode():
        base = held.module(row).logits[0, -1]
        for layer in layers:
            for head in range(held.shape.heads):
                with edited(held, [ablation.edit(layer, [head])]):
                    scores.append(kl(base, held.module(row).logits[0, -1]))
    return torch.stack(scores)


def ours(held: Handle, ids: list[int], ablation: Ablation, layers: range) -> Any:
    """The same scores by shared beginnings."""
    base = logits(held, intact(held, ids))
    found = [kl(base, logits(held, states)) for _, states in sweep(held, ids, ablation, list(layers))]
    return held.torch.cat(found)


def row(result: Result, what: str, spent: Spent) -> None:
    """Add a line to the table."""
    result.rows.append({"what": what, "wall s": round(spent.wall, 2), "CPU s": round(spent.cpu, 2)})


def ablations(result: Result, held: Handle, *, quick: bool) -> None:
    """Ships over all heads and one prompt."""
    layers = range(0, held.shape.layers, 10 if quick else 1)
    ids, ablation = held.ids(PROMPT), Ablation()
    with timed() as fast:
        found = ours(held, ids, ablation, layers)
    with timed() as slow:
        expected = naive(held, ids, ablation, layers)
    row(result, f"{len(found)} heads, one prompt of {len(ids)} tokens", fast)
    row(result, "the plain loop", slow)
    apart = float(((found - expected).abs() / expected.abs().clamp(min=1e-6)).max())
    result.at_least("head ablations, faster than the plain loop (CPU)", slow.cpu / fast.cpu, 4, "×")
    result.at_most("largest relative difference of a score of 10⁻⁶ nats or more", apart, 1e-3)


def traces(result: Result, held: Handle, *, quick: bool) -> None:
    """What the machinery costs where no hook is active: beside a copy that never bore one."""
    torch = held.torch
    row_ = held.tokens(PROMPT)
    # Both are copies: weights that were read from a file lie otherwise in memory than copied ones.
    untouched, held = copy.deepcopy(held.module), replace(held, module=copy.deepcopy(held.module))
    with torch.inference_mode():
        before = held.module(row_).logits
        with reading(held, [Place(layer, "resid_in") for layer in range(held.shape.layers)]):
            held.module(row_)
        after = held.module(row_).logits
        shares = list(_shares(held.module, untouched, row_, 6 if quick else 60))
    result.at_most("logits that differ after hooks are gone", int((before != after).sum()), 0)
    result.at_most("CPU time with no hook active, beside a module that never bore one", median(shares), 1.01)


def _shares(module: Any, untouched: Any, row_: Any, rounds: int) -> Iterator[float]:
    """Time of one module over that of the other, turn by turn, each first as often as the other."""
    for number in range(rounds):
        spent: dict[bool, float] = {}
        for ours_ in (True, False) if number % 2 else (False, True):
            with timed() as one:
                (module if ours_ else untouched)(row_)
            spent[ours_] = one.cpu
        yield spent[True] / spent[False]


def letters(result: Result, held: Handle, *, quick: bool) -> None:
    """Fast scores beside plain ones in double precision, where rounding does not hide what differs."""
    layers = range(0, held.shape.layers, 10 if quick else 1)
    given = anchors(harmful=None, harmless=None, language="en").first(1)
    exact_ = replace(held, module=copy.deepcopy(held.module).double())
    apart = 0.0
    with timed() as spent:
        for prompt in (*given.harmful, *given.harmless):
            ids, ablation = exact_.ids(prompt), Ablation()
            found, expected = (way(exact_, ids, ablation, layers) for way in (ours, naive))
            apart = max(apart, float(((found - expected).abs() / expected.abs()).max()))
    row(result, f"{len(found)} heads, two prompts, both ways in 64 bits", spent)
    result.at_most("largest relative difference of a score in 64 bits, two prompts", apart, 1e-4)


def states(result: Result, held: Handle, count: int) -> None:
    """The last token's state at every layer."""
    given = anchors(harmful=None, harmless=None, language="en")
    prompts = [*given.harmful, *given.harmless]
    prompts = (prompts * (count // len(prompts) + 1))[:count]
    with timed() as spent:
        last_states(held, prompts)
    row(result, f"last states of {count} chat prompts, every layer", spent)
    result.at_most(f"last states of {count} chat prompts", spent.wall, 60 * count / 400, " s")


def training(result: Result, held: Handle) -> None:
    """Twenty steps of low-rank adapters."""
    examples = [Example(prompt=f"Say the number {n}.", reply=f"The number is {n}.") for n in range(40)]
    with timed() as spent:
        recipe = Recipe(steps=20, batch=4, max_tokens=128)
        rows = [tokenised(held, each, recipe) for each in examples]
        trained = fit(held, rows, sft, recipe, Unheard())
    let_go(trained)
    row(result, "20 steps of LoRA, 4 examples each", spent)
    result.at_most("20 LoRA steps", spent.wall, 60, " s")
    result.at_most("loss after them over that before", trained.losses[-1] / trained.losses[0], 0.8)


def pairs(result: Result, *, quick: bool) -> None:
    """Two models read along replies."""
    given = anchors(harmful=None, harmless=None, language="en").first(1 if quick else 4)
    with timed() as spent:
        headroom(tokens=8 if quick else 64).analyse([transformers(), transformers()], given, Unheard())
    row(result, "headroom of a pair, 8 requests x 64 tokens", spent)
    result.at_most("headroom, 8 x 64 tokens", spent.wall, 120, " s")


def mixtures(result: Result, *, quick: bool) -> None:
    """A model mixed with itself at several shares: what a sweep costs does not hang on the other model."""
    points, each = (2, 4) if quick else (11, 30)
    given = anchors(harmful=None, harmless=None, language="en").first(each)
    models = [transformers(), transformers()]
    for model in models:
        handle(model)  # loaded before the clock runs
    with timed() as spent:
        blend(points=points, questions=0).analyse(models, given, Unheard())
    count = len(given.harmful) + len(given.harmless)
    row(result, f"{points} shares of a mixture, {count} prompts each", spent)
    result.at_most(f"{points} shares x {count} prompts", spent.wall, 360 * points * count / 660, " s")


def probed(result: Result) -> None:
    """Linear probes at every layer, with their control tasks and both ways of transfer."""
    given = translated()
    model = transformers()
    handle(model)
    with timed() as spent:
        probes().analyse([model], given, Unheard())
    row(result, f"probes of {len(given.harmful) + len(given.harmless)} prompts, every layer", spent)


def main() -> None:
    given = arguments(__doc__)
    result = Result(case="whitebox", title="Weights: ablations, states, training")
    model = transformers()
    held = handle(model)
    result.commands.append("python -m bench.cases.whitebox")
    traces(result, held, quick=given.quick)
    steps: tuple[Callable[[], None], ...] = (
        lambda: ablations(result, held, quick=given.quick),
        lambda: letters(result, held, quick=given.quick),
        lambda: states(result, held, 40 if given.quick else 400),
        lambda: training(result, held),
        lambda: pairs(result, quick=given.quick),
        lambda: mixtures(result, quick=given.quick),
        lambda: probed(result),
    )
    for step in steps:
        step()
        print(json.dumps(result.rows[-1]), file=sys.stderr)
    result.print()


if __name__ == "__main__":
    main()
