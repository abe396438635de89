"""A request -> a conversation that leads to it, held with the target within a budget of rounds."""

from pathlib import Path

from plimsoll.attacks._inquiry import at_least_one
from plimsoll.attacks._led import Led
from plimsoll.attacks._scripted import Script
from plimsoll.core import Judge, Model, UserError, files
from plimsoll.data import resources
from plimsoll.registry import attack

STRATEGIES = ("crescendo", "foot_in_the_door", "agent", "likert", "sequential", "simulated_user")
"""The ways in which an attacking model leads a conversation."""


@attack
def crescendo(attacker: Model, judge: Judge, rounds: int = 10, backtracks: int = 10, seed: int = 0) -> Led:
    """From a harmless beginning nearer with every turn; declined turns are taken back."""
    return led("crescendo", attacker, judge, rounds, backtracks, seed=seed)


@attack
def foot_in_the_door(attacker: Model, judge: Judge, rounds: int = 3, seed: int = 0) -> Led:
    """A ladder of requests, the last of which is the real one."""
    return led("foot_in_the_door", attacker, judge, rounds, seed=seed)


@attack
def agent(attacker: Model, judge: Judge, rounds: int = 5, seed: int = 0) -> Led:
    """An attacker with a menu of ways, which it changes where one fails."""
    return led("agent", attacker, judge, rounds, seed=seed)


@attack
def likert(attacker: Model, judge: Judge, rounds: int = 5, backtracks: int = 3, seed: int = 0) -> Led:
    """The target first as a judge of texts, then as the writer of an example for each grade."""
    return led("likert", attacker, judge, rounds, backtracks, seed=seed)


@attack
def sequential(attacker: Model, judge: Judge, rounds: int = 3, seed: int = 0) -> Led:
    """The request as one task in a row of harmless ones."""
    return led("sequential", attacker, judge, rounds, seed=seed)


@attack
def simulated_user(attacker: Model, judge: Judge, rounds: int = 5, seed: int = 0) -> Led:
    """A user without a plan, who goes on asking."""
    return led("simulated_user", attacker, judge, rounds, seed=seed)


@attack
def chunked(pieces: int = 3) -> Script:
    """The request in pieces, one a turn, then the demand to answer the whole."""
    at_least_one("dialogue/chunked", pieces=pieces)

    def turns(text: str, language: str) -> list[str]:
        known = resources.table("attacks", "strategies.toml")["chunked"]
        size = max(1, -(-len(text) // pieces))
        cut = [text[at : at + size] for at in range(0, len(text), size)]
        said = [
            known[f"piece_{language}" if number > 1 else f"first_{language}"]
            .replace("{number}", str(number))
            .replace("{piece}", piece)
            for number, piece in enumerate(cut, 1)
        ]
        return [*said, known[f"last_{language}"]]

    return Script("dialogue/chunked", turns)


@attack
def script(file: str) -> Script:
    """Turns from a file of your own, one a line; `{request}` stands for the request in one of them."""
    try:
        lines = files.read_text(Path(file).expanduser()).splitlines()
    except OSError as error:
        raise UserError(f"dialogue/script: {file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UserError(f"dialogue/script: {file} is not in UTF-8") from None
    turns = [line for line in lines if line.strip()]
    if sum(line.count("{request}") for line in turns) != 1:
        raise UserError(f"dialogue/script: {file} must hold the slot {{request}} once")
    return Script("dialogue/script", lambda text, _: [text.join(turn.split("{request}")) for turn in turns])


def led(
    strategy: str, attacker: Model, judge: Judge, rounds: int, backtracks: int = 0, *, seed: int = 0
) -> Led:
    """An attack by one of `STRATEGIES`, for whoever holds a conversation of their own."""
    name = f"dialogue/{strategy}"
    at_least_one(name, rounds=rounds)
    return Led(name, strategy, attacker, judge, rounds, max(0, backtracks), seed)
