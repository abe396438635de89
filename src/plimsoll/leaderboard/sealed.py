"""What a team says of a sealed run -> whether the seal stands for it: for this model, and for this team."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, select

from plimsoll.leaderboard.checking import short
from plimsoll.leaderboard.nouns import Fault, Meta
from plimsoll.leaderboard.runs import Run
from plimsoll.leaderboard.tables import versions


def other_model(meta: Meta, sealed: str) -> Iterator[Fault]:
    """A fault where what a team says of its model and what the sealed run says differ."""
    id = sealed.partition("/")[2]
    names = {name.strip().casefold() for name in (sealed, id, id.rpartition("/")[2]) if name.strip()}
    if meta.model.strip().casefold() not in names:
        message = f"the sealed run is of the model {short(sealed)}, not of {short(meta.model)}"
        yield Fault(code="seal_model", message=message)


def is_anothers(connection: Connection, team: int, run: Run, *, hosts_keys: bool) -> bool:
    """Whether another team handed in under the same key; under the host's own, the same answers."""
    asked = select(versions.c.id).where(versions.c.signer == run.signer[:128], versions.c.team_id != team)
    if hosts_keys:
        asked = asked.where(versions.c.seed == run.predictions.seed)
    return connection.execute(asked.limit(1)).first() is not None


def is_day(text: str) -> bool:
    """Whether a year, a month or a day is one that there is."""
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True
