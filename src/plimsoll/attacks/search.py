"""A request -> the wording of it that goes furthest, found by asking the target within a budget."""

from plimsoll.attacks._inquiry import at_least_one
from plimsoll.attacks._refining import Tree
from plimsoll.attacks._sampling import BestOfN, FirstSuccess
from plimsoll.core import Attack, Judge, Model, UserError
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
    """Of several attacks (`attacks=a+b`) the first that succeeds by a judge, in an order drawn by chance."""
    at_least_one("search/first_success", budget=budget)
    return FirstSuccess(attacks, judge, budget, seed)


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
