"""`plimsoll label`: people label a drawn sample of a run's replies."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from plimsoll.cli import _options, _output
from plimsoll.core import UserError
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Manifest
from plimsoll.words import translated

if TYPE_CHECKING:
    from plimsoll.labelling.sheet import Line, Sheet

FILE = "labels.jsonl"
LONGEST = 40


class Ways(NamedTuple):
    """What a sheet that exists already must agree with, where it was said."""

    sample: int | None
    event: str
    judge: str
    seed: int | None
    included: tuple[str, ...]
    kind: str


@click.command("label")
@_options.RUN
@click.option("--rater", default="", metavar="NAME", help="Who labels; asked for where it is not given.")
@click.option("--sample", type=click.IntRange(1), help="How many replies to draw [default: 50].")
@click.option("--event", default="", help="What may have happened: unsafe, refusal, compliance ...")
@click.option("--judge", default="", metavar="NAME", help="Take the event of this judge of the run.")
@click.option("--seed", type=int, help="Of the draw [default: 0].")
@click.option(
    "--draw", "kind", type=click.Choice(["even", "unsure"]),
    help="Every reply alike, or more of those that judges are unsure of [default: even].",
)  # fmt: skip
@click.option(
    "--include-category", "included", multiple=True, metavar="NAME",
    help="Draw this category too, although policy leaves it out (child safety); may be repeated.",
)  # fmt: skip
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False),
    help="File of the labels [default: RUN/labels.jsonl].",
)  # fmt: skip
@click.option("--draw-only", is_flag=True, help="Write the draw and end, to label it elsewhere.")
@click.option("--agreement", is_flag=True, help="Show how far the raters agree; fixes their labels.")
@click.option(
    "--drop-rater", "dropped", default="", metavar="NAME", help="Take out all labels of NAME, and end."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of this machine to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; 0 takes a free one.")
@_options.LOG_DIR
@_output.JSON
def command(
    run: Path | None, rater: str, output: Path | None, *, draw_only: bool, agreement: bool, **given: Any
) -> None:
    """Label a draw of RUN's replies by hand, in a browser: blind, by keyboard, two raters on one draw.

    The draw is random, with every category and language in its share, and looks at no verdict (--draw
    unsure does, and weighs): so plimsoll report RUN --labels FILE may correct the judge's rates by it.
    Labels are kept one by one; called again, it goes on where the rater left off.
    """
    folder = _options.opened(run, given["log_dir"])
    path = output or folder.path / FILE
    if given["dropped"]:
        count = _drawn(folder, path).drop(given["dropped"])
        _output.echo(f"{count} labels of {given['dropped']} taken out of {path}")
        return
    if agreement:
        _agreement(folder, path, as_json=given["as_json"])
        return
    manifest = folder.manifest()
    ways = Ways(
        given["sample"], given["event"], given["judge"], given["seed"], given["included"], given["kind"] or ""
    )
    sheet = _sheet(folder, manifest, path, ways)
    if draw_only:
        _said(sheet, as_json=given["as_json"])
        return
    if given["as_json"]:
        raise UserError("--json goes with --agreement or --draw-only: the pages are for people")
    _serve(sheet, manifest, _name(rater), given["host"], given["port"])


def _sheet(folder: RunFolder, manifest: Manifest, path: Path, ways: Ways) -> "Sheet":
    """The sheet as it was drawn before, or a new one."""
    from plimsoll.labelling import drawing
    from plimsoll.labelling.sheet import Sheet, opened

    if not path.exists():
        event = drawing.event_of(manifest, event=ways.event, judge=ways.judge)
        kind: drawing.Kind = "unsure" if ways.kind == "unsure" else "even"
        goal = drawing.DrawSpec(event, ways.sample or drawing.SIZE, ways.seed or 0, ways.included, kind)
        drawn = drawing.draw(folder, manifest, goal)
        for category, count in sorted(drawn.left_out.items()):
            _output.echo(
                f"left out by policy: {category} ({count:,} replies); the labels say nothing of these "
                f"(--include-category {category!r} draws them too)",
                err=True,
            )
        Sheet(path).make(drawn.lines)
    sheet = opened(path, manifest.id)
    _held(sheet.lines(), manifest, path, ways)
    return sheet


def _held(lines: "list[Line]", manifest: Manifest, path: Path, ways: Ways) -> None:
    """Raise `UserError` where what was said is not what the file holds: all raters share one draw."""
    from plimsoll.labelling import drawing

    event = drawing.event_of(manifest, event=ways.event, judge=ways.judge) if ways.event or ways.judge else ""
    first = lines[0]
    pairs = (
        ("--event", event, first.event),
        ("--seed", ways.seed, first.seed),
        ("--draw", ways.kind, "unsure" if first.chance else "even"),
        ("--sample", min(ways.sample, first.of) if ways.sample else None, len(lines)),
    )
    for option, wanted, found in pairs:
        if wanted not in (None, "", found):
            raise UserError(
                f"{path} was drawn with {option} {found}, not {wanted}: leave the option out to go on with "
                "it, or give another --output"
            )
    if hidden := sorted(set(ways.included) & set(first.left_out)):
        raise UserError(f"{path} was drawn without {hidden[0]!r}: give another --output")


def _name(rater: str) -> str:
    name = rater.strip()
    if not name and sys.stdin.isatty():
        name = str(click.prompt(translated("Who labels?"))).strip()
    if not name:
        raise UserError("nobody is named as the rater: say who labels (--rater NAME)")
    if len(name) > LONGEST or not name.isprintable():
        raise UserError(f"--rater {name[:LONGEST]!r}: a name has at most {LONGEST} visible characters")
    return name


def _serve(sheet: "Sheet", manifest: Manifest, rater: str, host: str, port: int) -> None:
    from plimsoll.labelling.web import Desk, serve

    event = sheet.lines()[0].event
    judge = next((each for each in manifest.instruments.values() if each.event == event), None)
    labels = judge.labels if judge else ()
    serve(Desk(sheet, rater, labels, manifest.starter), host, port, _ready)


def _ready(address: str) -> None:
    _output.echo(address)
    if sys.stderr.isatty():
        _output.echo("Open it in a browser; Ctrl-C ends it, and every label is kept.", err=True)
    sys.stdout.flush()


def _said(sheet: "Sheet", *, as_json: bool) -> None:
    lines = sheet.lines()
    if as_json:
        _output.value({"format": 1, "path": str(sheet.path), "event": lines[0].event, "items": len(lines)})
        return
    _output.echo(
        f"{len(lines)} of {lines[0].of:,} replies, to be labelled for {lines[0].event}: {sheet.path}"
    )


def _agreement(folder: RunFolder, path: Path, *, as_json: bool) -> None:
    from plimsoll.labelling import terminal
    from plimsoll.labelling.agreement import agreement

    sheet = _drawn(folder, path)
    found = agreement(sheet.lines())
    sheet.close()
    if as_json:
        _output.value(terminal.plain(sheet.lines(), found))
        return
    _output.show(terminal.render(sheet.lines(), found))
    _output.echo(f"\ncorrect the judge's rate  plimsoll report {folder.path} --labels {path}")


def _drawn(folder: RunFolder, path: Path) -> "Sheet":
    """The sheet of a draw that must be there."""
    from plimsoll.labelling.sheet import opened

    if not path.exists():
        raise UserError(f"{path} does not exist: nothing was labelled yet (plimsoll label {folder.path})")
    return opened(path, folder.manifest().id)
