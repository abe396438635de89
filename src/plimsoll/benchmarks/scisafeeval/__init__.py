"""File layouts, prompts and scores of SciSafeEval."""
