"""What the service refuses, each with the HTTP status that says so.

No message holds an answer, a secret, or more of the submitter's own text than a short id.
"""

from plimsoll.core import UserError
from plimsoll.leaderboard.nouns import Fault


class BoardError(UserError):
    """Root of what the service refuses; `status` is the HTTP status, `code` the word for programs."""

    status = 400
    code = "refused"


class Unauthorized(BoardError):
    """No token, or one that is unknown, expired or revoked: which of them is not said."""

    status = 401
    code = "unauthorized"


class Forbidden(BoardError):
    """A known token without the right."""

    status = 403
    code = "forbidden"


class NotFound(BoardError):
    """No such board or submission, or not one that the asker may see."""

    status = 404
    code = "not_found"


class Conflict(BoardError):
    """The key or the state of things does not allow it."""

    status = 409
    code = "conflict"


class TooLarge(BoardError):
    """More bytes than are read."""

    status = 413
    code = "too_large"


class Unreadable(BoardError):
    """A file that is refused, with every fault that was found."""

    status = 422
    code = "faulty"

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(fault.message for fault in faults) or "the file cannot be read")
        self.faults = faults


class NoRoom(BoardError):
    """The disk of the board is full."""

    status = 507
    code = "no_room"


class Unavailable(BoardError):
    """The database of the board cannot be read or written."""

    status = 503
    code = "unavailable"


class TooMany(BoardError):
    """A limit is reached; `retry_after` says for how many seconds."""

    status = 429
    code = "too_many"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
