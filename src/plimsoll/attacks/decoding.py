"""A request -> the same request, answered in many ways of drawing tokens: does any bring an answer?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from plimsoll.attacks._inquiry import at_least_one
from plimsoll.attacks._turns import turns_of
from plimsoll.core import Attempt, ByRule, Sample, replace
from plimsoll.registry import attack

Vary = Literal["both", "temperature", "top_p"]


@dataclass(frozen=True)
class Sweep(ByRule):
    """The prompt as it is, once for each way of drawing."""

    vary: Vary
    steps: int
    seed: int
    name: str = "decoding/sweep"
    draws: frozenset[str] = frozenset({"temperature", "top_p"})
    """What of the sampling a user must leave to it."""

    def variants(self, sample: Sample) -> Iterator[Sample]:
        """One variant for each temperature and each nucleus."""
        _, last, _ = turns_of(sample.messages)
        attacked = replace(sample, request=sample.request or last.text, trail=(*sample.trail, self.name))
        if not last.text.strip():
            yield replace(attacked, attempt=Attempt(attack=self.name, validity="not_applicable"))
            return
        for name, ways in self._ways():
            sampling = {**ways, "seed": self.seed}
            attempt = Attempt(
                attack=self.name, variant=name, validity="valid", sampling=sampling, parameters=sampling
            )
            yield replace(attacked, attempt=attempt)

    def _ways(self) -> list[tuple[str, dict[str, float]]]:
        """From a step to 1, with the name of each."""
        shares = [round(number / self.steps, 6) for number in range(1, self.steps + 1)]
        temperatures = [(f"temperature={share:g}", {"temperature": share, "top_p": 1.0}) for share in shares]
        if self.vary == "temperature":
            return temperatures
        # A whole nucleus at temperature 1 is the last of the temperatures already.
        nuclei = [(f"top_p={share:g}", {"temperature": 1.0, "top_p": share}) for share in shares]
        return nuclei if self.vary == "top_p" else [*temperatures, *nuclei[:-1]]


@attack
def sweep(vary: Vary = "both", steps: int = 20, seed: int = 0) -> Sweep:
    """Temperatures and nuclei from a step to 1, each a variant; its rate is that of any (Huang et al., 2023).

    The prompt stays as it is. 20 steps are the paper's, and 39 calls for each request."""
    at_least_one("decoding/sweep", steps=steps)
    return Sweep(vary, steps, seed)
