"""A training that may be cut off -> a folder from which another process goes on, as if it had not been.

Weights and the optimiser's state are safetensors; beside them stand the losses so far, and the seconds of all
processes that worked on it.
"""

import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from plimsoll.core import DataError, decoding, files
from plimsoll.internals import checkpoint

STATE, STEPS, SECONDS = "training.safetensors", "training.json", "seconds.json"


@dataclass
class Unfinished:
    """The folder of a training."""

    folder: Path
    every: int = 10
    """Steps between two writings."""
    _before: float = field(init=False)
    _began: float = field(default_factory=perf_counter, init=False)

    def __post_init__(self) -> None:
        """Read how long processes before this one took."""
        path = self.folder / SECONDS
        try:
            self._before = decoding.decode(files.read(path), float) if path.is_file() else 0.0
        except ValueError:
            self._before = 0.0  # torn by a power cut: only the sum is lost

    @property
    def seconds(self) -> float:
        """Of all processes so far."""
        return self._before + perf_counter() - self._began

    @contextmanager
    def timed(self) -> Generator[None]:
        """Keep the seconds, however the block ends; of a process that is killed, those up to a writing."""
        try:
            yield
        finally:
            if self.folder.is_dir():
                self._tell()

    def write(self, weights: Mapping[str, Any], optimiser: Any, losses: Sequence[float]) -> None:
        """Write down how far it came."""
        from safetensors.torch import save

        self.folder.mkdir(parents=True, exist_ok=True)
        state: dict[str, Any] = {}
        for name, weight in weights.items():
            state[f"weight.{name}"] = weight.detach().cpu().contiguous()
            for key, value in optimiser.state[weight].items():
                state[f"{key}.{name}"] = value.detach().cpu().contiguous()
        # The losses are written last: they say how far the tensors beside them are.
        files.write(self.folder / STATE, [save(state, {"steps": str(len(losses))})])
        files.write_text(self.folder / STEPS, json.dumps({"losses": list(losses)}))
        self._tell()

    def take_up(self, weights: Mapping[str, Any], optimiser: Any) -> list[float]:
        """Put back what was written down; nothing where nothing was, or where it does not fit together."""
        path = self.folder / STEPS
        if not (self.folder / STATE).is_file() or not path.is_file():
            return []
        try:
            losses = decoding.decode(files.read(path), dict[str, list[float]])["losses"]
        except (ValueError, KeyError):
            raise DataError(f"{path} does not say how far the training came: remove the folder") from None
        with checkpoint.opened(self.folder / STATE) as state:
            if state.metadata().get("steps") != str(len(losses)):
                return []
            for name, weight in weights.items():
                weight.data.copy_(state.get_tensor(f"weight.{name}"))
                moments = {
                    key: state.get_tensor(f"{key}.{name}").to(weight.device)
                    for key in ("exp_avg", "exp_avg_sq")
                }
                optimiser.state[weight] = {"step": state.get_tensor(f"step.{name}"), **moments}
        return losses

    def _tell(self) -> None:
        files.write_text(self.folder / SECONDS, json.dumps(self.seconds))
