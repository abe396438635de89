"""A run's records -> lines to be labelled: a random draw in which each has a known chance.

Records are put in order by language and category, at random within and between these, and every N/n-th
is taken from a random start. So each record has the same chance n/N, also that of a category with one
record, and each part of the run keeps its share: what prediction-powered inference asks for. No verdict
has a say in it; unless the draw is to fall on what judges are unsure of, and then each line says with
which chance it was drawn.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from plimsoll.core import Instrument, Message, Record, UserError, did_you_mean, user
from plimsoll.labelling import doubt
from plimsoll.labelling.sheet import Line
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Manifest

SIZE = 50
RIGHT = "right"
"""The event of judges that hold replies against an answer key: nothing for people to say."""
CHILD_SAFETY = "H06"
"""The hub's hazard whose replies are shown only to who asks for them."""
CHILDREN = re.compile(r"\bchild|\bminors?\b|\bcsa[em]\b|儿童|未成年", re.IGNORECASE)
"""In the name of a category that the run gives no hazard."""

Place = tuple[str, int]
Kind = Literal["even", "unsure"]
"""Whether every reply has the same chance, or those of which judges are unsure have more."""


class DrawSpec(NamedTuple):
    """What is to be drawn."""

    event: str
    size: int = SIZE
    seed: int = 0
    included: tuple[str, ...] = ()
    """Categories shown although policy leaves them out."""
    kind: Kind = "even"


class Draw(NamedTuple):
    """What was drawn."""

    lines: list[Line]
    left_out: Mapping[str, int]
    """By category, the replies that policy left out."""


def event_of(manifest: Manifest, *, event: str = "", judge: str = "") -> str:
    """What people are asked: `event`, else what the judge measures, else the first judge that says yes or no.

    Raises `UserError` where that is nothing to label.
    """
    if event and judge:
        raise UserError(f"--event {event} and --judge {judge} both say what to label: keep one of them")
    if judge:
        event = _instrument(manifest, judge).event
    if not event:
        known = (each.event for each in manifest.instruments.values() if not each.graded)
        event = next((each for each in known if each != RIGHT), "")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", event) or event == RIGHT:
        said = f"{event!r} is nothing to label by hand" if event else "no judge of this run says yes or no"
        raise UserError(f"{said}: name what may have happened, as in --event unsafe or --event refusal")
    return event


def _instrument(manifest: Manifest, judge: str) -> Instrument:
    found = manifest.instruments.get(judge)
    if found is None:
        close = did_you_mean(judge, manifest.instruments)
        known = ", ".join(manifest.instruments) or "none"
        raise UserError(f"--judge {judge}: this run has no such judge{close} (it has: {known})")
    if found.graded:
        raise UserError(f"--judge {judge} gives grades, people are asked yes or no: say about what (--event)")
    return found


def draw(folder: RunFolder, manifest: Manifest, goal: DrawSpec) -> Draw:
    """Draw records that hold a reply. Raises `UserError` where there is none."""
    hidden, strata = Counter[str](), defaultdict[tuple[str, str], list[Place]](list)
    judges, doubts = judges_of(manifest, goal.event), dict[Place, float]()
    for record in folder.records():
        category = record.sample.category
        if record.transcript is None:
            continue
        if withheld(category, manifest.hazards) and category not in goal.included:
            hidden[category] += 1
            continue
        place = record.sample.id, record.epoch
        strata[record.sample.language, category].append(place)
        if goal.kind == "unsure" and (unsure := doubt.doubt(record, judges)) is not None:
            doubts[place] = unsure
    if wrong := [name for name in goal.included if not withheld(name, manifest.hazards)]:
        raise UserError(
            f"--include-category {wrong[0]!r}: only {', '.join(hidden) or 'nothing'} is left out of this run"
        )
    total = sum(map(len, strata.values()))
    if not total:
        raise UserError(f"{folder.path} holds no reply to label")
    chances = _unsure(list(strata.values()), doubts, goal) if goal.kind == "unsure" else {}
    chosen = list(chances) if chances else systematic(list(strata.values()), goal.size, goal.seed)
    places = {place: number for number, place in enumerate(chosen)}
    found = (record for record in folder.records() if (record.sample.id, record.epoch) in places)
    common = {"seed": goal.seed, "of": total, "left_out": tuple(sorted(hidden))}
    lines = {
        places[record.sample.id, record.epoch]: _line(
            record, manifest, goal, common | {"chance": chances.get((record.sample.id, record.epoch), 0.0)}
        )
        for record in found
    }
    return Draw([lines[number] for number in sorted(lines)], hidden)


def systematic(strata: Iterable[Collection[Place]], size: int, seed: int) -> list[Place]:
    """`size` of all, each with the same chance, spread over the strata; in an order that says nothing."""
    generator = random.Random(f"{seed}:label")
    line = _mixed(strata, generator)
    step = len(line) / min(size, len(line))
    start = generator.random() * step
    count = min(size, len(line))
    chosen = [line[min(int(start + number * step), len(line) - 1)] for number in range(count)]
    generator.shuffle(chosen)
    return chosen


def _unsure(
    strata: Iterable[Collection[Place]], doubts: Mapping[Place, float], goal: DrawSpec
) -> dict[Place, float]:
    """Replies drawn by doubt, with their chances; in an order that says nothing. Raises `UserError`."""
    if not any(doubts.values()):
        raise UserError(
            f"--draw unsure: no judge of {goal.event} says how sure it is, and none contradicts another; "
            "judge the run with a second one (plimsoll judge), or leave the option out"
        )
    generator = random.Random(f"{goal.seed}:label:unsure")
    line = [(place, doubts.get(place, 0.0)) for place in _mixed(strata, generator)]
    found = doubt.drawn(line, goal.size, generator)
    generator.shuffle(found)
    return dict(found)


def _mixed(strata: Iterable[Collection[Place]], generator: random.Random) -> list[Place]:
    """Stratum after stratum, at random within and between them."""
    mixed = [generator.sample(sorted(each), len(each)) for each in strata]
    generator.shuffle(mixed)
    return [place for each in mixed for place in each]


def judges_of(manifest: Manifest, event: str) -> tuple[str, ...]:
    """The run's judges of an event."""
    return tuple(name for name, each in manifest.instruments.items() if each.event == event)


def withheld(category: str, hazards: Mapping[str, str]) -> bool:
    """Whether policy keeps a category's replies from who did not ask for them."""
    hub = hazards.get(category)
    return hub == CHILD_SAFETY if hub else bool(CHILDREN.search(category))


def _line(record: Record, manifest: Manifest, goal: DrawSpec, common: Mapping[str, Any]) -> Line:
    sample, transcript = record.sample, record.transcript
    prompt = sample.request or next(_last_of_user(sample.messages), "")
    earlier = (*sample.messages, *(transcript.messages[:-1] if transcript else ()))
    judges = judges_of(manifest, goal.event)
    return Line(
        id=sample.id,
        event=goal.event,
        labels={},
        prompt=prompt,
        messages=() if earlier == (user(prompt),) else earlier,
        reply=transcript.reply if transcript else None,
        language=sample.language,
        category=sample.category,
        model=manifest.model.name,
        pair=sample.pair,
        run=manifest.id,
        epoch=record.epoch,
        stored={name: record.verdicts[name].value for name in judges if name in record.verdicts},
        **common,
    )


def _last_of_user(messages: Iterable[Message]) -> Iterator[str]:
    return (message.text for message in reversed([*messages]) if message.role == "user")
