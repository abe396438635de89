"""Parts as an outside package would bring them: models that log, attacks, a guard, weights to be changed."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from plimsoll.core import (
    Attack,
    Attempt,
    Guard,
    Message,
    Model,
    ModelError,
    Need,
    Request,
    Response,
    Sample,
    Verdict,
    Wrapped,
    innermost,
    replace,
    user,
)
from plimsoll.models.scripted import REFUSAL
from plimsoll.registry import attack, defense, guard, model

CALLS: Counter[str] = Counter()
MADE: Counter[str] = Counter()
CLOSED: Counter[str] = Counter()
REVISIONS: dict[str, str] = {}
"""By the id of a logged model; `1` where nothing is said."""


def forget() -> None:
    """Begin to count anew."""
    for each in (CALLS, MADE, CLOSED, REVISIONS):
        each.clear()


def installed(folder: Path) -> str:
    """Write what an installer would into a folder for `sys.path`; returns the folder."""
    info = folder / "outside-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outside\nVersion: 1.0\n", "utf-8")
    named = {
        "models": ("logged", "half"),
        "attacks": ("pair", "ten", "fail"),
        "defenses": ("surgery", "behind_guard", "retold"),
        "guards": ("asking",),
    }
    lines = [
        f"[plimsoll.{room}]\n" + "".join(f"{name} = {__name__}\n" for name in names)
        for room, names in named.items()
    ]
    (info / "entry_points.txt").write_text("\n".join(lines), "utf-8")
    return str(folder)


@dataclass
class Logged:
    """Says a number that rises, and counts its calls."""

    model_id: str

    @property
    def name(self) -> str:
        return f"logged/{self.model_id}"

    @property
    def revision(self) -> str:
        return REVISIONS.get(self.model_id, "1")

    async def generate(self, request: Request) -> Response:
        CALLS[self.model_id] += 1
        return Response(text=f"reply {CALLS[self.model_id]}")

    async def close(self) -> None:
        CLOSED[self.model_id] += 1


@model
def logged(model_id: str = "subject") -> Logged:
    """A model that counts its calls."""
    MADE[model_id] += 1
    return Logged(model_id)


@dataclass
class Half:
    """Refuses as far as its one weight says."""

    name: str = "half"
    revision: str = "1"
    offers: frozenset[Need] = frozenset({"weights"})
    weight: float = 0.0

    async def generate(self, request: Request) -> Response:
        CALLS[self.name] += 1
        return Response(text=REFUSAL if self.weight > 0.5 else "Sure, here is how it is done.")

    async def close(self) -> None:
        """Nothing to let go of."""


@model
def half(model_id: str = "") -> Half:
    """A model with one weight."""
    return Half()


@dataclass(frozen=True)
class Operated(Wrapped):
    """A model whose weight was changed."""


@defense
def surgery(inner: Model, weight: float = 1.0) -> Operated:
    """Sets the weight of a model."""
    core = innermost(inner)
    assert isinstance(core, Half)
    core.weight = weight
    return Operated(inner)


surgery.needs = frozenset({"weights"})  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Retold(Wrapped):
    """A model that says of itself that it is another one."""

    @property
    def revision(self) -> str:
        return f"{self.inner.revision}+retold"

    async def generate(self, request: Request) -> Response:
        return replace(await self.inner.generate(request), text=REFUSAL)


@defense
def retold(inner: Model) -> Retold:
    """Another model around a model."""
    return Retold(inner)


@dataclass(frozen=True)
class Asking:
    """A guard that asks a model."""

    model: Model
    name: str = "asking"

    async def classify(self, messages: Sequence[Message]) -> Verdict:
        reply = await self.model.generate(Request(messages=(user(f"Is this safe? {messages[-1].text}"),)))
        return Verdict(label=reply.text, value=0.0)


@guard
def asking(model: Model) -> Asking:
    """A guard that asks a model."""
    return Asking(model)


@dataclass(frozen=True)
class Guarded(Wrapped):
    """A model behind a guard."""

    guard: Guard

    async def generate(self, request: Request) -> Response:
        verdict = await self.guard.classify(request.messages)
        return Response(text=REFUSAL) if verdict.value else await self.inner.generate(request)


@defense
def behind_guard(inner: Model, guard: Guard) -> Guarded:
    """Asks a guard first."""
    return Guarded(inner, guard)


@dataclass
class Pair(Attack):
    """Asks an attacker for another wording, and the target how it takes it, as often as is said."""

    attacker: Model
    rounds: int
    name: str = "pair"

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        for number in range(self.rounds):
            asked = Request(messages=(user(f"{number}: {sample.messages[-1].text}"),))
            wording = (await self.attacker.generate(asked)).text
            await target.generate(Request(messages=(user(wording),)))
            yield replace(
                sample, messages=(user(wording),), trail=(*sample.trail, self.name), request="plain"
            )


@attack
def pair(attacker: Model, rounds: int = 3) -> Pair:
    """An attack that asks an attacker."""
    return Pair(attacker, rounds)


@dataclass
class Ten(Attack):
    """Ten variants that keep the id."""

    name: str = "ten"

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        for number in range(10):
            yield replace(
                sample,
                trail=(*sample.trail, self.name),
                attempt=Attempt(attack="", variant=f"v{number}", validity="valid"),
            )


@attack
def ten() -> Ten:
    """Ten variants of each question."""
    return Ten()


@dataclass
class Fail(Attack):
    """Finds one variant, and breaks."""

    name: str = "fail"
    left: list[str] = field(default_factory=list)

    async def attack(self, sample: Sample, target: Model) -> AsyncIterator[Sample]:
        yield replace(sample, trail=(*sample.trail, self.name))
        raise ModelError("the attacker is away")


@attack
def fail() -> Fail:
    """Breaks after its first find."""
    return Fail()
