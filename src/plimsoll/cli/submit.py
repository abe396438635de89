"""`plimsoll submit`: hand predictions or a run in to a board."""

import os
import re
from pathlib import Path
from typing import Any

import click

from plimsoll.cli import _output
from plimsoll.core import UserError

_PLACE = re.compile(r"(?P<host>https?://.+?)/boards?/(?P<board>[^/?#]+)/?(?:[?#].*)?")

BLUNTED = 0.001
"""A step above this one is no mere rounding for the page."""


@click.command("submit")
@click.argument("what", metavar="FILE|RUN", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--board", "address", required=True, metavar="URL", help="The board's page: https://HOST/board/NAME"
)
@click.option(
    "--token-env",
    default="PLIMSOLL_TOKEN",
    show_default=True,
    metavar="NAME",
    help="Environment variable that holds the team's token.",
)
@click.option("--model", help="The model's name; a run folder knows it.")
@click.option("--size", default="", help="Such as 7B.")
@click.option("--released", default="", help="YYYY, YYYY-MM or YYYY-MM-DD.")
@click.option("--link", default="", help="Where the model is described.")
@click.option("--setting", default="", help="Such as zero-shot; a run folder knows it.")
@click.option("--how", default="", help="How the answers were had, such as generation.")
@click.option("--note", default="", help="A remark for readers.")
@click.option("--missing", type=click.Choice(["refuse", "wrong"]), default="refuse", show_default=True)
@click.option("--update", "submission", default="", metavar="ID", help="A new version of this submission.")
@click.option("--again", is_flag=True, help="A new submission, even of the same file.")
@_output.JSON
def command(
    what: Path, *, address: str, token_env: str, submission: str, again: bool, as_json: bool, **given: Any
) -> None:
    """Hand FILE (official predictions) or RUN (a run folder) in; prints the receipt.

    Running the same command again is safe: it is answered with the same receipt.
    """
    from plimsoll.leaderboard import client

    place = _PLACE.fullmatch(address)
    if place is None:
        raise UserError(f"--board {address}: give the address of the board's page, https://HOST/board/NAME")
    said = {name: value for name, value in (_of_run(what) | _given(given)).items() if value}
    if "model" not in said:
        raise UserError("--model is needed: a file of predictions does not name its model")
    receipt = client.submit(
        what,
        address=place["host"],
        board=place["board"],
        token=_token(token_env),
        said=said,
        submission=submission,
        salt=os.urandom(8).hex() if again else "",
    )
    if as_json:
        _output.value(receipt)
        return
    show_receipt(receipt)


def _given(given: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in given.items() if value}


def _of_run(what: Path) -> dict[str, str]:
    """What a run folder says of its model."""
    if not what.is_dir():
        return {}
    from plimsoll import registry
    from plimsoll.run.keep.folder import open_run

    folder = open_run(what)
    manifest, summary = folder.manifest(), folder.summary()
    shots = registry.parse(manifest.spec.benchmark).arguments.get("shots", "0")
    names = {"0": "zero-shot", "5": "five-shot"}
    means = max(summary.means, key=lambda name: summary.means[name]) if summary and summary.means else ""
    return {
        "model": manifest.model.name,
        "setting": names.get(shots, f"{shots}-shot"),
        "how": means.replace("_", " "),
    }


def _token(name: str) -> str:
    token = os.environ.get(name, "").strip()
    if not token:
        raise UserError(f"{name} holds no token: export {name}=plm_... (the board's host gives it out)")
    return token


def show_receipt(receipt: Any) -> None:
    """Print a receipt."""
    _output.echo(f"receipt   {receipt['id']}, version {receipt['version']}, {receipt['state']}")
    _output.echo(f"received  {receipt['received']}  sha256 {receipt['sha256']}")
    for note in receipt.get("notes", ()):
        _output.echo(f"note      {note['message']}")
    for reading in ("compat", "strict"):
        (whole, *_) = receipt["scores"][reading]
        bounds = f"{whole['low']:.1%} to {whole['high']:.1%}"
        about = "≈" if _blunted(whole) else ""
        _output.echo(f"{reading:<9} {about}{whole['value']:.1%}  ({bounds}, n = {whole['n']:,})")
    if any(_blunted(each) for reading in ("compat", "strict") for each in receipt["scores"][reading]):
        _output.echo(
            "          ≈ is rounded while the round is open, so that no answer can be learnt from it"
        )
    if receipt["scores"]["part"] == "open":
        _output.echo("          over the questions that are not held out in this round")
    _output.echo(f"left      {receipt['left_today']} scores today")


def _blunted(score: Any) -> bool:
    """Whether a number is rounded so far that single answers do not show in it."""
    return score["step"] > BLUNTED
