"""Defenses that add to the prompt."""
