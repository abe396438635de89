"""The code that decides a rule's verdicts -> the revision of its judge."""

import importlib
import inspect
from functools import cache
from hashlib import blake2b
from importlib.resources import files


@cache
def revision_of(*modules: str) -> str:
    """A hash over the text of the modules named, imports aside: whatever changes a rule changes its revision.

    A file that moves, or whose neighbours move, keeps the calibrations made with it. A name that ends in
    `.toml` is a file that the rule reads (`text/_refusals.toml`)."""
    return blake2b("\n".join(map(_source, modules)).encode(), digest_size=6).hexdigest()


def _source(name: str) -> str:
    if name.endswith(".toml"):
        return (files("plimsoll") / name).read_text(encoding="utf-8")
    return _without_imports(inspect.getsource(importlib.import_module(f"plimsoll.{name}")))


def _without_imports(source: str) -> str:
    """The lines that are no imports, told by how they begin: in a deep stack Python 3.11 cannot parse."""
    kept: list[str] = []
    within = False
    for line in filter(None, source.splitlines()):
        begins = line.startswith(("import ", "from "))
        if within or begins:
            within = (within or "(" in line) and ")" not in line
        else:
            kept.append(line)
    return "\n".join(kept)
