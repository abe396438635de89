"""Records and estimates -> terminal tables, Markdown, JSON and HTML for people."""

from plimsoll.pages.words import Language
from plimsoll.reports.view import RunView

__all__ = ["Language", "RunView"]
