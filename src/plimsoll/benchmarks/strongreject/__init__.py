"""StrongREJECT's prompts."""
