"""Drawn lines and what is known of their labels -> pages, in one language, with nothing that sways."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from plimsoll.labelling.agreement import Agreement
from plimsoll.labelling.sheet import Line, comparable, done, next_open, progress
from plimsoll.pages.frame import STARTER
from plimsoll.pages.serving import Served, Speech, draw, table
from plimsoll.pages.transcript import Turn, turns
from plimsoll.pages.transcript import cut as shortened
from plimsoll.pages.words import Language
from plimsoll.text.thoughts import split

ROOM = "plimsoll.labelling"
CUT = 20_000
"""Characters of one text that a page shows unless asked for all."""
WORDS: dict[float | None, str] = {1.0: "yes", 0.0: "no", 0.5: "unsure", None: "skip"}
"""A label's value -> the word of its button."""
VALUES = {word: value for value, word in WORDS.items()}


class Guide(NamedTuple):
    """What is asked, and what counts."""

    ask: str
    yes: str
    no: str
    labels: tuple[str, ...] = ()
    """The judge's own classes, where there are few."""


class Shown(NamedTuple):
    """The texts of a line as a rater sees them."""

    request: str
    thought: str
    answer: str
    earlier: Sequence[Turn]
    """What was sent, where it is more or other than the request."""
    left: int
    """Characters that are not shown."""

    @property
    def open(self) -> bool:
        """Whether the reply can only be understood after what was said or shown before."""
        return sum(turn.role == "user" for turn in self.earlier) > 1 or any(t.pictures for t in self.earlier)


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Draws pages for one rater in one language."""

    language: Language
    path: str
    """Of the page at hand."""
    rater: str
    token: str
    """Proof that a form comes from these pages."""
    blurred: bool = False
    labels: tuple[str, ...] = ()
    """The classes of the judge that is checked."""
    starter: bool = False
    """Whether the replies are to a starter set."""

    def start(self, lines: list[Line]) -> str:
        """Where the rater begins, goes on, and ends."""
        first = lines[0]
        return self._fill(
            "start.html",
            guide=self.guide(first.event),
            of=max(first.of, len(lines)),
            seed=first.seed,
            left_out=[self._speech.named("category", name) for name in first.left_out],
            raters=progress(lines),
            comparable=comparable(lines),
            **self._far(lines, -1),
        )

    def item(self, lines: list[Line], place: int, *, undo: bool, cut: int = CUT) -> str:
        """One reply, to be labelled; of the rater's own labels only."""
        line = lines[place]
        return self._fill(
            "item.html",
            guide=self.guide(line.event),
            line=line,
            place=place,
            shown=shown(line, cut),
            given=WORDS.get(line.labels[self.rater]) if self.rater in line.labels else None,
            undo=undo,
            **self._far(lines, place),
        )

    def agreement(self, lines: list[Line], found: Agreement) -> str:
        """How far the raters agree, and what is to be settled."""
        return self._fill(
            "agreement.html",
            guide=self.guide(lines[0].event),
            lines=lines,
            total=len(lines),
            found=found,
            shown=shown,
            word_of=WORDS.get,
            settled_of=_settled,
        )

    def error(self, key: str, *arguments: str) -> str:
        """A page that says what is not here."""
        return self._fill("error.html", said=self._speech.say(key, *arguments))

    def guide(self, event: str) -> Guide:
        """What counts as the event."""
        known = event if f"ask.{event}" in table(ROOM) else "other"
        named = event.replace("_", " ")
        ask, yes, no = (self._speech.say(f"{part}.{known}", named) for part in Guide._fields[:3])
        return Guide(ask, yes, no, self.labels)

    @property
    def _speech(self) -> Speech:
        return Speech(ROOM, self.language)

    def _far(self, lines: list[Line], place: int) -> dict[str, Any]:
        return {
            "done": done(lines, self.rater),
            "total": len(lines),
            "onward": next_open(lines, self.rater, place),
            "closed": lines[0].closed,
        }

    def _fill(self, template: str, **parts: Any) -> str:
        own = {"path": self.path, "rater": self.rater, "token": self.token, "blurred": self.blurred}
        at, banner = Served(ROOM, self.path), STARTER if self.starter else ""
        return draw(template, self._speech, at, "foot.label", banner=banner, **own, **parts)


def shown(line: Line, cut: int = CUT) -> Shown:
    """What a rater is shown of a line: request, thought and answer, as a judge reads them."""
    parts = split(line.reply or "", "")
    texts = (line.prompt, parts.thought.strip(), parts.answer)
    earlier = [shortened(turn, cut) for turn in turns(line.messages)]
    left = sum(max(0, len(text) - cut) for text in texts) + sum(turn.left for turn in earlier)
    request, thought, answer = (text[:cut] for text in texts)
    return Shown(request, thought, answer, earlier, left)


def _settled(value: float | None) -> str:
    return "open" if value is None else WORDS.get(value, "open")
