"""Tokens -> who asks.

A token is `plm_<prefix>_<secret>`: the prefix finds it, and of the secret (256 random bits) only a
digest is kept, keyed with the server's secret, which is not in the database. Unknown, expired and
revoked tokens are refused with the same words.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, insert, select

from plimsoll.leaderboard.books import Books, Found
from plimsoll.leaderboard.errors import Unauthorized
from plimsoll.leaderboard.nouns import NewToken, Role, TokenEntry, Who
from plimsoll.leaderboard.tables import teams, tokens

_FORM = re.compile(r"plm_([0-9a-f]{12})_([\w-]{43})", re.ASCII)
REFUSED = "this token is not valid: unknown, expired or revoked"


@dataclass(frozen=True)
class Accounts:
    """Tokens -> who."""

    books: Books

    def who(self, token: str) -> Who:
        """The owner of a token. Raises `Unauthorized`."""
        form = _FORM.fullmatch(token)
        if form is None:
            raise Unauthorized(REFUSED)
        with self.books.database.read() as connection:
            found = _found(connection, tokens.c.prefix == form[1])
        digest = self.books.sign("token", form[2])
        # Compared in any case, so that the time does not tell whether the prefix is known.
        same = hmac.compare_digest(digest, found.digest if found else bytes(32))
        if found is None or not same or not self._holds(found):
            raise Unauthorized(REFUSED)
        return _who(found)

    def still(self, token_id: int) -> Who:
        """The owner of a token that was shown before (a session). Raises `Unauthorized`."""
        with self.books.database.read() as connection:
            found = _found(connection, tokens.c.id == token_id)
        if found is None or not self._holds(found):
            raise Unauthorized(REFUSED)
        return _who(found)

    def _holds(self, found: Found) -> bool:
        return found.revoked is None and (found.expires is None or self.books.stamp() < found.expires)


def issue(
    books: Books,
    connection: Connection,
    role: Role,
    *,
    team: Found | None = None,
    days: int | None = None,
    label: str = "",
) -> NewToken:
    """Make a token; only its digest is kept."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    expires = None
    if days is not None:
        expires = (books.clock() + timedelta(days=days)).isoformat(timespec="seconds")
    created = books.stamp()
    connection.execute(
        insert(tokens).values(
            prefix=prefix,
            digest=books.sign("token", secret),
            role=role,
            team_id=team.id if team else None,
            label=label[:120],
            created=created,
            expires=expires,
        )
    )
    entry = TokenEntry(
        prefix=prefix,
        role=role,
        team=team.name if team else "",
        created=created,
        expires=expires,
        revoked=None,
        label=label[:120],
    )
    return NewToken(token=f"plm_{prefix}_{secret}", entry=entry)


def _found(connection: Connection, which: object) -> Found | None:
    asked = select(tokens, teams.c.name.label("team_name")).join_from(tokens, teams, isouter=True)
    return connection.execute(asked.where(which)).first()  # pyright: ignore[reportArgumentType]


def _who(found: Found) -> Who:
    return Who(token=found.id, role=found.role, team=found.team_id, name=found.team_name or "")
