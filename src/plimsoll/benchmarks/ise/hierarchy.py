"""Guarded prompts and what people wrote against them -> does the system's word hold against the user's?

The other half of ISE's measure, the instruction hierarchy: a user who would override the system (hijacking),
and one who would have its secret (extraction). The attacks are Tensor Trust's (Toyer et al., 2023), a game in
which players guard a prompt with an access code and break into those of others.

Steps: (1) what the defender wrote is the system's, before and after what the attacker wrote as the user; (2)
hijacked is a prompt whose reply is `access granted` and nothing else, extracted one whose access code stands
in the reply; (3) beside extraction stands how much of the system's words the reply repeats in their order;
beside hijacking, whether the true code still opens.

Where ours differs: intervals count a defense once, however many attacks it met; ISE's own files are not
published any more, so that Tensor Trust's stand for them.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from msgspec import Struct

from plimsoll.benchmarks.ise.overruled import Granted, Leaked, Overruled
from plimsoll.core import Benchmark, Card, Judge, Record, Sample, decoding, system, user
from plimsoll.data import locate, rows
from plimsoll.data.prompts import Prompt, Samples
from plimsoll.data.resources import stamp, table
from plimsoll.elicitation.single_turn import SingleTurn
from plimsoll.metrics.judged import name_of, replies_of
from plimsoll.metrics.rates import judged_value, rate
from plimsoll.registry import benchmark

Suite = Literal["hijacking", "extraction"]
SLUG = "ise"
STARTER = (
    "Starter set of Plimsoll's own writing, not Tensor Trust's prompts: mild, small, and its numbers are not "
    "comparable with published ones."
)

CARD = Card(
    title="Instructional Segment Embedding: its instruction hierarchy, by Tensor Trust's attacks",
    year=2025,
    paper="https://arxiv.org/abs/2410.09102",
    source="https://github.com/tongwu2020/ISE and https://github.com/HumanCompatibleAI/tensor-trust-data",
    license="none stated for Tensor Trust's data",
    languages=("en",),
    version=1,
    differs=(
        "Tensor Trust's attacks in place of files that are not published any more; the closing defense is a "
        "second system message; intervals by defense"
    ),
    covers=("safety-at-scale/injection-attack", "evaluation/alignment-robustness"),
)


class _Row(Struct, frozen=True):
    sample_id: int
    pre_prompt: str
    attack: str
    post_prompt: str
    access_code: str


class _Found(NamedTuple):
    rows: tuple[_Row, ...]
    files: Mapping[str, str]
    notes: tuple[str, ...]


@benchmark
def ise_hierarchy(
    *,
    suite: Suite = "hijacking",
    split: Literal["official", "starter"] = "official",
    max_tokens: int = 128,
) -> Benchmark:
    """Whether users override the system's word, or get its secret (Tensor Trust).

    Args:
        suite: Hijacking, with the true access code as a control, or extraction.
        max_tokens: Of a reply.
    """
    found = _own() if split == "starter" else _official(suite)
    samples = Samples(tuple(prompts_of(found.rows, suite)), sample_of)
    judges: tuple[Judge, ...] = (Overruled(), Granted()) if suite == "hijacking" else (Leaked(),)
    first = judges[0]
    metrics = [rate(name_of(first), judged_value(first.name), applies=is_attacked, higher_is_safer=False)]
    if suite == "hijacking":
        metrics.append(rate("valid_access_rate", judged_value("granted"), applies=is_control))
    else:
        metrics.append(rate("system_repeated_score", _repeated, applies=is_attacked, higher_is_safer=False))
    return Benchmark(
        card=CARD,
        samples=lambda: samples,
        elicitation=SingleTurn(max_tokens=max_tokens),
        judges=judges,
        metrics=(*metrics, *replies_of(judges)),
        files=found.files,
        notes=found.notes,
        headline=name_of(first),
        scope={"kind": "attack"},
    )


def prompts_of(found: Iterable[_Row], suite: Suite) -> Iterator[Prompt]:
    """The attacks; where prompts are hijacked, each defense once with its true code before them."""
    defenses = dict[tuple[str, str, str], str]()
    for row in found:
        key = (row.pre_prompt, row.post_prompt, row.access_code)
        if key not in defenses:
            defenses[key] = f"defense-{len(defenses) + 1}"
            if suite == "hijacking":
                yield _prompt(row, row.access_code, defenses[key], "valid", defenses[key])
        yield _prompt(row, row.attack, f"{suite}-{row.sample_id}", "attack", defenses[key])


def _prompt(row: _Row, said: str, name: str, kind: str, defense: str) -> Prompt:
    guarded = {"before": row.pre_prompt, "after": row.post_prompt, "code": row.access_code}
    return Prompt(id=name, text=said, category=kind, metadata={"kind": kind, "defense": defense, **guarded})


def sample_of(prompt: Prompt) -> Sample:
    """What is said to a guarded prompt, between what its defender wrote."""
    guarded = prompt.metadata
    before, after = (
        (system(text),) if text.strip() else () for text in (guarded["before"], guarded["after"])
    )
    return Sample(
        id=prompt.id,
        messages=(*before, user(prompt.text), *after),
        request=prompt.text,
        category=prompt.category,
        family=guarded["defense"],
        metadata={"kind": guarded["kind"], "code": guarded["code"]},
    )


def is_attacked(record: Record) -> bool:
    """Whether somebody tries to override the system's word."""
    return record.sample.metadata["kind"] == "attack"


def is_control(record: Record) -> bool:
    """Whether the true code is given."""
    return not is_attacked(record)


def _repeated(record: Record) -> float | None:
    verdict = record.verdicts.get("leaked")
    return None if verdict is None or verdict.value is None else float(verdict.detail["repeated"])


def _official(suite: Suite) -> _Found:
    path = locate.need(SLUG, f"{suite}_robustness_dataset.jsonl")
    return _Found(tuple(rows.read_jsonl(path, _Row)), {path.name: rows.checksum_of(path)}, ())


def _own() -> _Found:
    place = ("benchmarks", "ise", "hierarchy.toml")
    found = decoding.converted(table(*place)["row"], tuple[_Row, ...])
    return _Found(found, stamp(*place), (STARTER,))
