"""Runs -> paired differences: what changed, by how much, and whether that is more than chance."""
