"""A request -> the same request behind examples of a model that complies: does it go on in that way?

The examples that ship are harmless, and so measure the form alone; published demonstrations come from a
file of your own."""

from pathlib import Path

import msgspec

from plimsoll.attacks._wrapping import SLOT, Made, Plain, Wrapping, around, texts
from plimsoll.core import Message, UserError, assistant, decoding, files, system, user
from plimsoll.registry import attack
from plimsoll.text.templates import read_template


@attack
def in_context(k: int = 5, turns: bool = True, file: str = "", seed: int = 0) -> Wrapping:
    """So many pairs of question and answer before the request: as turns, or as one text (in-context attack).

    `file` holds pairs of your own: JSON lines with `question` and `answer`."""
    return _shown("examples/in_context", k, file, seed, turns=turns)


@attack
def many_shot(k: int = 64, turns: bool = False, file: str = "", seed: int = 0) -> Wrapping:
    """Dozens or hundreds of pairs before the request; fewer ones come again in new orders."""
    return _shown("examples/many_shot", k, file, seed, turns=turns)


@attack
def chain_of_utterances(file: str = "") -> Wrapping:
    """A dialogue of two models with inner thoughts, to be gone on with (RED-EVAL's form, our wording).

    `file` is a published prompt with the slot `{request}` or, as RED-EVAL writes it, `<question>`."""
    name = "examples/chain_of_utterances"
    if not file:
        return Wrapping(
            name, lambda plain: around(texts("examples")["utterances"][plain.language].strip(), plain.text)
        )
    template, checksum = read_template(file, SLOT, "{request}")
    return Wrapping(
        name, lambda plain: Made((user(template.fill(plain.text)),), parameters={"sha256": checksum})
    )


@attack
def compliance() -> Wrapping:
    """Earlier turns that never were, in which the model has already agreed."""

    def wrap(plain: Plain) -> Made:
        asked, agreed = texts("examples")["agreement"][plain.language]
        return Made((user(asked), assistant(agreed), user(plain.text)))

    return Wrapping("examples/compliance", wrap)


@attack
def acknowledged(candidates: str = "") -> Wrapping:
    """The model has agreed already, and may guess, or choose of `candidates=a+b` (multi-step, MJP)."""

    def wrap(plain: Plain) -> Made:
        known = texts("examples")["acknowledged"][plain.language]
        asked, agreed, guess, choose = known
        named = [each.strip() for each in candidates.split("+") if each.strip()]
        options = "\n".join(f"({chr(65 + place)}) {each}" for place, each in enumerate(named[:26]))
        end = choose.replace("{options}", options) if named else guess
        return Made((user(asked), assistant(agreed), user(f"{plain.text}\n{end}")))

    return Wrapping("examples/acknowledged", wrap)


@attack
def self_cipher() -> Wrapping:
    """No cipher at all: a system prompt says that there is one, its examples plain text (SelfCipher)."""

    def wrap(plain: Plain) -> Made:
        known = texts("carriers")
        examples = "\n".join(known["expert"][f"examples_{plain.language}"])
        said = known["self"][plain.language].replace("{examples}", examples)
        return Made((system(said), user(plain.text)))

    return Wrapping("examples/self_cipher", wrap)


class _Pair(msgspec.Struct):
    question: str
    answer: str


def _shown(name: str, k: int, file: str, seed: int, *, turns: bool) -> Wrapping:
    if k < 1:
        raise UserError(f"{name}: k={k}: give 1 or more examples")
    own = _pairs(name, file) if file else []

    def wrap(plain: Plain) -> Made:
        known = own or [_Pair(*pair) for pair in texts("examples")["pairs"][plain.language]]
        chosen: list[_Pair] = []
        while len(chosen) < k:
            chosen += plain.draw.sample(known, min(len(known), k - len(chosen)))
        return Made(_turns(chosen, plain.text) if turns else (user(_text(chosen, plain.text)),))

    return Wrapping(name, wrap, seed)


def _turns(pairs: list[_Pair], text: str) -> tuple[Message, ...]:
    said = [turn for pair in pairs for turn in (user(pair.question), assistant(pair.answer))]
    return (*said, user(text))


def _text(pairs: list[_Pair], text: str) -> str:
    shown = [f"User: {pair.question}\nAssistant: {pair.answer}" for pair in pairs]
    return "\n\n".join([*shown, f"User: {text}\nAssistant:"])


def _pairs(name: str, file: str) -> list[_Pair]:
    found: list[_Pair] = []
    for number, line in enumerate(_read(name, file).splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(decoding.decode(line, _Pair))
        except msgspec.DecodeError as error:
            raise UserError(f"{name}: {file}, line {number}: {error}") from None
    if not found:
        raise UserError(f"{name}: {file} holds no example")
    return found


def _read(name: str, file: str) -> str:
    try:
        return files.read_text(Path(file).expanduser())
    except OSError as error:
        raise UserError(f"{name}: {file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UserError(f"{name}: {file} is not in UTF-8") from None
