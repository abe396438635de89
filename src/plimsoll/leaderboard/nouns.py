"""The nouns of the leaderboard: what the service gives out and takes in."""

from typing import Annotated, Literal

from msgspec import Meta as Limits
from msgspec import Struct

State = Literal["pending", "published", "withdrawn"]
"""What became of a submission."""
Standing = Literal["verified", "reported", "as_published"]
"""How far a row is to be trusted: a run re-scored under its seal, a file of a team, a paper."""
Reading = Literal["compat", "strict"]
"""The official rules, or only plain answers count."""
Part = Literal["open", "held", "all"]
"""Which questions a number is over: those not held out, those held out, or all."""
Role = Literal["host", "team"]
Slug = Annotated[str, Limits(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="A board's short name.")]
Line = Annotated[str, Limits(max_length=120)]
Text = Annotated[str, Limits(max_length=500)]
Link = Annotated[str, Limits(max_length=300, pattern=r"^(https?://[^\s<>\"'\\]+)?$")]
Date = Annotated[
    str, Limits(pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$", description="YYYY, YYYY-MM or YYYY-MM-DD.")
]
Name = Annotated[str, Limits(min_length=1, max_length=120)]


class Category(Struct, frozen=True, kw_only=True):
    """A category of a board; `n` is how many questions it has."""

    code: str
    name: str
    n: int


class Round(Struct, frozen=True, kw_only=True):
    """The time between two closings of a board."""

    number: int
    opened: str
    """ISO 8601, UTC; as every time here."""
    closed: str | None = None
    holdout: float = 0.0
    """Share of each category that is held out until the round is closed."""


class Board(Struct, frozen=True, kw_only=True):
    """One benchmark in one language and split, whose answers the host keeps."""

    slug: str
    title: str
    benchmark: str
    """The registry's spec, such as `safetybench:language=zh,split=test`."""
    language: str
    about: str = ""
    n: int
    """Questions."""
    categories: tuple[Category, ...]
    round: Round
    """The open one."""
    at_once: bool = False
    """Publish accepted submissions without waiting for the host."""
    daily: int = 5
    """Scores that a team may have in a day (UTC)."""
    grain: int = 5
    """Least number of questions that a shown step stands for while the round is open."""
    version: int = 0
    """Rises with everything that changes the board's page: pages may be cached under it."""
    rows: int = 0
    """Published rows."""


class Meta(Struct, frozen=True, kw_only=True):
    """What a team says of its model."""

    model: Name
    size: Line = ""
    """As its makers say it: `7B`."""
    released: Date = ""
    link: Link = ""
    setting: Line = "zero-shot"
    """How it was asked: `zero-shot`, `five-shot` ..."""
    how: Line = ""
    """How the answer was had: log-likelihood, first token, generation ..."""
    note: Text = ""


class Fault(Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a file."""

    code: str
    """For programs and translators: `unknown_ids`, `beyond_options`, `duplicate_ids`, `missing_ids`,
    `wrong_type`, `not_json`, `too_large`, `too_deep`, `archive`, `not_a_run`, `other_questions`,
    `two_languages`, `seal`, `seal_model`, `seal_owner`."""
    message: str
    """A sentence in English."""
    count: int = 1
    ids: tuple[str, ...] = ()
    """The first of the ids concerned, shortened; never all of a long list."""


class Score(Struct, frozen=True, kw_only=True):
    """One number as it may be shown."""

    category: str
    """The category's code; empty for the whole."""
    value: float
    """In [0, 1], rounded to `step`."""
    low: float
    high: float
    """Bounds of the 95 % Wilson interval, rounded alike."""
    n: int
    step: float = 0.0001
    """What the value is rounded to. Above 0.001 the number is blunted (see `grain.py`)."""


class Scores(Struct, frozen=True, kw_only=True):
    """Both readings of one version; the whole first, then the categories in the board's order."""

    part: Part
    """`all`, or `open` while a round with held-out questions is not closed."""
    compat: tuple[Score, ...]
    strict: tuple[Score, ...]
    """Empty for rows taken from a publication."""


class Receipt(Struct, frozen=True, kw_only=True):
    """What the submitter gets, after the submission is stored for good."""

    id: str
    """Of the submission."""
    version: int
    board: str
    sha256: str
    """Of the file as it was received."""
    received: str
    state: State
    standing: Standing
    repeated: bool = False
    """This key was accepted before: here is that receipt; nothing was stored or counted."""
    left_today: int
    """Scores that the team may still have today on this board."""
    scores: Scores
    notes: tuple[Fault, ...] = ()
    """What was accepted but should be known, such as missing ids counted as wrong."""


class Checked(Struct, frozen=True, kw_only=True):
    """What a check says of a file; no score, and nothing is stored or counted."""

    sound: bool
    sha256: str
    covered: int
    """Known ids with a prediction."""
    total: int
    faults: tuple[Fault, ...] = ()


class Version(Struct, frozen=True, kw_only=True):
    """One state of a submission."""

    number: int
    state: Literal["pending", "published", "replaced", "withdrawn"]
    standing: Standing
    signer: str = ""
    """Fingerprint of the key that sealed the run, for verified ones."""
    meta: Meta
    sha256: str
    received: str
    round: int
    scores: Scores


class Submission(Struct, frozen=True, kw_only=True):
    """A submission with its whole history, the newest version last."""

    id: str
    board: str
    team: str
    state: State
    versions: tuple[Version, ...]


class Row(Struct, frozen=True, kw_only=True):
    """A published version on its board."""

    id: str
    """Of the submission."""
    board: str
    version: int
    rank_from: int
    rank_to: int
    """Span of ranks, all rows' at once with 95 %: equal where the place is certain."""
    group: int
    """Rows of one group cannot be told apart from the group's best; 1 is the top group."""
    team: str
    """Empty for rows taken from a publication."""
    standing: Standing
    source: str = ""
    """Where a row taken from a publication was published."""
    signer: str = ""
    meta: Meta
    received: str
    scores: Scores


Direction = Literal["asc", "desc"]
Key = Annotated[
    str,
    Limits(
        max_length=40,
        description="value, a category's code, model, team, size, date, setting, how, standing.",
    ),
]


class Query(Struct, frozen=True, kw_only=True):
    """How a table is sorted and filtered; empty means all."""

    reading: Reading = "compat"
    sort: Key = "value"
    direction: Direction = "desc"
    search: Annotated[str, Limits(max_length=120)] = ""
    """Part of a model's or team's name, whatever the case."""
    setting: Line = ""
    team: Line = ""
    how: Line = ""
    standing: Literal["", "verified", "reported", "as_published"] = ""
    offset: Annotated[int, Limits(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, Limits(ge=1, le=200)] = 50


class Table(Struct, frozen=True, kw_only=True):
    """The rows of a board, sorted and filtered, with what can be filtered by."""

    board: Board
    query: Query
    rows: tuple[Row, ...]
    total: int
    """Rows that fit the filter, on all pages."""
    settings: tuple[str, ...]
    teams: tuple[str, ...]
    hows: tuple[str, ...]


class Flips(Struct, frozen=True, kw_only=True):
    """Questions on which two rows of closed rounds differ, counted."""

    category: str
    n: int
    gained: int
    """Wrong in the first, right in the second."""
    lost: int
    p_value: float
    """Exact McNemar, two-sided."""


class Comparison(Struct, frozen=True, kw_only=True):
    """Rows of one board beside each other."""

    board: Board
    rows: tuple[Row, ...]
    flips: tuple[tuple[Flips, ...], ...] = ()
    """For the second row and each later one against the first, whole first; empty for a pair where a
    round is still open or a row holds no answers: flips would tell of single answers."""


class Team(Struct, frozen=True, kw_only=True):
    """Who hands in."""

    id: int
    name: str
    created: str


class TokenEntry(Struct, frozen=True, kw_only=True):
    """A token as it is listed: never the token itself."""

    prefix: str
    role: Role
    team: str
    created: str
    expires: str | None
    revoked: str | None
    label: str = ""


class NewToken(Struct, frozen=True, kw_only=True):
    """A token that was just made; the only time that it is shown."""

    token: str
    entry: TokenEntry


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the audit log."""

    at: str
    who: str
    action: str
    what: str
    detail: str = ""


class Who(Struct, frozen=True, kw_only=True):
    """The owner of a token."""

    token: int
    role: Role
    team: int | None = None
    name: str = ""

    @property
    def is_host(self) -> bool:
        """Whether it is the host."""
        return self.role == "host"
