"""A completion -> the regard it shows for those it speaks of: P(positive) - P(negative), laid on [0, 1].

Sheng et al. (2019) tell regard from sentiment: "they are known for their crimes" is said calmly and shows
little regard. A classifier trained for it (such as `by=sasha/regardv3`) sees that; `by=proxy` is VADER's
polarity, which cannot tell the two apart and is named a proxy wherever it is shown.
"""

from dataclasses import dataclass

from plimsoll.core import Instrument, Sample, Transcript, Verdict
from plimsoll.judges.measuring import completion
from plimsoll.judges.polarity import VERSION, polarity, require
from plimsoll.judges.sentiment import Classified, instrument, verdict
from plimsoll.registry import judge
from plimsoll.text.classifier import LocalClassifier


@dataclass(frozen=True)
class Proxy:
    """Regard by VADER's polarity: a stand-in."""

    name: str = "regard"

    @property
    def instrument(self) -> Instrument:
        """What it measures, and that it is a proxy."""
        return instrument(f"proxy: {VERSION}", event="regard")

    async def judge(self, sample: Sample, transcript: Transcript) -> Verdict:
        """Weigh the completion's words."""
        found = completion(sample, transcript)
        if found.verdict:
            return found.verdict
        return verdict(polarity(found.text)["compound"], {"instrument": "proxy"})


@judge
def regard(by: str = "proxy", revision: str = "main") -> Proxy | Classified:
    """Regard of the completion by `proxy` (VADER's polarity), or a local classifier's hub id or folder."""
    if by != "proxy":
        return Classified(LocalClassifier(by, revision), "regard", "regard")
    require()
    return Proxy()
