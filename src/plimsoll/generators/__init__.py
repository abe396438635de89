"""Risks of a configuration -> prompts about them, written by a model or by a grammar."""
