"""The command line: one file per command, each imported only when it is called."""

import gc
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from plimsoll import __version__
from plimsoll.cli import _dotenv, _help, _output
from plimsoll.core import PlimsollError, UserError, did_you_mean, files

OK, ERROR, USAGE, GATE, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes that scripts may rely on."""
YOUNG = 10_000
"""Objects that are made before cycles are looked for: a run makes few, and looking often costs its time."""


class Commands(click.Group):
    """Finds a command by its file name and imports no other."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every file of this folder that is no shared code."""
        found = Path(__file__).parent.glob("[!_]*.py")
        return sorted(path.stem for path in found)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"plimsoll.cli.{cmd_name}").command
        _mirror(command, f"PLIMSOLL_{cmd_name}")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the closest commands when there is none of that name."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            close = did_you_mean(args[0], self.list_commands(ctx))
            raise click.UsageError(
                f"no command is called {args[0]!r}{close} (plimsoll --help shows all)", ctx
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their summaries, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES.get(name, "")) for name in self.list_commands(ctx)])


SUMMARIES = {
    "analyse": "Find where safety lies in a model's weights.",
    "board": "Host a leaderboard.",
    "cache": "Show or empty the cache of responses.",
    "calibrate": "Hold judges against people: agreement, errors, cost.",
    "card": "Write and check risk cards, and assess a deployment by them.",
    "compare": "Hold runs against each other, question by question.",
    "coverage": "Show what of the field's surveys is measured here, and what is not.",
    "corpus": "Hold a training corpus against GB/T 45654-2025: drawn, judged, with intervals.",
    "data": "Fetch official data sets, see where they lie, and describe your own.",
    "demo": "SafetyBench on the embedded model, from questions to report.",
    "doctor": "Say what works on this machine, what is missing, and the line that brings it.",
    "drift": "Hold a model after fine-tuning against the one before.",
    "export": "Write a run in another tool's format.",
    "finetune": "Train a model on examples, to see what it costs in safety.",
    "gate": "Fail when a run is significantly worse than a baseline.",
    "generate": "Write prompts for the risks of a configuration, as a data set to run.",
    "guard": "Measure content guards: AUPRC, F1, recall, calibration, with intervals.",
    "import": "Turn another tool's log into a run folder.",
    "init": "Begin a package with a benchmark, judge, attack, defense, model or guard.",
    "judge": "Judge a run's stored answers anew; no model is asked again.",
    "label": "Label a run's replies by hand, to measure its judges.",
    "list": "List benchmarks, models, judges and all other parts.",
    "merge": "Make one run of the parts of a shared one.",
    "plan": "Say how many questions, epochs and labels a wished interval takes.",
    "realign": "Repair a fine-tuned model, and write the weights.",
    "records": "Print a run's records as JSON lines.",
    "report": "Write a run's report: terminal, HTML, Markdown or JSON.",
    "run": "Put a benchmark to a model.",
    "samples": "Print a benchmark's samples, with the exact text sent, as JSON lines.",
    "score": "Score a file of predictions by the benchmark's official rules.",
    "show": "Show one part: its card, arguments and defaults.",
    "sign": "Put a seal on a run.",
    "submit": "Hand predictions or a run in to a board.",
    "taxonomy": "Search and convert risk taxonomies, and see what of them is measured.",
    "traces": "Search traces of an agent for backdoors.",
    "train": "Write examples to fine-tune a guard on.",
    "verify": "Hold a run against its seal; name what was changed.",
    "view": "Open the pages of local runs, or write them as files.",
}


NOTHING_TYPED = "NoArgsIsHelpError"
"""What click raises where a command that needs words is given none; older releases print the help."""

VERDICTS = ("gate", "verify")
"""Commands whose exit code is what they are called for: one that nobody heard out did not pass."""


WHOLE = 1000
"""Characters of a command's summary that are shown: all."""


TAKEN = ("PLIMSOLL_CACHE", "PLIMSOLL_CONFIG", "PLIMSOLL_DATA", "PLIMSOLL_LANG", "PLIMSOLL_TOKEN")
"""Variables that mean something else than a flag of their name."""


def _mirror(command: click.Command, prefix: str) -> None:
    """Let every option be given by a variable too: that of its command and flag, else that of its flag.

    `PLIMSOLL_RUN_LOG_DIR` stands for `--log-dir` of `plimsoll run`, `PLIMSOLL_LOG_DIR` for that of all.
    """
    command.context_class = _help.context()
    for option in command.params:
        if isinstance(option, click.Option):
            flag = max(option.opts, key=len).lstrip("-")
            named = (f"{each}_{flag}".replace("-", "_").upper() for each in (prefix, "PLIMSOLL"))
            option.envvar = [name for name in named if name not in TAKEN]
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            # Lists of commands show whole sentences: click would cut them, and no half is in a catalogue.
            inner.short_help = inner.get_short_help_str(WHOLE)
            _mirror(inner, f"{prefix}_{name}")


def _same_word(token: str) -> str:
    return token.replace("_", "-")


@click.command(
    cls=Commands,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "token_normalize_func": _same_word,
    },
    epilog="Exit codes: 0 ok, 1 error, 2 usage, 3 gate failed, 130 interrupted.",
)
@click.version_option(__version__, "-V", "--version", message="plimsoll %(version)s")
def group() -> None:
    """Tell how far a language model may safely be loaded.

    First run: plimsoll demo. Own endpoint: plimsoll run safetybench --model openai/NAME -M base_url=URL
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(YOUNG)
    out: Any = sys.stdout
    if hasattr(out, "reconfigure"):
        # A terminal that lacks a character shows another one; it is no reason to fail.
        out.reconfigure(errors="replace")
    if os.environ.get("_PLIMSOLL_COMPLETE"):
        group.main(prog_name="plimsoll")  # answers the shell that asks how a line may go on, and exits
    with suppress(ValueError):  # in another thread than the first, which the system does not allow
        signal.signal(signal.SIGTERM, _interrupted)
    for line in _dotenv.taken_up(Path(".env"), os.environ):
        _output.echo(f"plimsoll: {line}", err=True)
    sys.exit(exit_code(sys.argv[1:] if arguments is None else arguments))


def _interrupted(*_: object) -> None:
    """A polite kill ends a command as Ctrl-C does: what it began is taken back, or kept for the next try."""
    raise KeyboardInterrupt


def exit_code(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code."""
    try:
        # Not by click's `main`, which makes a failure of a broken pipe.
        # `list` would be the command of that name, once it is imported.
        group.context_class = _help.context()
        with group.make_context("plimsoll", [*arguments]) as context:
            result: Any = group.invoke(context)
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, EOFError, KeyboardInterrupt):
        _output.echo("plimsoll: interrupted", err=True)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        # rich makes an exit of its own of a broken pipe.
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise
        return _unheard(arguments)
    except (click.ClickException, PlimsollError) as error:
        return _guide(error) if type(error).__name__ == NOTHING_TYPED else _complain(error)
    except OSError as error:
        _output.echo(f"plimsoll: {_unusable(error)}", err=True)
        return ERROR
    return result if isinstance(result, int) else OK


def _unheard(arguments: Sequence[str]) -> int:
    """The reader of a pipe has gone (`| head`): that is its right. Nothing may be flushed any more."""
    with Path(os.devnull).open("wb") as nowhere, suppress(OSError):
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return ERROR if arguments[0] in VERDICTS else OK


def _guide(error: click.ClickException | PlimsollError) -> int:
    """The help of what was called with nothing behind it: laid out already, in the reader's language."""
    _output.document(f"{error}\n")
    return USAGE


def _complain(error: click.ClickException | PlimsollError) -> int:
    message = error.format_message() if isinstance(error, click.ClickException) else str(error)
    message = _help.given(message) if isinstance(error, click.MissingParameter) else message
    _output.echo(f"plimsoll: {message}", err=True)
    if isinstance(error, click.UsageError) and error.ctx and error.ctx.command_path != "plimsoll":
        _output.echo(f"({error.ctx.command_path} --help shows the options)", err=True)
    return USAGE if isinstance(error, (click.UsageError, UserError)) else ERROR


def _unusable(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    remedy = "; make room on the disk, then give the same command again" if error.errno in files.FULL else ""
    return f"{reason}{remedy}" if error.filename is None else f"{error.filename}: {reason}{remedy}"
