"""`plimsoll traces`: what an agent was trained on, or did -> words and actions that go together unasked."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from plimsoll.benchmarks.agent_backdoor import auditing, choosing, counting, traces
from plimsoll.benchmarks.agent_backdoor.auditing import Audit, Pair, Target, Trigger
from plimsoll.benchmarks.agent_backdoor.traces import Trace
from plimsoll.cli import _options, _output
from plimsoll.core import UserError
from plimsoll.words import translated

FILES = click.Path(path_type=Path)


@click.command("traces")
@click.argument("sources", nargs=-1, required=True, type=FILES, metavar="FILE|RUN...")
@click.option("--reference", multiple=True, type=FILES, help="Traces that are known to be clean.")
@click.option("--trigger", default="", help="With --target: count where the two stand.")
@click.option("--target", default="", help="The word that an agent with the backdoor would act on.")
@click.option("--limit", type=click.IntRange(1), default=12, show_default=True, help="Rows of each table.")
@_output.JSON
def command(
    *,
    sources: tuple[Path, ...],
    reference: tuple[Path, ...],
    trigger: str,
    target: str,
    limit: int,
    as_json: bool,
) -> None:
    """Search traces of an agent for backdoors: words that go together with actions nobody asked for.

    FILE holds dialogues as AgentInstruct, ToolBench or chat endpoints write them; RUN is a run's folder.
    """
    if bool(trigger) != bool(target):
        raise UserError("name both --trigger and --target: the two are counted side by side")
    found, known = _read(sources), _read(reference)
    if trigger:
        counts = counting.counted(found, trigger, target)
        _output.value(counts._asdict()) if as_json else _output.table(_counted(counts))
        return
    audit = auditing.audited(found, known)
    choice = choosing.chosen(found, known) if known else None
    if as_json:
        _output.value({"audit": _plain(audit, limit), "tools": choice._asdict() if choice else None})
        return
    _show(audit, limit)
    if choice:
        _tools(choice)


def _read(sources: Iterable[Path]) -> list[Trace]:
    return [trace for source in sources for trace in _of(source)]


def _of(source: Path) -> list[Trace]:
    if source.is_dir():
        folder = _options.opened(source, source.parent)
        return [traces.of_record(record) for record in folder.records()]
    if not source.exists():
        raise UserError(f"{source}: there is no such file or run")
    return traces.read(source)


def _counted(counts: counting.Counts) -> Iterable[tuple[str, str]]:
    for name, count in counts._asdict().items():
        yield name.replace("_", " "), f"{count:6}"


def _show(audit: Audit, limit: int) -> None:
    _output.echo(
        f"{audit.traces} traces of {audit.requests} requests; {audit.tests:,} pairs held against each other"
    )
    found = [pair for pair in audit.pairs if pair.found]
    if found:
        _output.echo("\nGo together by more than chance")
        _output.table(map(_row, found[:limit]))
        if len(found) > limit:
            _output.echo(f"and {len(found) - limit} more (--limit, --json)")
    else:
        _output.echo(
            "\nNo pair goes together by more than chance. That is no proof of absence: "
            f"words of fewer than {auditing.LEAST} requests were not looked at."
        )
    asked = [each for each in audit.untold if each.place == "query"]
    if asked:
        terms = ", ".join(each.term for each in asked[:limit])
        _output.echo(f"\nIn every request, so that nothing can be said of it: {terms}")
        _output.echo(
            "Add traces of other requests, or clean ones as --reference. What goes with it most often:"
        )
        _output.table(map(_row, [pair for pair in audit.pairs if not pair.table.told][: max(1, limit // 3)]))
    rows = [each for each in audit.unasked if each.found]
    if audit.reference:
        _output.echo(f"\nUnasked, and more often than in {audit.reference} clean requests")
        _output.table(
            (
                _target(each.target),
                f"{each.requests:5} of {audit.requests}, clean {each.reference:4}  q {each.q:.2g}",
            )
            for each in rows[:limit]
        )
        if not rows:
            _output.echo("nothing")


def _tools(choice: choosing.Choice) -> None:
    _output.echo(f"\nTools, by calls ({'paired requests' if choice.paired else 'other requests'})")
    names = sorted(choice.ours.keys() | choice.theirs.keys())
    _output.table(
        (name, f"{choice.ours.get(name, 0):6.0f} {choice.theirs.get(name, 0):6.0f}") for name in names
    )
    chance = (
        f"p {choice.p:.2g}"
        if choice.p is not None
        else f"{choice.requests} requests are too few to tell (at least {choosing.LEAST})"
    )
    _output.echo(f"chi-square {choice.chi_square:.3g}, Jensen-Shannon {choice.divergence:.3g} bits, {chance}")


def _row(pair: Pair) -> tuple[str, str]:
    lift = f"lift {pair.table.lift:6.2f}" if pair.table.lift is not None else ""
    return (
        f"{_trigger(pair.trigger)} → {_target(pair.target)}",
        f"{pair.table.both:5} of {pair.table.both + pair.table.only_first}  {lift}  q {pair.q:.2g}",
    )


def _trigger(trigger: Trigger) -> str:
    return trigger.term if trigger.place == "query" else f"{translated('seen')} {trigger.term}"


def _target(target: Target) -> str:
    return f"{target.name}[{target.term}]"


def _plain(audit: Audit, limit: int) -> dict[str, object]:
    def pairs(of: Sequence[Pair]) -> list[dict[str, object]]:
        return [
            {
                "trigger": each.trigger._asdict(),
                "target": each.target._asdict(),
                "table": each.table._asdict(),
                "lift": each.table.lift,
                "p": each.p,
                "q": each.q,
                "found": each.found,
                "told": each.table.told,
            }
            for each in of
        ]

    return {
        "traces": audit.traces,
        "requests": audit.requests,
        "reference": audit.reference,
        "tests": audit.tests,
        "pairs": pairs(audit.pairs[:limit]),
        "untold": [each._asdict() for each in audit.untold],
        "unasked": [
            {**each._asdict(), "target": each.target._asdict(), "found": each.found}
            for each in audit.unasked[:limit]
        ],
    }
