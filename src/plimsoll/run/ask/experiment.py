"""A run file, TOML or YAML -> everything that a command line of `plimsoll run` can say.

    benchmark = ["safetybench:split=starter", "my.csv"]
    model = ["scripted/letter-A", "scripted/letter-B"]
    attack = ["none", "encoding/rot13", "encoding/rot13+encoding/base64"]
    limit = 50

A key is the long option's name; what may be given several times is a list of alternatives. Paths begin
where the command is called, as they do on the command line.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from plimsoll.core import DataError, UserError, decoding, did_you_mean, files
from plimsoll.data import yaml_text

ENDINGS = (".toml", ".yaml", ".yml")
Count = Annotated[int, Meta(ge=1)]


Options = Mapping[str, str | int | float | bool]


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A model with options of its own."""

    model: str
    options: Options = {}


class Experiment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a run file may say."""

    benchmark: str | tuple[str, ...]
    model: str | Asked | tuple[str | Asked, ...] = ()
    """A spec, or `{ model = "openai/NAME", options = { base_url = "..." } }`."""
    title: str = ""
    attack: str | tuple[str, ...] = ()
    attack_sees: Literal["defended", "bare"] | None = None
    defense: str | tuple[str, ...] = ()
    system_prompt: str | tuple[str, ...] = ()
    judge: str | tuple[str, ...] = ()
    judge_model: str | None = None
    judge_options: Options | None = None
    options: Options | None = None
    """Of every model (`-M`)."""
    arguments: Options | None = None
    """Of every benchmark (`-T`)."""
    num_fewshot: int | None = None
    limit: Count | None = None
    sample: Count | None = None
    sample_id: str | tuple[str, ...] = ()
    shard: str | None = None
    until: str | None = None
    epochs: Count | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: Count | None = None
    seed: int | None = None
    paired: bool | None = None
    max_connections: Count | None = None
    max_cost: float | None = None
    max_errors: str | None = None
    """A share such as `5%`, or a number of samples."""
    patience: float | None = None
    prices: str | None = None
    cache: bool | None = None
    log_dir: str | None = None


def is_experiment(text: str) -> bool:
    """Whether an argument names a run file: TOML or YAML that says `benchmark`, and no suite's `run`."""
    path = Path(text)
    if path.suffix.lower() not in ENDINGS or not path.is_file():
        return False
    found = _read(path)
    return isinstance(found, Mapping) and "run" not in found and "benchmark" in found


def load(text: str) -> Experiment:
    """Read a run file. Raises `UserError`, `DataError`."""
    try:
        found = decoding.converted(_read(Path(text)), dict[str, Any])
    except msgspec.ValidationError:
        raise DataError(f'{text}: is no run file: write benchmark = "..." and what it is put to') from None
    known = Experiment.__struct_fields__
    if unknown := next((key for key in found if key not in known), None):
        raise DataError(
            f"{text}: has a key {unknown!r}{did_you_mean(str(unknown), known)}; it may say {', '.join(known)}"
        )
    try:
        # YAML is read as words: numbers are told by what the key takes.
        return decoding.converted(found, Experiment, strict=False)
    except msgspec.ValidationError as error:
        raise DataError(f"{text}: {error}") from None


def _read(path: Path) -> Any:
    try:
        content = files.read_text(path)
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not in UTF-8: {error}") from None
    try:
        return decoding.toml(content) if path.suffix.lower() == ".toml" else yaml_text.read(content, path)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: {error}") from None
