"""`plimsoll sign`: a seal on a run, so that a changed byte is found."""

from pathlib import Path

import click

from plimsoll.cli import _options, _output
from plimsoll.run.keep import keys, seal


@click.command("sign")
@_options.RUN
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Private key (PEM, Ed25519); made on first use. Without it, signing.key in your settings folder.",
)
@_options.LOG_DIR
def command(run: Path | None, key: Path | None, log_dir: Path) -> None:
    """Sign RUN (the newest one without it): write seal.json over its manifest, records and summary."""
    folder = _options.opened(run, log_dir)
    private = key or keys.default_key()
    fresh = not private.exists()
    finding = seal.sign(folder, private)
    if fresh:
        _output.echo(f"made a key of your own: {private} (keep it to yourself)", err=True)
    _output.echo(f"seal        {folder.path / seal.FILE}")
    _output.echo(f"public key  {finding.signer}")
    _output.echo(f"verify      plimsoll verify {folder.path} --key {finding.signer}")
