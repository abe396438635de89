"""What a person asks for in Python -> the run's spec, the parts that were made by hand, and the settings."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, cast

from plimsoll import registry
from plimsoll.core import Model, Usage, UserError
from plimsoll.data.tables import is_table
from plimsoll.evaluation.functions import Function, Says
from plimsoll.run.ask.grid import NONE
from plimsoll.run.ask.layers import Patience
from plimsoll.run.ask.limits import Tell, untold
from plimsoll.run.ask.own import named
from plimsoll.run.ask.pool import Settings
from plimsoll.run.keep.cache import default_path

Part = Any
"""A spec, or an object that fits the room's protocol."""


@dataclass
class Given:
    """Parts made in Python, by the text that stands for them in specs."""

    parts: dict[str, Any] = field(default_factory=dict[str, Any])

    def text(self, part: Part, kind: str) -> str:
        """A spec as it is; for an object the text that stands for it, a hash of its source included.

        Raises `UserError` for what is no part of that kind."""
        if isinstance(part, str):
            return part
        made: Part = part() if inspect.isclass(part) and hasattr(part, registry.ROOM) else part
        _refuse_misfit(made, kind)
        return self._lent(made)

    def model(self, part: Part) -> str:
        """A model's spec, a model, or a function from prompt to reply."""
        if isinstance(part, str):
            return part
        if isinstance(part, Model) and not inspect.isclass(part):
            return self._lent(part)
        if callable(part) and not inspect.isclass(part):
            return self._lent(Function(cast("Says", part)))
        raise UserError(
            f"{part!r} is no model: give a spec such as 'scripted/letter-A', an object with name, revision, "
            "generate and close, or a function from prompt to reply"
        )

    def chain(self, parts: Part | Sequence[Part] | None) -> str:
        """One part, or several one after the other, as `a+b`; `none` for none."""
        if parts is None or parts in ("", NONE):
            return NONE
        return "+".join(self.text(part, "attack") for part in several(parts)) or NONE

    def defense(self, parts: Part | Sequence[Part] | None) -> str:
        """Like a chain; a class or function is what wraps the model, and is not called yet."""
        if parts is None or parts in ("", NONE):
            return NONE
        links = (self._wraps(part) for part in several(parts))
        return "+".join(links) or NONE

    def judges(self, parts: Part | Sequence[Part] | None) -> tuple[str, ...]:
        """Judges; a TOML file is a rubric."""
        if parts is None:
            return ()
        return tuple(
            rubric(str(part)) if isinstance(part, (str, Path)) else self.text(part, "judge")
            for part in several(parts)
        )

    def benchmark(self, part: Part) -> str:
        """A spec, a table or folder of one's own, or a benchmark."""
        if isinstance(part, (str, Path)):
            return own_prompts(str(part))
        _refuse_misfit(part, "benchmark")
        return self._lent(part)

    def _wraps(self, part: Part) -> str:
        if isinstance(part, str):
            return part
        if not callable(part):
            raise UserError(
                f"{part!r} is no defense: give a spec such as 'self_reminder', or what wraps a model, "
                "a class or a function that takes one"
            )
        return self._lent(part)

    def _lent(self, part: Part) -> str:
        text = named(part)
        self.parts[text] = part
        return text


FITS: Mapping[str, tuple[str, ...]] = {
    "attack": ("name", "attack"),
    "judge": ("name", "instrument", "judge"),
    "benchmark": ("card", "samples", "elicitation", "judges", "metrics"),
}
"""Kind of a part -> what every object of the kind has."""


def _refuse_misfit(part: Part, kind: str) -> None:
    if lacking := [name for name in FITS[kind] if not hasattr(part, name)]:
        raise UserError(
            f"{part!r} is no {kind}: it has no {' and no '.join(lacking)}; give a spec "
            f"(plimsoll list {kind}s shows all) or an object that has {', '.join(FITS[kind])}"
        )


def own_prompts(text: str) -> str:
    """The spec of a benchmark; a table or a folder of a user's own is one."""
    known = registry.holds("benchmarks", text.partition(":")[0])
    if not known and (is_table(text) or Path(text).exists()):
        return str(registry.Spec(name="prompts", arguments={"file": text}))
    return text


def rubric(text: str) -> str:
    """The spec of a judge; a TOML file is a rubric."""
    is_file = text.lower().endswith(".toml") and "=" not in text
    return str(registry.Spec(name="rubric", arguments={"file": text})) if is_file else text


def sampling_of(given: Mapping[str, Any], seed: int) -> dict[str, float | int | str]:
    """What replaces a benchmark's own sampling; a seed only where something is drawn."""
    names = ("temperature", "top_p", "max_tokens")
    found = {name: given[name] for name in names if given.get(name) is not None}
    return {**found, "seed": seed} if found.get("temperature") else found


def price_of(model: str, prices: Path | None = None) -> Callable[[Usage], float] | None:
    """What a call to this model costs, where the price is known."""
    from plimsoll.models.prices import price_of as find

    found = find(model, prices)
    return found.cost if found else None


def settings_of(
    *,
    log_dir: str | Path,
    cache: bool | str | Path,
    max_connections: int,
    max_cost: float | None,
    prices: str | Path | None,
    patience: float = Patience.silence,
    tell: Tell = untold,
) -> Settings:
    """How a run is carried out."""
    kept = default_path() if cache is True else Path(cache) if cache else None
    return Settings(
        log_dir=Path(log_dir),
        cache=kept,
        max_connections=max_connections,
        max_cost=max_cost,
        patience=patience,
        tell=tell,
        price_of=partial(price_of, prices=Path(prices) if prices else None),
    )


def texts(options: Mapping[str, Any]) -> dict[str, str]:
    """Options as the command line writes them."""
    return {
        key.replace("-", "_"): str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in options.items()
    }


def several(values: Any) -> list[Any]:
    """A list as it is; what is given by itself as the only one of its list."""
    return [*cast("Iterable[Any]", values)] if isinstance(values, (list, tuple)) else [values]
