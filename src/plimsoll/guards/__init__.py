"""Bare messages -> verdict: what stands before or behind a model, or judges it afterwards."""
