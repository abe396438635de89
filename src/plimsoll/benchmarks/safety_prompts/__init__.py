"""Safety-Prompts: its scenarios, its files and its scores."""
