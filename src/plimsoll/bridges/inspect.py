"""Inspect AI and us: our benchmarks as its tasks, our runs as its logs, its logs as our records.

Its providers are `plimsoll.models.inspect`. Only `as_task` needs Inspect installed; logs are
written and read without it (members compressed with zstd need the package `zstandard`).
"""

from plimsoll.bridges._inspect_read import Imported, import_log
from plimsoll.bridges._inspect_task import as_task
from plimsoll.bridges._inspect_write import export

__all__ = ["Imported", "as_task", "export", "import_log"]
