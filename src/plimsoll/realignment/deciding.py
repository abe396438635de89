"""Routers in a model x requests -> how well they tell these apart, and what a token costs."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import fmean
from time import perf_counter
from typing import Any, NamedTuple

from plimsoll.internals.handle import Handle
from plimsoll.internals.routing import Routing
from plimsoll.stats.scored import auroc

TOKENS, ROUNDS = 8, 5
"""Tokens that are timed, and how often, routed and plain by turns: the quickest counts, for a busy machine
only ever adds."""


class Shown(NamedTuple):
    """A request's token ids up to its reply, and whether it is malicious."""

    ids: Sequence[int]
    malicious: bool


class Say(NamedTuple):
    """How much of either variant comes out, on average over layers and requests."""

    safe: float
    usable: float


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """What routers say at the end of requests."""

    requests: int
    malicious: Say
    benign: Say
    auroc: float
    """Of the mean over layers of safe less usable."""
    layers: tuple[float, ...]
    """The same of each layer alone."""

    @property
    def lines(self) -> tuple[str, ...]:
        """For people."""
        said = (
            f"{kind} {say.safe:.2f} / {say.usable:.2f}"
            for kind, say in (("malicious", self.malicious), ("benign", self.benign))
        )
        least, most = min(self.layers), max(self.layers)
        return (
            f"routers say, safe / usable: {', '.join(said)}.",
            f"they tell {self.requests} requests apart with AUROC {self.auroc:.2f}; by layer {least:.2f} "
            f"(layer {self.layers.index(least)}) to {most:.2f} (layer {self.layers.index(most)}).",
        )

    @property
    def kept(self) -> dict[str, Any]:
        """For the record of the folder."""
        whole = {name: getattr(self, name) for name in ("requests", "auroc", "layers")}
        return {**whole, "malicious": self.malicious._asdict(), "benign": self.benign._asdict()}


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Seconds of a token that is decoded after others."""

    routed: float
    plain: float

    @property
    def line(self) -> str:
        """For people."""
        return (
            f"a routed token takes {1000 * self.routed:.1f} ms, a plain one {1000 * self.plain:.1f} ms "
            f"({self.routed / self.plain - 1:+.0%})."
        )

    @property
    def kept(self) -> dict[str, float]:
        """For the record of the folder."""
        return {"routed_seconds": self.routed, "plain_seconds": self.plain}


def decisions(held: Handle, made: Routing, requests: Sequence[Shown]) -> Decisions:
    """Let the routers read requests."""
    said = [(each.malicious, _said(held, made, each.ids)) for each in requests]
    truth = [malicious for malicious, _ in said]
    apart = [[say.safe - say.usable for say in layers] for _, layers in said]
    return Decisions(
        requests=len(said),
        malicious=_mean([layers for malicious, layers in said if malicious]),
        benign=_mean([layers for malicious, layers in said if not malicious]),
        auroc=auroc(truth, [fmean(each) for each in apart]) or 0.0,
        layers=tuple(auroc(truth, [each[at] for each in apart]) or 0.0 for at in range(len(made.routes))),
    )


def latency(held: Handle, made: Routing, ids: Sequence[int]) -> Latency:
    """Decode some tokens after a request."""
    with _attached(held, made), held.evaluating():
        pairs = [(_seconds(held, ids), _off(held, made, ids)) for _ in range(ROUNDS)]
    return Latency(routed=min(one for one, _ in pairs), plain=min(other for _, other in pairs))


def _off(held: Handle, made: Routing, ids: Sequence[int]) -> float:
    with made.off():
        return _seconds(held, ids)


def _seconds(held: Handle, ids: Sequence[int]) -> float:
    """Of one token; the request itself is read before."""
    begun = held.module(held.torch.tensor([list(ids)], device=held.device), use_cache=True)
    kept, token = begun.past_key_values, begun.logits[:, -1:].argmax(-1)
    began = perf_counter()
    for _ in range(TOKENS):
        step = held.module(token, past_key_values=kept, use_cache=True)
        kept, token = step.past_key_values, step.logits[:, -1:].argmax(-1)
    token.tolist()  # waits for the device
    return (perf_counter() - began) / TOKENS


def _said(held: Handle, made: Routing, ids: Sequence[int]) -> list[Say]:
    """What each layer's routers say at the last token."""
    with _attached(held, made), held.evaluating(), made.watched() as seen:
        held.decoder(held.torch.tensor([list(ids)], device=held.device), use_cache=False)
        return [Say(float(each.alpha[0, -1]), float(each.beta[0, -1])) for each in seen.values()]


@contextmanager
def _attached(held: Handle, made: Routing) -> Generator[None]:
    hooks = made.attach(held.module)
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _mean(said: Sequence[Sequence[Say]]) -> Say:
    every = [say for layers in said for say in layers]
    return Say(fmean(say.safe for say in every), fmean(say.usable for say in every))
