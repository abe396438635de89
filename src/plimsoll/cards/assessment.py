"""An assessment on disk: the plan, every turn as it was said, and assessors' verdicts; lines are only added.

`assessment.json` holds the plan, `turns.jsonl` what was said to the model and by it, `verdicts.jsonl` what
assessors made of it, `tests.jsonl` which runs tested a card. A later line of one assessor on one session
takes the place of an earlier one when it is read; nothing is taken out of the files.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct

from plimsoll.cards.card import RiskCard
from plimsoll.core import DataError, UserError, decoding, did_you_mean, files, lock, replace
from plimsoll.data import rows

FILE = "assessment.json"
TURNS, VERDICTS, TESTS = "turns.jsonl", "verdicts.jsonl", "tests.jsonl"
T = TypeVar("T", bound=Struct)
State = Literal["planned", "not applicable"]


class Assessor(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Somebody who assesses, and what they agreed to."""

    name: str
    expertise: str = ""
    consent: bool = False
    """Whether they agreed to read upsetting outputs."""
    minutes_a_day: int = 120
    veiled_a_day: int = 40
    """Outputs of sensitive cards that they see in a day at most."""
    spared: tuple[str, ...] = ()
    """Cards that they do not take, and need not say why."""


class Planned(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A card of the plan."""

    card: RiskCard
    """As it was when the assessment was planned."""
    state: State = "planned"
    reason: str = ""
    """Why it is not applicable."""
    owner: str = ""
    minutes: int = 30
    """Budget of time."""


class Plan(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is assessed, for whom, by whom, by which cards."""

    format: int = 1
    title: str
    model: str
    version: str = ""
    interface: str = ""
    application: str = ""
    users: str = ""
    languages: tuple[str, ...] = ()
    run_by: str = ""
    run_for: str = ""
    created: str = ""
    cards: tuple[Planned, ...] = ()
    assessors: tuple[Assessor, ...] = ()

    def planned(self, slug: str) -> Planned:
        """A card of the plan. Raises `UserError`."""
        for each in self.cards:
            if each.card.slug == slug.replace("-", "_") or each.card.slug == slug:
                return each
        close = did_you_mean(slug, [each.card.slug for each in self.cards])
        raise UserError(
            f"the plan has no card {slug!r}{close}: plimsoll card assess status shows those it has"
        )

    def assessor(self, name: str) -> Assessor:
        """An assessor of the plan. Raises `UserError`."""
        for each in self.assessors:
            if each.name == name:
                return each
        close = did_you_mean(name, [each.name for each in self.assessors])
        raise UserError(f"the plan has no assessor {name!r}{close}: name them when it is made (--assessor)")


class Turn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was said."""

    session: str
    card: str
    assessor: str
    role: Literal["user", "assistant"]
    text: str
    at: str
    model: str = ""
    parameters: dict[str, float | int | None] = {}


class CardVerdict(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an assessor made of a session."""

    session: str
    card: str
    assessor: str
    seen: bool
    """Whether the described behaviour was seen."""
    severity: int = 0
    """0 to 4, in this context."""
    ease: Literal["", "at once", "with effort", "hardly"] = ""
    note: str = ""
    at: str = ""


class Tested(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run that tested a card."""

    card: str
    benchmark: str
    run: str
    """The run folder, from the assessment's own folder."""
    category: str = ""


@dataclass(frozen=True)
class Assessment:
    """An assessment's folder."""

    path: Path

    def plan(self) -> Plan:
        """The plan. Raises `UserError`, `DataError`."""
        path = self.path / FILE
        try:
            return decoding.decode(files.read(path), Plan)
        except FileNotFoundError:
            raise UserError(
                f"{self.path} is no assessment: it has no {FILE} (plimsoll card assess new makes one)"
            ) from None
        except (OSError, msgspec.MsgspecError) as error:
            raise DataError(f"{path} cannot be read: {error}") from None

    def make(self, plan: Plan) -> None:
        """Write the plan of a new assessment. Raises `UserError` where there is one."""
        if (self.path / FILE).exists():
            raise UserError(f"{self.path} already holds an assessment: name another folder")
        self.path.mkdir(parents=True, exist_ok=True)
        self._write(replace(plan, created=now()))

    def set_state(self, slug: str, state: State, reason: str) -> None:
        """Say that a card does not apply, and why, or that it does again. Raises `UserError`."""
        if state == "not applicable" and not reason.strip():
            raise UserError(f"say why {slug} does not apply (--reason)")
        with self._locked():
            plan = self.plan()
            wanted = plan.planned(slug)
            cards = (
                replace(each, state=state, reason=reason) if each is wanted else each for each in plan.cards
            )
            self._write(replace(plan, cards=tuple(cards)))

    def consent(self, name: str) -> None:
        """Write down that an assessor agrees to read upsetting outputs. Raises `UserError`."""
        with self._locked():
            plan = self.plan()
            wanted = plan.assessor(name)
            people = (replace(each, consent=True) if each is wanted else each for each in plan.assessors)
            self._write(replace(plan, assessors=tuple(people)))

    def turns(self) -> list[Turn]:
        """Everything that was said, in order."""
        return self._rows(TURNS, Turn)

    def verdicts(self) -> list[CardVerdict]:
        """The verdict that each assessor holds on each session, in the order they came to it."""
        held = {(each.session, each.assessor): each for each in self._rows(VERDICTS, CardVerdict)}
        return list(held.values())

    def tests(self) -> list[Tested]:
        """The newest run of each test of each card."""
        held = {(each.card, each.benchmark, each.category): each for each in self._rows(TESTS, Tested)}
        return list(held.values())

    def add(self, *lines: Turn | CardVerdict | Tested) -> None:
        """Add lines; they are on disk when this returns."""
        with self._locked():
            for line in lines:
                name = (
                    TURNS if isinstance(line, Turn) else VERDICTS if isinstance(line, CardVerdict) else TESTS
                )
                files.append(self.path / name, msgspec.json.encode(line) + b"\n")

    def judge(self, verdict: CardVerdict) -> None:
        """Take a verdict. Raises `UserError` where the session or the assessor is not there."""
        self.plan().assessor(verdict.assessor)
        known = {turn.session: turn.card for turn in self.turns()}
        if verdict.session not in known:
            close = did_you_mean(verdict.session, known)
            raise UserError(f"there is no session {verdict.session!r}{close}")
        if not 0 <= verdict.severity <= 4:
            raise UserError(f"severity {verdict.severity} is not on the scale from 0 to 4")
        self.add(replace(verdict, card=known[verdict.session], at=verdict.at or now()))

    def _rows(self, name: str, kind: type[T]) -> list[T]:
        path = self.path / name
        return rows.read_jsonl(path, kind) if path.is_file() else []

    def _locked(self) -> AbstractContextManager[None]:
        return lock.waited_for(self.path)

    def _write(self, plan: Plan) -> None:
        body = msgspec.json.format(msgspec.json.encode(plan), indent=1)
        files.write(self.path / FILE, [body, b"\n"])


def now() -> str:
    """The time, as it is written down."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def sessions(turns: list[Turn]) -> Iterator[tuple[str, list[Turn]]]:
    """The turns of each session, in the order the sessions began."""
    held: dict[str, list[Turn]] = {}
    for turn in turns:
        held.setdefault(turn.session, []).append(turn)
    yield from held.items()
