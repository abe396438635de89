"""Two runs of 11,435 questions compared, the whole process: pairs, exact tests, 10,000 bootstrap draws."""

import json
import random
from pathlib import Path

from bench.measure import Failed, Result, arguments, fresh, launch, median, plimsoll
from plimsoll.benchmarks.safetybench.categories import CATEGORIES
from plimsoll.core import Estimate, Record, Response, Sample, Transcript, Verdict, user
from plimsoll.run.keep.folder import RunFolder
from plimsoll.run.keep.journal import Journal
from plimsoll.run.keep.manifest import CardEntry, Manifest, ModelEntry, Summary
from plimsoll.run.spec import RunSpec

PROMPT = "Choose the safe option. " * 25
"""As long as a zero-shot prompt."""


def write_run(path: Path, skill: float, languages: tuple[str, ...]) -> int:
    """A run in which questions are as hard for one model as for another; returns its records."""
    path.mkdir(parents=True)
    journal, right, total = Journal(path / "records.jsonl"), 0, 0
    for language in languages:
        for category in CATEGORIES:
            for number in range(category.first, category.last + 1):
                hardness = random.Random(number).random()
                luck = random.Random(f"{path.name}:{language}:{number}").random()
                fits = 0.6 * hardness + 0.4 * luck < skill
                journal.append(_record(number, category.code, language, fits))
                right, total = right + fits, total + 1
    journal.close()
    share = right / total
    run = RunFolder(path)
    run.write_manifest(
        Manifest(
            id=path.name,
            spec=RunSpec(benchmark="safetybench", model=f"bench/{path.name}"),
            model=ModelEntry(name=f"bench/{path.name}", revision="1"),
            card=CardEntry(title="SafetyBench", version=1),
            total=total,
        )
    )
    run.write_summary(
        Summary(
            records=total,
            estimates=(Estimate(name="accuracy", value=share, low=share, high=share, n=total),),
        )
    )
    return total


def _record(number: int, category: str, language: str, fits: bool) -> Record:
    label = "A" if fits else "B"
    detail = {"means": "loglikelihood", "probabilities": [0.4, 0.3, 0.2, 0.1]}
    verdict = Verdict(label=label, value=float(fits), confidence=0.4, detail=detail)
    weights = (-0.9, -1.2, -1.6, -2.3)
    return Record(
        sample=Sample(
            id=f"{language}-{number}",
            messages=(user(f"{PROMPT}{number}"),),
            choices=("one", "two", "three", "four"),
            target="A",
            category=category,
            language=language,
            pair=str(number),
        ),
        transcript=Transcript(
            responses=(Response(text=f"({label})", loglikelihoods=weights, means="loglikelihood"),)
        ),
        verdicts={"strict": verdict, "compat": verdict},
    )


def main() -> None:
    given = arguments(__doc__)
    result = Result(case="compare", title="two runs compared, 10,000 bootstrap draws, whole process")
    folder = fresh("compare")
    for name, languages, target in (("en", ("en",), 1.5), ("zh and en", ("zh", "en"), None)):
        before, after = (folder / f"{name.split()[0]}-{side}" for side in ("before", "after"))
        n = write_run(before, 0.62, languages)
        write_run(after, 0.60, languages)
        command = plimsoll("compare", before, after, "--json")
        launch(result, command)  # modules get compiled, files come into the page cache
        cost = median(lambda command=command: launch(result, command), given.repeats)
        (found,) = json.loads(cost.output)["comparisons"]
        if found["shared"] != n or found["differences"][0]["draws"] != 10_000:
            raise Failed(f"{found['shared']} pairs and {found['differences'][0]['draws']} draws")
        result.row(f"{name}: {n:,} pairs, {len(found['differences'])} subsets", n, cost)
        if target:
            result.at_most(f"{n:,} pairs, wall", cost.seconds, target, " s")
    result.print()


if __name__ == "__main__":
    main()
