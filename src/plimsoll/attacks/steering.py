"""A request -> the same request with a demand on how the answer begins or looks."""

from functools import partial
from pathlib import Path
from typing import Literal

from plimsoll.attacks._wrapping import Made, Plain, Wrapping, around, texts
from plimsoll.core import UserError, assistant, files, user
from plimsoll.registry import attack

Against = Literal["refusal", "style"]


@attack
def opener(opener: str = "") -> Wrapping:
    """The answer is to begin with words of consent (positive induction)."""
    return Wrapping("steering/opener", partial(_opened, "opener", opener))


@attack
def prefill(opener: str = "") -> Wrapping:
    """The answer is begun for the model, with words of consent; needs an endpoint that goes on with it."""

    def wrap(plain: Plain) -> Made:
        return Made((user(plain.text), assistant(opener or _default(plain))))

    return Wrapping("steering/prefill", wrap, needs=frozenset({"prefill"}))


@attack
def suppress(against: Against = "refusal") -> Wrapping:
    """Rules against the words, or against the form, of refusals."""
    return Wrapping(
        "steering/suppress",
        lambda plain: around(texts("steering")["suppress"][against][plain.language], plain.text),
    )


@attack
def adaptive(opener: str = "", suffix: str = "") -> Wrapping:
    """Rules of form, words of consent, and an own suffix where one was found by search."""

    def wrap(plain: Plain) -> Made:
        made = _opened("adaptive", opener, plain)
        (turn,) = made.messages
        return made._replace(messages=(user(f"{turn.text} {suffix}" if suffix else turn.text),))

    return Wrapping("steering/adaptive", wrap)


@attack
def suffix(text: str) -> Wrapping:
    """A fixed suffix of your own."""
    return Wrapping("steering/suffix", lambda plain: Made((user(f"{plain.text} {text}"),)))


@attack
def suffixes(file: str, seed: int = 0) -> Wrapping:
    """A suffix drawn from the lines of a file: published adversarial suffixes, or what a search found."""
    known = _lines(file)

    def wrap(plain: Plain) -> Made:
        chosen = plain.draw.choice(known)
        return Made((user(f"{plain.text} {chosen}"),), parameters={"suffix": chosen})

    return Wrapping("steering/suffixes", wrap, seed)


@attack
def repeated(
    text: str, count: int = 50, position: Literal["before", "after", "around"] = "after"
) -> Wrapping:
    """A token repeated so many times before the request, after it, or on both sides."""
    if not 1 <= count <= 100_000:
        raise UserError(f"steering/repeated: count={count}: give 1 to 100,000")

    def wrap(plain: Plain) -> Made:
        tokens = " ".join([text] * count)
        before = tokens if position != "after" else ""
        after = tokens if position != "before" else ""
        return Made((user(" ".join(filter(None, (before, plain.text, after)))),))

    return Wrapping("steering/repeated", wrap)


@attack
def step_by_step() -> Wrapping:
    """The request to think step by step."""
    return Wrapping(
        "steering/step_by_step",
        lambda plain: around(texts("steering")["step_by_step"][plain.language], plain.text),
    )


def _lines(file: str) -> list[str]:
    try:
        found = files.read_text(Path(file).expanduser()).splitlines()
    except OSError as error:
        raise UserError(f"steering/suffixes: {file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UserError(f"steering/suffixes: {file} is not in UTF-8") from None
    if not (lines := [line for line in found if line.strip()]):
        raise UserError(f"steering/suffixes: {file} holds no suffix")
    return lines


def _default(plain: Plain) -> str:
    return texts("steering")["opener"][f"default_{plain.language}"]


def _opened(name: str, opener: str, plain: Plain) -> Made:
    return around(texts("steering")[name][plain.language], plain.text, opener=opener or _default(plain))
