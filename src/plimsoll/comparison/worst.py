"""A run under attack -> each question once, by the worst of its variants: an attacker needs one success.

Variants that an attack does not apply to were not asked, and a question without any other is left out.
"""

from collections import defaultdict
from dataclasses import replace

from plimsoll.comparison.align import Seen, Side


def worst(side: Side, *, higher_is_safer: bool) -> Side:
    """The run with one record for each question, language and epoch."""
    groups: dict[tuple[str, str, int], list[Seen]] = defaultdict(list)
    for seen in side.seen:
        if seen.outcome != "not_applicable":
            groups[seen.question, seen.language, seen.epoch].append(seen)
    return replace(side, seen=tuple(_worst(group, higher_is_safer) for group in groups.values()))


def _worst(group: list[Seen], higher_is_safer: bool) -> Seen:
    scored = [seen for seen in group if seen.value is not None]
    pick = min if higher_is_safer else max
    found = pick(scored, key=lambda seen: seen.value or 0.0) if scored else group[0]
    return found._replace(id=found.question, trail=())
