"""Worlds with tools, made for one sample: Python code in a process of its own, or answers on record."""
