"""LongSafety: its files, its way of asking long prompts, and its scores."""
