"""`plimsoll verify`: a run held against its seal."""

from pathlib import Path

import click

from plimsoll import cli
from plimsoll.cli import _options, _output
from plimsoll.run.keep import keys, seal
from plimsoll.run.keep.seal import Finding


@click.command("verify")
@_options.RUN
@click.option("--key", "named", multiple=True, help="Public key, or a file that holds it; may be repeated.")
@_output.JSON
@_options.LOG_DIR
def command(run: Path | None, named: tuple[str, ...], as_json: bool, log_dir: Path) -> int:
    """Hold RUN against its seal and name what was changed; exits 1 when anything was.

    With --key the seal must be that key's. Without it, your own key is tried; a seal of another
    key then shows that nothing has changed since somebody signed, not who did.
    """
    folder = _options.opened(run, log_dir)
    finding = _verified(folder.path, [keys.read_public_key(text) for text in named])
    if as_json:
        _output.value({"run": str(folder.path), "ok": finding.ok, "trusted": finding.trusted,
                       "signer": finding.signer, "problems": finding.problems})  # fmt: skip
    else:
        _say(finding)
    return cli.OK if finding.ok else cli.ERROR


def _verified(folder: Path, named: list[str]) -> Finding:
    if named:
        return seal.verify(folder, named)
    if keys.default_key().exists():
        own = seal.verify(folder, [keys.public_key(keys.default_key())])
        if not any(problem.kind == "key" for problem in own.problems):
            return own
    return seal.verify(folder)


def _say(finding: Finding) -> None:
    for problem in finding.problems:
        _output.echo(f"changed  {problem.message}")
    if finding.ok:
        _output.echo(f"intact   {', '.join(seal.FILES)}")
    if finding.signer:
        _output.echo(f"signer   {finding.signer}")
    if finding.ok and not finding.trusted:
        _output.echo("This is not a key you named: nothing has changed since it signed, whoever holds it.")
