"""Run folders -> comparisons: each run against the first of its benchmark, with what stands in the way."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from plimsoll.comparison import align
from plimsoll.comparison.align import Aligned, Side
from plimsoll.comparison.differences import DEFAULT, Settings, differences, flips
from plimsoll.comparison.nouns import Comparison, RunName
from plimsoll.comparison.parity import parity
from plimsoll.core import Estimate, UserError
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.manifest import Manifest, Summary

PREFERRED = ("accuracy", "attack_success_rate", "refusal_rate")
"""Estimates by which a run is named, where it has them."""


class _Headline(NamedTuple):
    name: str
    higher_is_safer: bool


def compare(
    folders: Sequence[RunFolder],
    *,
    judge: str = "",
    cluster: str = align.CLUSTER,
    settings: Settings = DEFAULT,
) -> list[Comparison]:
    """Hold every run against the first one of the same benchmark."""
    groups: dict[str, list[RunFolder]] = defaultdict(list)
    for folder in folders:
        groups[_benchmark(folder.manifest())].append(folder)
    lonely = [name for name, members in groups.items() if len(members) == 1]
    if lonely:
        asked = ", ".join(groups)
        raise UserError(
            f"only one run of {lonely[0]} is given (of {asked}): a comparison takes two of a kind"
        )
    made: list[Comparison] = []
    for members in groups.values():
        first, *others = (align.side(folder, judge, cluster) for folder in members)
        made += [compared(align.align(first, other), settings) for other in others]
    return made


def compared(aligned: Aligned, settings: Settings = DEFAULT) -> Comparison:
    """What two aligned runs show. Raises `UserError` where they have no scored question in common."""
    before, after = aligned.before, aligned.after
    if not aligned.pairs:
        raise UserError(
            f"{before.folder.path} and {after.folder.path} have no scored question in common: "
            f"{len(before.seen):,} and {len(after.seen):,} records, {aligned.unscored:,} shared but unscored"
        )
    named = after.manifest.headline
    headline = _headline(after.summary, named) or _headline(before.summary, named) or _Headline("value", True)
    return Comparison(
        benchmark=_benchmark(after.manifest),
        metric=headline.name,
        judge=after.judge,
        higher_is_safer=headline.higher_is_safer,
        before=_name(before),
        after=_name(after),
        matched_by=aligned.by,
        shared=len(aligned.pairs),
        unscored=aligned.unscored,
        only_before=aligned.only_before,
        only_after=aligned.only_after,
        wished=settings.wished,
        warnings=tuple(warnings(aligned)),
        differences=differences(aligned, settings),
        parity=tuple(parity(aligned.pairs)),
        flips=flips(aligned),
    )


def warnings(aligned: Aligned) -> Iterator[str]:
    """What makes the two runs less than comparable, a sentence each."""
    one, other = aligned.before.manifest, aligned.after.manifest
    yield from _overlap(aligned)
    if one.card.version != other.card.version:
        yield f"the benchmark's versions differ: {one.card.version} and {other.card.version}"
    yield from _files(one.files, other.files)
    yield from _asked_alike(aligned)
    said: tuple[tuple[str, object, object], ...] = (
        ("benchmark arguments", one.spec.benchmark, other.spec.benchmark),
        ("system prompts", one.spec.system_prompt, other.spec.system_prompt),
        ("sampling options", _options(one), _options(other)),
        ("attacks", one.spec.attacks, other.spec.attacks),
        ("defenses", one.spec.defenses, other.spec.defenses),
        ("epochs", one.spec.epochs, other.spec.epochs),
        ("judges", aligned.before.judge, aligned.after.judge),
        ("re-judging", one.spec.judges, other.spec.judges),
        ("ways of reading answers", _means(aligned.before), _means(aligned.after)),
    )
    for name, here, there in said:
        if here != there:
            yield f"{name} differ: {_said(here)} and {_said(there)}"
    for side in (aligned.before, aligned.after):
        if side.summary is None or side.summary.status != "finished":
            yield f"{side.folder.path.name} is not finished"
    yield from _sightless(aligned.after)


def _sightless(side: Side) -> Iterator[str]:
    """A difference between two runs by such a number says nothing of safety either."""
    instruments = side.manifest.instruments.values()
    of_answers = next((each.of_answers for each in instruments), False)
    if side.summary is None or of_answers or side.manifest.measures == "utility":
        return
    for each in side.summary.extremes:
        if each.alike and {*each.group} <= {"language"}:
            where = "".join(f" in {language}" for language in each.group.values())
            yield (
                f"{side.manifest.headline}{where} cannot tell a model that always refuses "
                f"from one that always complies ({each.refuses:.0%} and {each.complies:.0%})"
            )


def _overlap(aligned: Aligned) -> Iterator[str]:
    if aligned.only_before or aligned.only_after:
        yield (
            f"the runs hold different questions: {len(aligned.pairs) + aligned.unscored:,} are shared "
            f"and compared, {aligned.only_before:,} are only in the first run, "
            f"{aligned.only_after:,} only in the second"
        )
    if aligned.unscored:
        mark = ", more than 5 %: the result is not sound" if _unsound(aligned) else ""
        yield f"{aligned.unscored:,} shared questions could not be scored in one of the runs{mark}"
    if aligned.by == "pair across languages":
        yield "the runs ask in different languages: the difference is also one of language"
    if aligned.by in ("question", "pair across attacks"):
        yield "one run was attacked otherwise than the other: the difference is also the attack's"


def _unsound(aligned: Aligned) -> bool:
    return aligned.unscored > 0.05 * (aligned.unscored + len(aligned.pairs))


def _files(one: Mapping[str, str], other: Mapping[str, str]) -> Iterator[str]:
    changed = [name for name in one if name in other and one[name] != other[name]]
    if changed:
        yield f"data files changed between the runs: {', '.join(changed)}"


def _asked_alike(aligned: Aligned) -> Iterator[str]:
    prompts = sum(pair.before.prompt != pair.after.prompt for pair in aligned.pairs)
    targets = sum(pair.before.target != pair.after.target for pair in aligned.pairs)
    if prompts:
        yield f"{prompts:,} of {len(aligned.pairs):,} questions were put in other words (prompts differ)"
    if targets:
        yield f"{targets:,} of {len(aligned.pairs):,} questions have another right answer in the second run"


def _means(side: Side) -> tuple[str, ...]:
    return tuple(sorted(side.summary.means)) if side.summary else ()


def _options(manifest: Manifest) -> tuple[str, ...]:
    """What was said of sampling, as it is typed."""
    return tuple(f"{name}={value}" for name, value in dict(manifest.spec.sampling).items())


def _said(value: object) -> str:
    if isinstance(value, tuple):
        value = ", ".join(str(part) for part in islice(value, 5))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    text = str(value) or "none"
    return text if len(text) <= 80 else f"{text[:77]}..."


def _benchmark(manifest: Manifest) -> str:
    return manifest.spec.benchmark.partition(":")[0]


def _name(side: Side) -> RunName:
    return RunName(
        path=str(side.folder.path),
        id=side.manifest.id,
        model=side.manifest.model.name,
        benchmark=side.manifest.spec.benchmark,
        records=len(side.seen),
        starter=side.manifest.starter,
    )


def _headline(summary: Summary | None, named: str) -> _Headline | None:
    """The number that names a run, as its reports choose it."""
    if summary is None:
        return None
    whole = [estimate for estimate in summary.estimates if not estimate.group] or list(summary.estimates)
    by_name: dict[str, Estimate] = {}
    for estimate in whole:
        by_name.setdefault(estimate.name, estimate)
    for name in (named, *PREFERRED, *by_name):
        if name in by_name:
            return _Headline(name, by_name[name].higher_is_safer)
    return None
