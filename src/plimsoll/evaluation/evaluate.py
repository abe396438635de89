"""`plimsoll.evaluate`, `plimsoll.grid`, `plimsoll.compare`, `plimsoll.load`: the door for Python."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack, get_args

from plimsoll.comparison import compare as comparing
from plimsoll.core import UserError
from plimsoll.evaluation import asking
from plimsoll.evaluation.asking import Given, Part
from plimsoll.evaluation.gridding import GridSession, planned
from plimsoll.evaluation.progress import Progress, Silent, tell
from plimsoll.evaluation.results import Compared, GridResult, Run
from plimsoll.evaluation.threads import finished
from plimsoll.reports.comparison_corrected import corrected
from plimsoll.reports.grid import grid as read_grid
from plimsoll.run.ask.grid import NONE, Axes, Subject, links
from plimsoll.run.ask.layers import Patience
from plimsoll.run.ask.limits import untold
from plimsoll.run.ask.plan import build
from plimsoll.run.ask.pool import Pool, Settings
from plimsoll.run.keep.folder import RunFolder, open_run
from plimsoll.run.spec import RunSpec
from plimsoll.run.work.session import Session

Sees = Literal["defended", "bare"]


class Options(TypedDict, total=False):
    """What else may be said; each means what the option of `plimsoll run` of that name means."""

    limit: int | None
    """Only the first samples."""
    sample: int | None
    """A random draw that keeps every category's share."""
    sample_ids: Sequence[str]
    shard: str
    """`2/4` for the second of four parts of a shared run."""
    until: str
    """When enough is known to stop, such as `±2%`."""
    epochs: int
    seed: int
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    attack_sees: Sees
    """The target that attacks may ask: with its defenses (adaptive), or without them (transfer)."""
    judge: Part | Sequence[Part] | None
    """A judge or several, in the place of the benchmark's own: specs, rubric files, objects."""
    judge_model: Part
    """The model that judges, where a judge asks one."""
    judge_options: Mapping[str, Any]
    options: Mapping[str, Any]
    """The model's, such as `{"base_url": ...}`."""
    log_dir: str | Path
    cache: bool | str | Path
    """Whether earlier responses are used again, or the file that holds them."""
    max_connections: int
    patience: float
    """Seconds that an endpoint which answers nobody is asked again."""
    max_cost: float | None
    """US dollars."""
    prices: str | Path | None
    progress: bool
    """Whether to show how far it is."""


def evaluate(
    benchmark: Part,
    model: Part = "llamacpp",
    *,
    attack: Part | Sequence[Part] | None = None,
    defense: Part | Sequence[Part] | None = None,
    system_prompt: str = "",
    **more: Unpack[Options],
) -> Run:
    """Put a benchmark to a model, and return the run.

    Parts are specs as on the command line, or objects of your own: their source and arguments are in the
    run's id. A run that was cut off goes on when the same is asked again.

    Args:
        benchmark: A spec, a file or folder of your own prompts, or a `Benchmark`.
        model: A spec, a model, or a function from prompt to reply.
        attack: An attack; several in a list are a chain, each applied to what the ones before made.
        defense: A defense (an object of your own is what wraps the model); several in a list are a chain,
            the last one outermost.
        system_prompt: Put before every conversation.
        more: attack_sees, judge, judge_model, judge_options, options (the model's), limit, sample,
            sample_ids, shard, until, epochs, seed, temperature, top_p, max_tokens, log_dir, cache,
            max_connections, patience, max_cost, prices, progress: each means what that option of
            `plimsoll run` means.
    """
    return finished(
        evaluate_async(benchmark, model, attack=attack, defense=defense, system_prompt=system_prompt, **more)
    )


async def evaluate_async(
    benchmark: Part,
    model: Part = "llamacpp",
    *,
    attack: Part | Sequence[Part] | None = None,
    defense: Part | Sequence[Part] | None = None,
    system_prompt: str = "",
    **more: Unpack[Options],
) -> Run:
    """The same as `evaluate`, awaited."""
    given = Given()
    chain = given.chain(attack)
    spec = _spec(
        given,
        more,
        benchmark=given.benchmark(benchmark),
        model=given.model(model),
        attacks=() if chain == NONE else (chain,),
        defenses=links(given.defense(defense)),
        system_prompt=system_prompt,
    )
    plan = build(spec, Pool(_settings(more), given.parts))
    said = f"{plan.manifest.spec.benchmark} · {plan.manifest.model.name}"
    with _progress(more)(said, plan.manifest.total) as progress:
        going = Session(plan, progress)
        await going.run()
    return Run(going.folder)


def grid(
    benchmarks: Part | Sequence[Part],
    models: Part | Sequence[Part],
    *,
    attacks: Sequence[Any] = (None,),
    defenses: Sequence[Any] = (None,),
    system_prompts: Sequence[str | None] = (None,),
    title: str = "",
    **more: Unpack[Options],
) -> GridResult:
    """Put benchmarks to models under every combination of attacks, defenses and system prompts.

    Each argument is a list of alternatives. `None` leaves the attack, defense or system prompt out; a list
    within the list is a chain.
    """
    return finished(
        grid_async(
            benchmarks,
            models,
            attacks=attacks,
            defenses=defenses,
            system_prompts=system_prompts,
            title=title,
            **more,
        )
    )


async def grid_async(
    benchmarks: Part | Sequence[Part],
    models: Part | Sequence[Part],
    *,
    attacks: Sequence[Any] = (None,),
    defenses: Sequence[Any] = (None,),
    system_prompts: Sequence[str | None] = (None,),
    title: str = "",
    **more: Unpack[Options],
) -> GridResult:
    """The same as `grid`, awaited."""
    given = Given()
    options = asking.texts(more.get("options", {}))
    axes = Axes(
        subjects=tuple(Subject(model=given.model(each), options=options) for each in asking.several(models)),
        benchmarks=tuple(given.benchmark(each) for each in asking.several(benchmarks)),
        attacks=tuple(given.chain(each) for each in asking.several(attacks)),
        defenses=tuple(given.defense(each) for each in asking.several(defenses)),
        system_prompts=tuple(each or NONE for each in asking.several(system_prompts)),
    )
    base = _spec(given, more, benchmark="", model="")
    found = planned(axes, base, Pool(_settings(more), given.parts), title=title)
    session = GridSession(found)
    with _progress(more)(found.title, found.total) as progress:
        await session.carry_out(progress)
    return GridResult(read_grid(session.path))


def compare(before: Run | str | Path, after: Run | str | Path, *, judge: str = "") -> Compared:
    """Hold two runs of one benchmark against each other, question by question."""
    (found,) = comparing.compare([_folder(before), _folder(after)], judge=judge)
    return Compared(corrected(found))


def load(run: str | Path) -> Run:
    """A run folder that is there. Raises `UserError` where none is."""
    return Run(open_run(Path(run)))


def _folder(run: Run | str | Path) -> RunFolder:
    return run.folder if isinstance(run, Run) else open_run(Path(run))


def _progress(more: Options) -> type[Progress]:
    return Progress if more.get("progress", True) else Silent


def _spec(given: Given, more: Options, **own: Any) -> RunSpec:
    if unknown := next((name for name in more if name not in Options.__annotations__), ""):
        known = ", ".join(Options.__annotations__)
        raise UserError(f"{unknown!r} is no option: there is {known}")
    sees = more.get("attack_sees", "defended")
    if sees not in get_args(Sees):
        raise UserError(f"attack_sees={sees!r}: give 'defended' (adaptive) or 'bare' (transfer)")
    seed = more.get("seed", 0)
    judge_model = more.get("judge_model", "")
    wanted = more.get("sample_ids", ())
    return RunSpec(
        **own,
        options=asking.texts(more.get("options", {})),
        sampling=asking.sampling_of(more, seed),
        seed=seed,
        epochs=more.get("epochs", 1),
        limit=more.get("limit"),
        draw=more.get("sample"),
        sample_ids=(wanted,) if isinstance(wanted, str) else tuple(wanted),
        shard=more.get("shard", ""),
        until=more.get("until", ""),
        attack_sees=sees,
        judges=given.judges(more.get("judge")),
        judge_model=given.model(judge_model) if judge_model else "",
        judge_options=asking.texts(more.get("judge_options", {})),
    )


def _settings(more: Options) -> Settings:
    return asking.settings_of(
        patience=more.get("patience", Patience.silence),
        tell=tell if more.get("progress", True) else untold,
        log_dir=more.get("log_dir", "logs"),
        cache=more.get("cache", True),
        max_connections=more.get("max_connections", 100),
        max_cost=more.get("max_cost"),
        prices=more.get("prices"),
    )
