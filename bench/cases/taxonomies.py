"""Taxonomy commands -> CPU time beyond the start of the program, on the largest inputs that they take."""

from bench.measure import PLIMSOLL, Cost, Result, arguments, launch, median

COMMANDS = (
    ("convert", "aegis-2:S16", "sorry-bench", "--json"),
    ("search", "halucination", "--json"),
    ("search", "财产隐私", "--json"),
    ("coverage", "suite/full", "--json"),
    ("coverage", "suite/full", "--taxonomy", "deepmind-21", "--format", "csv"),
    ("coverage", "suite/full", "--taxonomy", "sorry-bench", "--format", "md"),
)


def main() -> None:
    given = arguments(__doc__)
    rounds = 3 if given.quick else 11
    result = Result(case="taxonomies", title="Taxonomies: conversion, search, coverage")

    def asked(*words: str) -> Cost:
        return median(lambda: launch(result, [PLIMSOLL, *words]), rounds)

    launch(result, [PLIMSOLL, "taxonomy", "--help"])
    start = asked("--help")
    result.row("plimsoll --help (the start)", 1, start)
    for words in COMMANDS:
        cost = asked("taxonomy", *words)
        shown = " ".join(words)
        result.row(f"taxonomy {shown}", 1, cost)
        result.at_most(
            f"{shown}, CPU beyond the start", 1000 * (cost.cpu_seconds - start.cpu_seconds), 100, " ms"
        )
    result.notes.append("imports of the command's own modules are counted with it")
    result.print()


if __name__ == "__main__":
    main()
