"""Benchmarks in which the model must choose an option."""
