"""The embedded model as an agent -> 20 cases of the starter set, with the calls that went wrong."""

import json

from bench.measure import Result, arguments, fresh, launch, only_run, plimsoll, summary

SPEC = "agents/starter:rounds=4,max_tokens=160"


def main() -> None:
    given = arguments(__doc__)
    n = 4 if given.quick else 20
    result = Result(case="embedded_agent", title=f"The embedded model as an agent, {n} cases")
    log_dir = fresh("embedded_agent")
    words = (
        "run",
        SPEC,
        "--model",
        "llamacpp",
        "--limit",
        str(n),
        "--no-cache",
        "--log-dir",
        log_dir,
        "--json",
    )
    cost = launch(result, plimsoll(*words))
    read = summary(only_run(log_dir), n)
    result.row("cases end to end", n, cost)
    found = {each["name"]: each["value"] for each in read["estimates"] if not each.get("group")}
    names = (
        "calling_rate",
        "unread_call_rate",
        "unknown_tool_rate",
        "misfit_call_rate",
        "invented_result_rate",
    )
    shares = {name: found[name] for name in names}
    result.at_most(f"{n} cases, whole process", cost.seconds, 360, " s")
    result.notes.append(f"shares of cases: {json.dumps(shares)}")
    result.print()


if __name__ == "__main__":
    main()
