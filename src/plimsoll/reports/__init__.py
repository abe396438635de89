"""Records and estimates -> terminal tables, Markdown, JSON and HTML for people."""

from plimsoll.reports._words import Language
from plimsoll.reports.view import RunView

__all__ = ["Language", "RunView"]
