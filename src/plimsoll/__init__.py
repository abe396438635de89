"""Plimsoll tells how far a language model may safely be loaded.

    import plimsoll

    run = plimsoll.evaluate("safetybench:split=starter", model="scripted/letter-A")
    print(run.headline.value, run.headline.low, run.headline.high)

`evaluate` puts a benchmark to a model, `grid` many to many, `compare` holds two runs against each other,
`load` opens a run folder, `testing` holds parts of your own to the rules of their kind. Nothing is
imported before it is used. The rooms of the house, from the ground up: `core` (nouns and verbs), `data`,
`text`, `stats`, `taxonomies`, `registry` (names -> parts), `models`, `attacks`, `defenses`, `guards`,
`elicitation`, `judges`, `metrics`, `labels`, `run` (plans, the engine, what lies on disk), `benchmarks`,
`comparison`, `calibration`, `testing`, `pages`, `reports`, `bridges`, `evaluation`, `viewer`, `labelling`,
`leaderboard`, `cli`.
"""

from importlib import import_module

__version__ = "0.1.0"

FACE = ("compare", "evaluate", "evaluate_async", "grid", "grid_async", "load", "testing")
"""What there is to use, imported when it is first looked at."""


def __getattr__(name: str) -> object:
    """One of the names of the face."""
    if name == "testing":
        return import_module("plimsoll.testing")
    if name in FACE:
        return getattr(import_module("plimsoll.evaluation.evaluate"), name)
    raise AttributeError(f"module 'plimsoll' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted((*FACE, "__version__"))
