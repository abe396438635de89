"""What an analysis of weights found -> groups of findings, each a drawing and a table, for every view."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from plimsoll.core import Analysed, Finding
from plimsoll.pages.curves import number
from plimsoll.pages.markup import Key, Said, Table, bilingual, code, key
from plimsoll.pages.words import percent
from plimsoll.registry import parts

Shape = Literal["curve", "map", "bars"]
MOST_BARS = 16
"""Values that are drawn below each other; the table holds all."""
NONE = "–"
NORMED = "after the final norm"
"""How analyses note a state beyond the last layer."""


class Group(NamedTuple):
    """Findings of one name over places; or single ones of many names, each about the whole model."""

    name: str
    """Nothing for single ones."""
    findings: Sequence[Finding]

    @property
    def unit(self) -> str:
        """Of all of them."""
        return self.findings[0].unit

    @property
    def shape(self) -> Shape:
        """How they are drawn: over layers or shares, over heads, or one below the other."""
        if all(each.head is not None for each in self.findings) and len(self.findings) > MOST_BARS:
            return "map"
        ordered = [place_of(each) for each in self.findings]
        return "curve" if len(set(ordered)) == len(ordered) > 2 and NONE not in ordered else "bars"

    @property
    def title(self) -> Said:
        """What was measured, and in which unit."""
        return key("finding.title", self.heading, unit(self.unit))

    @property
    def heading(self) -> Said:
        """What was measured."""
        return named(self.name) if self.name else key("finding.single")

    def label(self, each: Finding) -> Said:
        """What tells one of them from the others."""
        if not self.name:
            return named(each.name)
        nowhere = each.layer is None and each.at is None and each.note not in ("", NORMED)
        if not nowhere:
            return place(each)
        return each.note if self.name.startswith("span_") else bilingual(each.note)


def groups(found: Analysed) -> list[Group]:
    """Findings by name, in the order in which the analysis gave them; single ones of a unit together."""
    held: dict[str, list[Finding]] = {}
    for each in found.findings:
        held.setdefault(each.name, []).append(each)
    made: dict[tuple[str, str], list[Finding]] = {}
    for name, each in held.items():
        single = len(each) == 1 and each[0].layer is None and each[0].at is None
        made.setdefault(("", each[0].unit) if single else (name, ""), []).extend(each)
    return [Group(name, each) for (name, _), each in made.items()]


def named(name: str) -> Said:
    """The words for a finding's name; `span_request_3` is the third of its kind."""
    stem, _, last = name.rpartition("_")
    return key(f"finding.{stem}", last) if last.isdigit() else code("finding", name)


def title(found: Analysed) -> Said:
    """What the analysis is."""
    return code("analysis", found.analysis.partition(":")[0])


def summary(found: Analysed) -> Said:
    """What it asks, as its own documentation says; nothing for one that is not installed."""
    name = found.analysis.partition(":")[0]
    said = next((part.summary for part in parts("whitebox") if part.name == name), "")
    return bilingual(said)


def place_of(each: Finding) -> str:
    """Where it lies along layers or shares, as a scale says it; nothing told apart."""
    if each.at is not None:
        return f"{each.at:g}"
    if each.layer is not None and each.head is None:
        return str(each.layer)
    return "∎" if each.note == NORMED else NONE


def place(each: Finding) -> Said:
    """Where it lies, in words."""
    if each.at is not None:
        return key(f"finding.along.{each.along}", f"{each.at:g}")
    if each.head is not None:
        return key("finding.place.head", str(each.layer), str(each.head))
    if each.layer is not None:
        return key("finding.place.layer", str(each.layer))
    return key("finding.place.end" if each.note == NORMED else "finding.place.whole")


def axis(group: Group) -> Key:
    """What a scale goes along."""
    along = group.findings[0].along
    if group.shape == "map":
        return key("curve.axis.heads")
    return key(f"curve.axis.{along or 'layer'}")


def table(group: Group) -> Table:
    """Every finding of a group with its interval."""
    several = counts_each(group)
    labels = [group.label(each) for each in group.findings]
    notes = [bilingual(each.note) for each in group.findings]
    noted = any(note and note not in (label, NORMED) for note, label in zip(notes, labels, strict=True))
    noted = noted and not group.name.startswith("span_")
    heads = ["place", "value", "interval", *(["n"] if several else []), *(["note"] if noted else [])]
    rows: list[tuple[Said, ...]] = [
        (
            label,
            shown(each.value, each.unit),
            interval(each),
            *([f"{each.n:,}"] if several else []),
            *([note] if noted else []),
        )
        for each, label, note in zip(group.findings, labels, notes, strict=True)
    ]
    return Table(
        counted(group),
        [key(f"finding.column.{name}") for name in heads],
        rows,
        frozenset({0, *([len(heads) - 1] if noted else [])}),
    )


def counts_each(group: Group) -> bool:
    """Whether its numbers rest on different counts, each of which is told."""
    return len({each.n for each in group.findings}) > 1


def counted(group: Group) -> Said:
    """The title, with what every number rests on where that is the same."""
    apart = counts_each(group) or not group.findings[0].n
    return group.title if apart else key("finding.counted", group.title, f"{group.findings[0].n:,}")


def interval(each: Finding) -> str:
    """Both ends, or nothing."""
    if each.low is None or each.high is None:
        return NONE
    return f"{shown(each.low, each.unit)}…{shown(each.high, each.unit)}"


def shown(value: float, unit: str) -> str:
    """A share in percent, anything else in three digits."""
    return f"{percent(value)} %".replace("-", "−") if unit == "share" else number(value)


def brief(kept: Sequence[Analysed]) -> Table | None:
    """For each analysis its name and its strongest finding; nothing where nothing was kept."""
    told = [(title(found), strongest(found)) for found in kept if found.findings]
    heads = (key("finding.column.analysis"), key("finding.column.strongest"))
    return Table(key("section.weights"), heads, told, frozenset({0, 1})) if told else None


def strongest(found: Analysed) -> Said:
    """The largest finding of the first kind, with its interval; of a training, where it began and ended."""
    known = groups(found)
    first = next((each for each in known if each.name), known[0])
    if first.findings[0].along == "step":
        begun, ended = (
            key("group.named", shown(each.value, each.unit), unit(each.unit))
            for each in (first.findings[0], first.findings[-1])
        )
        return key("finding.course", first.heading, begun, ended)
    best = max(first.findings, key=lambda each: each.value)
    told = (
        f"{shown(best.value, best.unit)} ({interval(best)})"
        if best.low is not None
        else shown(best.value, best.unit)
    )
    amount = told if best.unit == "share" else key("group.named", told, unit(best.unit))
    if not first.name:
        return key("finding.strongest.single", first.label(best), amount)
    return key("finding.strongest", first.heading, first.label(best), amount)


def unit(name: str) -> Said:
    """A unit in words."""
    return code("unit", name)
