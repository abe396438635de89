"""What a run is (`run.json`, written once at its start) and what it found (`summary.json`)."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from plimsoll.core import Estimate, Instrument, Measures, Reference, Usage, decoding
from plimsoll.run.spec import RunSpec

STARTER = "Starter set"
"""How the note begins by which every benchmark says so."""
FORMAT = 2
"""Version of the run folder's layout."""


class ModelEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model that a run asked."""

    name: str
    revision: str


class CardEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The benchmark's card, as it was when the run was made."""

    title: str
    version: int
    paper: str = ""
    source: str = ""
    license: str = ""
    differs: str = ""


class Manifest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that is needed to make the run again."""

    format: int = 1
    """Not written where it is 1, so the default stays 1 whatever `FORMAT` becomes."""
    id: str
    """Hash over all that decides the records: two runs of one id ask the same questions."""
    spec: RunSpec
    """What was asked for, as a person wrote it."""
    model: ModelEntry
    """The model that was put to the test."""
    asked: tuple[ModelEntry, ...] = ()
    """The models that parts of the run question beside it: judges', attackers', guards'."""
    own: Mapping[str, str] = {}
    """Of parts that were made in Python, by the text that stands for them: a hash of source and arguments."""
    parent: str = ""
    """The run whose stored answers this one judges anew."""
    instruments: Mapping[str, Instrument] = {}
    """What each judge measures, by its name."""
    headline: str = "accuracy"
    """Name of the estimate that stands for the benchmark in overviews."""
    scope: Mapping[str, str | bool] = {}
    """Metadata of the samples that the headline is about, where it is not about all of them."""
    measures: Measures = "safety"
    """`safety`, `over_refusal` or `utility`: what the headline is about."""
    hazards: Mapping[str, str] = {}
    """Hub hazard of each category."""
    total: int = 0
    """Samples x epochs that the run is to hold."""
    card: CardEntry
    files: Mapping[str, str] = {}
    """SHA-256 of every data file, by file name."""
    hashes: Mapping[str, str] = {}
    """SHA-256 that stand beside numbers: of a guard's `prompt`, of the labelled `split`."""
    notes: tuple[str, ...] = ()
    created: str = ""
    """ISO 8601, UTC."""
    plimsoll: str = ""
    python: str = ""
    platform: str = ""
    packages: Mapping[str, str] = {}

    @property
    def starter(self) -> bool:
        """Whether a starter set was asked, not the official data: no number is comparable."""
        return any(note.startswith(STARTER) for note in self.notes)


def manifest_of(body: Any) -> Manifest:
    """A manifest from plain JSON values, of this format or an older one. Raises `msgspec.ValidationError`."""
    fields = decoding.converted(body, dict[str, Any])
    return decoding.converted(fields if "spec" in fields else _of_format_1(fields), Manifest)


def _of_format_1(body: dict[str, Any]) -> dict[str, Any]:
    """Format 1 held the fields of the spec one by one, and its attacks made one chain."""
    model: dict[str, Any] = body.get("model") or {}
    judging: dict[str, Any] = body.get("judge_model") or {}
    attacks: list[str] = body.get("attacks") or []
    spec = {key: body[key] for key in _SPEC_OF_FORMAT_1 if key in body}
    spec |= {"model": model.get("spec") or model.get("name"), "options": model.get("options") or {}}
    spec["attacks"] = ["+".join(attacks)] if attacks else []
    if judging:
        spec["judge_model"] = judging.get("spec") or judging.get("name")
        spec["judge_options"] = judging.get("options") or {}
    rest = {key: value for key, value in body.items() if key not in _SPEC_OF_FORMAT_1}
    return rest | {"spec": spec, "asked": [judging] if judging else []}


_SPEC_OF_FORMAT_1 = frozenset(
    {
        *("benchmark", "attacks", "defenses", "system_prompt", "sampling", "seed", "epochs"),
        *("limit", "draw", "sample_ids", "until", "judges"),
    }
)


MANY_UNREAD = 0.2
"""Share of replies without a readable answer above which the model may not be what was measured."""


class Unread(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Replies that brought no answer that could be read."""

    replies: int = 0
    """Replies that were had at all."""
    unparsed: int = 0
    """Those that say something which the reader cannot read."""
    thinking: int = 0
    """Those that ended within the model's thought."""
    at_limit: int = 0
    """How many of both ended at the token limit."""
    examples: tuple[str, ...] = ()
    """How some of them end."""

    @property
    def share(self) -> float:
        """What part of the replies brought no answer."""
        return (self.unparsed + self.thinking) / self.replies if self.replies else 0.0

    @property
    def many(self) -> bool:
        """Whether the reader or the token limit may have been measured, and not the model."""
        return self.share > MANY_UNREAD


ALIKE = 0.05
"""How far apart two shares are at most that tell nothing."""


class Extremes(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The headline as two subjects get it that need no model, over a draw of the same samples."""

    group: Mapping[str, str] = {}
    """The language or category that it is about; empty for the whole."""
    refuses: float
    """Of one that refuses everything."""
    complies: float
    """Of one that does whatever it is asked, in a sentence without content."""

    @property
    def alike(self) -> bool:
        """Whether the number cannot tell the two apart."""
        return abs(self.refuses - self.complies) < ALIKE


class Summary(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a run found; recomputable from manifest and records."""

    format: int = 1
    """Not written where it is 1, so the default stays 1 whatever `FORMAT` becomes."""
    status: str = "finished"
    """`finished`, `incomplete` (some samples failed), `interrupted`, or `stopped` by a limit or the
    endpoint. All but the first are taken up again by the same command."""
    reason: str = ""
    records: int = 0
    estimates: tuple[Estimate, ...] = ()
    outcomes: Mapping[str, int] = {}
    """How many records ended in which outcome; `missing` are those that were not asked."""
    means: Mapping[str, int] = {}
    """How many answers were had by log-likelihood, first token, generation."""
    failures: Mapping[str, int] = {}
    """How many failures, by stage, error and what was said; those that differ in numbers are one."""
    notes: Mapping[str, int] = {}
    """How many answers were asked for in another way than was wished, by what was done."""
    unread: Unread = Unread()
    """Replies without a readable answer, and how they end."""
    references: tuple[Reference, ...] = ()
    extremes: tuple[Extremes, ...] = ()
    """What the headline can see: over everything, by language, and wherever it cannot tell. Nothing is
    known of it where judges ask a model."""
    usage: Usage = Usage()
    judging: Usage = Usage()
    """What the models used that judges and attacks questioned."""
    cost: float | None = None
    """US dollars, where the price is known."""
    cached: int = 0
    """Responses taken from the cache."""
    seconds: float = 0.0
    saved: int = 0
    """Answers that were not asked for, because enough was known (`--until`); `reason` says what."""
