"""A token shown once -> a cookie that stands for it in a browser, and the token of its forms.

The cookie is `<id>.<token's number>.<end>.<signature>`: signed with the server's secret, good for half
a day, and worth nothing once the token behind it is revoked or has expired. The form token is a
signature over the cookie's id, so another site can neither read nor guess it.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from plimsoll.leaderboard.books import Books

LASTS = 12 * 3600
_LONGEST = 200


class Session(NamedTuple):
    """A browser; `token` is 0 while nobody is signed in."""

    id: str
    token: int


@dataclass(frozen=True)
class Sessions:
    """Makes and reads the cookies."""

    books: Books
    clock: Callable[[], float] = time.time

    def begin(self, token: int = 0) -> Session:
        """A new browser, or one that has just signed in: always with a new id."""
        return Session(secrets.token_hex(16), token)

    def cookie(self, session: Session) -> str:
        """The cookie of a session."""
        body = f"{session.id}.{session.token}.{int(self.clock()) + LASTS}"
        return f"{body}.{self.books.sign('session', body).hex()}"

    def read(self, cookie: str) -> Session | None:
        """The session of a cookie that is ours and not over."""
        body, _, signature = cookie.rpartition(".")
        if len(cookie) > _LONGEST or not cookie.isascii():
            return None
        if not hmac.compare_digest(self.books.sign("session", body).hex(), signature):
            return None
        id, token, end = body.split(".")
        return Session(id, int(token)) if self.clock() < int(end) else None

    def form_token(self, session: Session) -> str:
        """What the forms of this session must bring back."""
        return self.books.sign("form", session.id).hex()

    def is_form_token(self, session: Session, given: str) -> bool:
        """Whether a form was made for this session."""
        return given.isascii() and hmac.compare_digest(self.form_token(session), given)
