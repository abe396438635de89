"""XLingHealth's tables, prompts, counting and headline numbers."""
