"""Analyses: models whose weights are at hand -> findings, each with where it lies and how sure it is."""
