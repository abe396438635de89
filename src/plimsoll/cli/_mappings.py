"""`plimsoll taxonomy fork|sign|verify|diff`: versions of the mapping that a community can keep of its own."""

from collections.abc import Iterable
from pathlib import Path

import click

from plimsoll.cli import _output
from plimsoll.cli._taxonomy_tables import FORM, show
from plimsoll.core import UserError, files
from plimsoll.run.keep import keys, signed
from plimsoll.taxonomies import mapping
from plimsoll.taxonomies.mapping import MappingVersion

KIND = "application/vnd.plimsoll.mapping+json"
MAPPING = click.option(
    "--mapping",
    "version",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A version of the mapping (plimsoll taxonomy fork) in the place of Plimsoll's own.",
)
FILE = click.Path(path_type=Path, dir_okay=False)


def read(path: Path | None, named: Iterable[str] = ()) -> MappingVersion:
    """A version, signed or not; a signed one only where its signature holds."""
    if path is None:
        return mapping.shipped()
    try:
        body = files.read(path, mapping.LARGEST)
    except OSError as error:
        raise UserError(f"{path}: cannot be read as a mapping: {error.strerror or error}") from None
    if signed.is_signed(body):
        body = signed.opened(body, KIND, str(path), list(named)).body
    return mapping.decode(body, str(path))


@click.command("fork")
@click.argument("name")
@click.option("--change", multiple=True, metavar="TAXONOMY:CODE=H01,H02", help="Hub hazards, primary first.")
@click.option("--why", default="", help="What the change rests on.")
@click.option("--output", "-o", type=FILE, help="Default: NAME.mapping.json.")
@MAPPING
def fork(name: str, change: tuple[str, ...], why: str, output: Path | None, version: Path | None) -> None:
    """Make a version of the mapping of your own, called NAME, that names what it was forked from."""
    changes: dict[str, list[str]] = {}
    for each in change:
        address, equals, hubs = each.rpartition("=")
        if not equals:
            raise UserError(f"--change {each!r} is not TAXONOMY:CODE=H01,H02")
        changes[address] = [hub.strip() for hub in hubs.split(",") if hub.strip()]
    made = mapping.fork(read(version), name, changes, why)
    path = output or Path(f"{name}.mapping.json")
    files.write(path, [mapping.encode(made)])
    _output.echo(f"mapping  {path}")
    _output.echo(f"digest   {made.digest}")
    _output.echo(f"parent   {made.parent}")


@click.command("sign")
@click.argument("file", type=FILE)
@click.option("--key", type=FILE, help="Private key (PEM, Ed25519); made on first use.")
def sign(file: Path, key: Path | None) -> None:
    """Sign a version of the mapping in FILE; it stays readable by every command that takes --mapping."""
    found = read(file)
    body, public = signed.sign(mapping.encode(found), KIND, key or keys.default_key())
    files.write(file, [body])
    _output.echo(f"signed      {file}")
    _output.echo(f"digest      {found.digest}")
    _output.echo(f"public key  {public}")


@click.command("verify")
@click.argument("file", type=FILE)
@click.option("--key", "named", multiple=True, help="Public key, or a file that holds it; may be repeated.")
@_output.JSON
def verify(file: Path, named: tuple[str, ...], as_json: bool) -> None:
    """Hold a signed version of the mapping against its signature; exits 1 where none holds."""
    try:
        body = files.read(file, mapping.LARGEST)
    except OSError as error:
        raise UserError(f"{file}: cannot be read as a mapping: {error.strerror or error}") from None
    found = signed.opened(body, KIND, str(file), [keys.read_public_key(each) for each in named])
    version = mapping.decode(found.body, str(file))
    told = {"name": version.name, "digest": version.digest, "parent": version.parent, "signer": found.signer}
    if as_json:
        _output.value({**told, "trusted": found.trusted})
        return
    _output.table((word, value) for word, value in told.items())
    if not found.trusted:
        _output.echo("This is not a key you named: nothing has changed since it signed, whoever holds it.")


@click.command("diff")
@click.argument("before", type=FILE)
@click.argument("after", type=FILE, required=False)
@FORM
def diff(before: Path, after: Path | None, form: str) -> None:
    """Show which categories AFTER links otherwise than BEFORE; with one FILE, than Plimsoll's own mapping."""
    old, new = (read(before), read(after)) if after else (mapping.shipped(), read(before))
    rows = [
        (each.taxonomy, each.code, each.category, each.before, each.after) for each in mapping.diff(old, new)
    ]
    if form == "table" and not rows:
        _output.echo(f"{new.name} says what {old.name} says")
        return
    show(form, ("taxonomy", "code", "category", "before", "after"), rows)
