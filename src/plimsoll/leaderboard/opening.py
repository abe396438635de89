"""A home folder and a database address -> a service that is ready, with its secret and its boards.

The home holds `board.sqlite` (unless another database is named) and `secret.key`, which only its owner
may read. The secret is not in the database, so a copy of the database lets nobody in.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from plimsoll import registry
from plimsoll.benchmarks.safetybench import baselines
from plimsoll.benchmarks.safetybench.categories import CODE_OF, NAME_OF, Language, Split
from plimsoll.benchmarks.safetybench.dataset import answers, load
from plimsoll.core import PlimsollError, Reference, UserError, files, lock
from plimsoll.leaderboard import keys
from plimsoll.leaderboard.accounts import Accounts
from plimsoll.leaderboard.administration import HOST, Administration
from plimsoll.leaderboard.boards import Boards
from plimsoll.leaderboard.books import Books
from plimsoll.leaderboard.database import open_database, sqlite_address
from plimsoll.leaderboard.keys import Key, Question
from plimsoll.leaderboard.nouns import Board, Round
from plimsoll.leaderboard.runs import Verify
from plimsoll.leaderboard.service import Service
from plimsoll.leaderboard.submitting import Submitting
from plimsoll.run.keep import keys as signing
from plimsoll.run.keep import seal


class Preset(NamedTuple):
    """One of SafetyBench's own boards."""

    slug: str
    title: str
    language: Language
    split: Split

    @property
    def benchmark(self) -> str:
        """The registry's spec."""
        return f"safetybench:language={self.language},split={self.split}"


PRESETS = (
    Preset("safetybench-zh", "SafetyBench 中文", "zh", "test"),
    Preset("safetybench-en", "SafetyBench English", "en", "test"),
    Preset("safetybench-zh-subset", "SafetyBench 中文 subset", "zh", "zh_subset"),
)


class Made(NamedTuple):
    """What became of a preset: a board, or the reason why there is none."""

    preset: Preset
    problem: str = ""


def open_service(home: Path, database: str = "", *, seal_keys: Sequence[str] = ()) -> Service:
    """Open the books under `home`; a new home is made.

    `seal_keys` are the public keys whose seals make a run verified; without any, every unbroken seal does.
    """
    trusted = [signing.read_public_key(text) for text in seal_keys]
    verify: Verify = partial(seal.signer_of, public_keys=trusted or None)
    _own_home(home)
    address = database or sqlite_address(home / "board.sqlite")
    # Two that begin at once would each make a secret, and tokens of the one would end with the other.
    with lock.waited_for(home):
        books = Books(open_database(address), secret_of(home / "secret.key"))
    submitting = Submitting(books, verify, hosts_keys=bool(trusted))
    return Service(Accounts(books), Boards(books), submitting, Administration(books))


def _own_home(home: Path) -> None:
    """The folder and the database in it, for their owner alone: there are tokens and answers in it."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = home / "board.sqlite"
    with suppress(FileExistsError), files.new(path, 0o600):
        pass  # before the driver makes it for all to read; its side files take the same rights
    for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        if each.exists() and each.stat().st_mode & 0o077:
            each.chmod(0o600)


def secret_of(path: Path) -> bytes:
    """The server's secret; made on first use, readable by its owner alone."""
    try:
        with files.new(path, 0o600) as file:
            file.write(secrets.token_bytes(64))
    except FileExistsError:
        pass
    if path.stat().st_mode & 0o077:
        raise UserError(f"{path} can be read by others: chmod 600 {path}")
    secret = files.read(path)
    if len(secret) < 32:
        raise UserError(f"{path} holds no secret: put it back, or remove it (all tokens end then)")
    return secret


def add_presets(admin: Administration, known: frozenset[str]) -> Iterator[Made]:
    """SafetyBench's three boards with the published results, as far as the answers are at hand."""
    for preset in PRESETS:
        if preset.slug in known:
            continue
        try:
            key = safetybench_key(preset.language, preset.split)
        except PlimsollError as error:
            yield Made(preset, str(error))
            continue
        admin.add_board(
            HOST,
            new_board(preset.slug, preset.benchmark, title=preset.title),
            key,
            published_of(preset.benchmark),
        )
        yield Made(preset)


def safetybench_key(language: Language, split: Split) -> Key:
    """The key of a split, from its answer file; options are counted where the questions are at hand."""
    right, _ = answers(split)
    try:
        options = {row.id: row.options for row in load(language, split).rows}
    except PlimsollError:
        options = {}
    questions = (
        Question(
            id=str(id),
            category=CODE_OF[answer.category],
            answer=answer.answer,
            options=len(options[id]) if id in options else keys.USUAL_OPTIONS,
            digest=keys.digest_of(options[id]) if id in options else "",
        )
        for id, answer in right.items()
    )
    return keys.key_of(questions, NAME_OF)


def key_for(benchmark: str, answer_file: Path | None) -> Key:
    """The key of any benchmark: from an answer file, or from its own questions."""
    registry.find("benchmarks", registry.parse(benchmark).name)
    if answer_file is not None:
        return keys.of_file(answer_file, benchmark)
    return keys.of_benchmark(benchmark)


def published_of(benchmark: str) -> tuple[Reference, ...]:
    """The published results on a benchmark, where there are any."""
    spec = registry.parse(benchmark)
    if spec.name != "safetybench":
        return ()
    split, language = spec.arguments.get("split", "test"), spec.arguments.get("language", "")
    language = language or ("zh" if split == "zh_subset" else "en")
    spoken: Language = "zh" if language == "zh" else "en"
    if split not in ("test", "zh_subset"):
        return ()
    return tuple(baselines.published(spoken, split))


def new_board(
    slug: str,
    benchmark: str,
    *,
    title: str = "",
    about: str = "",
    language: str = "",
    at_once: bool = False,
    daily: int = 5,
    grain: int = 5,
    holdout: float = 0.0,
) -> Board:
    """A board that is still to be added; counts and times are filled in then."""
    said = registry.parse(benchmark).arguments.get("language", "")
    return Board(
        slug=slug,
        title=title or slug,
        benchmark=benchmark,
        language=language or said,
        about=about,
        n=0,
        categories=(),
        round=Round(number=1, opened="", holdout=holdout),
        at_once=at_once,
        daily=daily,
        grain=grain,
    )
