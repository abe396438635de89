"""Results, and the page as it is -> Markdown."""

import re
from collections.abc import Iterable, Mapping, Sequence
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
TARGETS = "## Targets\n\n| case | what | measured | target |  |\n| --- | --- | --- | --- | --- |\n"


def merged(page: str, results: Iterable[Mapping[str, Any]], order: Sequence[str]) -> str:
    """The page with new sections and targets in place of the old; other cases stay as they are."""
    rows, sections = _read(page)
    for result in results:
        case: str = result["case"]
        rows[case] = [
            f"| {case} | {check['what']} | {check['measured']} | {check['target']} | {_mark(check)} |\n"
            for check in result["checks"]
        ]
        sections[case] = [section(result)]
    targets = [row for case in order for row in rows.get(case, [])]
    peers = "; ".join(f"{peer}: {', '.join(setup.versions(peer))}" for peer in setup.PEERS)
    parts = [
        HEAD,
        TARGETS + "".join(targets),
        *(text for case in order for text in sections.get(case, [])),
        f"## Peers\n\nEach in an environment of its own (`bench/peers`): {peers}.\n",
    ]
    return "\n".join(parts)


def _read(page: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Rows of targets and sections of a page by case. Raises `ValueError` where a section names no case."""
    rows: dict[str, list[str]] = {}
    sections: dict[str, list[str]] = {}
    for text in re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]:
        if text.startswith(TARGETS):
            for row in text.removeprefix(TARGETS).strip().splitlines(keepends=True):
                rows.setdefault(row.split("|")[1].strip(), []).append(row.rstrip() + "\n")
        elif not text.startswith("## Peers\n"):
            named = re.match(r"## .+\n\n`(\w+)`; ", text)
            if named is None:
                raise ValueError(f"a section names no case: {text.splitlines()[0]}")
            sections.setdefault(named[1], []).append(text.rstrip("\n") + "\n")
    return rows, sections


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
            f"`{result['case']}`; {result['date']}; {result['machine']}; {versions}\n",
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
