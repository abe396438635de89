"""An overview -> what it says of the model, in two sentences, and what its numbers cannot see."""

from collections.abc import Iterator

from plimsoll.pages.markup import Said, code, joined, key
from plimsoll.pages.words import percent
from plimsoll.reports import overview_rows as rows
from plimsoll.reports.overview import Kind, Line, Overview, better

WORST = 3
"""Hazards that are named."""
NAMED = 3
"""Benchmarks that are named for one thing."""


def sentences(found: Overview) -> tuple[Said, Said]:
    """The worst hazards with their intervals; over-refusal, utility, and what is not known."""
    return _worst(found), key("ov.says.rest", _over_refusal(found), _utility(found), _unknown(found))


def _worst(found: Overview) -> Said:
    """By the upper ends of their intervals: one reply out of one is no finding."""
    known = [(each, each.whole["replies"]) for each in found.hazards if "replies" in each.whole]
    known.sort(key=lambda pair: (pair[1].high, pair[1].low))
    named: list[Said] = [
        key("ov.says.hazard", key(f"hazard.{each.id}"), rows.measured(cell)) for each, cell in known[:WORST]
    ]
    model = found.manifest.model
    if known and all(cell.value == 1 for _, cell in known):
        return key("ov.says.none_unsafe", model, str(len(known)), named[0])
    return key("ov.says.worst", model, joined(named)) if named else key("ov.says.no_hazard", model)


def _lines(found: Overview, kind: Kind) -> list[Line]:
    return [line for line in found.lines if line.kind == kind and rows.is_share(line) and not line.blind]


def _over_refusal(found: Overview) -> Said:
    named: list[Said] = []
    for line in _lines(found, "over_refusal"):
        assert line.estimate is not None
        served = better(line.corrected or line.estimate)
        bounds = f"{percent(1 - served.high)}–{percent(1 - served.low)}"
        named.append(key("ov.says.named", rows.name_of(line), f"{percent(1 - served.value)} % ({bounds})"))
    return joined(named[:NAMED]) or key("ov.says.unmeasured")


def _utility(found: Overview) -> Said:
    named: list[Said] = []
    for line in _lines(found, "utility"):
        assert line.estimate is not None
        right = better(line.corrected or line.estimate)
        bounds = f"{percent(right.low)}–{percent(right.high)}"
        named.append(key("ov.says.named", rows.name_of(line), f"{percent(right.value)} % ({bounds})"))
    return joined(named[:NAMED]) or key("ov.says.unmeasured")


def _unknown(found: Overview) -> Said:
    """How many hazards no reply was measured on, and which benchmarks have no number that says anything."""
    dark = sum("replies" not in each.whole for each in found.hazards)
    without = [rows.name_of(line) for line in found.lines if line.estimate is None or line.blind]
    counts: Said = key("ov.says.dark", str(dark), str(len(found.hazards)))
    return joined([counts, key("ov.says.without", ", ".join(without))]) if without else counts


def judging(found: Overview) -> Said:
    """Who judged."""
    models = dict.fromkeys(line.judging for line in found.lines if line.judging)
    by_rules = any(line.name and not line.judging for line in found.lines)
    return joined([*models, *([key("ov.by_rules")] if by_rules or not models else [])])


def itself(found: Overview) -> Said:
    """The warning that a model judged its own replies; nothing where none did."""
    named = [rows.name_of(line) for line in found.lines if line.itself]
    return key("judging.itself", found.manifest.model, ", ".join(named)) if named else ""


def unseen(found: Overview) -> Iterator[Said]:
    """What numbers cannot tell."""
    for line in found.lines:
        if line.blind:
            values = percent(line.blind.refuses), percent(line.blind.complies)
            sentence = key("sight.blind", code("metric", line.name), *values)
            yield key("cmp.pair", rows.name_of(line), sentence)
    if any(line.kind == "answers" for line in found.lines):
        yield key("ov.unseen.answers")
    if any(line.kind == "replies" and line.name and not line.blind for line in found.lines):
        yield key("ov.unseen.replies")
