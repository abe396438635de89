"""DRO: safety prompts as directions in a model's states, and soft prompts that are learned along them."""
