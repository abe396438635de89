"""Plimsoll tells how far a language model may safely be loaded."""

__version__ = "0.1.0"
