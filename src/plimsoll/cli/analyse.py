"""`plimsoll analyse`: a model whose weights are at hand -> where its safety lies."""

import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any, Literal

import click
import msgspec

from plimsoll import registry
from plimsoll.cli import _options, _output
from plimsoll.core import Analysed, UserError, WhiteBox, files, whitebox
from plimsoll.data import locate
from plimsoll.internals import checkpoint, memory
from plimsoll.internals.checkpoint import ROUTED, Checkpoint
from plimsoll.models.transformers import Transformers
from plimsoll.pages.markup import spoken
from plimsoll.reports import findings as rows
from plimsoll.reports.findings import NONE
from plimsoll.run.keep import findings
from plimsoll.whitebox import parity
from plimsoll.whitebox.anchors import Anchors, anchors, translated
from plimsoll.words import preferred

SHOWN = 12
"""Heads that a terminal shows of each number, the first ones first; layers are shown all."""
OFTEN = 0.5
"""Seconds between two lines of progress."""


@click.command("analyse")
@click.argument("analysis", metavar="ANALYSIS[:key=value,...]")
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option("--harmful", type=click.Path(path_type=Path, dir_okay=False), help="Prompts, one a line.")
@click.option("--harmless", type=click.Path(path_type=Path, dir_okay=False), help="Prompts, one a line.")
@click.option(
    "--language",
    type=click.Choice(["en", "zh", "both"]),
    help="Of the prompts.  [default: en; both for probes]",
)
@click.option(
    "--limit", type=click.IntRange(0), default=16, show_default=True, help="Prompts of each kind; 0 for all."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write it here: a page where the name ends in .html, else JSON.",
)
@_options.LOG_DIR
@_output.JSON
def command(
    *,
    analysis: str,
    models: tuple[str, ...],
    harmful: Path | None,
    harmless: Path | None,
    language: Literal["en", "zh", "both"] | None,
    limit: int,
    out: Path | None,
    log_dir: Path,
    as_json: bool,
) -> None:
    """Find where safety lies in a model's weights: `plimsoll list whitebox` shows the analyses.

    MODEL is a folder of weights, a GGUF file, or transformers/ and an id. What is found is kept in the log
    folder: reports of runs on the same weights show it.
    """
    part = registry.build("whitebox", analysis)
    if part.models != len(models):
        raise UserError(f"{analysis} takes {part.models} model(s), not {len(models)}")
    given = _given(part, harmful, harmless, language).first(limit)
    findings.refuse_place(log_dir)
    if out and not out.absolute().parent.is_dir():
        raise UserError(f"--out {out}: there is no folder {out.absolute().parent}")
    opened = [opened_model(spec) for spec in models]
    refuse_unsound(opened)
    found = part.analyse(opened, given, Progress(analysis))
    asked = {**found.arguments, "files": dict(given.files), "prompts": given.digest}
    found = msgspec.structs.replace(found, analysis=analysis, arguments=asked)
    kept = findings.keep(log_dir, found)
    if out:
        _write(found, out)
    if as_json:
        _output.value(found)
        return
    _show(found)
    _output.echo(f"\n{out or kept}")


def _given(
    part: Any, harmful: Path | None, harmless: Path | None, language: Literal["en", "zh", "both"] | None
) -> Anchors:
    """The prompts. Raises `UserError` where translations would be counted as if they were independent."""
    by_question = getattr(part, "by_question", False)
    language = language or ("both" if by_question else "en")
    if language == "both" and not by_question:
        raise UserError("--language both goes with analyses that count by question, such as probes")
    if language == "both" and harmful is None and harmless is None:
        return translated()
    found = anchors(harmful=harmful, harmless=harmless, language="zh" if language == "zh" else "en")
    if not by_question and (question := found.reworded()):
        raise UserError(
            f"question {question!r} stands in several wordings, and this analysis would count each as a "
            "question of its own: leave one of each, or take one that counts by question, such as probes"
        )
    return found


def _write(found: Analysed, out: Path) -> None:
    if out.suffix == ".html":
        from plimsoll.reports import findings_html

        files.write_text(out, findings_html.render(found, language="zh" if preferred() == "zh" else "en"))
        return
    files.write(out, [msgspec.json.format(msgspec.json.encode(found))])


def opened_model(spec: str) -> WhiteBox:
    """A model by its folder, file or spec. Raises `UserError` where its weights are not at hand."""
    model = registry.build_model(spec_of(spec))
    found = whitebox(model)
    if found is None:
        raise UserError(f"{spec} has no weights at hand: write transformers/ and a folder, a file or an id")
    if isinstance(model, Transformers) and model.file:
        _refuse_another_model(found, model.file)
    return found


def refuse_unsound(models: Sequence[WhiteBox]) -> None:
    """Say before weights are loaded what would stop the work: too little memory, numbers that are none.

    Raises `UserError`, `DataError`; for weights that are no safetensors, too.
    """
    held = [
        (each, Checkpoint(each.at_hand))
        for each in models
        if isinstance(each, Transformers) and each.at_hand and not (each.at_hand / ROUTED).is_file()
    ]
    memory.refuse_models((model, source.layouts.values()) for model, source in held)
    for _, source in held:
        checkpoint.refuse_nan(source)


def _refuse_another_model(model: WhiteBox, file: Path) -> None:
    """A GGUF file is held against llama.cpp once for each version of the library. Raises `UserError`."""
    place = locate.home() / "parity" / f"{sha256(model.revision.encode()).hexdigest()[:24]}.json"
    found = parity.remembered(place)
    if found is None:
        _output.echo(f"{file.name}: held against llama.cpp, once", err=True)
        other = registry.build_model(f"llamacpp/{file}")
        found = parity.measured(model, other, quantised=parity.is_quantised(file))
        parity.remember(place, found)
    parity.refuse_unlike(file, found)


def spec_of(model: str) -> str:
    """A model's spec: a path or a bare name is one of `transformers`."""
    local = model.startswith(("/", ".", "~")) or "/" not in model or Path(model).exists()
    return f"transformers/{model}" if local else model


def folder_of(model: str) -> Path:
    """Where a model would lie whose spec is a path."""
    return Path(model.removeprefix("transformers/")).expanduser()


class Progress:
    """Shows how far it is, and how long it will take, on a terminal."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.losses: list[float] = []
        self.total = self.done = 0
        self.began = self.shown = monotonic()

    def begin(self, total: int) -> None:
        """So many steps are to come."""
        self.total, self.done, self.began = total, 0, monotonic()

    def loss(self, value: float) -> None:
        """The loss of a step of training, kept for who shows its course."""
        self.losses.append(value)

    def step(self, steps: int = 1) -> None:
        """Some are done."""
        self.done += steps
        now = monotonic()
        last = self.done >= self.total
        if not self.done or not sys.stderr.isatty() or (now - self.shown < OFTEN and not last):
            return
        self.shown = now
        left = (now - self.began) / self.done * (self.total - self.done)
        _output.over(f"{self.what}: {self.done} of {self.total} · {left:4.0f} s to go" + "\n" * last)


def _show(found: Analysed) -> None:
    language = preferred()
    for name, revision in found.models.items():
        _output.echo(f"{found.analysis} · {name} ({revision.partition(' ')[0]})")
    for group in rows.groups(found):
        _output.echo(f"\n{spoken(rows.counted(group), language)}")
        table = rows.table(group)
        most = SHOWN if group.findings[0].head is not None else len(table.rows)
        shown = [tuple(spoken(cell, language) for cell in row) for row in table.rows[:most]]
        _output.table(_row(*row, counted=rows.counts_each(group)) for row in shown)
        if len(table.rows) > most:
            _output.echo(f"and {len(table.rows) - most} more (--json shows all)")
    for note in found.notes:
        _output.echo(f"\n{note}")


def _row(place: str, value: str, interval: str, *more: str, counted: bool) -> tuple[str, str]:
    said = value if interval == NONE else f"{value} [{interval}]"
    if counted:
        more = (f"n = {more[0]}", *more[1:])
    return place, "  ".join((said, *filter(None, more)))
