"""SORRY-Bench's taxonomy, prompts and scores."""
