"""CoSA: its configs and prompts, and its scores."""
