"""A fine-tuning record and evaluations -> the checklist items that they answer, with the answer."""

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from plimsoll.core import Estimate
from plimsoll.documents.gathering import Kept
from plimsoll.documents.model_card import whole_of

Status = Literal["yes", "partial", "no", "n.a."]
Answer = tuple[Status, str]


class Examples(Struct, frozen=True):
    """What was learned from."""

    file: str = ""
    """SHA-256."""
    kept: int = 0
    left_out: int = 0


class Mixed(Struct, frozen=True):
    """Safety examples that were mixed in."""

    count: int = 0
    different: int = 0


class Training(Struct, frozen=True):
    """What `plimsoll finetune` writes down."""

    model: str = ""
    revision: str = ""
    examples: Examples = Examples()
    mixed: Mixed = Mixed()
    recipe: dict[str, int | float | str] = {}
    losses: tuple[float, ...] = ()
    seconds: float = 0.0


def answers(record: Training | None, runs: Sequence[Kept]) -> dict[str, Answer]:
    """Item -> status and what is to be reported there."""
    found: dict[str, Answer] = {}
    if record:
        found |= dict(_of_training(record))
    if runs:
        found |= dict(_of_runs(runs))
    found |= dict(_of_both(record.model if record else "", runs))
    return found


def _of_training(record: Training) -> Iterator[tuple[str, Answer]]:
    examples, recipe = record.examples, record.recipe
    yield "16a", ("yes", f"{examples.kept} examples; {examples.left_out} were left out")
    mixed = record.mixed
    yield "16e", ("yes", f"{mixed.count} safety examples mixed in, {mixed.different} of them different")
    yield "16f", ("partial", f"{examples.left_out} examples were left out by phrases")
    if examples.file:
        yield "16g", ("yes", f"SHA-256 {examples.file}")
    if recipe:
        yield "16c", ("yes", f"cut at {recipe.get('most')} tokens")
        yield (
            "16d",
            ("yes", f"request and reply under the template {recipe.get('template')}; loss on the reply"),
        )
        yield "17c", ("yes", f"low-rank adapters of rank {recipe.get('rank')}, merged into the weights")
        yield "17d", ("yes", ", ".join(f"{name}={value}" for name, value in recipe.items()))
        yield "17g", ("yes", "adapters merged; not quantised")
    if record.model:
        yield "17a", ("yes", f"{record.model}, revision {record.revision or 'unknown'}")
    if record.losses:
        first, last = record.losses[0], record.losses[-1]
        yield "23e", ("yes", f"loss {first:.3f} to {last:.3f} nats a token in {len(record.losses)} steps")
    if record.seconds:
        yield "17e", ("partial", f"{record.seconds} s")


def _of_runs(runs: Sequence[Kept]) -> Iterator[tuple[str, Answer]]:
    first = runs[0].manifest
    packages = ", ".join(f"{name} {version}" for name, version in first.packages.items())
    told = "; ".join(_told(each) for each in runs if whole_of(each) is not None)
    names = ", ".join(dict.fromkeys(each.manifest.card.title for each in runs))
    methods = ", ".join(
        dict.fromkeys(whole.method for each in runs if (whole := whole_of(each)) and whole.method)
    )
    yield "17f", ("yes", f"plimsoll {first.plimsoll}, Python {first.python}, {packages}")
    yield (
        "12",
        ("yes", ", ".join(dict.fromkeys(each.manifest.headline for each in runs)) + ", 95 % intervals"),
    )
    yield "13d", ("partial", f"intervals: {methods}")
    yield "22", ("yes", told)
    yield "23f", ("yes", told)
    safety = [each for each in runs if each.manifest.measures == "safety"]
    if safety:
        yield "18g", ("yes", ", ".join(dict.fromkeys(each.manifest.card.title for each in safety)))
    seeds = sorted({each.manifest.spec.seed for each in runs})
    many = len(seeds) > 1 or any(each.manifest.spec.epochs > 1 for each in runs)
    yield "18f", ("yes" if many else "partial", f"seeds {', '.join(map(str, seeds))}")
    yield "18c", ("partial", f"not seen in training as far as the checksums differ: {names}")
    files = [f"{name} {digest[:12]}" for each in runs for name, digest in each.manifest.files.items()]
    yield "31e", ("partial", f"run ids {', '.join(each.manifest.id for each in runs)}; {', '.join(files)}")
    yield "30", ("partial", "run folders with every question, reply and verdict")
    licences = dict.fromkeys(each.manifest.card.license for each in runs if each.manifest.card.license)
    if licences:
        yield "31a", ("partial", f"of the benchmarks: {', '.join(licences)}")
    yield from _of_models(runs, told)


def _of_models(runs: Sequence[Kept], told: str) -> Iterator[tuple[str, Answer]]:
    """What PRISMA-trAIce asks of every model that took part."""
    models = {
        entry.name: entry.revision for each in runs for entry in (each.manifest.model, *each.manifest.asked)
    }
    yield "T4", ("yes", ", ".join(f"{name} {revision}".strip() for name, revision in models.items()))
    judges = dict.fromkeys(name for each in runs for name in each.manifest.instruments)
    yield "T5", ("partial", f"subject of the evaluation; judges {', '.join(judges)}")
    yield (
        "T6",
        (
            "yes",
            f"{runs[0].manifest.spec.model}, {', '.join(sorted({e.manifest.created[:10] for e in runs}))}",
        ),
    )
    sampling = dict.fromkeys(_sampling(each) for each in runs)
    yield "T8", ("yes", "; ".join(sampling))
    prompts = dict.fromkeys(each.manifest.spec.system_prompt or "no system prompt" for each in runs)
    yield "T7", ("yes", f"each question in the run folder; {'; '.join(prompts)}")
    yield "T11", ("yes", ", ".join(dict.fromkeys(each.manifest.headline for each in runs)))
    yield "T12", ("yes", told)
    yield "T14", ("partial", "run folders")


def _of_both(base: str, runs: Sequence[Kept]) -> Iterator[tuple[str, Answer]]:
    """The base model's numbers beside the finetuned one's, where both were asked the same."""
    before = {each.manifest.spec.benchmark: each for each in runs if _same(each.manifest.model.name, base)}
    after = [each for each in runs if not _same(each.manifest.model.name, base)]
    pairs = [
        (before[each.manifest.spec.benchmark], each)
        for each in after
        if each.manifest.spec.benchmark in before
    ]
    if base and before:
        yield "18a", ("yes", "; ".join(_told(each) for each in before.values()))
    if base and pairs:
        yield "18b", ("yes", "; ".join(f"{_told(one)} > {_told(other)}" for one, other in pairs))


def _same(name: str, base: str) -> bool:
    return bool(base) and (name == base or name.rpartition("/")[2] == base.rpartition("/")[2])


def _told(each: Kept) -> str:
    whole: Estimate | None = whole_of(each)
    if whole is None:
        return each.manifest.card.title
    bounds = f"{whole.low:.3g} to {whole.high:.3g}"
    return f"{each.manifest.spec.benchmark}: {whole.name} {whole.value:.3g} ({bounds}, n={whole.n})"


def _sampling(each: Kept) -> str:
    held = {
        "seed": each.manifest.spec.seed,
        "epochs": each.manifest.spec.epochs,
        **each.manifest.spec.sampling,
    }
    return ", ".join(f"{name}={value}" for name, value in held.items())
