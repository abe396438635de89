"""Several guards -> one, each followed as far as it has earned it: AEGIS' ensemble of safety experts.

The mixture of what the guards say, by weights, decides. Weights come of `plimsoll guard A B --online`, which
learns them from labels as these come in; without its state every guard weighs the same. One that gives no
verdict sleeps for the round; where none gives one, nothing is decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import msgspec

from plimsoll.core import DataError, Guard, Instrument, Message, Outcome, UserError, Verdict, decoding, files
from plimsoll.guards._verdicts import decided, instrument
from plimsoll.registry import guard
from plimsoll.stats.hedge import State


@dataclass(frozen=True)
class Ensemble:
    """Guards that are mixed by weight."""

    guards: tuple[Guard, ...]
    state: State
    threshold: float = 0.5
    name = "ensemble"

    @property
    def instrument(self) -> Instrument:
        """What all of them look for."""
        inner = [each.instrument for each in self.guards]
        weights = [round(weight, 9) for weight in self.state.weights]
        said = repr([(each.revision, each.model) for each in inner] + [weights, self.threshold])
        return instrument(
            blake2b(said.encode(), digest_size=6).hexdigest(),
            " + ".join(each.model for each in inner if each.model),
        )

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        """Ask all, and mix."""
        found = [await each.classify(messages) for each in self.guards]
        scores = [score_of(verdict) for verdict in found]
        mixed = self.state.mixed(scores)
        experts = dict(zip(self.state.experts, scores, strict=True))
        if mixed is None:
            broken = next((each for each in found if each.outcome is not Outcome.EMPTY), found[0])
            return Verdict(
                label=broken.label, value=None, outcome=broken.outcome, detail={"experts": experts}
            )
        unsafe = mixed >= self.threshold
        codes = dict.fromkeys(
            code for each in found if each.value for code in each.detail.get("categories", ())
        )
        detail = {"score": mixed, "experts": experts, **({"categories": list(codes)} if codes else {})}
        return decided(unsafe=unsafe, chance=mixed, detail=detail)


def score_of(verdict: Verdict) -> float | None:
    """How likely a guard holds a conversation unsafe; nothing where it gave no verdict."""
    said = verdict.detail.get("score")
    return float(said) if isinstance(said, (int, float)) and verdict.value is not None else verdict.value


def read_state(path: Path) -> State:
    """Weights as they were left. Raises `UserError`, `DataError`."""
    try:
        found = decoding.decode(files.read(path), State)
    except OSError as error:
        raise UserError(
            f"state={path} cannot be read: {error.strerror}; guard A B --online --state FILE makes one"
        ) from None
    except msgspec.MsgspecError as error:
        raise DataError(f"{path}: is no state of an ensemble: {error}") from None
    if not len(found.experts) == len(found.logs) == len(found.losses) > 0:
        raise DataError(
            f"{path}: names {len(found.experts)} experts and weighs {len(found.logs)}: make it anew"
        )
    return found


@guard
def ensemble(guards: tuple[Guard, ...], *, state: str = "", threshold: float = 0.5) -> Ensemble:
    """Several guards mixed by learned weights: `ensemble:guards=(one+another),state=FILE`.

    Args:
        guards: Specs with a plus between them.
        state: Weights that `plimsoll guard ... --online --state FILE` learned, in the same order.
        threshold: Of the mixture, from which on it is unsafe.
    """
    if len(guards) < 2:
        raise UserError("ensemble: guards names fewer than two: write guards=(one+another)")
    held = (
        read_state(Path(state))
        if state
        else State(experts=tuple(f"{number} {each.name}" for number, each in enumerate(guards, start=1)))
    )
    if len(held.experts) != len(guards):
        raise UserError(
            f"ensemble: state={state} weighs {len(held.experts)} guards ({', '.join(held.experts)}), and "
            f"{len(guards)} are named: name the same ones in the same order"
        )
    return Ensemble(guards, held, threshold)
