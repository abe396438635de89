"""The code that decides a rule's verdicts -> the revision of its judge."""

import importlib
import inspect
from functools import cache
from hashlib import blake2b


@cache
def revision_of(*modules: str) -> str:
    """A hash over the text of the modules named: whatever changes a rule changes its revision."""
    text = "\n".join(inspect.getsource(importlib.import_module(f"plimsoll.{name}")) for name in modules)
    return blake2b(text.encode(), digest_size=6).hexdigest()
