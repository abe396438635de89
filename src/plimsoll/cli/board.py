"""`plimsoll board`: host a leaderboard."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from plimsoll.cli import _numbers, _output
from plimsoll.core import MissingExtra

if TYPE_CHECKING:
    from plimsoll.leaderboard.nouns import TokenEntry
    from plimsoll.leaderboard.service import Service

HOME = click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("board"),
    show_default=True,
    help="Folder of the board's database and secret.",
)
DATABASE = click.option(
    "--database",
    default="",
    metavar="URL",
    help="Instead of the embedded SQLite file: postgresql+psycopg://user@host/name.",
)
SLUG = click.argument("board", metavar="BOARD")


@click.group("board")
def command() -> None:
    """Host a leaderboard: boards, teams, rounds, and the service itself.

    First start: plimsoll board serve. Commands on the host's machine need no token.
    """


@command.command("init")
@HOME
@DATABASE
def init(home: Path, database: str) -> None:
    """Make the database, SafetyBench's boards and the first host token."""
    _prepared(_opened(home, database))


@command.command("serve")
@HOME
@DATABASE
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any free.")
@click.option(
    "--trusted-proxy",
    "proxies",
    multiple=True,
    metavar="CIDR",
    help="Proxy whose X-Forwarded-For is believed; may be repeated.",
)
@click.option(
    "--seal-key",
    "seal_keys",
    multiple=True,
    help="Public key whose seals count as verified; may be repeated. Without it, anyone's unbroken seal.",
)
def serve(
    home: Path, database: str, *, host: str, port: int, proxies: tuple[str, ...], seal_keys: tuple[str, ...]
) -> None:
    """Serve the pages and the API until stopped; a new home is made ready first."""
    service = _opened(home, database, seal_keys)
    from plimsoll.leaderboard import serving

    _prepared(service)
    with serving.listening(host, port) as bound:
        name = f"[{host}]" if ":" in host else host
        _output.echo(f"http://{name}:{bound.getsockname()[1]}/")
        serving.serve(service, bound, proxies)


@command.command("add")
@SLUG
@click.option("--benchmark", required=True, help="Spec of the benchmark (plimsoll list benchmarks).")
@click.option(
    "--answers",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help='JSON: {"<id>": 2} or {"<id>": {"answer": 2, "category": "..."}}. Without it, the benchmark\'s own.',
)
@click.option("--title", default="", help="Name on the page.")
@click.option("--about", default="", help="What visitors should know.")
@click.option("--at-once", is_flag=True, help="Publish accepted submissions without waiting for you.")
@click.option("--daily", type=int, default=5, show_default=True, help="Scores of a team in a day.")
@click.option(
    "--grain", type=int, default=5, show_default=True,
    help="Questions that a shown step stands for while a round is open; 0 shows exact numbers.",
)  # fmt: skip
@click.option(
    "--holdout",
    type=_numbers.Real(0, 0.9),
    default=0.0,
    show_default=True,
    help="Share scored only at the close.",
)
@HOME
@DATABASE
def add(board: str, benchmark: str, answers: Path | None, home: Path, database: str, **given: Any) -> None:
    """Add BOARD for a benchmark whose answers you keep."""
    service = _opened(home, database)
    from plimsoll.leaderboard import opening
    from plimsoll.leaderboard.administration import HOST

    key = opening.key_for(benchmark, answers)
    made = opening.new_board(board, benchmark, **given)
    added = service.admin.add_board(HOST, made, key, opening.published_of(benchmark))
    _output.echo(
        f"{added.slug}: {added.n:,} questions, {len(added.categories)} categories, {added.rows} rows"
    )


@command.command("set")
@SLUG
@click.option("--title", help="Name on the page.")
@click.option("--about", help="What visitors should know.")
@click.option("--at-once/--by-hand", default=None, help="Publish at once, or when you say so.")
@click.option("--daily", type=int, help="Scores of a team in a day.")
@click.option("--grain", type=int, help="Questions that a shown step stands for; 0 shows exact numbers.")
@HOME
@DATABASE
def set_(board: str, home: Path, database: str, **given: Any) -> None:
    """Change the settings of BOARD."""
    from plimsoll.leaderboard.administration import HOST

    changed = _opened(home, database).admin.change(HOST, board, **given)
    _output.echo(f"{changed.slug}: at once {changed.at_once}, daily {changed.daily}, grain {changed.grain}")


@command.command("token")
@click.argument("team", required=False)
@click.option("--host", "for_host", is_flag=True, help="A token for the host instead of a team.")
@click.option("--days", type=int, default=365, show_default=True, help="How long it holds.")
@click.option("--label", default="", help="A note for the list of tokens.")
@click.option("--revoke", metavar="PREFIX", help="End the token with this prefix.")
@HOME
@DATABASE
def token(
    team: str | None, *, for_host: bool, days: int, label: str, revoke: str | None, home: Path, database: str
) -> None:
    """Print a new token for TEAM (made if new); it is shown only now. Without TEAM, list tokens."""
    from plimsoll.leaderboard.administration import HOST

    admin = _opened(home, database).admin
    if revoke:
        _output.echo(f"{admin.revoke(HOST, revoke).prefix}: revoked")
    elif for_host:
        _output.echo(admin.issue(HOST, None, days=days, label=label).token)
    elif team:
        known = {each.name.casefold(): each.id for each in admin.teams(HOST)}
        id = known.get(" ".join(team.split()).casefold()) or admin.add_team(HOST, team).id
        _output.echo(admin.issue(HOST, id, days=days, label=label).token)
    else:
        rows = ((entry.prefix, _about(entry)) for entry in admin.tokens(HOST))
        _output.table(rows)


@command.command("publish")
@click.argument("submissions", nargs=-1)
@HOME
@DATABASE
def publish(submissions: tuple[str, ...], home: Path, database: str) -> None:
    """Show SUBMISSIONS on their boards; without any, list what is pending."""
    from plimsoll.leaderboard.administration import HOST

    admin = _opened(home, database).admin
    for id in submissions:
        _output.echo(f"{admin.publish(HOST, id).id}: published")
    if not submissions:
        pending = admin.pending(HOST)
        rows = ((s.id, f"{s.board} · {s.team} · {s.versions[-1].meta.model}") for s in pending)
        _output.table(rows)


@command.command("close")
@SLUG
@click.option(
    "--holdout", type=_numbers.Real(0, 0.9), help="Share held out in the next round; without it, as before."
)
@HOME
@DATABASE
def close(board: str, holdout: float | None, home: Path, database: str) -> None:
    """Close the round of BOARD: held-out scores appear, and the next round begins."""
    from plimsoll.leaderboard.administration import HOST

    opened = _opened(home, database).admin.close_round(HOST, board, holdout)
    _output.echo(f"{board}: round {opened.round.number - 1} is closed, round {opened.round.number} is open")


@command.command("list")
@HOME
@DATABASE
@_output.JSON
def list_(home: Path, database: str, as_json: bool) -> None:
    """The boards with their settings."""
    boards = _opened(home, database).boards.all()
    if as_json:
        _output.value(boards)
        return
    _output.table((b.slug, f"{b.title} · {b.n:,} questions · {b.rows} rows · round {b.round.number}, "
                   f"{b.round.holdout:.0%} held out · daily {b.daily}") for b in boards)  # fmt: skip


def _about(entry: "TokenEntry") -> str:
    ended = " · revoked" if entry.revoked else ""
    return f"{entry.team or 'host'} · until {entry.expires or 'revoked'}{ended} {entry.label}"


def _opened(home: Path, database: str, seal_keys: tuple[str, ...] = ()) -> "Service":
    try:
        from plimsoll.leaderboard import opening
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "plimsoll":
            raise
        raise MissingExtra("plimsoll board", "board") from error
    return opening.open_service(home, database, seal_keys=seal_keys)


def _prepared(service: "Service") -> None:
    """SafetyBench's boards and a host token, where there are none yet."""
    from plimsoll.leaderboard import opening
    from plimsoll.leaderboard.administration import HOST

    if any(entry.role == "host" for entry in service.admin.tokens(HOST)):
        return
    for made in opening.add_presets(service.admin, frozenset(b.slug for b in service.boards.all())):
        said = f"no answers here ({made.problem})" if made.problem else "ready"
        _output.echo(f"{made.preset.slug}: {said}", err=True)
    _output.echo("host token, shown only now:", err=True)
    _output.echo(service.admin.issue(HOST, None, days=None, label="first").token)
