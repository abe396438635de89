"""Repairs: checkpoints -> a checkpoint that is meant to be safer, with what it cost."""
