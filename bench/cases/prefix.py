"""Five-shot questions through llama.cpp -> how many tokens are evaluated, how often the shots."""

from pathlib import Path

from bench.measure import Result, arguments, fresh, launch, only_run, plimsoll, summary
from bench.questions import few_shot_rows, write_few_shot
from plimsoll.core import Usage


def told(run: Path) -> list[Usage]:
    """What each question cost."""
    from plimsoll.run.keep.folder import open_run

    return [record.transcript.responses[-1].usage for record in open_run(run).records() if record.transcript]


def main() -> None:
    given = arguments(__doc__)
    n = 8 if given.quick else 38
    result = Result(case="prefix", title=f"{n} five-shot zh items through llama.cpp: the shared prefix")
    questions, _ = write_few_shot()
    log_dir = fresh("prefix")
    spec = f"safetybench:language=zh,split=sample,file={questions},shots=5"
    command = plimsoll(
        *("run", spec, "--model", "llamacpp", "--limit", str(n), "--no-cache"),
        *("--log-dir", log_dir, "--json"),
    )
    cost = launch(result, command)
    run = only_run(log_dir)
    summary(run, n)
    usages = told(run)
    categories = len({row["category"] for row in few_shot_rows()[:n]})
    total = sum(usage.input_tokens for usage in usages)
    evaluated = total - sum(usage.cached_tokens for usage in usages)
    afresh = sum(usage.cached_tokens < usage.input_tokens / 2 for usage in usages)
    result.row("Plimsoll llamacpp", n, cost)
    result.notes.append(
        f"{total:,} prompt tokens, {evaluated:,} evaluated: {total / evaluated:.2f}× fewer; "
        f"{n} items of {categories} categories"
    )
    result.at_most("items that evaluated their shots afresh (one per category)", afresh, categories)
    result.at_least("evaluated tokens saved by sharing the prefix", 100 * (1 - evaluated / total), 50, " %")
    result.print()


if __name__ == "__main__":
    main()
