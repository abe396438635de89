"""What a run is (`run.json`, written once at its start) and what it found (`summary.json`)."""

from collections.abc import Mapping

from msgspec import Struct

from plimsoll.core import Estimate, Instrument, Measures, Reference, Usage

FORMAT = 1
"""Version of the run folder's layout."""


class ModelEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The model of a run."""

    name: str
    revision: str
    spec: str = ""
    """As the user wrote it, where that is not the name: `llamacpp` for the embedded model."""
    options: Mapping[str, str] = {}
    """The `-M key=value` pairs; secrets are named by their environment variable, never held."""


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
    benchmark: str
    """The spec, as in `safetybench:language=en,shots=5`."""
    model: ModelEntry
    attacks: tuple[str, ...] = ()
    defenses: tuple[str, ...] = ()
    system_prompt: str = ""
    sampling: Mapping[str, float | int | str] = {}
    """What the command line overrode."""
    seed: int = 0
    epochs: int = 1
    limit: int | None = None
    draw: int | None = None
    """Size of the stratified random draw, where one was asked for (`--sample`)."""
    sample_ids: tuple[str, ...] = ()
    until: str = ""
    """When enough is known to stop (`--until`)."""
    parent: str = ""
    """The run whose stored answers this one judges anew."""
    judges: tuple[str, ...] = ()
    """Specs of the judges that took the place of the benchmark's own."""
    judge_model: ModelEntry | None = None
    """The model that judges, where one was named (`--judge-model`)."""
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
    notes: tuple[str, ...] = ()
    created: str = ""
    """ISO 8601, UTC."""
    plimsoll: str = ""
    python: str = ""
    platform: str = ""
    packages: Mapping[str, str] = {}


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
    """How many failures, by stage and error."""
    references: tuple[Reference, ...] = ()
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
