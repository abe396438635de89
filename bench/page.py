"""Results -> Markdown."""

from collections.abc import Mapping, Sequence
from typing import Any

from bench.peers import setup

HEAD = """# Speed and memory

Written by `make bench`. Ratios against other frameworks are taken in the same run on the same machine:
read the ratios, not the seconds. Whole processes are measured, from the interpreter's start to its end
(user and system CPU time of the process and its children, largest resident memory of the process); of
repeated measurements the run of median wall time is shown. Servers run beside the client on the same
cores. The questions have the official set's number, categories and answers; their texts are the official
sample's, repeated under new ids.
"""


def whole(results: Sequence[Mapping[str, Any]]) -> str:
    """The whole page."""
    checks = [(result, check) for result in results for check in result["checks"]]
    rows = [
        [result["case"], check["what"], check["measured"], check["target"], _mark(check)]
        for result, check in checks
    ]
    peers = "; ".join(f"{peer}: {', '.join(setup.versions(peer))}" for peer in setup.PEERS)
    parts = [
        HEAD,
        "## Targets\n\n" + _table(["case", "what", "measured", "target", ""], rows),
        *(section(result) for result in results),
        f"## Peers\n\nEach in an environment of its own (`bench/peers`): {peers}.\n",
    ]
    return "\n".join(parts)


def section(result: Mapping[str, Any]) -> str:
    """One case."""
    keys = list(result["rows"][0]) if result["rows"] else []
    rows = [[_number(row[key]) for key in keys] for row in result["rows"]]
    checks = [
        f"- {c['what']}: **{c['measured']}** (target {c['target']}) {_mark(c)}" for c in result["checks"]
    ]
    notes = [f"- {note}" for note in result["notes"]]
    versions = ", ".join(f"{name} {number}" for name, number in result["versions"].items())
    return "\n".join(
        [
            f"## {result['title']}\n",
            f"{result['date']}; {result['machine']}; {versions}\n",
            _table(keys, rows),
            *checks,
            *notes,
            "\n```",
            *result["commands"],
            "```\n",
        ]
    )


def _mark(check: Mapping[str, Any]) -> str:
    return "met" if check["met"] else "**missed**"


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return ""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
