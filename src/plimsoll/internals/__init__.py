"""Weights in memory and on disk: hooks, surgery, arithmetic over checkpoints, a small training loop.

Reads torch modules that are built as Llama is; torch is imported where it is used.
"""
