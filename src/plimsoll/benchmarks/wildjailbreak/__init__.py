"""WildJailbreak's prompts and scores."""
