"""Transcript -> verdict."""
