"""Small and twenty-fold runs -> whether memory grows with the number of items."""

from bench.measure import (
    Cost,
    Result,
    arguments,
    endpoint,
    fresh,
    launch,
    only_run,
    over_endpoint,
    summary,
    warm,
)
from bench.questions import write_questions


def ours(result: Result, base_url: str, limit: int, epochs: int) -> Cost:
    log_dir = fresh("memory")
    more = ("--limit", str(limit), "--epochs", str(epochs))
    cost = launch(result, over_endpoint(base_url, log_dir, *more))
    summary(only_run(log_dir), limit * epochs)
    return cost


def main() -> None:
    given = arguments(__doc__)
    small, limit, epochs = (1000, 1000, 5) if given.quick else (10_000, 11_000, 20)
    large = limit * epochs
    result = Result(case="memory", title=f"Memory at {small:,} and {large:,} items")
    write_questions("en")
    with endpoint() as base_url:
        warm(result, base_url)
        few = ours(result, base_url, small, 1)
        many = ours(result, base_url, limit, epochs)
    result.row("Plimsoll", small, few)
    result.row("Plimsoll", large, many)
    result.at_most(f"max RSS at {large:,} items", many.rss_mb, 150, " MB")
    result.at_most(f"growth from {small:,} to {large:,} items", many.rss_mb - few.rss_mb, 15, " MB")
    result.print()


if __name__ == "__main__":
    main()
