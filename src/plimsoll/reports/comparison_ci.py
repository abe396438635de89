"""A gate -> JUnit XML and SARIF 2.1.0, for the machines that hold a model to its line."""

import json
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from plimsoll.comparison.gate import Check, Gate
from plimsoll.comparison.nouns import Flip
from plimsoll.core.hidden import visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RULES = {
    "plimsoll/regression": "The run lost more than is allowed, or was not shown to have lost less.",
    "plimsoll/unscored": "More than 5 % of the shared questions could not be scored in one of the runs.",
}


def junit(*gates: Gate) -> str:
    """A suite for each gate, with one case per check."""
    root = ElementTree.Element("testsuites", {"name": "plimsoll gate", **_counted(*gates), "time": "0"})
    for gate in gates:
        _suite(root, gate)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _counted(*gates: Gate) -> dict[str, str]:
    checks = [check for gate in gates for check in gate.checks]
    failed = sum(check.status == "failed" for check in checks)
    return {"tests": str(len(checks)), "failures": str(failed), "errors": "0", "skipped": "0"}


def _suite(root: ElementTree.Element, gate: Gate) -> None:
    comparison = gate.comparison
    name = _clean(f"plimsoll gate: {comparison.benchmark}, {comparison.after.model}")
    suite = ElementTree.SubElement(root, "testsuite", {"name": name, **_counted(gate), "time": "0"})
    listed = ElementTree.SubElement(suite, "properties")
    for key, value in _facts(gate).items():
        ElementTree.SubElement(listed, "property", {"name": key, "value": _clean(value)})
    place = _clean(f"plimsoll.{comparison.benchmark}")
    for check in gate.checks:
        named = {"classname": place, "name": _clean(check.name), "time": "0"}
        case = ElementTree.SubElement(suite, "testcase", named)
        if check.status == "failed":
            kind = {"message": _clean(check.message), "type": _rule(check)}
            ElementTree.SubElement(case, "failure", kind).text = _clean(_lost(check))
        else:
            ElementTree.SubElement(case, "system-out").text = _clean(check.message)
    if gate.warnings:
        ElementTree.SubElement(suite, "system-err").text = _clean("\n".join(gate.warnings))


def sarif(held: Gate | Sequence[Gate], version: str) -> str:
    """A log with a run for each gate and one result per check; what failed points at the records lost."""
    gates = [held] if isinstance(held, Gate) else held
    body = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(gate, version) for gate in gates]}
    return json.dumps(body, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _run(gate: Gate, version: str) -> dict[str, Any]:
    ids = list(RULES)
    rules = [
        {"id": id, "shortDescription": {"text": text}, "defaultConfiguration": {"level": "error"}}
        for id, text in RULES.items()
    ]
    driver = {"name": "Plimsoll", "version": version, "rules": rules}
    found = [_result(gate, check, ids) for check in gate.checks]
    notes = [{"level": "warning", "message": {"text": visible(warning)}} for warning in gate.warnings]
    return {
        "tool": {"driver": driver},
        "results": found,
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "properties": _facts(gate),
    }


def _result(gate: Gate, check: Check, ids: list[str]) -> dict[str, Any]:
    failed, run = check.status == "failed", gate.comparison.after
    result: dict[str, Any] = {
        "ruleId": _rule(check),
        "ruleIndex": ids.index(_rule(check)),
        # A result that is no failure has, by the standard, no level.
        "kind": "fail" if failed else "pass",
        "level": "error" if failed else "none",
        "message": {"text": visible(check.message)},
        "locations": [_location(run.path, "summary.json")],
        "partialFingerprints": {"check/v2": _fingerprint(gate.comparison.benchmark, run.model, check.name)},
    }
    if check.lost:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": visible(_flip(flip))},
             **_location(run.path, "records.jsonl", flip.after_line)}
            for number, flip in enumerate(check.lost, start=1)
        ]  # fmt: skip
    return result


def _fingerprint(*names: str) -> str:
    """What tells a check from every other: names may hold slashes and what no log should show."""
    return blake2b(json.dumps(names).encode(), digest_size=16).hexdigest()


def _location(folder: str, name: str, line: int | None = None) -> dict[str, Any]:
    address = Path(folder).joinpath(name)
    uri = address.as_uri() if address.is_absolute() else quote(address.as_posix())
    place: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if line is not None:
        place["region"] = {"startLine": line}
    return {"physicalLocation": place}


def _facts(gate: Gate) -> dict[str, str]:
    comparison = gate.comparison
    return {
        "baseline": f"{comparison.before.model} ({Path(comparison.before.path).name})",
        "run": f"{comparison.after.model} ({Path(comparison.after.path).name})",
        "metric": comparison.metric,
        "shared": str(comparison.shared),
        "max_drop": f"{gate.max_drop:g}",
        "level": f"{gate.level:g}",
        "rule": gate.rule,
    }


def _rule(check: Check) -> str:
    return "plimsoll/unscored" if check.difference is None else "plimsoll/regression"


def _lost(check: Check) -> str:
    return "\n".join([check.message, *(_flip(flip) for flip in check.lost)])


def _flip(flip: Flip) -> str:
    return f"{flip.id}: {flip.before_label} before, {flip.after_label} now (right: {flip.target or '-'})"


def _clean(text: str) -> str:
    """The text without what XML cannot carry."""
    return visible(text).replace("\ufffe", "").replace("\uffff", "")
