"""What a run is asked to be: every spec, number and text that decides which records it holds."""

import math
import os
import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from plimsoll.core import UserError
from plimsoll.run import shard, until

SECRET = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD)$")
"""Names of environment variables whose values are never written down."""


class RunSpec(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that decides which records a run holds, as a person writes it."""

    benchmark: str
    """Its spec, as in `safetybench:language=en,shots=5`."""
    model: str
    options: Mapping[str, str] = {}
    """The `-M key=value` pairs; secrets are named by their environment variable, never held."""
    attacks: tuple[str, ...] = ()
    """Alternatives, each of which every question is put through: a spec, `a+b` for a chain, or `none`
    for the plain question."""
    attack_sees: Literal["defended", "bare"] = "defended"
    """The target that attacks may ask: adaptive ones see its defenses, others find on the bare model what
    is then put to the defended one (transfer)."""
    defenses: tuple[str, ...] = ()
    """Around the model, the last one outermost."""
    system_prompt: str = ""
    sampling: Mapping[str, float | int | str] = {}
    """What the command line overrode."""
    seed: int = 0
    epochs: int = 1
    limit: int | None = None
    draw: int | None = None
    """Size of the stratified random draw, where one was asked for (`--sample`)."""
    sample_ids: tuple[str, ...] = ()
    until: str = ""
    """When enough is known to stop (`--until`)."""
    shard: str = ""
    """`2/4` for the second of four parts, each of which asks every fourth question (`--shard`)."""
    judge_model: str = ""
    """Spec of the model that judges, for benchmarks that can use one."""
    judge_options: Mapping[str, str] = {}
    judges: tuple[str, ...] = ()
    """Specs of the judges that take the place of the benchmark's own (`--judge`)."""

    def __post_init__(self) -> None:
        for name, value in (("epochs", self.epochs), ("limit", self.limit), ("sample", self.draw)):
            if value is not None and value < 1:
                raise UserError(f"--{name} is {value}: it takes a whole number from 1")
        for name, value in self.sampling.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise UserError(f"--{name.replace('_', '-')} is {value}: it takes a finite number")
        shard.parse(self.shard)
        if self.until:
            until.parse(self.until)
            if self.shard:
                raise UserError(
                    "--until looks at the whole of a run, which a part does not see: leave --shard out"
                )
            if self.attacks:
                raise UserError(
                    "--until cannot tell how many variants an attack will make: leave one of them out"
                )


def refuse_secrets(spec: RunSpec) -> None:
    """Options are written down, so none may hold a key. Raises `UserError`."""
    held = {value: name for name, value in os.environ.items() if SECRET.search(name) and len(value) >= 8}
    for key, text in (*spec.options.items(), *spec.judge_options.items()):
        if key in {"api_key", "api-key", "key", "token"}:
            raise UserError(
                f"{key}= would write a secret into the run folder: "
                "put the key into the environment instead (plimsoll show models/openai)"
            )
        for value, name in held.items():
            if value in text:
                raise UserError(
                    f"-M {key}= holds what {name} holds, and would write it into the run folder: leave it out"
                )
