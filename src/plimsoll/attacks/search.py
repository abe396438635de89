"""A request -> the wording of it that goes furthest, found by asking the target within a budget."""

from functools import partial

from plimsoll.attacks._bandit import Bandit
from plimsoll.attacks._breeding import Evolution, Fuzzing, Selection
from plimsoll.attacks._glitch import Glitch
from plimsoll.attacks._inquiry import at_least_one
from plimsoll.attacks._mutation import Mutation, pool_of
from plimsoll.attacks._refining import Tree
from plimsoll.attacks._sampling import BestOfN, FirstSuccess
from plimsoll.attacks._suffix import Search, Suffixed
from plimsoll.core import Attack, Judge, Model, UserError
from plimsoll.internals.beams import Beam, grown
from plimsoll.internals.suffixes import Budget, searched
from plimsoll.registry import attack


@attack
def best_of_n(n: int = 10, rate: float = 0.06, seed: int = 0) -> BestOfN:
    """N random disturbances of each request: success of any is told apart from their mean."""
    at_least_one("search/best_of_n", n=n)
    if not 0 < rate <= 1:
        raise UserError(f"search/best_of_n: rate={rate}: give more than 0 and at most 1")
    return BestOfN(n, rate, seed)


@attack
def first_success(attacks: tuple[Attack, ...], judge: Judge, budget: int = 20, seed: int = 0) -> FirstSuccess:
    """Of several attacks (`attacks=(a+b)`) the first that succeeds by a judge, tried in a drawn order."""
    at_least_one("search/first_success", budget=budget)
    return FirstSuccess(attacks, judge, budget, seed)


@attack
def bandit(
    attacks: tuple[Attack, ...], judge: Judge, *, budget: int = 20, epsilon: float = 0.2, seed: int = 0
) -> Bandit:
    """Of several attacks (`attacks=(a+b)`) mostly the one that went furthest on this request so far.

    Each is tried once, then the best, or any of them with the chance `epsilon`."""
    at_least_one("search/bandit", budget=budget)
    if not 0 <= epsilon <= 1:
        raise UserError(f"search/bandit: epsilon={epsilon}: give 0 to 1")
    return Bandit(attacks, judge, budget, epsilon, seed)


@attack
def pair(
    attacker: Model, judge: Judge, *, streams: int = 3, depth: int = 3, budget: int = 60, seed: int = 0
) -> Tree:
    """Streams that are each refined after every answer (PAIR's loop; the words are ours)."""
    at_least_one("search/pair", streams=streams, depth=depth, budget=budget)
    return Tree("search/pair", attacker, judge, depth, 1, streams, streams, budget, seed)


@attack
def tap(
    attacker: Model,
    judge: Judge,
    *,
    depth: int = 3,
    branching: int = 2,
    width: int = 4,
    budget: int = 60,
    seed: int = 0,
) -> Tree:
    """A tree of prompts, cut to the best of each depth (TAP's loop; the words are ours)."""
    at_least_one("search/tap", depth=depth, branching=branching, width=width, budget=budget)
    return Tree("search/tap", attacker, judge, depth, branching, width, 1, budget, seed)


@attack
def fuzz(
    judge: Judge,
    attacker: Model | None = None,
    *,
    file: str = "",
    select: Selection = "ucb",
    budget: int = 40,
    seed: int = 0,
) -> Fuzzing:
    """A pool of templates that are varied; what went further is varied again (GPTFuzzer's loop, our words).

    Varied by rule, or by `attacker=`. `file` is a template or a folder of them, as for `roleplay/library`."""
    at_least_one("search/fuzz", budget=budget)
    pool = pool_of("search/fuzz", file)
    return Fuzzing("search/fuzz", judge, pool, Mutation(attacker, seed), budget, seed, select)


@attack
def genetic(
    judge: Judge,
    attacker: Model | None = None,
    *,
    file: str = "",
    population: int = 8,
    elite: int = 2,
    budget: int = 40,
    seed: int = 0,
) -> Evolution:
    """A population of templates that are crossed and varied, the fittest kept (AutoDAN's loop, our words).

    Varied by rule, or by `attacker=`. `file` is a template or a folder of them, as for `roleplay/library`."""
    at_least_one("search/genetic", population=population, elite=elite, budget=budget)
    if elite >= population:
        raise UserError(
            f"search/genetic: elite={elite} of population={population}: keep fewer, so that some are bred"
        )
    pool = pool_of("search/genetic", file)
    return Evolution("search/genetic", judge, pool, Mutation(attacker, seed), budget, seed, population, elite)


@attack
def gcg(
    *,
    begin: str = "Sure, here is",
    steps: int = 50,
    width: int = 32,
    top: int = 64,
    length: int = 12,
    seed: int = 0,
) -> Suffixed:
    """A suffix found by gradients in the target's own weights, so that replies begin with `begin` (GCG)."""
    at_least_one("search/gcg", steps=steps, width=width, top=top, length=length)
    budget = Budget(steps=steps, width=width, top=top, length=length)
    return _suffixed("search/gcg", begin, partial(searched, budget=budget), seed)


@attack
def beast(
    *,
    begin: str = "Sure, here is",
    length: int = 12,
    width: int = 8,
    branching: int = 8,
    seed: int = 0,
) -> Suffixed:
    """A suffix grown out of tokens that the target itself finds likely, so that replies begin with `begin`.

    Beam search without gradients, as in BEAST; the weights are needed for the likelihoods alone."""
    at_least_one("search/beast", length=length, width=width, branching=branching)
    beam = Beam(length=length, width=width, branching=branching)
    return _suffixed("search/beast", begin, partial(grown, beam=beam), seed)


@attack
def glitch_tokens(count: int = 10, times: int = 1) -> Glitch:
    """Tokens that the target's training hardly met, found in its own embeddings; one after the request each.

    Each token is a variant; `times` writes it so often."""
    at_least_one("search/glitch_tokens", count=count, times=times)
    return Glitch(count, times)


def _suffixed(name: str, begin: str, search: Search, seed: int) -> Suffixed:
    if not begin.strip():
        raise UserError(f"{name}: begin is empty: say how the reply is to begin")
    return Suffixed(name, begin, search, seed)
