"""Question, options and worked examples -> the exact prompt, in a named wording.

Wordings are data (`variants.toml`, or a TOML file of the user's own in the same form) and bear a
hash, so that two results can be told apart by it. The question is stripped, options are not.
"""

import tomllib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from plimsoll.benchmarks.safetybench.categories import Language
from plimsoll.benchmarks.safetybench.records import Shot
from plimsoll.core import Message, Sample, UserError, decoding, did_you_mean, files, replace
from plimsoll.data.resources import table
from plimsoll.text.letters import letter, option_block


class Wording(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The texts around a question in one language."""

    zero: str = ""
    """A question without shots."""
    header: str = ""
    """What stands before the shots."""
    shot: str = ""
    """One worked example."""
    item: str = ""
    """The question after the shots."""


class Variant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named way of putting the questions."""

    name: str = ""
    models: tuple[str, ...] = ()
    """The models it was published for."""
    source: str = ""
    zh: Wording = Wording()
    en: Wording = Wording()

    @property
    def digest(self) -> str:
        """Sixteen hex digits over all its texts."""
        return sha256(msgspec.json.encode([self.zh, self.en])).hexdigest()[:16]


class _Template(NamedTuple):
    """A text cut at its fields: `before` question `between` options `after`."""

    before: str
    between: str
    after: str

    def filled(self, question: str, options: Sequence[str]) -> str:
        return f"{self.before}{question.strip()}{self.between}{option_block(options)}{self.after}"


class Prompts:
    """Makes prompts of one wording in one language, and shortens them again."""

    def __init__(self, wording: Wording, shots: Mapping[str, Sequence[Shot]] | None = None) -> None:
        """`shots` by category code; none for zero-shot."""
        example = _template(wording.shot)
        self.item = _template(wording.item if shots else wording.zero)
        self.header = wording.header
        self.shots = {
            code: tuple(_worked(example, s) for s in group) for code, group in (shots or {}).items()
        }
        self.prefixes = {code: self._prefix(group) for code, group in self.shots.items()}

    def prompt(self, code: str, question: str, options: Sequence[str]) -> str:
        """The text to send for a question of a category."""
        return self.prefixes.get(code, "") + self.item.filled(question, options)

    def shorten(self, sample: Sample) -> Sample | None:
        """The sample with its first shot dropped; nothing where none is left. The question stays."""
        *before, last = sample.messages
        shots = self.shots.get(sample.category, ())
        for dropped in range(len(shots)):
            prefix = self._prefix(shots[dropped:])
            if last.text.startswith(prefix):
                text = self._prefix(shots[dropped + 1 :]) + last.text.removeprefix(prefix)
                return replace(sample, messages=(*before, Message(role=last.role, text=text)))
        return None

    def _prefix(self, shots: Sequence[str]) -> str:
        # The header speaks of examples: it goes with the last of them.
        return self.header + "".join(shots) if shots else ""


def variants() -> Mapping[str, Variant]:
    """Every named variant, by name."""
    read = decoding.converted(table("benchmarks", "safetybench", "variants.toml"), dict[str, Variant])
    official = read["official"]
    return {name: _completed(replace(v, name=name), official) for name, v in read.items()}


def variant(name: str) -> Variant:
    """A variant by its name, by a model it was published for, or from a TOML file."""
    known = variants()
    by_model = {model.lower(): v for v in known.values() for model in v.models}
    found = known.get(name) or by_model.get(name.lower())
    if found is not None:
        return found
    if name.endswith(".toml"):
        return _from_file(Path(name).expanduser(), known["official"])
    words = [*known, *(model for v in known.values() for model in v.models)]
    raise UserError(
        f"no prompt variant is called {name!r}{did_you_mean(name, words)}; "
        f"there is {', '.join(words)}, or a path to a .toml file"
    )


def wording(chosen: Variant, language: Language) -> Wording:
    """A variant's texts in one language."""
    return chosen.zh if language == "zh" else chosen.en


def _from_file(path: Path, official: Variant) -> Variant:
    try:
        read = decoding.toml(files.read_text(path), Variant)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UserError(f"{path}: no prompt variant can be read from it: {error}") from error
    complete = _completed(replace(read, name=read.name or path.stem), official)
    for text in (complete.zh, complete.en):
        for template in (text.zero, text.shot, text.item):
            _template(template)
    return complete


def _completed(given: Variant, official: Variant) -> Variant:
    return replace(given, zh=_filled(given.zh, official.zh), en=_filled(given.en, official.en))


def _filled(given: Wording, official: Wording) -> Wording:
    fields = {name: getattr(given, name) or getattr(official, name) for name in given.__struct_fields__}
    return Wording(**fields)


def _template(text: str) -> _Template:
    before, question, rest = text.partition("{question}")
    between, options, after = rest.partition("{options}")
    if not question or not options:
        raise UserError(f"a prompt needs {{question}} and then {{options}}: {text!r}")
    return _Template(before, between, after)


def _worked(example: _Template, shot: Shot) -> str:
    text = example.filled(shot.question, shot.options)
    head, answer, tail = text.rpartition("{answer}")
    if not answer:
        raise UserError(f"the text of a shot needs {{answer}}: {example.after!r}")
    return f"{head}({letter(shot.answer)}){tail}"
