"""CoSAlign: replies labelled with their harms -> preferences under a safety config, learned by DPO.

"Controllable Safety Alignment" (ICLR 2025). A reply's error under a config is 1 where it does not address
the request, plus `permitted` for each harm that the config permits and `forbidden` for each that it does
not; harms outside the training categories count as one. Of two replies with different errors the lower one
is chosen, and a pair whose better reply still holds a forbidden harm teaches nothing and is left out. Before
it the paper tunes on the chosen replies: `realign sft`.

    {"system": "...", "prompt": "...", "config": ["Violence"],
     "replies": [{"text": "...", "categories": ["Violence"], "addressed": true}, ...]}
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import inf
from typing import NamedTuple

from msgspec import Struct

from plimsoll.benchmarks.cosa.taxonomy import OTHER, TRAINED
from plimsoll.core import DataError, UserError
from plimsoll.data.rows import read_jsonl
from plimsoll.internals.handle import Handle
from plimsoll.internals.losses import Preferred, dpo
from plimsoll.internals.training import Example, Recipe
from plimsoll.realignment import reading
from plimsoll.realignment.dpo import rows_of
from plimsoll.realignment.learning import GENTLE, Learned
from plimsoll.realignment.repairs import Given
from plimsoll.registry import repair


class Weights(NamedTuple):
    """What harms cost."""

    permitted: float = 0.1
    forbidden: float = 3.0


class Reply(Struct, frozen=True):
    """A reply with its labels."""

    text: str
    categories: tuple[str, ...] = ()
    """Harms that it holds."""
    addressed: bool = True
    """Whether it does what was asked."""


class Labelled(Struct, frozen=True):
    """A request under a config, with replies."""

    prompt: str
    config: tuple[str, ...]
    """Harms that are permitted."""
    replies: tuple[Reply, ...]
    system: str = ""


def error_of(reply: Reply, config: Iterable[str], weights: Weights) -> float:
    """What is wrong with a reply under a config; 0 for one that helps and holds no harm."""
    allowed = set(config)
    held = {each if each in TRAINED else OTHER for each in reply.categories}
    permitted = len(held & allowed)
    return (
        float(not reply.addressed)
        + weights.permitted * permitted
        + weights.forbidden * (len(held) - permitted)
    )


def pairs_of(row: Labelled, weights: Weights) -> Iterator[reading.Preference]:
    """The preferences that a request's replies make."""
    errors = [error_of(each, row.config, weights) for each in row.replies]
    for first, second in combinations(range(len(row.replies)), 2):
        better, worse = sorted((first, second), key=lambda place: errors[place])
        if errors[better] == errors[worse] or errors[better] >= weights.forbidden:
            continue
        yield reading.Preference(
            *(
                Example(prompt=row.prompt, reply=row.replies[place].text, system=row.system)
                for place in (better, worse)
            )
        )


class _Rows(NamedTuple):
    weights: Weights

    def __call__(self, held: Handle, given: Given, recipe: Recipe) -> Sequence[Preferred]:
        path = reading.path_of(given, "cosa", "prompt, config, replies")
        pairs = [pair for row in read_jsonl(path, Labelled) for pair in pairs_of(row, self.weights)]
        if not pairs:
            raise DataError(
                f"{path}: no two replies to a request differ in error: there is nothing to prefer"
            )
        return rows_of(held, pairs, recipe)


@repair
def cosa(
    *,
    permitted: float = 0.1,
    forbidden: float = 3.0,
    beta: float = 0.1,
    recipe: Recipe = GENTLE,
) -> Learned:
    """Learn to follow safety configs from replies labelled with their harms (CoSAlign).

    Args:
        permitted: Error of a harm that the config permits.
        forbidden: Error of one that it does not.
        beta: How fast a preference is satisfied.
    """
    if not 0 <= permitted < forbidden < inf:
        raise UserError("cosa: permitted is 0 or more, and less than forbidden")
    return Learned(recipe=recipe, rows=_Rows(Weights(permitted, forbidden)), loss=dpo(beta))
