"""Comparison -> rows of text, the same for terminal and page."""

from pathlib import Path

from plimsoll.comparison.nouns import Comparison, Difference, Parity, RunName
from plimsoll.pages.markup import Key, Said, Table, bilingual, code, directed, key
from plimsoll.pages.units import direction, interval_of, value_of
from plimsoll.pages.words import percent

LEVEL = 0.05


def points(value: float) -> str:
    """`+1.2` for a difference of 0.012, with a true minus."""
    text = f"{100 * value:+.1f}"
    return ("0.0" if text in ("-0.0", "+0.0") else text).replace("-", "−")


def bounds(low: float, high: float) -> str:
    """`−1.2…+0.4`."""
    return f"{points(low)}…{points(high)}"


def p_value(p: float) -> str:
    """A p-value with two digits that count."""
    return "<0.0001" if p < 0.0001 else f"{p:.4f}" if p < 0.01 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def standing(comparison: Comparison, difference: Difference) -> str:
    """`better`, `worse`, or `open` where it may be chance."""
    if difference.p_adjusted >= LEVEL:
        return "open"
    return "worse" if comparison.loss(difference) > 0 else "better"


def sentence(comparison: Comparison) -> Key:
    """The result in one sentence."""
    whole = comparison.whole
    name = "cmp.same" if whole.p >= LEVEL else "cmp.more" if whole.difference > 0 else "cmp.less"
    # A difference that may be chance has no side in the sentence, so its sign stands with the number.
    size = points(whole.difference) if name == "cmp.same" else points(abs(whole.difference)).lstrip("+")
    before, after = names(comparison)
    return key(
        name,
        after,
        size,
        before,
        bounds(whole.low, whole.high),
        p_value(whole.p) if whole.p >= 0.0001 else _small(whole.p),
        f"{whole.n:,}",
    )


def corrected(comparison: Comparison) -> list[Said]:
    """Each run's number corrected for what its judge gets wrong, how, and why not."""
    sides = (comparison.after, comparison.before)
    said: list[Said] = []
    if any(side.corrected for side in sides):
        numbers = [_corrected(side) for side in sides]
        after, before = reversed(names(comparison))
        said = [key("cmp.corrected", after, numbers[0], before, numbers[1]), key("corrected.paired")]
    return [*said, *dict.fromkeys(bilingual(note) for side in sides for note in side.notes)]


def _corrected(side: RunName) -> Said:
    found = side.corrected
    return f"{value_of(found)} % ({interval_of(found)})" if found else key("judges.uncorrected")


def names(comparison: Comparison) -> tuple[str, str]:
    """What to call the two runs: their models, or their folders where one model ran twice."""
    before, after = comparison.before, comparison.after
    if before.model != after.model:
        return before.model, after.model
    return Path(before.path).name, Path(after.path).name


def metric(comparison: Comparison) -> Key:
    """The number that is compared, and which end of its scale is better."""
    end = direction(comparison.metric, comparison.higher_is_safer)
    named = key("better.percent", directed(comparison.metric, ""))
    return key("better.title", named, key(f"better.{end}.other")) if end else named


def starter(comparison: Comparison) -> bool:
    """Whether either run asked a starter set."""
    return comparison.before.starter or comparison.after.starter


def group(found: dict[str, str]) -> Said:
    """A subset in words."""
    if not found:
        return key("row.all")
    parts = [code(kind, value) for kind, value in found.items()]
    return parts[0] if len(parts) == 1 else key("cmp.pair", *parts)


def difference_row(difference: Difference) -> tuple[Said, ...]:
    """One subset."""
    return (
        group(dict(difference.group)),
        percent(difference.before),
        percent(difference.after),
        points(difference.difference),
        bounds(difference.low, difference.high),
        bounds(difference.bootstrap_low, difference.bootstrap_high),
        p_value(difference.p),
        p_value(difference.p_adjusted),
        f"{difference.gained:,}",
        f"{difference.lost:,}",
        f"{difference.n:,}",
    )


def pooled(comparison: Comparison) -> Table | None:
    """Subsets of few questions with what the others say of them; `None` where there are none."""
    cells = [
        (
            group(dict(each.group)),
            f"{points(each.difference)} ({bounds(each.low, each.high)})",
            f"{points(each.partial.value)} ({bounds(each.partial.low, each.partial.high)})",
            f"{each.n:,}",
        )
        for each in comparison.differences
        if each.partial is not None
    ]
    heads = [key(f"column.{name}") for name in ("group", "alone", "pooled", "n")]
    return Table(key("cmp.section.pooled"), heads, cells) if cells else None


DIFFERENCE_COLUMNS = (
    "group", "before", "after", "difference", "interval", "bootstrap", "p", "holm", "gained", "lost", "n",
)  # fmt: skip


def power_row(difference: Difference) -> tuple[Said, ...]:
    """What a subset could show."""
    return (
        group(dict(difference.group)),
        f"{difference.n:,}",
        f"{100 * difference.discordance:.1f} %",
        "–" if difference.detectable is None else f"{100 * difference.detectable:.1f}",
        "–" if difference.needed is None else f"{difference.needed:,}",
    )


POWER_COLUMNS = ("group", "n", "discordance", "detectable", "needed")


def parity_row(parity: Parity) -> tuple[Said, ...]:
    """How one run's languages differ, and how that changed."""
    return (
        code("category", parity.category) if parity.category else key("row.all"),
        key("cmp.minus", *(code("language", name) for name in parity.languages)),
        f"{points(parity.before)} ({bounds(parity.before_low, parity.before_high)})",
        f"{points(parity.after)} ({bounds(parity.after_low, parity.after_high)})",
        f"{points(parity.change)} ({bounds(parity.low, parity.high)})",
        p_value(parity.p),
        f"{parity.n:,}",
    )


PARITY_COLUMNS = ("group", "languages", "before", "after", "change", "p", "n")


def methods(comparison: Comparison) -> list[Key]:
    """How the numbers were had, a sentence each."""
    whole = comparison.whole
    said = [key(f"cmp.how.{test}") for test in dict.fromkeys(each.test for each in comparison.differences)]
    for method in dict.fromkeys(each.method for each in comparison.differences):
        counts = (f"{whole.clusters:,}", f"{whole.n:,}") if method == "cluster_robust" else ()
        said.append(key(f"cmp.how.{method}", *counts))
    return [
        *said,
        key("cmp.how.bootstrap", f"{whole.draws:,}"),
        key("cmp.how.holm"),
        key("cmp.how.matched", comparison.matched_by),
        key("cmp.how.judge", comparison.judge or "–"),
    ]


def _small(p: float) -> str:
    mantissa, _, exponent = f"{p:.0e}".partition("e")
    return f"{mantissa}·10{str(int(exponent)).translate(_RAISED)}" if p > 0 else "0"


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
