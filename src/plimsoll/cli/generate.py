"""`plimsoll generate`: a risk configuration -> a data set that `plimsoll run` takes as it stands."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from plimsoll import registry
from plimsoll.benchmarks.prompts import dataset
from plimsoll.cli import _output
from plimsoll.core import DataError, Generator, UserError, decoding, files
from plimsoll.data import risks
from plimsoll.run.ask.pool import Pool
from plimsoll.run.ask.wiring import Wiring
from plimsoll.run.work.generating import Classifier, Decision, Near, Selection, distinct

PER_PROMPT = 10
"""Candidates for each prompt wanted, where no budget is named."""


@click.command("generate")
@click.argument("generator", metavar="GENERATOR[:key=value,...]")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The data set's folder."
)
@click.option(
    "--risks",
    "risk_file",
    default="",
    metavar="FILE",
    help="Risk configuration (TOML); a starter one if none.",
)
@click.option("--quota", type=click.IntRange(1), default=5, show_default=True, help="Prompts for each risk.")
@click.option("--budget", type=click.IntRange(1), help="Candidates in all.  [default: 10 for each prompt]")
@click.option(
    "--classifier",
    default="",
    metavar="PROVIDER/MODEL",
    help="The model that says which risk each prompt falls under.",
)
@click.option(
    "--public",
    multiple=True,
    metavar="FILE",
    help="Public prompts that must not be repeated; may be repeated.",
)
@_output.JSON
def command(
    *,
    generator: str,
    out: Path,
    risk_file: str,
    quota: int,
    budget: int | None,
    classifier: str,
    public: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write prompts for every risk of a configuration, and log what was kept or rejected and why.

    The same command goes on where it was cut off; a risk that is new in the configuration is added.
    """
    config = risks.load(risk_file)
    known = Near()
    for file in public:
        for question in dataset.load(file, {}).questions.rows:
            known.add(question.sample.messages[-1].text)
    wiring = Wiring(Pool())
    part = registry.build("generators", generator, model_of=wiring.model)
    definitions = {risk.id: risk.definition for risk in config.risks}
    sorting = Classifier(wiring.model(classifier), definitions) if classifier else None
    out.mkdir(parents=True, exist_ok=True)
    _hold_to(out / "generation.json", config, {"generator": generator, "classifier": classifier})
    budget = budget or PER_PROMPT * quota * len(config.risks)
    selection = Selection(
        quota=quota, budget=budget, log=out / "decisions.jsonl", classifier=sorting, public=known
    )
    decisions = asyncio.run(_chosen(wiring.pool, part, config, selection))
    kept = [each for each in decisions if each.kept]
    _write(out, generator, config, kept)
    told = _told(out, config, decisions, quota, measured=bool(classifier))
    if as_json:
        _output.value(told)
        return
    _output.echo(
        f"{len(kept):,} of {quota * len(config.risks):,} prompts wanted, out of {len(decisions):,} candidates"
    )
    for reason, number in told["rejected_for"].items():
        _output.echo(f"{number:6,} rejected: {reason}")
    if kept:
        _output.echo(f"plimsoll run {out} asks them")


async def _chosen(pool: Pool, part: Generator, config: risks.Risks, selection: Selection) -> list[Decision]:
    async with pool:
        return await selection.choose(part, list(config.seeds()))


def _hold_to(path: Path, config: risks.Risks, settings: Mapping[str, str]) -> None:
    """Let a folder hold what one generator made of one configuration, which may only grow."""
    now = {
        **settings,
        **{f"risk {risk.id}": f"{risk.definition} {list(risk.examples)}" for risk in config.risks},
    }
    try:
        before = decoding.decode(files.read(path), dict[str, str]) if path.exists() else {}
    except msgspec.DecodeError as error:
        raise DataError(f"{path}: {error}: generate into another folder") from None
    for key, value in before.items():
        if now.get(key) != value:
            raise UserError(f"{path.parent} was made with another {key}: generate into another folder")
    files.write(path, [msgspec.json.encode(now)])


def _write(out: Path, spec: str, config: risks.Risks, kept: Sequence[Decision]) -> None:
    rows = (
        {
            "id": f"{each.risk}#{each.number}",
            "prompt": each.prompt,
            "category": each.risk,
            "language": config.language,
            "generator": spec,
        }
        for each in kept
    )
    files.write(out / "samples.jsonl", (msgspec.json.encode(row) + b"\n" for row in rows))
    card = {"title": "Generated prompts", "source": f"plimsoll generate {spec}", "license": "the user's own"}
    lines = (f"{key} = {msgspec.json.encode(value).decode()}\n" for key, value in card.items())
    files.write_text(out / dataset.CARD, "".join(lines))


def _told(
    out: Path, config: risks.Risks, decisions: Sequence[Decision], quota: int, *, measured: bool
) -> dict[str, Any]:
    kept = [each for each in decisions if each.kept]
    asked = Counter(each.risk for each in kept)
    achieved = Counter(each.found for each in kept)
    full = sum(achieved[risk.id] >= quota for risk in config.risks)
    return {
        "path": str(out),
        "candidates": len(decisions),
        "kept": len(kept),
        "rejected": len(decisions) - len(kept),
        "rejected_for": dict(Counter(each.reason for each in decisions if not each.kept).most_common()),
        "asked": {risk.id: asked[risk.id] for risk in config.risks},
        "achieved": {risk.id: achieved[risk.id] for risk in config.risks} if measured else None,
        "coverage": full / len(config.risks) if measured else None,
        "distinct_2": distinct(each.prompt for each in kept),
    }
